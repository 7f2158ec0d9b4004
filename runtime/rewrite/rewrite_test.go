package rewrite_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	parsed "github.com/lbconf/lbconf/parser/rewrite"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/rewrite"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/trace"
)

// What rules do is held against httpd by the tests of the package program; here is what these do not see.

func compile(t *testing.T, lines ...string) *rewrite.Program {
	t.Helper()
	var rules []effective.Rule
	var conds []*ir.RewriteCond
	for _, line := range lines {
		if text, ok := strings.CutPrefix(line, "cond "); ok {
			cond, _ := parsed.ParseCond(text)
			conds = append(conds, &ir.RewriteCond{Cond: cond})
			continue
		}
		rule, _ := parsed.ParseRule(line)
		rules = append(rules, effective.Rule{Conds: conds, Rule: &ir.RewriteRule{Rule: rule}})
		conds = nil
	}
	p, problems := rewrite.Compile(rules, rewrite.Options{Server: &eval.Server{}, MaxLength: 100})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

type noHost struct{}

func (noHost) Answers([]byte, int) bool { return false }

func run(p *rewrite.Program, s *rewrite.State, path string) rewrite.Result {
	x := &exchange.Exchange{}
	x.Request.Path = []byte(path)
	return p.Run(s, x, noHost{}, &route.Self{Scheme: "http", Name: []byte("h"), Port: 80}, nil)
}

type recorder struct{ said []string }

func (r *recorder) Message(_ trace.Module, level trace.Level, _ netip.AddrPort, text string) {
	r.said = append(r.said, level.String()+" "+text)
}

// TestTrace holds that a log says as much as its level; what it says is held against httpd by scripts.
func TestTrace(t *testing.T) {
	p := compile(t, "^/none x", "cond $1x ^a", "cond b c [OR]", "cond b b", "^/(.*) /y/$1?q", "^/y - [F]")
	for _, test := range []struct {
		level trace.Level
		want  []string
	}{
		{trace.Debug, nil},
		{trace.Trace2, []string{"trace2 init rewrite engine with requested uri /a", "trace2 rewrite '/a' -> '/y/a?q'", "trace2 setting lastsub to rule with output /y/$1?q", "trace2 forcing responsecode 403 for /y/a"}},
	} {
		seen := &recorder{}
		log := trace.New(seen, func(string) trace.Level { return test.level })
		x := &exchange.Exchange{}
		x.Request.Path = []byte("/a")
		if result := p.Run(new(rewrite.State), x, noHost{}, &route.Self{Scheme: "http"}, log); result.Kind != rewrite.Status || result.Status != 403 {
			t.Errorf("%+v", result)
		}
		if diff := cmp.Diff(test.want, seen.said); diff != "" {
			t.Errorf("%s:\n%s", test.level, diff)
		}
	}
}

// TestTracesCostNothing holds that rules that nobody traces allocate nothing.
func TestTracesCostNothing(t *testing.T) {
	p := compile(t, "^/none x", "cond %{REQUEST_URI} !^/b", "^/(.*) /y/$1?q [E=A:$1]", "^/y/(.*) http://b/$1 [P]")
	var s rewrite.State
	x := &exchange.Exchange{}
	self := &route.Self{Scheme: "http", Name: []byte("h"), Port: 80}
	path := []byte("/a")
	run := func() {
		x.Reset()
		x.Request.Path = path
		if result := p.Run(&s, x, noHost{}, self, nil); result.Kind != rewrite.Proxy {
			t.Fatalf("%+v", result)
		}
	}
	run()
	if allocs := testing.AllocsPerRun(100, run); !racing && allocs > 0 {
		t.Errorf("%v allocations a request", allocs)
	}
}

// TestGrowthEnds holds that a result that grows without end is stopped, by its length or by the rounds of N.
func TestGrowthEnds(t *testing.T) {
	for _, rule := range []string{"^/(.*) /$1$1 [N]", "^/(.*) /$1 [N]", "^/a - [N=3]"} {
		if result := run(compile(t, rule), new(rewrite.State), "/ab"); result.Kind != rewrite.Status || result.Status != 500 {
			t.Errorf("%s: %+v", rule, result)
		}
	}
}

// TestResultsDoNotOverlap holds that one State serves requests of any size after one another.
func TestResultsDoNotOverlap(t *testing.T) {
	p := compile(t, "cond %{QUERY_STRING} !x", "^/(.*) http://b/$1?$1&$0 [P,NE]")
	var s rewrite.State
	for _, n := range []int{1, 30, 2, 25, 0} {
		path := "/" + strings.Repeat("a", n)
		want := "http://b" + path + "?" + path[1:] + "&" + path
		if got := run(p, &s, path); got.Kind != rewrite.Proxy || string(got.Value) != want {
			t.Errorf("%s became %s", path, got.Value)
		}
	}
}
