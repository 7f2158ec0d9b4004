package lower_test

import (
	_ "embed"
	"fmt"
	"math/bits"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

//go:embed testdata/agree/grammar.txt
var grammarText string

// grammar says what a configuration may hold; grammar.txt explains its language.
type grammar struct {
	// words are the alternatives of a ‹NAME›.
	words map[string]alternatives
	// lines are all directives and sections; at are those that are mostly written in a context, by its letter.
	lines []*line
	at    map[byte][]*line
}

// alternatives are common ones, and those at or behind a limit.
type alternatives struct{ common, rare []string }

// line is a directive or a section.
type line struct {
	name string
	args alternatives
	// section says that it is one; inside is the context of what it holds.
	section bool
	inside  byte
}

var lineShape = regexp.MustCompile(`^(<?)(\w+)>? ?@(\w+)(?:>(.))? ?(.*)$`)

func readGrammar(tb testing.TB) *grammar {
	tb.Helper()
	g := &grammar{words: map[string]alternatives{}, at: map[byte][]*line{}}
	for text := range strings.Lines(grammarText) {
		text = strings.TrimSuffix(text, "\n")
		if text == "" || text[0] == '#' {
			continue
		}
		if name, list, ok := strings.Cut(text, " = "); ok && strings.ToUpper(name) == name {
			g.words[name] = readAlternatives(list)
			continue
		}
		m := lineShape.FindStringSubmatch(text)
		if m == nil {
			tb.Fatalf("grammar: %q", text)
		}
		l := &line{name: m[2], section: m[1] == "<", args: readAlternatives(m[5])}
		if l.section {
			l.inside = m[4][0]
		}
		g.lines = append(g.lines, l)
		for _, context := range []byte(m[3]) {
			g.at[context] = append(g.at[context], l)
		}
	}
	return g
}

func readAlternatives(list string) alternatives {
	common, rare, found := strings.Cut(list, "|| ")
	a := alternatives{common: strings.Split(strings.TrimSuffix(common, " "), " | ")}
	if found {
		a.rare = strings.Split(rare, " | ")
	}
	return a
}

// fragment is a configuration of the generator: its text, and the files that it includes, by name.
type fragment struct {
	text   string
	files  map[string]string
	number int
}

// The places of the number of a fragment, and of a port of its own.
const (
	selfMark = "\x01"
	portMark = "\x02"
)

// as returns a fragment under a number.
func (f fragment) as(number int) fragment {
	mine := strings.NewReplacer(selfMark, fmt.Sprint(number), portMark, fmt.Sprint(20000+number))
	g := fragment{text: mine.Replace(f.text), files: map[string]string{}, number: number}
	for name, text := range f.files {
		g.files[mine.Replace(name)] = mine.Replace(text)
	}
	return g
}

// generator returns configurations of a grammar, some of them broken.
func (g *grammar) generator() *rapid.Generator[fragment] {
	return rapid.Custom(func(t *rapid.T) fragment {
		w := &writing{T: t, grammar: g, files: map[string]string{}}
		w.crlf = w.chance(40)
		w.items('m', 1+w.pick(4), 0)
		return fragment{text: w.text.String(), files: w.files}
	})
}

// writing is a configuration that is being generated.
type writing struct {
	*rapid.T
	*grammar

	text    strings.Builder
	files   map[string]string
	crlf    bool
	macro   bool
	depth   int
	names   int
	defined []string
}

// pick returns a number below n, all with the same chance: what rapid draws itself is mostly small.
func (w *writing) pick(n int) int {
	v := 0
	for range bits.Len(uint(n-1)) + 4 {
		v *= 2
		if rapid.Bool().Draw(w.T, "bit") {
			v++
		}
	}
	return v % n
}

// chance is true once in so many times.
func (w *writing) chance(in int) bool { return w.pick(in) == in-1 }

func (w *writing) one(list []string) string { return list[w.pick(len(list))] }

func (w *writing) items(context byte, n, depth int) {
	for range n {
		w.item(context, depth)
	}
}

// deepest is how deep sections lie in each other.
const deepest = 4

func (w *writing) item(context byte, depth int) {
	list := w.at[context]
	if w.chance(50) {
		list = w.lines
	}
	l := list[w.pick(len(list))]
	switch {
	case w.chance(30):
		w.put(w.one([]string{"# a comment", "#", "", "# a comment \\\nthat goes on", "  "}))
	case w.chance(60):
		w.define()
	case depth < 2 && w.chance(60):
		w.include(context, depth)
	case depth < 2 && !w.macro && w.chance(60):
		w.use(context, depth)
	case l.section && depth < deepest:
		w.section(l, context, depth)
	case !l.section:
		w.put(w.spelled(l.name) + w.broken(" "+w.args(l)))
	}
}

// put writes a line as people write lines.
func (w *writing) put(line string) {
	if w.depth > 0 {
		w.text.WriteString(strings.Repeat([]string{"\t", "    "}[len(line)%2], w.depth))
	}
	w.text.WriteString(line)
	switch {
	case w.chance(60):
		w.text.WriteString(w.one([]string{" ", "\t", " # x", "\v", " \\"}))
	case w.crlf:
		w.text.WriteString("\r")
	}
	w.text.WriteString("\n")
}

func (w *writing) section(l *line, context byte, depth int) {
	name, inside := w.spelled(l.name), l.inside
	if inside == '=' {
		inside = context
	}
	open, closing := "<"+name, "</"+name+">"
	if args := w.broken(w.args(l)); args != "" {
		open += " " + args
	}
	open += ">"
	switch {
	case w.chance(300):
		open = strings.TrimSuffix(open, ">")
	case w.chance(300):
		closing = w.one([]string{"", "</Foo>", "</" + name, closing + " x", "</ " + name + ">", strings.ToUpper(closing)})
	}
	w.put(open)
	w.depth++
	w.items(inside, w.pick(4)+w.pick(2), depth+1)
	w.depth--
	w.put(closing)
}

// define defines a name, which variables and conditions behind it may use.
func (w *writing) define() {
	w.names++
	name := fmt.Sprintf("N%s_%d", selfMark, w.names)
	if w.chance(3) {
		w.put("Define " + name)
		return
	}
	w.put("Define " + name + " " + w.expand("‹VALUE›"))
	w.defined = append(w.defined, name)
}

// include puts items into a file of their own.
func (w *writing) include(context byte, depth int) {
	w.names++
	name := fmt.Sprintf("inc%s_%d.conf", selfMark, w.names)
	outer := w.text.String()
	w.text.Reset()
	w.items(context, 1+w.pick(3), depth+1)
	w.files[name] = w.text.String()
	w.text.Reset()
	w.text.WriteString(outer)
	w.put(w.one([]string{"Include ", "IncludeOptional ", "include "}) + w.one([]string{name, `"` + name + `"`, strings.Replace(name, ".conf", ".con*", 1)}))
}

// use writes a macro and uses it.
func (w *writing) use(context byte, depth int) {
	w.names++
	name := fmt.Sprintf("M%s_%d", selfMark, w.names)
	params := w.one([]string{"", " $a", " $a $b", " $a %b", " $a $ab"})
	w.macro = true
	w.put("<Macro " + w.broken(name+params) + ">")
	w.items(context, w.pick(3), depth+1)
	w.put(w.one([]string{"</Macro>", "</Macro>", "</Macro>", "</macro>"}))
	w.macro = false
	for range w.pick(3) {
		args := ""
		for range strings.FieldsSeq(params) {
			args += " " + w.expand("‹VALUE›")
		}
		w.put(w.spelled("Use") + " " + w.broken(w.one([]string{name, name, strings.ToLower(name)})+args))
	}
}

// spelled is a name as somebody may write it.
func (w *writing) spelled(name string) string {
	switch {
	case w.chance(40):
		return strings.ToLower(name)
	case w.chance(400):
		return name[:len(name)-1]
	}
	return name
}

// args are the arguments of a line.
func (w *writing) args(l *line) string {
	return w.expand(w.alternative(l.args, 25))
}

// alternative is a common one, or once in so many times a rare one.
func (w *writing) alternative(a alternatives, in int) string {
	if len(a.rare) > 0 && w.chance(in) {
		return w.one(a.rare)
	}
	return w.one(a.common)
}

var hole = regexp.MustCompile(`‹([A-Z]+)([?*+]?)›`)

// expand fills the holes of a text.
func (w *writing) expand(text string) string {
	return hole.ReplaceAllStringFunc(text, func(found string) string {
		m := hole.FindStringSubmatch(found)
		switch m[2] {
		case "?":
			if w.pick(2) == 0 {
				return ""
			}
		case "*":
			list := ""
			for range max(0, w.pick(5)-1) {
				list += " " + w.word(m[1])
			}
			return list
		case "+":
			list := w.word(m[1])
			for range max(0, w.pick(5)-2) {
				list += " " + w.word(m[1])
			}
			return list
		}
		return w.word(m[1])
	})
}

// word is what a name stands for.
func (w *writing) word(name string) string {
	switch name {
	case "SELF":
		return selfMark
	case "SELFPORT":
		return portMark
	case "DEFINED":
		if len(w.defined) > 0 {
			return w.one(w.defined)
		}
		return "NOPE"
	}
	return w.expand(w.alternative(w.words[name], 25))
}

// broken is a text of arguments, now and then with a slip of the pen or another way to write the same.
func (w *writing) broken(args string) string {
	words := strings.Split(args, " ")
	at := w.pick(len(words))
	if w.macro && w.chance(6) {
		words[at] = w.one([]string{"$a", "x$a", "${a}", "$b"})
	}
	switch {
	case !w.chance(12) || words[at] == "":
	case w.chance(6):
		words = append(words[:at], words[at+1:]...)
	case w.chance(5):
		words = append(words[:at+1], words[at:]...)
	case w.chance(4):
		words[at] = w.one([]string{`"`, `'`}) + words[at]
	case w.chance(3):
		words[at] = `"` + words[at] + `"`
	case w.chance(3):
		words[at] += " \\\n"
	case len(w.defined) > 0:
		words[at] = "${" + w.one(w.defined) + "}"
	default:
		words[at] = w.one([]string{"#", "${NOPE}", `\`, "\t", "\\\\", "ä", "\x80"}) + words[at]
	}
	return strings.Join(words, " ")
}
