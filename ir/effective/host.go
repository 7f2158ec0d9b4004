package effective

import (
	"net/netip"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// hosts finds virtual hosts by the address at which a connection arrived.
type hosts struct {
	exact map[netip.AddrPort][]*Server
	any   map[uint16][]*Server
}

func newHosts(servers []*Server) hosts {
	h := hosts{exact: map[netip.AddrPort][]*Server{}, any: map[uint16][]*Server{}}
	for _, s := range servers {
		for _, address := range s.VirtualHost.Addresses {
			port := uint16(address.Port)
			if IsAnyAddress(address) {
				h.any[port] = append(h.any[port], s)
			} else if ip, err := netip.ParseAddr(address.Host); err == nil {
				at := netip.AddrPortFrom(ip.Unmap(), port)
				h.exact[at] = append(h.exact[at], s)
			}
		}
	}
	return h
}

// IsAnyAddress says whether an address of a virtual host stands for all: * or _default_.
func IsAnyAddress(a ir.Address) bool {
	return a.Host == "*" || clib.EqualFold(a.Host, "_default_")
}

// At returns the virtual hosts that compete by name for a connection to a local address, in order; the first is taken for
// a name that none has. It is empty where the main server answers. An exact address hides all virtual hosts of *, even
// those that have the name. An address that is written as a name is not resolved and matches nothing.
func (v *View) At(local netip.AddrPort) []*Server {
	ip := local.Addr().Unmap()
	for _, port := range []uint16{local.Port(), 0} {
		if set := v.hosts.exact[netip.AddrPortFrom(ip, port)]; len(set) > 0 {
			return set
		}
	}
	for _, port := range []uint16{local.Port(), 0} {
		if set := v.hosts.any[port]; len(set) > 0 {
			return set
		}
	}
	return nil
}

// Select returns the server for a request: the first of At that answers to the host name, else the first of At, else the
// main server. host may carry a port, which does not count.
func (v *View) Select(local netip.AddrPort, host string) *Server {
	set := v.At(local)
	if len(set) == 0 {
		return v.Main()
	}
	if host = hostName(host); host != "" {
		for _, s := range set {
			if s.Answers(host) {
				return s
			}
		}
	}
	return set[0]
}

// hostName is the name in a Host field as httpd compares it: in lower case, without a port and a final dot.
func hostName(host string) string {
	host, _ = ir.SplitPort(host)
	return clib.ToLower(strings.TrimSuffix(host, "."))
}
