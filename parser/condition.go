package parser

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/directive"
	"github.com/lbconf/lbconf/parser/pcre"
)

// condition decides about a section that httpd opens or skips while it reads, behind a number of nodes of its
// scope.
func (l *loader) condition(n *Node, s *ast.Section, before int) (how entered, why string) {
	holds, why, ok := l.holds(n, s)
	switch {
	case !ok:
		return nonsense, why
	case !holds:
		return switchedOff, fmt.Sprintf("<%s %s>: %s", n.Name, n.Args, why)
	}
	l.consumed(n, before)
	return spliced, ""
}

// unclosedSkip makes the missing end of a section a refusal, before any other of the file's end: unlike one that it
// executes, httpd searches for the end of one that it skips.
func (l *loader) unclosedSkip(s *ast.Section) {
	l.late = slices.DeleteFunc(slices.Clone(l.late), func(f found) bool { return f.Span == tag(s) && f.Label == labelUnclosed })
	d := refusal(tag(s), labelUnclosed, "<%s> is not closed before the end of the file", s.Name)
	l.report(with(d, httpdSays("Expected </%s> before end of configuration", skippedTo(s)), help("write </%s> where the section ends", s.Name)))
}

// skippedTo returns the name that httpd looks for at the end of the file while it skips a section that is open there.
func skippedTo(s *ast.Section) string {
	open := lastOpen(s)
	if open == s {
		return s.Name.String()
	}
	return soughtName(open)
}

// lastOpen returns the innermost section that is open at the end of the file, of one that is.
func lastOpen(s *ast.Section) *ast.Section {
	if len(s.Items) > 0 {
		if inner, ok := s.Items[len(s.Items)-1].(*ast.Section); ok && inner.Close == nil {
			return lastOpen(inner)
		}
	}
	return s
}

// soughtName returns the name that must close a section in one that httpd skips: the first word of the opening tag, with its
// > where anything stands behind it.
func soughtName(s *ast.Section) string {
	line := s.Open.Text
	w := wordEnd(line.String(), 0)
	name := strings.TrimPrefix(w.word(line).Text.String(), "<")
	if skipSpace(line.String(), w.next) == line.Len() {
		name = strings.TrimSuffix(name, ">")
	}
	return name
}

// neverClosed reports a closing tag that httpd does not take in a section that it skips: of a tag without arguments and
// with text behind it the > belongs to the name.
func (l *loader) neverClosed(s *ast.Section) {
	for _, item := range s.Items {
		section, ok := item.(*ast.Section)
		if !ok {
			continue
		}
		l.neverClosed(section)
		if name := soughtName(section); section.Close != nil && strings.HasSuffix(name, ">") && l.bodies[section] == nil {
			saw := section.Close.Text.String()
			saw = saw[:wordEnd(saw, 0).to]
			d := refusal(section.Close.Text.All(), "does not close it", "where httpd skips <%s it takes the %q for a part of the name", name, ">")
			l.report(with(related(d, tag(section), "text stands behind this tag"), httpdSays("Expected </%s> but saw %s", name, saw),
				help("put the text behind <%s on a line of its own", name)))
			return
		}
	}
}

// holds evaluates a condition. Why says what decided; it is not ok when the condition makes no sense, which is reported.
func (l *loader) holds(n *Node, s *ast.Section) (holds bool, why string, ok bool) {
	if n.Key() == "ifversion" {
		return l.ifVersion(n, s)
	}
	if l.endless(s) {
		return false, "the opening tag has no end", false
	}
	arg := n.Args
	not := strings.HasPrefix(arg.String(), "!")
	if not {
		arg = arg.Slice(1, arg.Len())
	}
	n.Words = SplitWords(arg)
	if len(n.Words) == 0 || n.Words[0].Text.Len() == 0 {
		d := refusal(n.NameSpan(), "of what?", "<%s> needs an argument", n.Name)
		d.Code, d.Name = codeArgument, "invalid-argument"
		l.report(with(d, httpdSays("<%s> directive requires additional arguments", n.Name), help("write <%s %s>", n.Name, usage(n.Key()))))
		return false, "the condition is empty", false
	}
	word := n.Words[0].String()
	switch n.Key() {
	case "ifdefine":
		holds, why = l.names[word], "is defined"
	case "ifmodule":
		holds, why = l.ifModule(word), "is loaded"
	case "iffile":
		_, err := l.fs.Stat(l.absolute(word))
		holds, why = err == nil, "exists"
	case "ifdirective":
		d, known := directive.Lookup(word)
		holds, why = known && d.Section == strings.HasPrefix(word, "<") && l.has(d), "is a directive of the server"
	case "ifsection":
		d, known := directive.LookupSection(word)
		holds, why = known && l.has(d), "is a section of the server"
	}
	if !holds {
		why = strings.Replace(why, "is", "is not", 1)
		if n.Key() == "iffile" {
			why = "does not exist"
		}
	}
	return holds != not, word + " " + why, true
}

