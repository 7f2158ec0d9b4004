package access_test

import (
	"context"
	"errors"
	"testing"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/runtime/access"
)

// resolver answers from two tables and counts the questions.
type resolver struct {
	names, addresses map[string]string
	asked            int
}

var errUnknown = errors.New("no such host")

func (r *resolver) LookupAddr(_ context.Context, address string) ([]string, error) {
	r.asked++
	if name, ok := r.names[address]; ok {
		return []string{name}, nil
	}
	return nil, errUnknown
}

func (r *resolver) LookupHost(_ context.Context, name string) ([]string, error) {
	r.asked++
	if address, ok := r.addresses[name]; ok {
		return []string{address}, nil
	}
	return nil, errUnknown
}

// TestNames: a client has a name when that leads back to it, and is asked for it once.
func TestNames(t *testing.T) {
	r := &resolver{
		names:     map[string]string{"192.0.2.1": "Good.Example.COM.", "192.0.2.2": "good.example.com.", "192.0.2.3": "nogood.com."},
		addresses: map[string]string{"good.example.com": "192.0.2.1", "nogood.com": "192.0.2.3", "dynamic.example.org": "192.0.2.9"},
	}
	names := &access.Names{Resolver: r}
	for _, test := range []struct {
		address, provider, argument string
		want                        bool
		logged                      string
	}{
		{"192.0.2.1", "host", "example.com", true, "good.example.com"},
		{"192.0.2.1", "host", ".example.com", true, "good.example.com"},
		{"::ffff:192.0.2.1", "host", "GOOD.example.com", true, "good.example.com"},
		{"192.0.2.1", "host", "ood.example.com", false, "good.example.com"},
		{"192.0.2.1", "host", "a.good.example.com", false, "good.example.com"},
		{"192.0.2.1", "host", "#example.com", false, "good.example.com"},
		{"192.0.2.2", "host", "example.com", false, "good.example.com"},
		{"192.0.2.3", "host", "good.com", false, "nogood.com"},
		{"192.0.2.4", "host", "example.com", false, "192.0.2.4"},
		{"192.0.2.9", "forward-dns", "dynamic.example.org", true, "192.0.2.9"},
		{"192.0.2.8", "forward-dns", "dynamic.example.org", false, "192.0.2.8"},
		{"192.0.2.8", "forward-dns", "unknown.example.org", false, "192.0.2.8"},
	} {
		rules, problems := access.Compile(effective.Access{Require: []ir.Item{require(test.provider, test.argument)}}, nil)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		x := access.Request{Client: client(test.address), Names: names}
		got := rules.Allow(&x)
		asked := r.asked
		if again := rules.Allow(&x); got != test.want || again != got {
			t.Errorf("%s, %s %s: %t, then %t", test.address, test.provider, test.argument, got, again)
		}
		if test.provider == "host" && r.asked != asked {
			t.Errorf("%s is asked for its name again", test.address)
		}
		if host := x.Client.Host(); host != test.logged {
			t.Errorf("%s is logged as %s, want %s", test.address, host, test.logged)
		}
	}
}

// TestNamesUnasked: nobody is asked for a name where an address decides.
func TestNamesUnasked(t *testing.T) {
	r := &resolver{}
	rules, _ := access.Compile(effective.Access{Require: []ir.Item{require("ip", "192.0.2.1"), require("host", "example.com")}}, nil)
	x := access.Request{Client: client("192.0.2.1"), Names: &access.Names{Resolver: r}}
	if !rules.Allow(&x) || r.asked > 0 {
		t.Errorf("%d questions", r.asked)
	}
}
