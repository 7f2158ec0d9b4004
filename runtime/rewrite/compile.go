// Package rewrite runs the rules of mod_rewrite in server context: those of the main server and of virtual hosts, which
// see the decoded path before anything else does.
//
// Rules are compiled once; a rule, flag or variable that cannot be run exactly is refused there, with its place. A run
// works in room that the caller keeps, so that a request allocates nothing.
package rewrite

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/parser/rewrite"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/internal/regex"
)

// Options are what rules depend on.
type Options struct {
	// Server is the virtual host.
	Server *eval.Server
	// Maps are the RewriteMaps by name.
	Maps map[string]*Map
	// MaxLength bounds the result of a rule in bytes (core: twice LimitRequestLine).
	MaxLength int
	// Handler judges what H may name: the beginning of it that no variable makes, and whether that is all. It returns what is
	// wrong with it, or nothing; nil takes none.
	Handler func(beginning string, whole bool) (problem string)
}

// Problem is something in a rule that cannot be run.
type Problem struct {
	// Item is the rule or condition.
	Item ir.Item
	// Message says what and what to write instead.
	Message string
}

// Program is a compiled list of rules. It is immutable.
type Program struct {
	rules     []rule
	server    *eval.Server
	maxLength int
}

type rule struct {
	item    *ir.RewriteRule
	match   *regex.Regexp
	negated bool
	conds   []cond
	output  template
	env     []template
	// handler is what H names; without parts it names none.
	handler template
	escape  escaping

	keepsPath, chained                   bool
	proxy, passThrough, end, last, again bool
	redirect, noEscape                   bool
	appendQuery, discardQuery            bool
	dropQuery, lastMark, allowMark       bool
	status, skip, maxRounds              int
	answers                              bool
	// mainOnly says that subrequests pass it by; slashes that leading slashes of the result stay as they are.
	mainOnly, slashes bool
}

// Compile compiles rules. Problems name everything in them that cannot be run exactly; the program is then not to be
// used.
func Compile(rules []effective.Rule, o Options) (*Program, []Problem) {
	c := compiler{options: o}
	p := &Program{server: o.Server, maxLength: o.MaxLength}
	for _, r := range rules {
		p.rules = append(p.rules, c.rule(r))
	}
	return p, c.problems
}

type compiler struct {
	options  Options
	problems []Problem
}

func (c *compiler) problem(item ir.Item, format string, args ...any) {
	c.problems = append(c.problems, Problem{item, fmt.Sprintf(format, args...)})
}

func (c *compiler) rule(source effective.Rule) rule {
	parsed := source.Rule.Rule
	r := rule{
		item: source.Rule, negated: parsed.Negated, keepsPath: parsed.NoSubstitution(),
		dropQuery: parsed.DropsQuery(), lastMark: parsed.LastQuestionMark(), skip: parsed.Skip(), maxRounds: parsed.MaxRounds(),
	}
	r.match = c.pattern(source.Rule, parsed.Pattern)
	r.status, r.answers = parsed.Status()
	if code, ok := parsed.Redirect(); ok {
		r.redirect, r.status = true, code
	}
	for _, flag := range parsed.Flags {
		c.flag(&r, source.Rule, flag)
	}
	r.escape = escapingOf(parsed)
	r.mainOnly = parsed.Has(rewrite.FlagNS) || parsed.Has(rewrite.FlagR)
	r.slashes = parsed.Has(rewrite.FlagUNC) || strings.HasPrefix(parsed.Output.Text, "//")
	if !r.keepsPath {
		r.output = c.template(source.Rule, parsed.Output)
	}
	for _, item := range source.Conds {
		r.conds = append(r.conds, c.cond(item))
	}
	return r
}

func (c *compiler) pattern(item ir.Item, p *pcre.Pattern) *regex.Regexp {
	if p == nil {
		c.problem(item, "the regular expression does not parse: lint says where")
		return nil
	}
	m, err := regex.Compile(p, false)
	if err != nil {
		c.problem(item, "the regular expression %q cannot be run: %v", p.Source, err)
	}
	return m
}

