package lower

import (
	"net/netip"
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
)

// parseAddrPort is apr_parse_addr_port: host:port, [address]:port, a port, or a host, of which there is no port then. What
// is no port is part of the host. It is not ok for a port beyond 1 to 65535, for a colon without a host before it, and for
// brackets without an IPv6 address in them. The host is without its brackets.
func parseAddrPort(text string) (host string, port int, ok bool) {
	digits := len(strings.TrimRight(text, "0123456789"))
	host = text
	switch {
	case digits == 0 && text != "":
		port = clib.Atoi(text)
		return "", port, port >= 1 && port <= 65535
	case digits < len(text) && text[digits-1] == ':':
		host, port = text[:digits-1], clib.Atoi(text[digits:])
		if host == "" || port < 1 || port > 65535 {
			return "", 0, false
		}
	}
	if !strings.HasPrefix(host, "[") {
		return host, port, true
	}
	inside, closed := strings.CutSuffix(host[1:], "]")
	address, err := netip.ParseAddr(inside)
	return inside, port, closed && err == nil && address.Is6()
}
