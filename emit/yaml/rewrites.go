package yaml

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// rewrites is RewriteRule with the RewriteConds directly before it. An entry without a pattern holds conditions behind
// which something else stands.
var rewrites = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := list()
		for rest := run; len(rest) > 0; {
			m := newMapping()
			var when []*yaml.Node
			for len(rest) > 0 {
				cond, ok := rest[0].(*ir.RewriteCond)
				if !ok {
					break
				}
				when = append(when, w.condition(cond))
				rest = rest[1:]
			}
			if len(when) > 0 {
				m.add("when", list(when...))
			}
			if len(rest) > 0 {
				w.rule(m, rest[0].(*ir.RewriteRule))
				rest = rest[1:]
			}
			all.Content = append(all.Content, m.node)
		}
		return all, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		for _, entry := range r.entries(value, key.Value) {
			f, ok := r.fields(entry, "a rule of "+key.Value, `{pattern: ^/app/(.*), to: "http://192.0.2.1/$1", flags: [P]}`)
			if !ok {
				continue
			}
			f.only("when", "pattern", "to", "flags", "ignored")
			if f.has("when") {
				for _, condition := range r.entries(f.value["when"], "when") {
					if cond, ok := r.condition(condition); ok {
						items = append(items, cond)
					}
				}
			}
			if !f.has("pattern") && f.has("when") && len(f.keys) == 1 {
				continue
			}
			if rule, ok := r.rule(&f); ok {
				items = append(items, rule)
			}
		}
		return items
	},
	schema: func() schema {
		flags := anyOf(listOf(ref("text")), ref("text"))
		condition := anyOf(
			object(props{"test": ref("text"), "matches": ref("text"), "flags": flags, "ignored": ref("text")}, "test"),
			object(props{"expr": ref("text"), "flags": flags, "ignored": ref("text")}, "expr"),
		)
		when := listOf(condition)
		return listOf(anyOf(
			object(props{"when": when, "pattern": ref("text"), "to": ref("text"), "flags": flags, "ignored": ref("text")}, "pattern"),
			object(props{"when": when}, "when"),
		))
	},
}

func (w *writer) rule(m *mapping, rule *ir.RewriteRule) {
	w.mark(rule, m.node)
	m.comment = w.origins.comment(rule)
	args := w.split(rule, rule.Rule.String())
	m.add("pattern", text(args.First.Text))
	if args.Second.Present {
		m.add("to", text(args.Second.Text))
	}
	rewriteTail(m, args)
}

func (w *writer) condition(cond *ir.RewriteCond) *yaml.Node {
	m := w.entry(cond)
	w.mark(cond, m.node)
	args := w.split(cond, cond.Cond.String())
	if args.First.Text == exprTest && args.Second.Present {
		m.add("expr", text(args.Second.Text))
	} else {
		m.add("test", text(args.First.Text))
		if args.Second.Present {
			m.add("matches", text(args.Second.Text))
		}
	}
	rewriteTail(m, args)
	return m.node
}

// exprTest is the test string that makes the pattern of a condition an expression.
const exprTest = "expr"

// split returns the words of a rule or condition. They can always be joined again.
func (w *writer) split(item ir.Item, raw string) rewrite.Args {
	args, problems := rewrite.SplitArgs(raw)
	if refused := rewrite.Refused(problems); len(refused) > 0 {
		w.fail(item, "%s", refused[0].Message)
	}
	return args
}

// rewriteTail adds what stands behind the second argument.
func rewriteTail(m *mapping, args rewrite.Args) {
	if args.Flags.Present {
		m.add("flags", flags(args.Flags.Text))
	}
	if args.Rest.Present {
		m.add("ignored", text(args.Rest.Text))
	}
}

// flags writes [P,L] as a list where it is one.
func flags(written string) *yaml.Node {
	words, ok := emit.RewriteFlags(written)
	if !ok {
		return text(written)
	}
	return texts(words)
}

// rule reads a RewriteRule.
func (r *reader) rule(f *fields) (*ir.RewriteRule, bool) {
	if !f.need("pattern", "pattern: ^/app/(.*)") {
		return nil, false
	}
	raw, places, ok := r.arguments(f, "pattern", "to")
	if !ok {
		return nil, false
	}
	rule, problems := rewrite.ParseRule(raw)
	r.refusals(places, problems)
	return &ir.RewriteRule{Node: f.at("RewriteRule", "pattern"), Rule: rule}, len(rewrite.Refused(problems)) == 0
}

// condition reads a RewriteCond.
func (r *reader) condition(node *yaml.Node) (*ir.RewriteCond, bool) {
	f, ok := r.fields(node, "a condition", `{test: "%{HTTP_HOST}", matches: ^www}`)
	if !ok {
		return nil, false
	}
	first, second := "test", "matches"
	if f.has("expr") {
		first, second = "", "expr"
		f.only("expr", "flags", "ignored")
	} else {
		f.only("test", "matches", "flags", "ignored")
		if !f.need("test", `test: "%{HTTP_HOST}"`) {
			return nil, false
		}
	}
	raw, places, ok := r.arguments(&f, first, second)
	if !ok {
		return nil, false
	}
	cond, problems := rewrite.ParseCond(raw)
	r.refusals(places, problems)
	return &ir.RewriteCond{Node: f.head("RewriteCond"), Cond: cond}, len(rewrite.Refused(problems)) == 0
}

// place says which node a part of the argument text comes from.
type place struct {
	end  int
	node *yaml.Node
}

// arguments joins the words of a rule or condition to the text of its arguments, as mod_rewrite splits them. first is
// empty for an expression, whose first word is expr.
func (r *reader) arguments(f *fields, first, second string) (string, []place, bool) {
	var raw strings.Builder
	var places []place
	ok := true
	add := func(word string, forced bool, node *yaml.Node) {
		quoted, fits := emit.QuoteRewrite(word, forced)
		if !fits {
			r.fail(r.span(node), fmt.Sprintf("%q cannot be one argument: mod_rewrite knows no escape for a quote", word),
				`write one of the two quotes as \x22 or \x27 in a pattern, or leave out the line break`)
			ok = false
		}
		if raw.Len() > 0 {
			raw.WriteByte(' ')
		}
		raw.WriteString(quoted)
		places = append(places, place{raw.Len(), node})
	}
	if first == "" {
		raw.WriteString(exprTest)
	} else {
		add(f.text(first), !f.has(second), f.value[first])
	}
	if f.has(second) {
		add(f.text(second), false, f.value[second])
	}
	if f.has("flags") {
		if !f.has(second) {
			r.fail(r.span(f.value["flags"]), "flags need "+second, "add "+second+`: "-" or what it shall be`)
			return "", nil, false
		}
		words := f.value["flags"]
		var written string
		var read bool
		if words.Kind == yaml.SequenceNode {
			var all []string
			all, read = r.texts(words, "flags")
			written = "[" + strings.Join(all, ",") + "]"
		} else {
			written, read = r.scalar(words, "flags")
		}
		ok = ok && read
		add(written, false, words)
	}
	if f.has("ignored") {
		raw.WriteString(" " + f.text("ignored"))
	}
	return raw.String(), places, ok && len(places) > 0
}

// refusals reports what httpd refuses in a rule or condition, at the value it comes from.
func (r *reader) refusals(places []place, problems []rewrite.Problem) {
	for _, problem := range rewrite.Refused(problems) {
		i := slices.IndexFunc(places, func(p place) bool { return problem.Offset <= p.end })
		if i < 0 {
			i = len(places) - 1
		}
		message, help, _ := strings.Cut(problem.Message, "; ")
		r.fail(r.span(places[i].node), message, help)
	}
}