// endless reports whether the opening tag of a section that httpd handles while it reads has no end, and says so.
func (l *loader) endless(s *ast.Section) bool {
	if d, bad := l.once[s]; !bad || d.Label != labelNoBracket {
		return false
	}
	l.executes(s)
	return true
}

func usage(key string) string {
	switch key {
	case "ifdefine":
		return "NAME"
	case "ifmodule":
		return "rewrite_module"
	case "iffile":
		return "PATH"
	case "ifdirective":
		return "RewriteRule"
	case "ifsection":
		return "Proxy"
	}
	return ">= 2.4"
}

// ifModule reports whether a module is loaded, by identifier (rewrite_module) or source file (mod_rewrite.c). Nothing else
// ever matches: not mod_rewrite, not rewrite.
func (l *loader) ifModule(name string) bool {
	id, file := name, false
	if base, ok := strings.CutSuffix(name, ".c"); ok {
		id, file = moduleID(base), true
	}
	if !strings.HasSuffix(id, "_module") {
		return false
	}
	if builtin(id) && (!file || name == sourceFile(id)) {
		return true
	}
	return l.loaded(id)
}

// moduleID returns the identifier that a module has by custom, from the name of its source file without .c.
func moduleID(base string) string {
	switch base {
	case "core":
		return "core_module"
	case "http_core":
		return "http_module"
	case "util_ldap":
		return "ldap_module"
	case "event", "worker", "prefork":
		return "mpm_" + base + "_module"
	case "mod_mpm_event", "mod_mpm_worker", "mod_mpm_prefork":
		return ""
	}
	if id, ok := strings.CutPrefix(base, "mod_"); ok {
		return id + "_module"
	}
	return ""
}

// sourceFile returns the source file of a module that is always there.
func sourceFile(id string) string {
	switch id {
	case "core_module":
		return "core.c"
	case "http_module":
		return "http_core.c"
	}
	return "mod_" + strings.TrimSuffix(id, "_module") + ".c"
}

// builtin reports whether a module is always there: what every httpd has, and what Debian's has compiled in.
func builtin(id string) bool {
	switch id {
	case "core_module", "so_module", "http_module", "log_config_module", "logio_module", "version_module", "unixd_module", "watchdog_module":
		return true
	}
	return false
}

// has reports whether a module of a directive is loaded.
func (l *loader) has(d *directive.Directive) bool {
	for id := range d.ModuleIDs() {
		if builtin(id) || l.loaded(id) {
			return true
		}
	}
	return false
}

// version is major, minor and patch of a release.
type version [3]int

// parseVersion reads major[.minor[.patch]] as mod_version does; a final dot is fine.
func parseVersion(s string) (version, bool) {
	var v version
	for i := range v {
		n := 0
		for n < len(s) && '0' <= s[n] && s[n] <= '9' {
			n++
		}
		value, err := strconv.Atoi(s[:n])
		if err != nil {
			return v, i > 0 && s == ""
		}
		v[i] = value
		if s = s[n:]; s == "" {
			return v, true
		}
		if s[0] != '.' || i == 2 {
			return v, false
		}
		s = s[1:]
	}
	return v, false
}

func (v version) compare(w version) int { return slices.Compare(v[:], w[:]) }

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

// ifVersion evaluates <IfVersion [[!]operator] version>.
func (l *loader) ifVersion(n *Node, s *ast.Section) (holds bool, why string, ok bool) {
	n.Words = SplitWords(n.Args)
	words := SplitWords(l.behindName(s))
	if len(words) == 0 {
		return l.badVersion(n, Word{}, `"" is no version: major[.minor[.patch]] in digits`, "Version appears to be invalid.")
	}
	if len(words) > 3 || words[0].Text.Len() == 0 {
		return l.badVersion(n, words[min(3, len(words)-1)], "<IfVersion> takes an operator and a version, nothing more",
			"<IfVersion takes one, two or three arguments, a comparison operator, a version (and a delimiter)")
	}
	operator, operand, closed := versionWords(words)
	if l.endless(s) {
		return false, "the opening tag has no end", false
	}
	switch {
	case !closed && len(words) == 3:
		return l.badVersion(n, words[2], "<IfVersion> takes an operator and a version, nothing more", "<IfVersion> directive missing closing '>'")
	case !closed:
		return l.badVersion(n, operand, "the version of <IfVersion> must end in \">\"", "<IfVersion> directive missing closing '>'")
	}
	return l.versionHolds(n, operator, operand)
}

