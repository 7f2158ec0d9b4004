package access_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/runtime/access"
	"github.com/lbconf/lbconf/runtime/exchange"
)

func client(address string) *exchange.Client {
	return &exchange.Client{
		RemoteIP: address, Remote: netip.AddrPortFrom(netip.MustParseAddr(address), 1), Local: netip.MustParseAddrPort("10.0.0.2:80"),
	}
}

func require(provider string, args ...string) *ir.Require {
	return &ir.Require{Provider: provider, Args: args}
}

func not(r *ir.Require) *ir.Require {
	r.Not = true
	return r
}

func section(kind ir.SectionKind, items ...ir.Item) *ir.Section {
	return &ir.Section{Kind: kind, Items: items}
}

// TestRequire holds the three-valued logic of mod_authz_core, for a client at 10.0.0.1.
func TestRequire(t *testing.T) {
	in, out := require("ip", "10"), require("ip", "11")
	tests := []struct {
		name string
		want bool
		list []ir.Item
	}{
		{"nothing", true, nil},
		{"one of several", true, []ir.Item{out, in}},
		{"none of several", false, []ir.Item{out, require("local")}},
		{"all", false, []ir.Item{section(ir.SectionRequireAll, in, out)}},
		{"all and not", true, []ir.Item{section(ir.SectionRequireAll, in, not(require("ip", "11")))}},
		{"all and not him", false, []ir.Item{section(ir.SectionRequireAll, in, not(require("ip", "10")))}},
		{"only negative grants nobody", false, []ir.Item{section(ir.SectionRequireAll, not(require("ip", "11")))}},
		{"none grants nobody", false, []ir.Item{section(ir.SectionRequireNone, out)}},
		{"none in all", true, []ir.Item{section(ir.SectionRequireAll, in, section(ir.SectionRequireNone, out))}},
		{"none in all denies", false, []ir.Item{section(ir.SectionRequireAll, require("all", "granted"), section(ir.SectionRequireNone, in))}},
		{"any in all", true, []ir.Item{section(ir.SectionRequireAll, in, section(ir.SectionRequireAny, out, in))}},
		{"env", true, []ir.Item{require("env", "no", "yes")}},
		{"env that is not set", false, []ir.Item{require("env", "no")}},
		{"HEAD is GET", true, []ir.Item{require("method", "GET")}},
		{"two negations in all", true, []ir.Item{section(ir.SectionRequireAll, require("all", "granted"), not(require("ip", "11")), not(require("local")))}},
		{"groups in groups", true, []ir.Item{section(ir.SectionRequireAny, section(ir.SectionRequireAll, out, in), section(ir.SectionRequireAll, in, section(ir.SectionRequireAny, out, require("env", "yes"))))}},
		{"negation in any of all", false, []ir.Item{section(ir.SectionRequireAll, section(ir.SectionRequireAny, section(ir.SectionRequireAll, require("all", "granted"), not(require("ip", "10")))), in)}},
		{"other method", false, []ir.Item{require("method", "POST")}},
	}
	for _, test := range tests {
		rules, problems := access.Compile(effective.Access{Require: test.list}, nil)
		if len(problems) > 0 {
			t.Errorf("%s: %v", test.name, problems)
			continue
		}
		var env exchange.Table
		env.SetString("yes", "")
		x := access.Request{Client: client("::ffff:10.0.0.1"), Method: []byte("HEAD"), Env: &env}
		if got := rules.Allow(&x); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
		if rules.IsOpen() != (test.name == "nothing") {
			t.Errorf("%s: open %t", test.name, rules.IsOpen())
		}
	}
}

// TestUndecidableDenies holds that a rule that cannot be decided lets nobody in, wherever it stands.
func TestUndecidableDenies(t *testing.T) {
	for _, list := range [][]ir.Item{
		{require("user", "a"), require("all", "granted")},
		{section(ir.SectionRequireAny, require("expr", "%{REMOTE_USER} == 'a'"), require("all", "granted"))},
		{section(ir.SectionRequireAll, require("all", "granted"), &ir.Residue{State: ir.ResidueUnsupported, Name: "AuthMerging"})},
		{require("all", "maybe")},
		{require("ip")},
	} {
		rules, problems := access.Compile(effective.Access{Require: list}, nil)
		if len(problems) == 0 || rules.IsOpen() || rules.Allow(&access.Request{Client: client("127.0.0.1")}) {
			t.Errorf("%v: %d problems, and it lets in", list, len(problems))
		}
		for _, p := range problems {
			if strings.TrimSpace(p.Message) == "" {
				t.Errorf("%v: a problem without a message", list)
			}
		}
	}
}
