package parser_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/testenv"
)

var generated = flag.Int("macros", 60, "how many generated configurations with macros httpd is asked about")

// withMacros returns an httpd that has mod_macro.
func withMacros(t *testing.T) httpd {
	t.Helper()
	h := newHTTPD(t)
	h.prelude += "LoadModule macro_module " + testenv.Modules + "/mod_macro.so\n"
	return h
}

// outcome is what httpd, or lbconf, makes of a configuration while it reads it: what is defined at the end, or why and at
// which line of the file, of the outermost Use, it stops.
type outcome struct {
	Defined []string
	Refused string
}

var (
	saidOfMacro  = regexp.MustCompile(`(?s)Syntax error on line (.*)`)
	definedOn    = regexp.MustCompile(`\(defined on line [^)]*\)`)
	inputName    = regexp.MustCompile(`"?/[^ "]*/([a-z.]+)"?`)
	unclosedHTTP = regexp.MustCompile(`(<\w+> was not closed)\..*`)
)

func outcomeOfHTTPD(out string) outcome {
	var o outcome
	for line := range strings.Lines(out) {
		if def, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "Define: "); ok && !strings.HasPrefix(def, "DUMP_") && def != "MODPERL2" {
			o.Defined = append(o.Defined, def)
		}
	}
	slices.Sort(o.Defined)
	if m := saidOfMacro.FindStringSubmatch(out); m != nil {
		o.Refused = strings.TrimSpace(m[1])
	}
	return o
}

