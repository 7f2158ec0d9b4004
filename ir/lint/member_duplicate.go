package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/table"
)

var memberDuplicate = &Rule{
	ID:       "LB205",
	Name:     "member-duplicate",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "the same BalancerMember twice in a balancer",
	Why: `httpd identifies the members of a balancer by their URL. A second BalancerMember with the same URL defines nothing:
it shares the first, and its parameters, such as another route or load factor, are dropped. The message about it (AH01150)
appears in a virtual host only if a LogLevel stands above. Most often one line was copied and not changed, so that a backend
gets no requests at all. Members behind Unix sockets are compared by the URL behind the "|": with
unix:/run/a.sock|http://localhost and unix:/run/b.sock|http://localhost everything goes to a.sock, silently. With the
default port or a final slash in one of the lines only, such as http://b/ and http://b, httpd has both members.`,
	Bad: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080" route=one
    BalancerMember "http://b1.example.com:8080" route=two loadfactor=5
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Good: `<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080" route=one
    BalancerMember "http://b2.example.com:8080" route=two loadfactor=5
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#balancermember"},
	Run: func(p *Pass) {
		var first table.Of[*ir.BalancerMember]
		for _, s := range p.Servers {
			for _, b := range s.Balancers {
				if b.Server == s {
					first.Reset()
					checkMembers(p, b, &first)
				}
			}
		}
	},
}

// checkMembers puts the first member of each address into first, and reports the others.
func checkMembers(p *Pass, b *effective.Balancer, first *table.Of[*ir.BalancerMember]) {
	for _, member := range membersOf(b) {
		url, ok := effective.ParseURL(member.URL)
		if !ok {
			continue
		}
		key := strings.TrimSuffix(url.StringOf(member.URL), "/")
		earlier, seen := first.Get(key)
		if !seen {
			first.KeepFirst(key, member)
			continue
		}
		reportDuplicate(p, b, member, earlier, url.Socket)
	}
}

// membersOf returns the directives of a balancer in order, those that share a member included.
func membersOf(b *effective.Balancer) []*ir.BalancerMember {
	all := make([]*ir.BalancerMember, 0, len(b.Members))
	for _, w := range b.Members {
		if member, ok := w.By.(*ir.BalancerMember); ok {
			all = append(all, member)
		}
		all = slices.AppendSeq(all, ir.Of[*ir.BalancerMember](w.Also))
	}
	return inOrder(all)
}

func reportDuplicate(p *Pass, b *effective.Balancer, member, earlier *ir.BalancerMember, socket string) {
	effect := "httpd keeps one member; "
	if len(member.Params) > 0 {
		keys := make([]string, len(member.Params))
		for i, param := range member.Params {
			keys[i] = param.Key + "=" + param.Value
		}
		effect += "dropped: " + strings.Join(keys, " ")
	} else {
		effect += "the second line does nothing"
	}
	help := "write the address of the other backend, or delete the line; for a larger share set loadfactor on the first"
	if url, ok := effective.ParseURL(earlier.URL); ok && socket != url.Socket {
		effect = "httpd compares members by the URL behind the |: nothing goes to " + socket
		help = "give each socket a host of its own behind the |, such as http://one and http://two: the name is not resolved"
	}
	if defines(b, member) {
		effect = "httpd compares members letter by letter and keeps both: the backend gets the share of two, and is tried twice when it fails"
	}
	p.Report(diag.Diagnostic{
		Span:    memberSpan(member),
		Message: fmt.Sprintf("%s is already a member of %s", member.URL, b.Name),
		Label:   "the same member again",
		Related: []diag.Related{{Span: memberSpan(earlier), Message: "defined here"}},
		Notes:   []diag.Note{{Kind: "effect", Text: effect}, {Kind: "help", Text: help}},
	})
}

// defines reports whether a directive makes a member of its own.
func defines(b *effective.Balancer, member *ir.BalancerMember) bool {
	return slices.ContainsFunc(b.Members, func(w *effective.Worker) bool { return w.By == ir.Item(member) })
}

// memberSpan is the place of a member's URL.
func memberSpan(m *ir.BalancerMember) diag.Span {
	if m.Balancer != "" {
		return m.Origin.Arg(1)
	}
	return m.Origin.Arg(0)
}
