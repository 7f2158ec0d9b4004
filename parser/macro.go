package parser

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

// The bounds of macros. httpd has none but its memory: each level of Use may double what the one before expands to.
const (
	maxMacroDepth      = 1000
	maxMacroParameters = 1000
	// maxMacroWork bounds how many bytes are searched for parameters.
	maxMacroWork = 1 << 32
	// bytesPerLine makes the limit of one file in bytes one in lines, each of which takes some thousand bytes of memory.
	bytesPerLine = 256
)

// macros is what mod_macro knows.
type macros struct {
	// named are the macros by name, in lower case; all are those that were ever defined.
	named map[string]*macro
	all   []*macro
	// tried says that a <Macro> was read, whether or not it defined one.
	tried bool
	// ignoreEmpty and ignoreNesting are what MacroIgnoreEmptyArgs and MacroIgnoreBadNesting set.
	ignoreEmpty, ignoreNesting bool
	// bytes, lines and work count what was expanded; full says that no more is.
	bytes, lines, work int64
	full               bool
}

// macro is a <Macro> that was read.
type macro struct {
	name       string
	node       *Node
	section    *ast.Section
	parameters []string
	lines      []ast.Line
	// span covers the lines, in the file or the expansion in which they stand.
	span diag.Span
	// within is the expansion in which it was defined, nil for a file.
	within                     *expansion
	ignoreEmpty, ignoreNesting bool
	used                       bool
}

// innermost returns the macro that is being expanded where httpd reads now; nil for a file.
func (l *loader) innermost() *expansion {
	if l.stream == nil || len(l.stream.expansions) == 0 {
		return nil
	}
	return l.stream.expansions[len(l.stream.expansions)-1]
}

// use does Use NAME [ARGUMENT …], behind a number of nodes of its scope: the lines of the macro are read next, with its
// parameters replaced.
func (l *loader) use(n *Node, before int) {
	m := l.usedMacro(n)
	if m == nil {
		return
	}
	below := l.innermost()
	arguments := n.Words[1:]
	switch {
	case mentions(below, m.name, map[*expansion]bool{}):
		d := macroRefusal(n.Span(), "leads back to the macro", "macro '%s' uses itself", m.name)
		l.report(with(related(d, m.node.Span(), "defined here"), httpdSays("recursive use of macro '%s' is invalid", m.name),
			help("take the Use out of what the macro stands for")))
	case len(arguments) != len(m.parameters):
		l.argumentCount(n, m)
	case below != nil && below.depth >= maxMacroDepth:
		l.report(with(unknown(n.Span(), "not expanded", "macros are used in each other more than %d deep", maxMacroDepth),
			help("use fewer macros in macros; what this one stands for is not read")))
	default:
		m.used = true
		l.emptyArguments(n, m)
		l.expandMacro(n, m, below, before)
	}
}

// usedMacro returns the macro that a Use names, or reports that there is none.
func (l *loader) usedMacro(n *Node) *macro {
	if !l.macros.tried && l.in.Context != ContextHtaccess {
		l.report(with(macroRefusal(n.Span(), "no macro is defined", "Use stands before any <Macro>"), httpdSays("no macro defined before Use"), l.defineFirst(n)))
		return nil
	}
	if len(n.Words) == 0 || n.Words[0].Text.Len() == 0 {
		l.report(with(macroRefusal(n.Span(), "of what?", "Use names no macro"), httpdSays("no macro name specified with Use"),
			help("write Use NAME and an argument for each parameter")))
		return nil
	}
	return l.macroNamed(n, "macro '%s' undefined")
}

func (l *loader) defineFirst(n *Node) diag.Note {
	if n.Is("Use") && l.fragment {
		return help("define it above this line, or check the server that includes this file and the macro before it")
	}
	if !n.Is("Use") {
		return help("remove the line, or write the name of a macro that is defined above it")
	}
	return help("define it above this line: <Macro NAME $parameter …>")
}

// macroNamed returns the macro that the first word names.
func (l *loader) macroNamed(n *Node, httpd string) *macro {
	name := clib.ToLower(n.Words[0].String())
	m := l.macros.named[name]
	if m != nil {
		return m
	}
	if l.in.Context == ContextHtaccess {
		l.report(with(unknown(n.Words[0].Text.All(), "not followed", "macro '%s' is not defined in this file", name),
			help("the configuration of the server may define it, which is not known here: check the file with the macro in it")))
		l.skip(n.Item, 1, "the macro is not known", 0)
		return nil
	}
	d := macroRefusal(n.Words[0].Text.All(), "not defined", "there is no macro '%s'", name)
	advice := l.defineFirst(n)
	for _, other := range slices.Sorted(maps.Keys(l.macros.named)) {
		if len(name) < 64 && len(other) < 64 && levenshtein.ComputeDistance(name, other) <= 2 {
			d.Label = "did you mean " + other + "?"
			d = related(d, l.macros.named[other].node.Span(), "macro '%s' is defined here", other)
			break
		}
	}
	l.report(with(d, httpdSays(httpd, name), advice))
	return nil
}

