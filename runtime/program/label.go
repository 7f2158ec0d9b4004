package program

import (
	"fmt"
	"strconv"
	"strings"
)

// label gives each server a name that no other has.
func label(hosts []*Host) {
	names := make(map[string]int)
	for _, h := range hosts {
		names[h.ServerName]++
	}
	withPort := func(h *Host) string {
		port := h.ServerPort
		if addresses := h.Source().Addresses(); len(addresses) > 0 {
			port = addresses[0].Port
		}
		if names[h.ServerName] == 1 || port == 0 {
			return h.ServerName
		}
		return h.ServerName + ":" + strconv.Itoa(port)
	}
	taken := make(map[string]int)
	for _, h := range hosts {
		h.Label = strings.ToValidUTF8(withPort(h), "?")
		taken[h.Label]++
		if n := taken[h.Label]; n > 1 {
			h.Label = fmt.Sprintf("%s#%d", h.Label, n)
		}
	}
}
