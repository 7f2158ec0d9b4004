package parser

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

// The rules that reading a configuration can break.
const (
	codeNotUnderstood diag.Code = "LB001"
	codeArgument      diag.Code = "LB013"
	codeContext       diag.Code = "LB014"
	codeInclude       diag.Code = "LB017"
	codeSyntax        diag.Code = "LB020"
	codeUndefined     diag.Code = "LB802"
)

// refusal is a syntax error: httpd does not start.
func refusal(span diag.Span, label, format string, args ...any) diag.Diagnostic {
	return diag.Diagnostic{
		Code: codeSyntax, Name: "syntax", Class: diag.Refusal, Severity: diag.Error,
		Span: span, Label: label, Message: fmt.Sprintf(format, args...), Reading: true,
	}
}

// defect is syntax that httpd accepts although it cannot be meant.
func defect(span diag.Span, label, format string, args ...any) diag.Diagnostic {
	d := refusal(span, label, format, args...)
	d.Class, d.Severity = diag.Defect, diag.Warning
	return d
}

// unknown is what lbconf cannot follow.
func unknown(span diag.Span, label, format string, args ...any) diag.Diagnostic {
	d := refusal(span, label, format, args...)
	d.Code, d.Name, d.Class = codeNotUnderstood, "not-understood", diag.Unknown
	return d
}

// The most problems that are listed: a damaged file of 64 MiB has one on each of its millions of lines.
const (
	maxFileProblems = 1000
	maxProblems     = 10 * maxFileProblems
)

// say adds a problem of the file, or that there are more than are listed.
func (p *parse) say(d diag.Diagnostic) {
	if len(p.found) == maxFileProblems {
		d = with(unknown(d.Span, "here is the next", "the file has more than %d problems; the others are not listed", maxFileProblems), help("mend the first ones"))
	}
	if len(p.found) <= maxFileProblems {
		p.found = append(p.found, found{Diagnostic: d, at: p.begun})
	}
}

// found is a problem, and the beginning of the line at which httpd finds it.
type found struct {
	diag.Diagnostic

	at diag.Pos
	// skipped is what httpd says of a closing tag where a condition around it is false; empty for anything else.
	skipped string
}

// sayClosing adds a problem of a closing tag.
func (p *parse) sayClosing(d diag.Diagnostic, advice diag.Note) {
	p.say(with(d, p.expected(), advice))
	if n, top := len(p.found)-1, len(p.stack)-1; top >= 0 && p.found[n].at == p.begun {
		p.found[n].skipped = fmt.Sprintf("Expected </%s> but saw %s>", p.stack[top].Name, p.closing[:len(p.closing)-1])
	}
}

func with(d diag.Diagnostic, notes ...diag.Note) diag.Diagnostic {
	d.Notes = append(d.Notes, notes...)
	return d
}

func related(d diag.Diagnostic, span diag.Span, format string, args ...any) diag.Diagnostic {
	d.Related = append(d.Related, diag.Related{Span: span, Message: fmt.Sprintf(format, args...)})
	return d
}

func effect(text string) diag.Note { return diag.Note{Kind: "effect", Text: text} }

func httpdSays(format string, args ...any) diag.Note {
	return diag.Note{Kind: "httpd", Text: fmt.Sprintf(format, args...)}
}

func help(format string, args ...any) diag.Note {
	return diag.Note{Kind: "help", Text: fmt.Sprintf(format, args...)}
}

func (p *parse) byteOrderMark() {
	d := refusal(p.file.Span(0, len(bom)), "byte order mark", "the file begins with a UTF-8 byte order mark")
	d.Fix = &diag.Fix{Safe: true, Message: "remove the mark", Edits: []diag.Edit{{Span: p.file.Span(0, len(bom))}}}
	p.say(with(d, httpdSays(`Invalid command '\xef\xbb\xbf…'`), help("save the file as UTF-8 without a byte order mark")))
}

// maxLine is how long httpd lets a line become with those that continue it.
const maxLine = 16<<20 - 1

// fits reports a line that is too long for httpd.
func (p *parse) fits(line ast.Line) {
	if line.Whole.Len() <= maxLine {
		return
	}
	from := max(p.file.Offset(line.Whole.Start), 0)
	whole := p.src[from:min(from+line.Whole.Len(), len(p.src))]
	breaks := strings.Count(whole, "\n")
	if length := len(whole) - 2*breaks + 1; length > maxLine {
		at := diag.Span{Start: line.Whole.Start, End: line.Whole.Start + 1}
		p.say(with(refusal(at, "begins here", "a line is %d bytes long, with those that continue it; httpd reads %d", length, maxLine),
			httpdSays("Line too long"), help("split it into several directives")))
	}
}

