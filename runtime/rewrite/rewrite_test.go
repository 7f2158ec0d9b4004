package rewrite_test

import (
	"fmt"
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
)

// What rules do is held against httpd by the tests of the package program; here is what these do not see.

func compile(t *testing.T, trace rewrite.Tracer, lines ...string) *rewrite.Program {
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
	p, problems := rewrite.Compile(rules, rewrite.Options{Server: &eval.Server{}, MaxLength: 100, Trace: trace})
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
	return p.Run(s, x, noHost{}, &route.Self{Scheme: "http", Name: []byte("h"), Port: 80})
}

type recorder struct{ steps []string }

func (r *recorder) Tried(rule *ir.RewriteRule, subject []byte, matched bool) {
	r.steps = append(r.steps, fmt.Sprintf("tried %s on %s: %t", rule.Rule.PatternText, subject, matched))
}

func (r *recorder) Tested(_ *ir.RewriteCond, value []byte, holds bool) {
	r.steps = append(r.steps, fmt.Sprintf("tested %s: %t", value, holds))
}

func (r *recorder) Changed(_ *ir.RewriteRule, value, query []byte) {
	r.steps = append(r.steps, fmt.Sprintf("changed to %s ? %s", value, query))
}

func TestTrace(t *testing.T) {
	seen := &recorder{}
	p := compile(t, seen, "^/none x", "cond $1x ^a", "cond b c [OR]", "cond b b", "^/(.*) /y/$1?q", "^/y - [F]")
	if result := run(p, new(rewrite.State), "/a"); result.Kind != rewrite.Status || result.Status != 403 {
		t.Errorf("%+v", result)
	}
	want := []string{
		"tried ^/none on /a: false", "tried ^/(.*) on /a: true", "tested ax: true", "tested b: false", "tested b: true",
		"changed to /y/a ? q", "tried ^/y on /y/a: true",
	}
	if diff := cmp.Diff(want, seen.steps); diff != "" {
		t.Error(diff)
	}
}

// TestGrowthEnds holds that a result that grows without end is stopped, by its length or by the rounds of N.
func TestGrowthEnds(t *testing.T) {
	for _, rule := range []string{"^/(.*) /$1$1 [N]", "^/(.*) /$1 [N]", "^/a - [N=3]"} {
		if result := run(compile(t, nil, rule), new(rewrite.State), "/ab"); result.Kind != rewrite.Status || result.Status != 500 {
			t.Errorf("%s: %+v", rule, result)
		}
	}
}

// TestResultsDoNotOverlap holds that one State serves requests of any size after one another.
func TestResultsDoNotOverlap(t *testing.T) {
	p := compile(t, nil, "cond %{QUERY_STRING} !x", "^/(.*) http://b/$1?$1&$0 [P,NE]")
	var s rewrite.State
	for _, n := range []int{1, 30, 2, 25, 0} {
		path := "/" + strings.Repeat("a", n)
		want := "http://b" + path + "?" + path[1:] + "&" + path
		if got := run(p, &s, path); got.Kind != rewrite.Proxy || string(got.Value) != want {
			t.Errorf("%s became %s", path, got.Value)
		}
	}
}