// mentions reports whether the name that httpd gives to what it reads has a macro in it: it is being expanded, or the
// macro that is was defined in an expansion of it.
func mentions(e *expansion, name string, seen map[*expansion]bool) bool {
	for ; e != nil && !seen[e]; e = e.below {
		seen[e] = true
		if e.macro.name == name || mentions(e.macro.within, name, seen) {
			return true
		}
	}
	return false
}

func (l *loader) argumentCount(n *Node, m *macro) {
	got, want := len(n.Words)-1, len(m.parameters)
	d := macroRefusal(n.Span(), "", "macro '%s' takes %s, and is used with %d", m.name, arguments(want), got)
	if got > want {
		d.Span, d.Label = n.Words[want+1].Text.All(), "one too many"
	}
	name := n.Words[0].String()
	advice := help("write Use %s without arguments", name)
	switch {
	case want > 0 && got > want:
		advice = help("write Use %s %s, with quotes around an argument that has spaces", name, strings.Join(m.parameters[:min(want, 8)], " "))
	case want > 0:
		advice = help("write Use %s %s", name, strings.Join(m.parameters[:min(want, 8)], " "))
	}
	l.report(with(related(d, m.node.Span(), "defined here"),
		httpdSays("macro '%s' (%s) used with %d arguments instead of %d", m.name, l.location(m), got, want), advice))
}

// location is what mod_macro says of the place of a definition: the last line of its tag.
func (l *loader) location(m *macro) string {
	whole := m.section.Open.Whole
	at := l.tree.Files.Position(max(whole.Start, whole.End-1))
	return fmt.Sprintf("defined on line %d of %q", at.Line, at.Filename)
}

func arguments(n int) string {
	switch n {
	case 0:
		return "no arguments"
	case 1:
		return "one argument"
	}
	return fmt.Sprintf("%d arguments", n)
}

func (l *loader) emptyArguments(n *Node, m *macro) {
	if l.macros.ignoreEmpty || m.ignoreEmpty {
		return
	}
	for i, w := range n.Words[1:] {
		if w.Text.Len() == 0 {
			at := w.Text.All()
			d := macroDefect(diag.Span{Start: max(at.Start-1, n.Span().Start), End: at.End}, "empty", "macro '%s' is used with an empty argument for %s", m.name, m.parameters[i])
			d.Severity = diag.Info
			l.report(with(d, httpdSays("AH02798: macro '%s': empty argument #%d", m.name, i+1),
				help("write MacroIgnoreEmptyArgs, or /IgnoreEmptyArgs behind the name in <Macro %s …>, if it is meant", m.name)))
		}
	}
}

// undefMacro does UndefMacro NAME.
func (l *loader) undefMacro(n *Node) {
	switch {
	case !l.arity(n, 1, "one argument, the name of a macro"):
	case !l.macros.tried && l.in.Context != ContextHtaccess:
		l.report(with(macroRefusal(n.Span(), "no macro is defined", "UndefMacro stands before any <Macro>"), httpdSays("no macro defined before UndefMacro"),
			help("remove the line")))
	default:
		if m := l.macroNamed(n, "cannot remove undefined macro '%s'"); m != nil {
			delete(l.macros.named, m.name)
		}
	}
}

func ignoresWarnings(n *Node) bool {
	return n.Is("MacroIgnoreEmptyArgs") || n.Is("MacroIgnoreBadNesting")
}

// ignoreWarnings does MacroIgnoreEmptyArgs and MacroIgnoreBadNesting. Arguments mean nothing to httpd.
func (l *loader) ignoreWarnings(n *Node) {
	if n.Is("MacroIgnoreEmptyArgs") {
		l.macros.ignoreEmpty = true
		return
	}
	l.macros.ignoreNesting = true
}

// unusedMacros notes the lines of macros that nobody uses: httpd never looks at them.
func (l *loader) unusedMacros() {
	for _, m := range l.macros.all {
		if n := count(m.section) - 1; !m.used && n > 0 {
			l.skip(m.section, n, fmt.Sprintf("macro '%s' is never used", m.name), len(l.tree.Nodes))
		}
	}
}

// looseMacros reports a macro in a section that httpd skips, where sections must be balanced.
func (l *loader) looseMacros(s *ast.Section) {
	if len(l.bodies) == 0 {
		return
	}
	for _, item := range s.Items {
		section, ok := item.(*ast.Section)
		if !ok {
			continue
		}
		if b := l.bodies[section]; b == nil {
			l.looseMacros(section)
		} else if b.loose != nil {
			l.report(*b.loose)
		}
	}
}

const (
	codeMacro   diag.Code = "LB021"
	codeUseless diag.Code = "LB804"
)

// macroRefusal is what mod_macro refuses.
func macroRefusal(span diag.Span, label, format string, args ...any) diag.Diagnostic {
	d := refusal(span, label, format, args...)
	d.Code, d.Name = codeMacro, "macro"
	return d
}

// macroDefect is what mod_macro warns of.
func macroDefect(span diag.Span, label, format string, args ...any) diag.Diagnostic {
	d := defect(span, label, format, args...)
	d.Code, d.Name = codeUseless, "macro-doubtful"
	return d
}