// behindName returns what stands behind the name of an opening tag, its > included.
func (l *loader) behindName(s *ast.Section) ast.Text {
	line := s.Open.Text
	if l.stream == nil {
		line, _ = l.expand(line)
	}
	return rest(line, wordEnd(line.String(), 0).next)
}

// versionWords are the operator and the version of an opening tag as mod_version finds them in one to three words, and
// whether the > is there: at the end of the version, whatever is the third word, or a word by itself.
func versionWords(words []Word) (operator, version Word, closed bool) {
	alone := func(w Word) bool { return w.String() == ">" }
	switch {
	case len(words) == 1:
		version = words[0]
	case alone(words[1]):
		return Word{}, words[0], true
	default:
		operator, version = words[0], words[1]
	}
	if len(words) == 3 && alone(words[2]) {
		return operator, version, version.Text.Len() > 0
	}
	text, closed := strings.CutSuffix(version.String(), ">")
	version.Text = version.Text.Slice(0, len(text))
	return operator, version, closed
}

// versionHolds compares the assumed release with a version or a pattern.
func (l *loader) versionHolds(n *Node, comparison, operand Word) (holds bool, why string, ok bool) {
	operator := cmp.Or(comparison.String(), "=")
	not := strings.HasPrefix(operator, "!")
	op := strings.TrimPrefix(operator, "!")
	text := operand.String()
	why = fmt.Sprintf("the version is %s", l.version)
	switch op {
	case "~":
		holds, ok = l.versionMatches(operand, text)
	case "=", "==":
		if pattern, regex := strings.CutPrefix(text, "/"); regex {
			body, closed := strings.CutSuffix(pattern, "/")
			if !closed {
				return l.badVersion(n, operand, "the pattern has no closing /", "Missing delimiting / of regular expression.")
			}
			holds, ok = l.versionMatches(operand, body)
			break
		}
		holds, ok = l.versionCompares(n, operand, func(c int) bool { return c == 0 })
	case ">":
		holds, ok = l.versionCompares(n, operand, func(c int) bool { return c > 0 })
	case ">=":
		holds, ok = l.versionCompares(n, operand, func(c int) bool { return c >= 0 })
	case "<":
		holds, ok = l.versionCompares(n, operand, func(c int) bool { return c < 0 })
	case "<=":
		holds, ok = l.versionCompares(n, operand, func(c int) bool { return c <= 0 })
	default:
		return l.badVersion(n, comparison, fmt.Sprintf("%q is no comparison; = == > >= < <= ~ are, and ! may stand before one", operator), "unrecognized operator '"+operator+"'")
	}
	if !ok {
		why = "the condition makes no sense"
	}
	return holds != not, why, ok
}

func (l *loader) badVersion(n *Node, at Word, message, httpd string) (bool, string, bool) {
	d := refusal(cmp.Or(at.Text.All(), n.Span()), "", "%s", message)
	d.Code, d.Name = codeArgument, "invalid-argument"
	l.report(with(d, httpdSays("%s", httpd), help("write <IfVersion >= 2.4.47>, or <IfVersion ~ ^2\\.4> for a pattern")))
	return false, "the condition makes no sense", false
}

// versionCompares applies a test to the comparison of the assumed release with the operand.
func (l *loader) versionCompares(n *Node, operand Word, test func(int) bool) (holds, ok bool) {
	v, ok := parseVersion(operand.String())
	if !ok {
		at := operand.Text.All()
		if operand.Text.Len() == 0 {
			at = n.NameSpan()
		}
		d := refusal(at, "no version", "%q is no version: major[.minor[.patch]] in digits", operand)
		d.Code, d.Name = codeArgument, "invalid-argument"
		l.report(with(d, httpdSays("Version appears to be invalid."), help("an operator needs white space behind it: <IfVersion >= 2.4>")))
		return false, false
	}
	return test(l.version.compare(v)), true
}

// versionMatches searches a pattern in the assumed release, which is short and has no characters that grammars differ on.
func (l *loader) versionMatches(operand Word, pattern string) (holds, ok bool) {
	if _, err := pcre.Parse(pattern); err != nil {
		d := refusal(operand.Text.All(), "no pattern", "%v", err)
		d.Code, d.Name = codeArgument, "invalid-argument"
		l.report(with(d, httpdSays("Unable to compile regular expression"), help("write a regular expression of PCRE, as in <IfVersion ~ ^2\\.4>")))
		return false, false
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		l.report(with(unknown(operand.Text.All(), "not understood", "the pattern %q cannot be read: %v", pattern, err),
			help("compare versions with >= and < instead")))
		return false, false
	}
	return re.MatchString(l.version.String()), true
}