// macroCases are lines behind a prelude that loads mod_macro.
var macroCases = []string{
	"Use m\n", "use\n", "Use \"\"\n", "UndefMacro m\n", "UndefMacro\n",
	"<Macro m>\n</Macro>\nUse\n", "<Macro m>\n</Macro>\nUse \"\"\n", "<Macro m>\n</Macro>\nUse n\n", "<Macro m>\n</Macro>\nUSE M\n",
	"<Macro m>\n</Macro>\nUndefMacro n\n", "<Macro m>\n</Macro>\nUndefMacro\n", "<Macro m>\n</Macro>\nUndefMacro m n\n", "<Macro m>\n</Macro>\nUndefMacro \"\"\n",
	"<Macro m>\nDefine A 1\n</Macro>\nUndefMacro M\nUse m\n", "<Macro m>\n</Macro>\nUndefMacro m\nUndefMacro m\n",
	"<Macro m>\nDefine A\n", "<Macro m>\n<Macro n>\n</Macro>\nDefine A\n", "<Macro m\nDefine A\n</Macro>\n", "<Macro>\n</Macro>\n", "<Macro >\n</Macro>\n", "<Macro \"\">\n</Macro>\n",
	"<Macro m> x\nDefine A\n</Macro> y\nUse m\n", "</Macro>\n", "<Macro m>\n</Macro>\n</Macro>\n", "<Macro m>\nDefine A\n\"</Macro>\"\nUse m\n", "\"<Macro\" m>\nDefine A 1\n</Macro>\nUse m\n",
	"<Macro m>\nDefine A\n</Macro >\nUse m\n</Macro>\nDefine B\n", "<MACRO m>\nDefine A\n</mAcRo>\nUse m\n",
	"<Macro m $a $a>\n</Macro>\n", "<Macro m \"\" $a>\n</Macro>\n", "<Macro m $a \"\">\n</Macro>\n", "<Macro m x x \"\">\n</Macro>\n", "<Macro m $a $A>\nDefine $A $a\n</Macro>\nUse m 1 X\n",
	"<Macro m $a>\nDefine A $a\n</Macro>\nUse m\n", "<Macro m $a>\nDefine A $a\n</Macro>\nUse m 1 2\n", "<Macro m $a>\nDefine A $a\n</Macro>\nUse m \"1 2\"\n", "<Macro m $a>\nDefine A \"$a\"\n</Macro>\nUse m \"1 2\"\n",
	"<Macro m $a>\nDefine A \"$a\"\n</Macro>\nUse m ' 1  2 '\n", "<Macro m $a>\nDefine A $a\n</Macro>\nUse m 1 # 2\n", "<Macro m $a>\nDefine A x$a\n</Macro>\nUse m \"\"\n",
	"<Macro m $a $ab>\nDefine A $a-$ab-$abc-$b\n</Macro>\nUse m 1 2\n", "<Macro m $ab $a>\nDefine A $a-$ab-$abc-$b\n</Macro>\nUse m 1 2\n", "<Macro m a b>\nDefine X aabba\n</Macro>\nUse m b a\n",
	"<Macro m $a $b>\nDefine A $a$b\n</Macro>\nUse m $b $a\n", "<Macro m $a>\nDefine A $a\n</Macro>\nUse m $a$a\n", "<Macro m aa>\nDefine X aaa\n</Macro>\nUse m a\n", "<Macro m $a>\nDefine $a $a\n</Macro>\nUse m $a\n",
	"<Macro m @a>\nDefine A @a\n</Macro>\nUse m \"1 2\"\n", "<Macro m @a>\nDefine A @a\n</Macro>\nUse m 'a\"b\\\\c'\n", "<Macro m @a x>\nDefine A @a\n</Macro>\nUse m 'a\"x' y\n", "<Macro m @a x>\nDefine A @axx\n</Macro>\nUse m '\"\"\"x' y\n",
	"<Macro m @a \"\\\"\">\nDefine A @a\n</Macro>\nUse m 1 2\n", "<Macro m @a>\nDefine A @a\n</Macro>\nUse m @a\n", "<Macro m %a>\nDefine A %a\n</Macro>\nUse m 1\n", "<Macro m $(a)>\nDefine A $(a)\n</Macro>\nUse m 1\n",
	"<Macro m ${a}>\nDefine A ${a}\n</Macro>\nUse m 1\n", "Define a x\n<Macro m ${a}>\nDefine B x\n</Macro>\nUse m 1\n", "<Macro m $a>\nDefine A ${$a}\n</Macro>\nDefine V v\nUse m V\n", "<Macro m>\nDefine A ${V}\n</Macro>\nDefine V v\nUse m\n",
	"Define V m\n<Macro ${V}>\nDefine A\n</Macro>\nUse ${V}\n", "Define V Use\n<Macro m>\nDefine A\n</Macro>\n${V} m\n", "Define V <VirtualHost\n${V} *:80>\nDefine A\n</VirtualHost>\n", "Define V </VirtualHost>\n<VirtualHost *:80>\n${V}\nDefine A\n",
	"Define V Macro\n<${V} m>\nDefine A\n</Macro>\nUse m\n", "Define V <Macro\n${V} m>\nDefine A\n</Macro>\nUse m\n", "Define V \"# x\"\n<Macro m $a>\n$a\nDefine A\n</Macro>\nUse m \"# y\"\n",
	"<Macro m /IgnoreEmptyArgs $a>\nDefine A x$a\n</Macro>\nUse m \"\"\n", "<Macro m /ignorebadnesting/IgnoreEmptyArgs $a>\nDefine A $a\n</Macro>\nUse m 1\n", "<Macro m /foo $a>\nDefine A $a\n</Macro>\nUse m 1\n", "<Macro m /foo>\nDefine A foo\n</Macro>\nUse m 1\n",
	"<Macro m /IgnoreEmptyArgs>\nDefine A\n</Macro>\nUse m\n", "<Macro m /IgnoreEmptyArgs  /IgnoreBadNesting $a>\nDefine A $a\n</Macro>\nUse m 1 2\n", "<Macro m /IgnoreEmptyArgsX $a>\nDefine A $a\n</Macro>\nUse m 1\n", "<Macro m /IgnoreBadNesting\t$a>\nDefine A $a\n</Macro>\nUse m 1\n",
	"<Macro m / $a>\nDefine A $a\n</Macro>\nUse m 1\n", "<Macro m/IgnoreEmptyArgs $a>\nDefine A $a\n</Macro>\nUse m/IgnoreEmptyArgs 1\n", "MacroIgnoreEmptyArgs\nMacroIgnoreBadNesting\n", "MacroIgnoreEmptyArgs x\n", "MacroIgnoreBadNesting On\n",
	"<Macro m>\nDefine A 1\n</Macro>\n<Macro M>\nDefine A 2\n</Macro>\nUse m\n", "<Macro \"a b\" $x>\nDefine A $x\n</Macro>\nUse \"A B\" 1\n", "<Macro $m>\nDefine A\n</Macro>\nUse $m\n",
	"<Macro a>\nUse a\n</Macro>\nUse a\n", "<Macro a>\nUse b\n</Macro>\n<Macro b>\nUse a\n</Macro>\nUse a\n", "<Macro a>\nDefine A\n</Macro>\n<Macro b>\nUse a\nUse a\n</Macro>\nUse b\nUse a\n", "<Macro m>\n<Macro m>\nDefine A 2\n</Macro>\nUse m\n</Macro>\nUse m\n",
	"<Macro m>\n<Macro m>\nDefine A 2\n</Macro>\nDefine B\n</Macro>\nUse m\nUse m\n", "<Macro m>\n<Macro n>\nUse m\n</Macro>\n</Macro>\nUse m\nUse n\n", "<Macro m>\n<Macro n $b>\nDefine B $b\n</Macro>\nUse n 1\n</Macro>\nUse m\n", "<Macro m $a>\n<Macro n $b>\nDefine A $a$b\n</Macro>\n</Macro>\nUse m 2\nUse n 1\n",
	"<Macro m $a>\nUse $a\n</Macro>\nUse m m\n", "<Macro m $a>\nUse $a x\n</Macro>\n<Macro n $b>\nDefine B $b\n</Macro>\nUse m n\n", "<Macro a>\nUndefMacro a\n</Macro>\nUse a\nUse a\n",
	"<Macro b>\n<VirtualHost *:80>\n</Macro>\n<Macro e>\n</VirtualHost>\n</Macro>\nUse b\nDefine A\nUse e\n", "<Macro b>\n<VirtualHost *:80>\n</Macro>\nUse b\nDefine A\n", "<Macro b>\n<VirtualHost *:80>\n</Macro>\nUse b\n</VirtualHost>\n", "<Macro e>\n</VirtualHost>\n</Macro>\n<VirtualHost *:80>\nUse e\n",
	"<Macro e>\n</VirtualHost>\n</Macro>\nUse e\n", "<Macro e>\n</Location>\n</Macro>\n<VirtualHost *:80>\nUse e\n", "<Macro b>\n<IfDefine NO>\n</Macro>\nUse b\nDefine A\n</IfDefine>\nDefine B\n", "<Macro b>\n<IfDefine GIVEN>\n</Macro>\nUse b\nDefine A\n</IfDefine>\nDefine B\n",
	"<Macro b>\n<IfDefine NO>\n</Macro>\nUse b\nDefine A\n", "<Macro b>\n<IfDefine GIVEN>\n</Macro>\nUse b\nDefine A\n", "<Macro e>\n</IfDefine>\n</Macro>\n<IfDefine NO>\nUse e\n</IfDefine>\n", "<Macro e>\n</IfDefine>\n</Macro>\n<IfDefine GIVEN>\nUse e\nDefine A\n",
	"<IfDefine NO>\n<Macro a>\n<VirtualHost *:80>\n</Macro>\n</IfDefine>\n", "<IfDefine NO>\n<Macro a>\n</VirtualHost>\n</Macro>\n</IfDefine>\n", "<IfDefine NO>\n<Macro a>\nDefine A\n</Macro>\n</IfDefine>\nUse a\n", "<IfDefine NO>\n<Macro a>\n</IfDefine>\n", "<IfDefine GIVEN>\n<Macro a>\n</IfDefine>\n</Macro>\nUse a\nDefine B\n",
	"<Macro m>\n<IfDefine NO>\nDefine A\n</IfDefine>\n<IfDefine GIVEN>\nDefine B\n</IfDefine>\n</Macro>\nUse m\n", "<VirtualHost *:80>\n<Macro m>\nDefine A\n</Macro>\n</VirtualHost>\nUse m\n", "<Macro m>\n# x $a \\\nDefine A\n  # y\n\nDefine B\n</Macro>\nUse m\n",
	"<Macro m $a>\nDefine \\\n  A \\\n $a\n</Macro>\nUse m \\\n 1\n", "<Macro m $a>\nDefine A $a\nx\n</Macro>\nUse m \"1\\\\\"\n", "<Macro m>\nDefine A 1\\ \n2\n</Macro>\nUse m\n", "<Macro m>\nDefine A \\ \n</Macro>\nUse m\n  2\n", "<Macro m>\nDefine A \\ \n</Macro>\n<Macro n>\nUse m\n</Macro>\nUse n\n2\n", "<Macro m>\nDefine A x\\\n</Macro>\nUse m\n</Macro>\n",
	"<Macro m>\nDefine A 1\n</Macro>\nUse m\nDefine B 2", "<Macro m>\n</Macro>\nUse m\nDefine B", "<Macro m>\nDefine A 1\n</Macro>\nUse m\nDefine B 2\nDefine C", "<Macro m>\nDefine A 1\n</Macro>\nUse m", "<Macro m>\nDefine A 1\n</Macro>\n<VirtualHost *:80>\nUse m\n</VirtualHost>", "<Macro m>\nDefine A 1\n</Macro>\nUse m\n# c", "<Macro m>\nDefine A\n</Macro>\nUse m\nUse m\nDefine B",
	"<Macro m>\n</Macro>\nUse m\nDefine B \\\n2", "<Macro m>\n</Macro>\nUse m\nDefine B \\\n 2 \\\n 3", "<Macro m>\n</Macro>\nUse m\nDefine B 2\\\n3", "<Macro m>\n</Macro>\nUse m\nDefine B 2\\\n3\n", "<Macro m>\n</Macro>\nUse m\nDefine B 2\\\n", "<Macro m>\n</Macro>\nUse m\nDefine B 2\\\n  ",
	"<Macro m>\n</Macro>\nUse m\nDefine B 2\\", "<Macro m>\n</Macro>\nUse m\nDefine \\\nB", "<Macro m>\n</Macro>\nUse m\n# x \\\nDefine B", "<Macro m>\n</Macro>\nUse m\n\\\nDefine B", "<Macro m>\n</Macro>\nUse m\nDefine B 2\\\r\n3", "<Macro m>\nDefine A \\ \n</Macro>\nUse m\n2", "<Macro m $a>\nDefine A $a\n</Macro>\nUse m \\\\\n2",
	"<Macro m $a>\nDefine A x$a\n</Macro>\nUse m \"1\\\\\"\n2", "<Macro m $a>\nDefine A x$a\n</Macro>\nUse m \"1\\\\\"\n2\\\n3",
	"<Macro m>\nInclude gone\n</Macro>\nUse m\n", "<Macro m>\nDefine a:b 1\n</Macro>\nUse m\n", "<Macro m $a>\r\nDefine A $a\r\n</Macro>\r\nUse m 1\r\n", "<Macro m>\n<Macro n>\n</Macro>\nUse m\nDefine A\n</Macro>\n", "<Macro m>\n<Macro n>\nfoo\n</Macro>\nUse m\n", "<Macro m>\n<Location /a\n</Macro>\n", "<Macro m>\n<IfVersion => 2>\n</IfVersion>\n</Macro>\nUse m\n",
	"<Macro m>\nDefine A\x00 x\n</Macro>\nUse m\n", "<Macro m $a>\nDefine A $a\n</Macro>\nUse m 1\x00 2\n", "<Macro m\t$a\v$b>\nDefine A $a$b\n</Macro>\nUse\tm\t1\v2\n", "<Macro m $a>\nDefine A '$a'\n</Macro>\nUse m 'it\\'s'\n", "<Macro m x>\nDefine A x\n</Macro>\nUse m \"",
}

