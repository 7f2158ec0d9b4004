// Package access decides who may do a request: Require of mod_authz_core and mod_authz_host, Order, Allow and Deny of
// mod_access_compat. What it cannot decide exactly is refused when it is compiled, so that no door opens by itself.
package access

import (
	"fmt"
	"slices"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/subnet"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
)

// Request is what the decision depends on.
type Request struct {
	// Client is the connection.
	Client *exchange.Client
	// Names finds the name of the client.
	Names *Names
	// Method is the method of the request.
	Method []byte
	// Env is the environment of the request.
	Env *exchange.Table
	// Vars is what expressions see.
	Vars *eval.Context
	room eval.Room
}

func (x *Request) has(name string) bool {
	_, ok := x.Env.Get(name)
	return ok
}

// Rules are the compiled rules of one scope. They are immutable; the zero value grants everything.
type Rules struct {
	require *group
	compat  *compat
	// any says that one of the two suffices (Satisfy any).
	any bool
}

// Problem is a rule that cannot be decided.
type Problem struct {
	// Item is the directive.
	Item ir.Item
	// Message says why and what to write instead.
	Message string
}

// Compile compiles the rules of a scope; server is what expressions say of the virtual host. With a problem the result
// denies everything.
func Compile(a effective.Access, server *eval.Server) (*Rules, []Problem) {
	c := compiler{server: server}
	r := &Rules{}
	if len(a.Require) > 0 {
		r.require = c.group(anyOf, a.Require)
	}
	r.compat, r.any = c.compat(a)
	if len(c.problems) > 0 {
		return &Rules{require: &group{kind: allOf, rules: []rule{denied{}}}}, c.problems
	}
	return r, nil
}

// Allow says whether the request may pass.
func (r *Rules) Allow(x *Request) bool {
	switch {
	case r.IsOpen():
		return true
	case r.compat == nil:
		return r.require.decide(x) == granting
	case r.require == nil:
		return r.compat.allow(x)
	case r.any:
		return r.compat.allow(x) || r.require.decide(x) == granting
	}
	return r.compat.allow(x) && r.require.decide(x) == granting
}

// IsOpen says that the rules grant everything, so that nobody needs to be asked.
func (r *Rules) IsOpen() bool {
	// A half that says nothing grants, and with Satisfy any that is enough.
	switch {
	case r.require == nil && r.compat == nil, r.any && (r.require == nil || r.compat == nil):
		return true
	case r.compat != nil:
		return false
	}
	if len(r.require.rules) != 1 {
		return false
	}
	_, open := r.require.rules[0].(granted)
	return open
}

// verdict is what a rule says.
type verdict uint8

const (
	neutral verdict = iota
	denying
	granting
)

type rule interface {
	decide(x *Request) verdict
}

type granted struct{}

func (granted) decide(*Request) verdict { return granting }

type denied struct{}

func (denied) decide(*Request) verdict { return denying }

// not turns a grant into a denial, and a denial into nothing.
type not struct{ rule rule }

func (n not) decide(x *Request) verdict {
	switch n.rule.decide(x) {
	case granting:
		return denying
	case denying, neutral:
	}
	return neutral
}

type groupKind uint8

const (
	anyOf groupKind = iota
	allOf
	noneOf
)

type group struct {
	kind  groupKind
	rules []rule
}

func (g *group) decide(x *Request) verdict {
	result := neutral
	for _, r := range g.rules {
		v := r.decide(x)
		switch g.kind {
		case anyOf:
			if v == granting {
				return granting
			}
			result = max(result, v)
		case allOf:
			if v == denying {
				return denying
			}
			result = max(result, v)
		case noneOf:
			if v == granting {
				return denying
			}
		}
	}
	return result
}

type compiler struct {
	server   *eval.Server
	problems []Problem
}

func (c *compiler) problem(item ir.Item, format string, args ...any) {
	c.problems = append(c.problems, Problem{item, fmt.Sprintf(format, args...)})
}

func (c *compiler) group(kind groupKind, items []ir.Item) *group {
	g := &group{kind: kind}
	for _, item := range items {
		if section, ok := item.(*ir.Section); ok {
			g.rules = append(g.rules, c.section(section))
		}
		if require, ok := item.(*ir.Require); ok {
			r := c.require(require)
			if require.Not {
				r = not{r}
			}
			g.rules = append(g.rules, r)
		}
	}
	return g
}

