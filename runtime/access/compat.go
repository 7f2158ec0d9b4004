package access

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/subnet"
)

// order is the value of Order.
type order uint8

const (
	denyAllow order = iota
	allowDeny
	mutualFailure
)

// compat is Order, Allow and Deny.
type compat struct {
	order       order
	allows, den []origin
}

// origin is what Allow or Deny compares the client with.
type origin struct {
	all     bool
	env     string
	unset   bool
	network subnet.Subnet
	// domain is what the client's name must end in, where named says that it is a name.
	domain string
	named  bool
}

func (c *compiler) compat(a effective.Access) (*compat, bool) {
	satisfyAny := false
	out := &compat{}
	ordered := false
	for _, o := range a.Orders {
		if o.Satisfy {
			satisfyAny = o.Value == "any"
			continue
		}
		ordered = true
		switch o.Value {
		case "deny,allow":
			out.order = denyAllow
		case "allow,deny":
			out.order = allowDeny
		case "mutual-failure":
			out.order = mutualFailure
		default:
			c.problem(o, "Order %s is none: write deny,allow or allow,deny", o.Value)
		}
	}
	for _, r := range a.Rules {
		for _, word := range r.From {
			o, ok := c.origin(r, word)
			switch {
			case !ok:
			case r.Deny:
				out.den = append(out.den, o)
			default:
				out.allows = append(out.allows, o)
			}
		}
	}
	if !ordered && len(a.Rules) == 0 {
		return nil, satisfyAny
	}
	return out, satisfyAny
}

func (c *compiler) origin(r *ir.AccessRule, word string) (origin, bool) {
	if clib.EqualFold(word, "all") {
		return origin{all: true}, true
	}
	if len(word) > 4 && clib.HasPrefixFold(word, "env=") {
		name, unset := strings.CutPrefix(word[4:], "!")
		return origin{env: name, unset: unset}, true
	}
	network, err := subnet.Parse(word)
	switch {
	case err == nil:
		return origin{network: network}, true
	case strings.Contains(word, "/"):
		c.problem(r, "%q is no network: write 192.0.2.0/24", word)
		return origin{}, false
	}
	return origin{named: true, domain: word}, true
}

func (c *compat) allow(x *Request) bool {
	switch c.order {
	case allowDeny:
		return matches(c.allows, x) && !matches(c.den, x)
	case mutualFailure:
		return matches(c.allows, x) && !matches(c.den, x)
	case denyAllow:
	}
	return !matches(c.den, x) || matches(c.allows, x)
}

func matches(list []origin, x *Request) bool {
	for i := range list {
		switch o := &list[i]; {
		case o.all:
			return true
		case o.env != "":
			if x.has(o.env) != o.unset {
				return true
			}
		case o.named:
			if name := x.Names.client(x.Client); name != "" && inDomain(o.domain, name) {
				return true
			}
		case o.network.Contains(x.Client.Remote.Addr()):
			return true
		}
	}
	return false
}