// TestMacrosAgree holds that macros stand for what they stand for in httpd, and are refused with its words.
func TestMacrosAgree(t *testing.T) {
	h := withMacros(t)
	for _, length := range []int{8170, 8171, 8172, 8190, 8191} {
		macroCases = append(macroCases,
			fmt.Sprintf("<Macro m>\nDefine A %s\n</Macro>\nUse m\n", strings.Repeat("x", length-9)), fmt.Sprintf("<Macro m>\n  Define A %s \n</Macro>\nUse m\n", strings.Repeat("x", length-12)),
			fmt.Sprintf("<Macro m>\n#%s\n</Macro>\nUse m\n", strings.Repeat("x", length-1)), fmt.Sprintf("<Macro m $a>\nDefine A $a\n</Macro>\nUse m %s\n", strings.Repeat("x", length-9)))
	}
	for _, src := range macroCases {
		h.compareMacros(t, src)
	}
}

func (h httpd) compareMacros(t *testing.T, src string) {
	t.Helper()
	theirs := outcomeOfHTTPD(h.check(t, src, "-D", "DUMP_RUN_CFG", "-D", "GIVEN"))
	tree := h.load(src)
	ours := outcome{}
	for _, d := range tree.Diagnostics {
		if d.Class == diag.Refusal && ours.Refused == "" {
			ours.Refused = d.Message
			for _, n := range d.Notes {
				if n.Kind == "httpd" {
					ours.Refused = n.Text
				}
			}
		}
		checkPlaces(t, tree.Files, d)
	}
	for _, lost := range unaccounted(tree) {
		t.Errorf("%.300q: %q is lost", src, lost)
	}
	if ours.Refused == "" && theirs.Refused == "" {
		for name, def := range tree.Defined {
			if def.HasValue {
				name += "=" + def.Value.String()
			}
			ours.Defined = append(ours.Defined, name)
		}
		slices.Sort(ours.Defined)
		if strings.HasPrefix(strings.Join(theirs.Defined, " "), "DUMP") || len(theirs.Defined) == 0 {
			t.Errorf("%q: httpd shows nothing", src)
		}
	}
	theirs.Refused, ours.Refused = plainWords(theirs.Refused), plainWords(ours.Refused)
	if ours.Refused != "" && strings.Contains(theirs.Refused, ours.Refused) {
		ours.Refused = theirs.Refused
	}
	if diff := cmp.Diff(theirs, ours); diff != "" {
		if len(src) > 2000 {
			src = src[:100] + "…"
		}
		t.Errorf("%q: -httpd +lbconf\n%s%v", src, diff, problems(tree.Files, tree.Diagnostics))
	}
}

