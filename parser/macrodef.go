package parser

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

// defineMacro does <Macro NAME [$parameter …]>.
func (l *loader) defineMacro(n *Node, s *ast.Section) {
	l.macros.tried = true
	if l.endless(s) {
		return
	}
	n.Words = SplitWords(n.Args)
	if len(n.Words) == 0 || n.Words[0].Text.Len() == 0 {
		said := "<Macro macro definition: empty name"
		if len(n.Words) > 0 {
			said = "<Macro macro definition: name not found"
		}
		l.report(with(macroRefusal(n.Span(), "no name", "<Macro> has no name"), httpdSays("%s", said), help("write <Macro NAME $parameter …>")))
		return
	}
	m := &macro{name: clib.ToLower(n.Words[0].String()), node: n, section: s, within: l.innermost()}
	old := l.macros.named[m.name]
	if old != nil {
		d := macroDefect(n.Span(), "defined again", "macro '%s' is defined twice; from here on this one holds", m.name)
		d = related(d, old.node.Span(), "defined here before")
		l.report(with(d, httpdSays("AH02802: macro '%s' multiply defined", m.name), help("give one of them another name, or write UndefMacro %s between them", m.name)))
	}
	if looksLikeParameter(m.name) {
		d := macroDefect(n.Words[0].Text.All(), "looks like a parameter", "the name of macro '%s' begins as its parameters do", m.name)
		l.report(with(d, httpdSays("AH02803: better prefix a macro name with any of '$%%@'"), help("begin it with a letter")))
	}
	rest := l.macroFlags(n, m)
	words := SplitWords(rest)
	if !l.parameters(m, words) {
		return
	}
	l.macroContents(m, s, words)
}

// macroFlags reads /IgnoreEmptyArgs and /IgnoreBadNesting and returns what follows them, as mod_macro does.
func (l *loader) macroFlags(n *Node, m *macro) ast.Text {
	args := n.Args
	from := wordEnd(args.String(), 0).next
	s := args.String()
	i := skipSpace(s, from)
	for i < len(s) && s[i] == '/' {
		for _, flag := range []string{"/IgnoreEmptyArgs", "/IgnoreBadNesting"} {
			if clib.HasPrefixFold(s[i:], flag) {
				i += len(flag)
				if flag == "/IgnoreEmptyArgs" {
					m.ignoreEmpty = true
				} else {
					m.ignoreNesting = true
				}
			}
		}
		if i == len(s) {
			break
		}
		if s[i] != ' ' {
			end := strings.IndexByte(s[i:], ' ')
			flag := args.Slice(i, len(s))
			if end >= 0 {
				flag = args.Slice(i, i+end)
				i += end
			}
			l.report(with(macroDefect(flag.All(), "unknown", "<Macro> has no flag %s", flag), httpdSays("AH03483: unknown flag '%s'", flag),
				help("/IgnoreEmptyArgs and /IgnoreBadNesting are all there are")))
		}
		i++
	}
	return args.Slice(i, len(s))
}

// parameters checks the parameters of a macro.
func (l *loader) parameters(m *macro, words []Word) bool {
	if len(words) > maxMacroParameters {
		l.report(with(unknown(words[maxMacroParameters].Text.All(), "not followed", "macro '%s' has more than %d parameters", m.name, maxMacroParameters),
			help("split the macro; it is not expanded")))
		return false
	}
	first := map[string]int{}
	for i, w := range words {
		name := w.String()
		before, twice := first[name]
		switch {
		case name == "":
			d := macroRefusal(m.node.Span(), "", "parameter %d of macro '%s' has no name", i+1, m.name)
			l.report(with(d, httpdSays("macro '%s' (%s): empty argument #%d name", m.name, l.location(m), i+1), help("write $name")))
			return false
		case twice:
			d := macroRefusal(w.Text.All(), "here again", "macro '%s' has two parameters called %s", m.name, name)
			l.report(with(related(d, words[before].Text.All(), "here first"),
				httpdSays("argument name conflict in macro '%s' (%s): argument '%s': #%d and #%d, change argument names!", m.name, l.location(m), name, before+1, i+1),
				help("give each parameter a name of its own")))
			return false
		case !looksLikeParameter(name):
			d := macroDefect(w.Text.All(), "no $, % or @ before it", "parameter %s of macro '%s' is replaced wherever these letters stand", name, m.name)
			l.report(with(d, httpdSays("AH02796: argument name '%s' (#%d) without expected prefix", name, i+1), help("call it $%s, here and in the macro", name)))
		case strings.HasPrefix(name, "${"):
			d := macroDefect(w.Text.All(), "a variable", "parameter %s of macro '%s' looks like a variable of Define", name, m.name)
			l.report(with(d, httpdSays("AH03484: argument name '%s' (#%d) clashes with 'Define' syntax '${...}', better use '$(...)'", name, i+1), help("write $(…)")))
		}
		first[name] = i
		m.parameters = append(m.parameters, name)
	}
	l.commonPrefixes(m, words)
	return true
}

