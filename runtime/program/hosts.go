package program

import (
	"net/netip"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/fnmatch"
	"github.com/lbconf/lbconf/runtime/tlsconf"
)

// hostSet is the virtual hosts of one address, found by name at a cost that does not grow with their number.
type hostSet struct {
	hosts []*Host
	// tls is how connections to the address are encrypted; nil where they are not.
	tls *tlsconf.Address
	// names holds the first host that has a name.
	names map[string]int
	// suffixes holds the first host with a wildcard of the form *.example.com, by ".example.com".
	suffixes map[string]int
	// patterns are all other wildcards, in order.
	patterns []pattern
}

type pattern struct {
	text string
	host int
}

func newHostSet() *hostSet {
	return &hostSet{names: make(map[string]int), suffixes: make(map[string]int)}
}

// add appends a host with its names.
func (s *hostSet) add(h *Host, server *effective.Server) {
	index := len(s.hosts)
	s.hosts = append(s.hosts, h)
	if server.Name != nil {
		put(s.names, clib.ToLower(strings.TrimSuffix(server.Name.Host, ".")), index)
	}
	for _, alias := range server.Aliases {
		for _, name := range alias.Names {
			name = clib.ToLower(name)
			switch suffix, star := strings.CutPrefix(name, "*"); {
			case !strings.ContainsAny(name, "*?"):
				put(s.names, name, index)
			case star && strings.HasPrefix(suffix, ".") && !strings.ContainsAny(suffix, "*?"):
				put(s.suffixes, suffix, index)
			default:
				s.patterns = append(s.patterns, pattern{name, index})
			}
		}
	}
}

func put(m map[string]int, name string, index int) {
	if _, taken := m[name]; !taken {
		m[name] = index
	}
}

// find returns the first host in the order of the configuration that has the name, else the first of all.
func (s *hostSet) find(name []byte) *Host {
	if len(name) > 0 {
		if i := s.match(name); i < len(s.hosts) {
			return s.hosts[i]
		}
	}
	return s.hosts[0]
}

// match returns the index of the first host that has the name, or the number of hosts.
func (s *hostSet) match(name []byte) int {
	best := len(s.hosts)
	if i, ok := s.names[string(name)]; ok {
		best = i
	}
	if len(s.suffixes) > 0 {
		for i, c := range name {
			if c != '.' {
				continue
			}
			if k, ok := s.suffixes[string(name[i:])]; ok {
				best = min(best, k)
			}
		}
	}
	for i := range s.patterns {
		if p := &s.patterns[i]; p.host >= best {
			break
		} else if fnmatch.Host(p.text, name) {
			best = p.host
			break
		}
	}
	return best
}

// setFor returns the virtual hosts for a local address: those of the exact address hide those of *.
func (p *Program) setFor(local netip.AddrPort) *hostSet {
	address := local.Addr().Unmap()
	for _, at := range [...]netip.AddrPort{
		netip.AddrPortFrom(address, local.Port()), netip.AddrPortFrom(address, 0),
		netip.AddrPortFrom(netip.Addr{}, local.Port()),
		{},
	} {
		if set := p.sets[at]; set != nil {
			return set
		}
	}
	return nil
}

// placeHost puts a virtual host into the sets of its addresses.
func (p *Program) placeHost(h *Host, server *effective.Server, report *Report) {
	for _, address := range server.Addresses() {
		at, ok := hostAddress(address)
		if !ok {
			report.refuse(server.VirtualHost, "<VirtualHost %s> names a host, which httpd resolves when it starts: write its IP address, or *", address.Host)
			continue
		}
		set := p.sets[at]
		if set == nil {
			set = newHostSet()
			p.sets[at] = set
		}
		set.add(h, server)
	}
}

// hostAddress returns the key of an address: the zero address for all, port 0 for every port.
func hostAddress(a ir.Address) (netip.AddrPort, bool) {
	port := uint16(a.Port)
	if effective.IsAnyAddress(a) {
		return netip.AddrPortFrom(netip.Addr{}, port), true
	}
	ip, err := netip.ParseAddr(a.Host)
	return netip.AddrPortFrom(ip.Unmap(), port), err == nil
}

// has says whether one of the hosts of the set has the name.
func (s *hostSet) has(name []byte) bool {
	var lowered [256]byte
	if len(name) > len(lowered) {
		return false
	}
	key := lowered[:0]
	for _, c := range name {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		key = append(key, c)
	}
	return s.match(key) < len(s.hosts)
}
