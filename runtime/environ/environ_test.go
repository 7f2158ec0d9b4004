package environ_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/runtime/environ"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/wire"
)

func setEnvIf(t *testing.T, attribute, pattern string, assign ...string) *ir.SetEnvIf {
	t.Helper()
	p, err := pcre.Parse(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return &ir.SetEnvIf{Attribute: attribute, Pattern: p, Assign: assign}
}

func request(t *testing.T, x *exchange.Exchange) {
	t.Helper()
	x.Reset()
	x.Client.RemoteIP = "192.0.2.1"
	head := "GET /a/b HTTP/1.1\r\nHost: a\r\nX-Field: some value\r\nX-Other: 2\r\n\r\n"
	if _, err := x.Request.Parse([]byte(head), wire.DefaultRules()); err != nil {
		t.Fatal(err)
	}
}

// TestPlainPatterns holds which patterns mod_setenvif takes for text: what they set does not fill in $0.
func TestPlainPatterns(t *testing.T) {
	for pattern, want := range map[string]string{
		`value`:    "$0",
		`me va`:    "$0",
		`e v.l`:    "e val",
		`e\sv`:     "e v",
		`me|other`: "me",
		`^some`:    "some",
		`\.`:       "",
		`x`:        "",
	} {
		conditions, problems := environ.Compile([][]*ir.SetEnvIf{{setEnvIf(t, "X-Field", pattern, "V=$0")}})
		if len(problems) > 0 {
			t.Fatalf("%s: %v", pattern, problems)
		}
		var x exchange.Exchange
		request(t, &x)
		conditions.Run(&x, []byte("/a/b"), &environ.Room{})
		if value, _ := x.Env.Get("v"); string(value) != want {
			t.Errorf("%s sets %q, want %q", pattern, value, want)
		}
	}
}

// TestNoAllocations: variables cost no memory once the room for them is there.
func TestNoAllocations(t *testing.T) {
	conditions, problems := environ.Compile([][]*ir.SetEnvIf{
		{setEnvIf(t, "X-Field", "(some) .*", "A=$1", "B"), setEnvIf(t, "^X-", "2", "C=x"), setEnvIf(t, "Remote_Addr", `^192\.`, "D")},
		{setEnvIf(t, "A", "some", "!B"), setEnvIf(t, "Request_URI", "^/a/(.*)", "E=$1")},
	})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	variables, _ := environ.Merge([]ir.Item{&ir.SetEnv{Name: "F", Value: "1"}, &ir.SetEnv{Name: "a", Value: "1"}}, nil)
	var x exchange.Exchange
	var room environ.Room
	uri := []byte("/a/b")
	run := func() {
		request(t, &x)
		conditions.Run(&x, uri, &room)
		variables.Apply(&x)
	}
	run()
	var got []string
	for name, value := range x.Env.All() {
		got = append(got, fmt.Sprintf("%s=%s", name, value))
	}
	if diff := cmp.Diff([]string{"A=some", "C=x", "D=1", "E=b", "F=1"}, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	base := testing.AllocsPerRun(100, func() { request(t, &x) })
	if allocs := testing.AllocsPerRun(100, run); !racing && allocs > base {
		t.Errorf("%v allocations a request", allocs-base)
	}
}
