package parser

import (
	"strings"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/directive"
)

// quotes reports a word whose closing quote is missing. httpd takes it to the end of the line and says nothing, so that it
// swallows the arguments behind it.
func (l *loader) quotes(n *Node) {
	if len(n.Words) == 0 {
		return
	}
	last := n.Words[len(n.Words)-1]
	if !last.Unterminated || !splitsWords(n, last) {
		return
	}
	text := last.Text.All()
	quote := diag.Span{Start: text.Start - 1, End: text.Start}
	if last.Text.Len() == 0 {
		quote = n.Args.Span(n.Args.Len()-1, n.Args.Len())
	}
	d := defect(quote, "not closed", "the quote is never closed")
	if n.Is("ErrorDocument") {
		d.Severity = diag.Info // the way to write a text before 2.0, in use until today, and still read as meant
	}
	mark := "\""
	if s := l.tree.Files.Text(quote); s == "'" {
		mark = s
	}
	if strings.Contains(last.String(), " ") {
		d.Notes = append(d.Notes, effect("the rest of the line is one argument: "+last.String()))
	}
	if _, plain := n.Item.(*ast.Directive); plain && !strings.ContainsAny(last.String(), " \t") {
		end := diag.Span{Start: text.End, End: text.End}
		d.Fix = &diag.Fix{Safe: true, Message: "close the quote", Edits: []diag.Edit{{Span: end, Text: mark}}}
	}
	l.report(with(d, help("write %s behind the argument", mark)))
}

// splitsWords reports whether httpd splits the arguments of a directive into words in which the last one begins with a
// quote. Directives that split their arguments themselves do so in ways of their own.
func splitsWords(n *Node, last Word) bool {
	if n.Section {
		return len(n.Words) == 1
	}
	switch n.Key() {
	case "proxypass", "proxypassmatch", "balancermember", "proxyset", "setenvif", "setenvifnocase", "browsermatch", "browsermatchnocase", "errordocument", "header", "requestheader":
		return true
	case "rewriterule", "rewritecond":
		return len(n.Words) > 1 && !strings.Contains(last.String(), `\`)
	}
	d, ok := directive.Lookup(n.Name)
	return ok && !d.Section && d.Args != directive.RawArgs
}