func (c *compiler) flag(r *rule, item *ir.RewriteRule, flag rewrite.Flag) {
	switch flag.Name {
	case rewrite.FlagP:
		r.proxy = true
	case rewrite.FlagPT:
		r.passThrough = true
	case rewrite.FlagEND:
		r.end = true
	case rewrite.FlagL:
		r.last = true
	case rewrite.FlagN:
		r.again = true
	case rewrite.FlagC:
		r.chained = true
	case rewrite.FlagNE:
		r.noEscape = true
	case rewrite.FlagQSA:
		r.appendQuery = true
	case rewrite.FlagQSD:
		r.discardQuery = true
	case rewrite.FlagUnsafeAllow3F:
		r.allowMark = true
	case rewrite.FlagE:
		if flag.Value != "" {
			r.env = append(r.env, c.template(item, flag.Template()))
		}
	case rewrite.FlagH:
		c.handler(r, item, flag)
	case rewrite.FlagCO, rewrite.FlagT:
		c.problem(item, "the flag %s of RewriteRule is not run by this server: leave it out", flag.Written)
	case rewrite.FlagB, rewrite.FlagBCTLS, rewrite.FlagBNE, rewrite.FlagBNP, rewrite.FlagF, rewrite.FlagG, rewrite.FlagNC,
		rewrite.FlagR, rewrite.FlagS, rewrite.FlagQSL, rewrite.FlagNS, rewrite.FlagDPI, rewrite.FlagUNC, rewrite.FlagUnsafePrefixStat:
		// Read above, or without effect where there are no files.
	}
}

// handler compiles H, the last of which counts.
func (c *compiler) handler(r *rule, item *ir.RewriteRule, flag rewrite.Flag) {
	r.handler = c.template(item, flag.Template())
	beginning, parts := "", r.handler.parts
	if len(parts) > 0 && parts[0].kind == partText {
		beginning = parts[0].text
	}
	problem := "the flag " + flag.Written + " of RewriteRule is not run by this server: leave it out"
	if c.options.Handler != nil {
		problem = c.options.Handler(beginning, len(parts) == 0 || len(parts) == 1 && beginning != "")
	}
	if problem != "" {
		c.problem(item, "%s", problem)
	}
}

// escaping is what B and its kin do to what references insert.
type escaping struct {
	on bool
	// control restricts it to control characters and spaces, only to the bytes listed; except lists bytes that it spares.
	control      bool
	only, except string
	percentSpace bool
}

func escapingOf(r *rewrite.Rule) escaping {
	e := escaping{on: r.EscapesReferences(), control: r.Has(rewrite.FlagBCTLS), percentSpace: r.Has(rewrite.FlagBNP)}
	for _, f := range r.Flags {
		if f.Name == rewrite.FlagB && f.Value != "" { // a B without a list leaves that of one before
			e.only = f.Value
		}
	}
	if f, ok := r.Last(rewrite.FlagBNE); ok {
		e.except = f.Value
	}
	return e
}

// template is a compiled template.
type template struct{ parts []part }

type part struct {
	kind     partKind
	text     string
	group    int
	variable eval.Variable
	lookup   *lookup
	// mark says that the text holds a question mark that stands in the template.
	mark bool
}

// lookup is ${map:key|default}.
type lookup struct {
	// from is nil for a map that is not defined, which has no value for any key.
	from          *Map
	key, fallback template
}

type partKind uint8

const (
	partText partKind = iota
	partRuleGroup
	partCondGroup
	partVariable
	partMap
)

func (c *compiler) template(item ir.Item, t rewrite.Template) template {
	var out template
	for _, source := range t.Parts {
		switch source := source.(type) {
		case *rewrite.Literal:
			out.parts = append(out.parts, part{text: source.Text, mark: !source.Escaped})
		case *rewrite.RuleRef:
			out.parts = append(out.parts, part{kind: partRuleGroup, group: source.N})
		case *rewrite.CondRef:
			out.parts = append(out.parts, part{kind: partCondGroup, group: source.N})
		case *rewrite.Var:
			v, err := eval.Resolve(source.Variable, c.options.Server)
			if err != nil {
				c.problem(item, "%v", err)
			}
			out.parts = append(out.parts, part{kind: partVariable, variable: v})
		case *rewrite.MapLookup:
			out.parts = append(out.parts, part{kind: partMap, lookup: &lookup{
				from: c.options.Maps[source.Map], key: c.template(item, source.Key), fallback: c.template(item, source.Default),
			}})
		}
	}
	return out
}