// manyNuls is how many lines with a NUL byte are reported each on its own: a file with more is no text, or UTF-16.
const manyNuls = 3

func (p *parse) nulBytes() {
	nuls := p.nuls
	if len(nuls) > manyNuls {
		nuls = nuls[:1]
	}
	for _, span := range nuls {
		d := defect(diag.Span{Start: span.Start, End: span.Start + 1}, "NUL byte", "a NUL byte ends the line for httpd")
		d.Severity = diag.Error
		if n := span.Len() - 1; n > 0 {
			d.Notes = append(d.Notes, effect(fmt.Sprintf("the %d bytes behind it on the line are ignored, a continuation too", n)))
		}
		advice := help("remove the byte; a file of many NUL bytes is damaged or UTF-16: save it as UTF-8")
		if strings.HasPrefix(p.src, "\xff\xfe") || strings.HasPrefix(p.src, "\xfe\xff") {
			advice = help("save the file as UTF-8: it begins with the byte order mark of UTF-16")
		}
		d = with(d, advice)
		if more := len(p.nuls) - len(nuls); more > 0 {
			d.Notes = append(d.Notes, diag.Note{Kind: "note", Text: fmt.Sprintf("the same on %d more lines of the file", more)})
		}
		p.say(d)
	}
}

func (p *parse) tooDeep(line ast.Line) {
	p.say(with(unknown(line.Text.All(), "not followed", "sections lie in each other more than %d deep", maxNesting),
		help("close sections where they end; what lies in this one is not read")))
}

func (p *parse) spaceBeforeName(s *ast.Section) {
	bracket := s.Open.Text.Span(0, 1)
	gap := diag.Span{Start: bracket.End, End: s.Name.All().Start}
	d := refusal(gap, "white space", `white space between "<" and the name of a section`)
	d.Fix = &diag.Fix{Safe: true, Message: "remove the white space", Edits: []diag.Edit{{Span: gap}}}
	p.say(with(d, help("write <%s …>", s.Name)))
}

func (p *parse) noName(s *ast.Section) {
	p.say(with(refusal(s.Open.Text.All(), "no name", `"<" begins a section, and no name follows`),
		help("write <Name …> and close it with </Name>, or put # before the line")))
}

// labelUnclosed marks a section that is open at the end of the file.
const labelUnclosed = "never closed"

// labelNoBracket marks the refusal of a section whose opening tag does not end.
const labelNoBracket = `no ">" at the end`

func (p *parse) noBracket(s *ast.Section) {
	d := refusal(s.Open.Text.All(), labelNoBracket, `<%s is missing its closing ">"`, s.Name)
	end := s.Args.All().End
	d.Fix = &diag.Fix{Safe: true, Message: `add ">"`, Edits: []diag.Edit{{Span: diag.Span{Start: end, End: end}, Text: ">"}}}
	d.Reading = executedOnRead(s.Name.String()) || clib.EqualFold(s.Name.String(), "Macro")
	p.whenExecuted(s, with(d, httpdSays("<%s> directive missing closing '>'", s.Name), help("write <%s %s>", s.Name, s.Args)))
}

func (p *parse) whenExecuted(s *ast.Section, d diag.Diagnostic) {
	if p.executed == nil {
		p.executed = map[*ast.Section]diag.Diagnostic{}
	}
	if len(p.executed) < maxFileProblems {
		p.executed[s] = d
	}
}

// tag returns the place of an opening tag.
func tag(s *ast.Section) diag.Span { return s.Open.Text.All() }

func (p *parse) unmatched(line ast.Line, name ast.Text) {
	p.say(with(refusal(line.Text.All(), "closes nothing", "</%s> has no <%s> before it in this file", name, name),
		p.expected(),
		help("remove the line, or open the section with <%s …> in the same file", name)))
}

func (p *parse) crossedByStranger(line ast.Line, name ast.Text) {
	top := p.stack[len(p.stack)-1]
	if p.blamed == nil {
		p.blamed = map[*ast.Section]bool{}
	}
	p.blamed[top] = true
	d := refusal(line.Text.All(), fmt.Sprintf("expected </%s>", top.Name), "</%s> stands where only </%s> can close a section", name, top.Name)
	p.sayClosing(related(d, tag(top), "this section is open"), help("remove the line, or open <%s …> before it", name))
}

// expected is what httpd says of a closing tag. The sections that it handles while it reads are not open to it, so that
// nothing closes them but their own tag.
func (p *parse) expected() diag.Note {
	top := len(p.stack) - 1
	switch {
	case top < 0 || executedOnRead(p.stack[top].Name.String()) && !p.ignored:
		return httpdSays("%s without matching <%s section", p.closing, strings.TrimPrefix(p.closing, "</"))
	case !strings.HasSuffix(p.closing, ">"):
		return httpdSays("%s> directive missing closing '>'", p.closing)
	}
	return httpdSays("Expected </%s> but saw %s", p.stack[top].Name, p.closing)
}