func plainWords(s string) string {
	s = definedOn.ReplaceAllString(s, "(defined)")
	s = strings.ReplaceAll(s, `\\`, `\`)
	s = unclosedHTTP.ReplaceAllString(s, "$1")
	return inputName.ReplaceAllString(s, "$1")
}

// TestGeneratedMacros asks httpd about random configurations of macros.
func TestGeneratedMacros(t *testing.T) {
	h := withMacros(t)
	r := rand.New(rand.NewPCG(1, uint64(*generated)))
	for range *generated {
		h.compareMacros(t, randomMacros(r))
	}
}

// randomMacros returns definitions and uses of a few macros, most of them right.
func randomMacros(r *rand.Rand) string {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	name := func() string { return pick("m", "n", "o", "M") }
	var b strings.Builder
	line := func() string {
		switch r.IntN(14) {
		case 0:
			return "Use " + name() + pick("", " 1", " 2 3", " \"a b\"", " $a", " '\"\\'")
		case 1:
			return "UndefMacro " + name()
		case 2:
			return pick("<IfDefine A>", "<IfDefine !A>", "</IfDefine>", "<VirtualHost *:80>", "</VirtualHost>")
		case 3:
			return pick("<IfDefine A>\nDefine D 1\n</IfDefine>", "<IfDefine !B>\nDefine B $a\n</IfDefine>")
		case 4:
			return pick("# $a", "", "Define E $a\\", "\tDefine F '$b' ")
		default:
			return "Define " + pick("A", "B", "C", "$a") + pick("", " 1", " $a", " x$ab$b", " \"$a\"", " @a", " ${A}", " ${$a}", " %c")
		}
	}
	for range 2 + r.IntN(5) {
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, "<Macro %s%s>\n", name(), pick("", "", " $a", " $a", " $a $b", " $a $ab", " @a", " %c $a"))
			for range r.IntN(4) {
				b.WriteString(line() + "\n")
			}
			b.WriteString("</Macro>\n")
			continue
		}
		b.WriteString(line() + "\n")
	}
	s := b.String()
	if r.IntN(5) == 0 {
		s = strings.TrimSuffix(s, "\n")
	}
	return s
}
