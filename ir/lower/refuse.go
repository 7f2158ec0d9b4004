package lower

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/directive"
)

// rule is the ID and the name of a rule.
type rule struct {
	code diag.Code
	name string
}

// The rules that lowering can break; each is explained by the list of rules.
var (
	unknownDirective = rule{"LB010", "unknown-directive"}
	unknownParameter = rule{"LB011", "unknown-parameter"}
	wrongObject      = rule{"LB012", "param-on-wrong-object"}
	invalidArgument  = rule{"LB013", "invalid-argument"}
	wrongContext     = rule{"LB014", "wrong-context"}
	unknownFlag      = rule{"LB015", "unknown-flag"}
	workerUndefined  = rule{"LB016", "worker-undefined"}
	trailingComment  = rule{"LB018", "trailing-comment"}
	lbmethodMissing  = rule{"LB019", "lbmethod-not-loaded"}
	fileMissing      = rule{"LB022", "file-missing"}
)

// refusal is what is known about something that httpd refuses.
type refusal struct {
	code rule
	// span is the tight place; where it is invalid, the whole directive counts.
	span diag.Span
	// label stands beside the carets.
	label string
	// httpd is its text.
	httpd string
	// help says what to write.
	help string
	// fix mends it, or is nil.
	fix *diag.Fix
	// check says that httpd finds it only when it has executed everything.
	check bool
	// related are other places that belong to it.
	related []diag.Related
}

// variable is a ${NAME} that reading left alone; a name with a colon is a map of mod_rewrite, and one of digits and commas is
// how often $ may match.
var variable = regexp.MustCompile(`\$\{[^}:]*[^}:0-9,][^}:]*\}`)

// undefined says that a variable in the arguments is not defined. What the directive means when it is cannot be judged; that
// it is not defined is reported by the reader.
func undefined(n *parser.Node) bool { return variable.MatchString(n.Args.String()) }

// refuse reports that httpd refuses a directive. Where a word of it begins with # the reason is that httpd knows no comment
// behind a directive.
func (l *lowering) refuse(n *parser.Node, r refusal, format string, args ...any) {
	if !r.span.IsValid() {
		r.span = n.Span()
	}
	if r.code != wrongContext && r.code != unknownDirective && !l.tree.EnvComplete && undefined(n) {
		return
	}
	message := fmt.Sprintf(format, args...)
	if i := commentWord(n); i >= 0 && r.code != wrongContext {
		r, message = l.trailingComment(n, i, r.httpd)
	}
	d := diag.Diagnostic{
		Code: r.code.code, Name: r.code.name, Class: diag.Refusal, Severity: diag.Error,
		Span: r.span, Label: r.label, Message: message, Fix: r.fix, Related: r.related, Reading: r.code != unknownDirective && executedOnRead(n),
	}
	if r.httpd != "" {
		d.Notes = append(d.Notes, diag.Note{Kind: "httpd", Text: r.httpd})
	}
	if r.help != "" {
		d.Notes = append(d.Notes, diag.Note{Kind: "help", Text: r.help})
	}
	if r.check {
		l.checks.Add(d)
		return
	}
	l.diags.Add(d)
}

// executedOnRead says that httpd executes a directive while it reads, although nothing in the tree depends on it.
func executedOnRead(n *parser.Node) bool {
	d, ok := lookup(n)
	return ok && d.Contexts.Has(directive.Reading)
}

// invalid is refuse for an argument.
func (l *lowering) invalid(n *parser.Node, span diag.Span, httpd, help, format string, args ...any) {
	l.refuse(n, refusal{code: invalidArgument, span: span, httpd: httpd, help: help}, format, args...)
}

// commentWord returns the first word that looks like a comment, or -1.
func commentWord(n *parser.Node) int {
	for i, w := range n.Words {
		if i > 0 && !w.Quoted && strings.HasPrefix(w.String(), "#") {
			return i
		}
	}
	return -1
}

func (l *lowering) trailingComment(n *parser.Node, i int, httpd string) (refusal, string) {
	comment := n.Words[i].Text.All().To(n.Words[len(n.Words)-1].Text.All())
	before := n.Words[i-1].Text.All()
	if n.Words[i-1].Quoted {
		before.End++
	}
	start := n.NameSpan().Start
	text := l.tree.Files.Text(comment)
	r := refusal{
		code: trailingComment, span: comment, label: "read as arguments", httpd: httpd,
		help: "put the comment on a line of its own",
	}
	if item, ok := n.Item.(*ast.Directive); ok && l.oneLine(item) {
		r.fix = &diag.Fix{Safe: true, Message: "put the comment on the line before", Edits: []diag.Edit{
			{Span: diag.Span{Start: start, End: start}, Text: text + "\n" + l.indent(start)},
			{Span: diag.Span{Start: before.End, End: comment.End}},
		}}
	}
	return r, "a comment cannot stand behind a directive"
}

// oneLine says that a directive stands as it is in one line of one file, so that it can be edited as text.
func (l *lowering) oneLine(item *ast.Directive) bool {
	return !strings.Contains(strings.TrimRight(l.tree.Files.Text(item.Line.Whole), "\r\n"), "\n")
}

// indent returns the white space in front of a position on its line.
func (l *lowering) indent(at diag.Pos) string {
	file := l.tree.Files.File(at)
	if file == nil {
		return ""
	}
	src, offset := file.Source(), file.Offset(at)
	from := offset
	for from > 0 && (src[from-1] == ' ' || src[from-1] == '\t') {
		from--
	}
	return src[from:offset]
}

// words reports whether a directive has a number of arguments that httpd takes; most is -1 for any.
func (l *lowering) words(n *parser.Node, least, most int, shape string) bool {
	got := len(n.Words)
	if got >= least && (most < 0 || got <= most) {
		return true
	}
	span := n.NameSpan()
	if most >= 0 && got > most {
		span = n.Words[most].Text.All().To(n.Words[got-1].Text.All())
	}
	l.invalid(n, span, canonical(n)+" "+shape, "", "%s %s, and has %s", n.Name, shape, count(got))
	return false
}

func count(n int) string {
	switch n {
	case 0:
		return "none"
	case 1:
		return "one"
	}
	return fmt.Sprint(n)
}