func (p *parse) crossed(line ast.Line, name ast.Text, outer *ast.Section) {
	top := p.stack[len(p.stack)-1]
	d := refusal(line.Text.All(), fmt.Sprintf("expected </%s>", top.Name), "</%s> closes a section while <%s> in it is still open", name, top.Name)
	d = related(d, tag(top), "opened here and not closed")
	d = related(d, tag(outer), "<%s> was opened here", outer.Name)
	p.sayClosing(d, help("write </%s> before this line", top.Name))
}

func (p *parse) misspelt(name ast.Text, open *ast.Section) {
	if before, ok := cutName(open.Name.String()); ok && clib.EqualFold(before, name.String()) {
		at := open.Name.Span(len(before), len(before))
		d := refusal(open.Name.All(), "no white space behind the name", "<%s needs white space behind %q", open.Name, before)
		d.Fix = &diag.Fix{Safe: true, Message: "add a space", Edits: []diag.Edit{{Span: at, Text: " "}}}
		p.say(with(related(d, name.All(), "closed here as %s", name), help("write <%s %s …", before, open.Name.String()[len(before):])))
		return
	}
	d := refusal(name.All(), fmt.Sprintf("expected %s", open.Name), "</%s> does not close <%s>", name, open.Name)
	p.sayClosing(related(d, tag(open), "opened here as %s", open.Name), help("write the same name in both tags"))
}

func (p *parse) closeWithoutBracket(line ast.Line, open *ast.Section) {
	d := refusal(line.Text.All(), fmt.Sprintf("expected </%s>", open.Name), `the closing tag of <%s> must be a word that ends in ">"`, open.Name)
	d.Fix = &diag.Fix{Safe: true, Message: "write the tag plainly", Edits: []diag.Edit{{Span: line.Text.All(), Text: "</" + open.Name.String() + ">"}}}
	p.sayClosing(related(d, tag(open), "opened here"), help("write </%s>", open.Name))
}

// textBehindClose reports what httpd sees where the condition is true; where it is false, it skips to the tag alone.
func (p *parse) textBehindClose(line ast.Line, s *ast.Section) {
	name := s.Name
	tail := diag.Span{Start: line.Text.Span(0, wordEnd(line.Text.String(), 0).next).End, End: line.Text.All().End}
	d := refusal(tail, "text behind the tag", "nothing may follow </%s> on its line", name)
	d.Fix = &diag.Fix{Safe: true, Message: "remove the text", Edits: []diag.Edit{{Span: tail}}}
	p.whenExecuted(s, with(d, httpdSays("</%s> without matching <%s> section", name, name),
		effect("where the condition is true, httpd does not see that the section ends here"),
		help("put the text on a line of its own, a comment behind #")))
}

// unclosed reports the sections that are open at the end of the file, the outermost first. httpd builds the contents of
// <IfModule> and its like without a check for the closing tag, so that one at the top hides all that are open in it.
func (p *parse) unclosed() {
	if p.body != nil {
		p.unclosedMacro()
		return
	}
	hidden := len(p.stack) > 0 && executedOnRead(p.stack[0].Name.String())
	for _, s := range p.stack {
		if s.Name.Len() == 0 || p.blamed[s] {
			continue
		}
		d := refusal(tag(s), labelUnclosed, "<%s> is not closed before the end of the file", s.Name)
		if hidden {
			d.Class, d.Severity = diag.Defect, diag.Warning
			d.Notes = append(d.Notes, effect("httpd takes the end of the file as the end of the section while the condition is true, and refuses the file when it is false"))
		} else {
			d.Notes = append(d.Notes, httpdSays("<%s> was not closed.", s.Name))
		}
		advice := help("write </%s> where the section ends", s.Name)
		if strings.HasPrefix(s.Name.String(), "<<<<<<") {
			advice = help("git left a conflict here: keep one of the two versions")
		}
		p.say(with(d, advice))
	}
}

// cutName returns the name in what looks like one with its argument glued to it: "VirtualHost*:80".
func cutName(s string) (name string, ok bool) {
	i := strings.IndexFunc(s, func(r rune) bool { return (r|0x20) < 'a' || (r|0x20) > 'z' })
	if i <= 0 {
		return s, false
	}
	return s[:i], true
}

// similar reports whether a closing name may be a slip of the pen for the open one.
func similar(open, closing string) bool {
	open, closing = clib.ToLower(open), clib.ToLower(closing)
	if before, ok := cutName(open); ok && before == closing {
		return true
	}
	return len(open) < 64 && len(closing) < 64 && levenshtein.ComputeDistance(open, closing) <= max(1, len(open)/4)
}
