package program

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/wire"
)

// protocol says what a request to a server may be.
func (b *builder) protocol(s *effective.Server) wire.Rules {
	options := s.Settings.Protocol()
	rules := wire.Rules{
		Line: int(s.Limit(ir.NumberLimitRequestLine).Value), Field: int(s.Limit(ir.NumberLimitRequestFieldsize).Value),
		Fields: int(s.Limit(ir.NumberLimitRequestFields).Value), Unsafe: options.Unsafe, Versioned: options.Require10,
	}
	if options.Registered {
		rules.Methods = b.registered
	}
	return rules
}

// builtinMethods are those that httpd knows from the start (httpd: ap_method_registry_init).
const builtinMethods = `GET HEAD PUT POST DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK VERSION-CONTROL
	CHECKOUT UNCHECKOUT CHECKIN UPDATE LABEL REPORT MKWORKSPACE MKACTIVITY BASELINE-CONTROL MERGE`

// registeredMethods returns the methods that httpd knows: its own, those of RegisterHttpMethod, and those that a <Limit> or
// <LimitExcept> names.
func registeredMethods(items []ir.Item) map[string]bool {
	known := map[string]bool{}
	add := func(names []string) {
		for _, name := range names {
			known[name] = true
		}
	}
	add(strings.Fields(builtinMethods))
	for item := range ir.All(items) {
		if words, ok := item.(*ir.Words); ok && words.Name == ir.WordsRegisterHttpMethod {
			add(words.Values)
		}
		if limit, ok := item.(*ir.Residue); ok && (limit.Name == "Limit" || limit.Name == "LimitExcept") {
			add(strings.Fields(limit.Args))
		}
	}
	return known
}

// MixesBodies says whether the servers do not read bodies by the same rules.
func (p *Program) MixesBodies() bool { return p.mixes }

// Serves says whether a server of a local address has a name, in lower case without port and final dot, or is a virtual host
// for it (httpd: update_server_from_aliases).
func (p *Program) Serves(local netip.AddrPort, hostname []byte) bool {
	set := p.setFor(local)
	if set == nil {
		return p.main.names.has(hostname)
	}
	return set.has(hostname) || slices.ContainsFunc(set.hosts, func(h *Host) bool {
		return slices.ContainsFunc(h.addresses, func(a ir.Address) bool { return clib.EqualFold(a.Host, string(hostname)) })
	})
}
