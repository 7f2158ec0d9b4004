package lint

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var vhostDuplicate = &Rule{
	ID:       "LB803",
	Name:     "vhost-duplicate",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a virtual host that is never used, because earlier ones on its addresses have all of its names",
	Why: `Of the virtual hosts on an address httpd takes the first that has the name of the request, and the first of all for a name
that none has. A later one whose names are all taken, by a ServerName, an alias or a wildcard, answers no request at all.
httpd says nothing about it. Often one file is included twice, or a site was copied and its name forgotten; then the lines
that somebody edits are those that are never asked. Without a ServerName and an alias only the first virtual host of an
address is used.`,
	Bad: `<VirtualHost *:80>
    ServerName www.example.com
    ServerAlias *.example.com
    ProxyPass "/" "http://old.example.net:8080/"
</VirtualHost>
<VirtualHost *:80>
    ServerName shop.example.com
    ProxyPass "/" "http://shop.example.net:8080/"
</VirtualHost>
`,
	Good: `<VirtualHost *:80>
    ServerName shop.example.com
    ProxyPass "/" "http://shop.example.net:8080/"
</VirtualHost>
<VirtualHost *:80>
    ServerName www.example.com
    ServerAlias *.example.com
    ProxyPass "/" "http://old.example.net:8080/"
</VirtualHost>
`,
	Refs:  []string{"https://httpd.apache.org/docs/2.4/vhosts/details.html"},
	Whole: true,
	Run: func(p *Pass) {
		taken := map[netip.AddrPort]*hostNames{}
		for _, s := range p.Servers[1:] {
			addresses, ok := addressesOf(s)
			if !ok {
				continue
			}
			if earlier := takenBy(taken, addresses, s); earlier != nil && !hasOtherWay(s) {
				reportVhostDuplicate(p, s, earlier)
			}
			for _, at := range addresses {
				if taken[at] == nil {
					taken[at] = &hostNames{first: map[string]*effective.Server{}}
				}
				taken[at].add(s)
			}
		}
	},
}

// addressesOf returns the addresses of a virtual host, the invalid IP address for *; ok is false where one is written as a
// name, which may be any.
func addressesOf(s *effective.Server) (addresses []netip.AddrPort, ok bool) {
	addresses = make([]netip.AddrPort, 0, len(s.Addresses()))
	for _, a := range s.Addresses() {
		var ip netip.Addr
		if !effective.IsAnyAddress(a) {
			var err error
			if ip, err = netip.ParseAddr(a.Host); err != nil {
				return nil, false
			}
		}
		addresses = append(addresses, netip.AddrPortFrom(ip.Unmap(), uint16(a.Port)))
	}
	return addresses, len(addresses) > 0
}

// hostNames are the names of the virtual hosts of an address.
type hostNames struct {
	// first is the first server that has a name, or a wildcard as it is written. The empty name is that of a server without
	// one.
	first map[string]*effective.Server
	// wild are the servers with wildcards that are not of the form *.example.com.
	wild []*effective.Server
}

// namesOf returns the names of a server in lower case, wildcards as they are written.
func namesOf(s *effective.Server) []string {
	names := []string{clib.ToLower(strings.TrimSuffix(s.ServerName(), "."))}
	for _, alias := range s.Aliases {
		for _, name := range alias.Names {
			names = append(names, clib.ToLower(name))
		}
	}
	return names
}

func (n *hostNames) add(s *effective.Server) {
	wild := false
	for _, name := range namesOf(s) {
		if n.first[name] == nil {
			n.first[name] = s
		}
		wild = wild || strings.ContainsAny(strings.TrimPrefix(name, "*."), "*?")
	}
	if wild {
		n.wild = append(n.wild, s)
	}
}

// find returns an earlier server that has a name. A wildcard is found as it is written, no name at all where another server
// has none.
func (n *hostNames) find(name string) *effective.Server {
	if s := n.first[name]; s != nil || name == "" || strings.ContainsAny(name, "*?") {
		return s
	}
	for i := range len(name) {
		if name[i] != '.' {
			continue
		}
		if s := n.first["*"+name[i:]]; s != nil {
			return s
		}
	}
	for _, s := range n.wild {
		if s.Answers(name) {
			return s
		}
	}
	return nil
}

// takenBy returns the virtual host that has the ServerName of s on its first address, where all of its names are taken on
// all of its addresses, else nil.
func takenBy(taken map[netip.AddrPort]*hostNames, addresses []netip.AddrPort, s *effective.Server) *effective.Server {
	var by *effective.Server
	for _, at := range addresses {
		names := taken[at]
		if names == nil {
			return nil
		}
		for _, name := range namesOf(s) {
			earlier := names.find(name)
			if earlier == nil || earlier == s {
				return nil
			}
			if by == nil {
				by = earlier
			}
		}
	}
	return by
}

// hasOtherWay reports whether requests may reach the server by something else than the names that are known: by their
// path, or by a name that httpd refuses as it is written now.
func hasOtherWay(s *effective.Server) bool {
	for residue := range ir.Of[*ir.Residue](s.Items) {
		named := clib.EqualFold(residue.Name, "ServerName") || clib.EqualFold(residue.Name, "ServerAlias")
		if clib.EqualFold(residue.Name, "ServerPath") || named && residue.State == ir.ResidueRefused {
			return true
		}
	}
	return false
}

func reportVhostDuplicate(p *Pass, s, earlier *effective.Server) {
	span, what := s.VirtualHost.Origin.Span, "without a name"
	if s.Name != nil {
		span, what = s.Name.Origin.Arg(0), s.Name.Host
	}
	related := earlier.VirtualHost.Origin.Span
	if earlier.Name != nil {
		related = earlier.Name.Origin.Arg(0)
	}
	help := "give it a name of its own, or delete one of the two; the same file may be included twice"
	if s.Name != nil && earlier.Name != nil && !clib.EqualFold(s.Name.Host, earlier.Name.Host) {
		help = "put it before the one with the wildcard or the alias, or give it a name of its own"
	}
	p.Report(diag.Diagnostic{
		Span:    span,
		Message: fmt.Sprintf("the virtual host %s is never used: earlier ones have its addresses and names", what),
		Label:   "taken already",
		Related: []diag.Related{{Span: related, Message: "the first that has the name gets the requests"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: "no request ever meets the directives in here, and httpd does not say so"},
			{Kind: "help", Text: help},
		},
	})
}