func (c *compiler) section(section *ir.Section) *group {
	kind := anyOf
	switch section.Kind {
	case ir.SectionRequireAll:
		kind = allOf
	case ir.SectionRequireNone:
		kind = noneOf
	case ir.SectionRequireAny, ir.SectionProxy, ir.SectionProxyMatch, ir.SectionLocation, ir.SectionLocationMatch,
		ir.SectionDirectory, ir.SectionDirectoryMatch, ir.SectionFiles, ir.SectionFilesMatch, ir.SectionIf, ir.SectionElseIf,
		ir.SectionElse:
	}
	for _, item := range section.Items {
		if inner, ok := item.(*ir.Section); ok && !isRequireSection(inner.Kind) {
			c.problem(item, "<%s> inside <%s> cannot be decided: move it out", inner.Kind, section.Kind)
		}
		if residue, ok := item.(*ir.Residue); ok && residue.State != ir.ResidueInert {
			c.problem(item, "%s inside <%s> cannot be decided: leave it out", residue.Name, section.Kind)
		}
	}
	return c.group(kind, section.Items)
}

func isRequireSection(kind ir.SectionKind) bool {
	return kind == ir.SectionRequireAll || kind == ir.SectionRequireAny || kind == ir.SectionRequireNone
}

func (c *compiler) require(r *ir.Require) rule {
	switch r.Provider {
	case "all":
		if len(r.Args) == 1 && clib.EqualFold(r.Args[0], "granted") {
			return granted{}
		}
		if len(r.Args) == 1 && clib.EqualFold(r.Args[0], "denied") {
			return denied{}
		}
		c.problem(r, "Require all says neither granted nor denied: write one of them")
	case "ip":
		return c.addresses(r, r.Args)
	case "local":
		return local{}
	case "env":
		return envSet(r.Args)
	case "method":
		return methods(r.Args)
	case "expr":
		return c.expression(r)
	case "host":
		return hosts(c.names(r))
	case "forward-dns":
		return forwardNames(c.names(r))
	case "ssl":
		return encrypted{}
	case "ssl-verify-client":
		return verifiedClient{}
	default:
		c.problem(r, "Require %s cannot be decided by this server: allow by address with Require ip, or leave it to a server that authenticates", r.Provider)
	}
	return denied{}
}

func (c *compiler) addresses(item ir.Item, words []string) addresses {
	var list addresses
	if len(words) == 0 {
		c.problem(item, "no address is written: write one, as in 192.0.2.1 or 192.0.2.0/24")
	}
	for _, word := range words {
		network, err := subnet.Parse(word)
		if err != nil {
			c.problem(item, "address %q is none: write an IP address, the start of one, or one with the length of its prefix", word)
			continue
		}
		list = append(list, network)
	}
	return list
}

type addresses []subnet.Subnet

func (a addresses) decide(x *Request) verdict {
	client := x.Client.Remote.Addr()
	for _, network := range a {
		if network.Contains(client) {
			return granting
		}
	}
	return denying
}

// local is Require local: the loopback network, or the server's own address.
type local struct{}

func (local) decide(x *Request) verdict {
	if client := x.Client.Remote.Addr().Unmap(); client.IsLoopback() || client == x.Client.Local.Addr().Unmap() {
		return granting
	}
	return denying
}

// encrypted is Require ssl of mod_ssl.
type encrypted struct{}

func (encrypted) decide(x *Request) verdict {
	if x.Client.TLS != nil {
		return granting
	}
	return denying
}

// verifiedClient is Require ssl-verify-client of mod_ssl.
type verifiedClient struct{}

func (verifiedClient) decide(x *Request) verdict {
	if x.Client.TLS != nil && x.Client.TLS.Verified {
		return granting
	}
	return denying
}

type envSet []string

func (e envSet) decide(x *Request) verdict {
	if slices.ContainsFunc(e, x.has) {
		return granting
	}
	return denying
}

// methods is Require method. HEAD and GET are one for httpd.
type methods []string

func (m methods) decide(x *Request) verdict {
	for _, name := range m {
		if string(x.Method) == name || isGet(name) && isGet(string(x.Method)) {
			return granting
		}
	}
	return denying
}

func isGet(method string) bool { return method == "GET" || method == "HEAD" }