func looksLikeParameter(name string) bool {
	return name != "" && strings.IndexByte("$%@", name[0]) >= 0
}

// commonPrefixes reports parameters that begin with another one. The longer one wins where both stand, so that only a
// text behind the shorter one can be mistaken.
func (l *loader) commonPrefixes(m *macro, words []Word) {
	order := slices.Clone(words)
	slices.SortFunc(order, func(a, b Word) int { return strings.Compare(a.String(), b.String()) })
	for i := 1; i < len(order); i++ {
		short, long := order[i-1], order[i]
		if !strings.HasPrefix(long.String(), short.String()) {
			continue
		}
		d := macroDefect(long.Text.All(), "the longer one", "parameter %s of macro '%s' begins with another one, %s", long, m.name, short)
		d.Severity = diag.Info
		l.report(with(related(d, short.Text.All(), "the shorter one"),
			httpdSays("AH02797: macro '%s': argument name prefix conflict (%s and %s), be careful about your macro definition!", m.name, short, long),
			help("the longest name that fits is replaced; give one of them another name if that is not meant")))
	}
}

// macroContents checks the lines of a macro and makes it known.
func (l *loader) macroContents(m *macro, s *ast.Section, parameters []Word) {
	b := l.bodies[s]
	if b == nil || s.Close == nil {
		return // its end is missing, which is said where the file ends
	}
	if b.tooLong.IsValid() {
		d := macroRefusal(b.tooLong, "too long", "a line in macro '%s' is longer than %d bytes", m.name, maxMacroLine)
		l.report(with(d, httpdSays("contents error: expected token not found: </Macro>"), help("put what is so long into a file and Include it")))
		return
	}
	m.lines = b.lines
	l.textBehind(m, s.Open.Text, "<Macro>", "AH02801: non blank chars found after <Macro closing '>'")
	l.textBehind(m, s.Close.Text, "</Macro>", "AH02794: non blank chars found after directive closing")
	if b.nesting != 0 && !l.macros.ignoreNesting && !m.ignoreNesting {
		d := macroDefect(m.node.Span(), "not balanced", "macro '%s' closes other sections than it opens", m.name)
		d.Severity = diag.Info
		l.report(with(d, httpdSays("AH02795: bad cumulated nesting (%+d) in macro '%s'", b.nesting, m.name),
			help("write MacroIgnoreBadNesting, or /IgnoreBadNesting behind the name, if another macro does the rest")))
	}
	if n := len(m.lines); n > 0 {
		m.span = m.lines[0].Whole
		file := l.tree.Files.File(m.span.Start)
		for _, line := range m.lines {
			if l.tree.Files.File(line.Whole.Start) == file {
				m.span = m.span.To(line.Whole)
			}
		}
		l.unusedParameters(m, parameters)
	} else {
		l.report(with(macroDefect(m.node.Span(), "empty", "macro '%s' stands for nothing", m.name), httpdSays("AH02799: macro '%s': empty contents!", m.name),
			help("write what it stands for, or remove it and each Use")))
	}
	l.macros.named[m.name] = m
	l.macros.all = append(l.macros.all, m)
}

func (l *loader) textBehind(m *macro, tag ast.Text, name, httpd string) {
	s := tag.String()
	end := strings.LastIndexByte(s, '>') + 1
	if i := skipSpace(s, end); end > 0 && i < len(s) && s[i] != '#' {
		d := macroDefect(tag.Span(i, len(s)), "ignored", "text behind %s of macro '%s' means nothing", name, m.name)
		l.report(with(d, httpdSays("%s", httpd), help("put it on a line of its own")))
	}
}

func (l *loader) unusedParameters(m *macro, words []Word) {
	unused := map[int]bool{}
	for i := range m.parameters {
		unused[i] = true
	}
	for _, line := range m.lines {
		s := line.Text.String()
		for at := 0; len(unused) > 0; {
			i, p := l.macros.next(m, s, at)
			if p < 0 {
				break
			}
			delete(unused, p)
			at = i + len(m.parameters[p])
		}
	}
	for i, p := range m.parameters {
		if unused[i] {
			d := macroDefect(words[i].Text.All(), "replaces nothing", "parameter %s of macro '%s' is never used", p, m.name)
			l.report(with(d, httpdSays("AH02800: macro '%s': argument '%s' (#%d) never used", m.name, p, i+1), help("remove it, here and in each Use")))
		}
	}
}
