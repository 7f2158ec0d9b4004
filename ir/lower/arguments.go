package lower

import (
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/directive"
)

// arguments reports whether a directive has as many arguments as httpd hands on to it. Sections, and directives that split
// their arguments themselves, are asked elsewhere.
func (l *lowering) arguments(n *parser.Node, d *directive.Directive) bool {
	if n.Section {
		return true
	}
	least, most := d.Args.Count()
	words := n.Words
	switch d.Args {
	case directive.NoArgs, directive.TakeArgv, directive.RawArgs:
		return true // what stands behind a directive without arguments is ignored
	case directive.Flag:
		return l.onOff(n, d.Name) != "" // further words are ignored
	case directive.Iterate:
		if len(words) > 0 && words[0].String() != "" {
			return true // an empty word ends the list
		}
		return l.miscounted(n, d, n.NameSpan())
	case directive.Iterate2:
		if len(words) > 1 && words[0].String() != "" {
			return true
		}
		return l.miscounted(n, d, n.NameSpan())
	case directive.Take1, directive.Take2, directive.Take3, directive.Take12, directive.Take23, directive.Take123:
	}
	for i := range least {
		if i >= len(words) || words[i].String() == "" {
			return l.miscounted(n, d, n.NameSpan())
		}
	}
	if len(words) > most {
		return l.miscounted(n, d, words[most].Text.All().To(words[len(words)-1].Text.All()))
	}
	return true
}

// miscounted reports a wrong number of arguments in httpd's words, to which its table adds what the arguments are.
func (l *lowering) miscounted(n *parser.Node, d *directive.Directive, span diag.Span) bool {
	takes, help := d.Args.Usage(), ""
	if d.Help != "" {
		help = "httpd says of its arguments: " + d.Help
	}
	has := count(len(n.Words))
	if len(untilEmpty(n.Words)) < len(n.Words) {
		has += `, and "" counts as none`
	}
	l.invalid(n, span, d.Usage(), help, "%s %s, and has %s", n.Name, takes, has)
	return false
}
