package parser_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/testenv"
)

// httpd is a real httpd that checks configurations in a folder of its own.
type httpd struct {
	binary, root string
	prelude      string
	// folder is where the main file lies, from the root.
	folder string
	// moves says that the configuration itself says where the ServerRoot is.
	moves bool
}

// newHTTPD skips the test where httpd is not installed.
func newHTTPD(t *testing.T) httpd {
	t.Helper()
	return httpd{binary: testenv.Program(t, "apache2"), root: t.TempDir(), prelude: fmt.Sprintf(
		"LoadModule mpm_event_module %[1]s/mod_mpm_event.so\nLoadModule authz_core_module %[1]s/mod_authz_core.so\nServerName x\nListen 127.0.0.1:1\nErrorLog /dev/null\n", testenv.Modules)}
}

func (h httpd) write(t *testing.T, name, src string) string {
	t.Helper()
	name = filepath.Join(h.root, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// check runs apache2 -t on a configuration behind the prelude.
func (h httpd) check(t *testing.T, src string, args ...string) string {
	t.Helper()
	name := h.write(t, filepath.Join(h.folder, "httpd.conf"), h.prelude+src)
	cmd := exec.CommandContext(t.Context(), h.binary, append([]string{"-t", "-d", h.root, "-f", name}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out)
}

// load reads the same configuration.
func (h httpd) load(src string) *parser.Tree {
	in := parser.Input{Name: filepath.Join(h.root, h.folder, "httpd.conf"), Source: []byte(h.prelude + src), ServerRoot: h.root, Defines: []string{"GIVEN"}}
	if h.moves {
		in.ServerRoot = ""
	}
	return parser.Load(in)
}

var errorLine = regexp.MustCompile(`(?:error on line|in ).*?(\d+) of .*?([^/\s]+):`)

// TestRefusals holds that syntax is refused exactly where httpd refuses it.
func TestRefusals(t *testing.T) {
	h := newHTTPD(t)
	h.write(t, "marked", "\xef\xbb\xbfServerName y\n")
	for _, src := range []string{
		"<Location /a>\n</Location> foo\n",
		"<Location /a>\n</Location foo>\n",
		"<Location /a>\n</ Location>\n",
		"<Location /a>\n</Location\n",
		"<Location /a\n</Location>\n",
		"<Location /a> >\n</Location>\n",
		"< Location /a>\n</Location>\n",
		"<\n", "<>\n", "</\n", "</>\n", "</Location>\n",
		"<Location /a>\n",
		"<VirtualHost *:80>\n<Location /a>\n",
		"<Location /a>\n</VirtualHost>\n",
		"<Location /a>\n</location>\n",
		"\"<Location\" /a>\n</Location>\n",
		"<VirtualHost*:80>\n</VirtualHost>\n",
		"<IfModule core.c>\n<Location /a>\n</IfModule>\n</Location>\n",
		"<IfModule core.c>\n<Location /a>\n",
		"<IfModule core.c>\n", "<IfDefine NO>\n",
		"<IfModule core.c>\n</IfModule> foo\n", "<IfDefine NO>\n</IfDefine> foo\n",
		"<IfDefine NO>\n<A>\n</B>\n</IfDefine>\n",
		"<IfDefine NO>\n<A>\n</IfDefine>\n",
		"<IfDefine NO>\n</A>\n</IfDefine>\n",
		"<IfDefine NO>\n<Else>\n</Else>\n</IfDefine>\n",
		"<IfDefine NO>\n<Location /a\n</Location>\n</IfDefine>\n",
		"<Location /a>\n<RequireAll\nRequire all granted\n</RequireAll>\n</Location>\n",
		"<Location /a>\n<RequireAll> x\nRequire all granted\n</RequireAll>\n</Location>\n",
		"Include marked\n",
		"ServerName y\x00z z z\n",
		"# c \\\nServerName a b\n",
		"ServerName \"y\n", "<Directory \"/var/www>\n</Directory>\n",
		"Define a:b c\n", "Define a b c\n", "Define\n", "UnDefine a b\n",
		"Include\n", "Include a b\n", "Include gone\n", "IncludeOptional gone\n", "Include gone/*\n", "IncludeOptional gone/*\n", "Include *.gone\n",
		"Define V Location\n<${V} /a>\n</${V}>\n",
		"<IfVersion>\n</IfVersion>\n", "<IfVersion => 2>\n</IfVersion>\n", "<IfVersion = /2>\n</IfVersion>\n", "<IfVersion >= 2.x>\n</IfVersion>\n",
		"<IfVersion ! = 2>\n</IfVersion>\n", "<IfDefine>\n</IfDefine>\n", "<IfModule !>\n</IfModule>\n", "<IfDefine FOO\n</IfDefine>\n",
	} {
		out := h.check(t, src)
		tree := h.load(src)
		var refused []diag.Diagnostic
		for _, d := range everything(tree) {
			if d.Class == diag.Refusal {
				refused = append(refused, d)
			}
		}
		if accepted := strings.Contains(out, "Syntax OK"); accepted != (len(refused) == 0) {
			t.Errorf("%q: httpd says %s, we say %v", src, out, problems(tree.Files, tree.Diagnostics))
			continue
		}
		m := errorLine.FindStringSubmatch(out)
		if m == nil || len(refused) == 0 {
			continue
		}
		line, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		ours := tree.Files.Position(refused[0].Span.Start).Line
		// httpd reports what it skips at the section that it skips.
		if ours != line && !strings.HasPrefix(src, "<IfDefine NO>") && !strings.HasPrefix(src, "< ") && !strings.HasPrefix(src, "<VirtualHost*") {
			t.Errorf("%q: httpd refuses line %d, we line %d: %s", src, line, ours, out)
		}
	}
}

// TestConditionsAgree holds that the same sections are executed.
func TestConditionsAgree(t *testing.T) {
	h := newHTTPD(t)
	h.write(t, "there", "")
	for _, cond := range []string{
		"IfDefine GIVEN", "IfDefine given", "IfDefine !GIVEN", "IfDefine ! NO", "IfDefine \"GIVEN\"", "IfDefine \"!NO\"", "IfDefine GIVEN x", "IfDefine> GIVEN",
		"IfModule core.c", "IfModule CORE.c", "IfModule ! core.c", "IfModule \"core.c\"", "IfModule core.c ", "IfModule core_module", "IfModule so_module",
		"IfModule mod_so.c", "IfModule mod_authz_core.c", "IfModule authz_core", "IfModule mpm_event_module", "IfModule event.c", "IfModule mod_mpm_event.c",
		"IfModule ssl_module", "IfModule http_core.c", "IfModule mod_http.c", "IfModule mod_core.c", "IfModule mod_unixd.c",
		"IfFile there", "IfFile !gone", "IfFile .", "IfFile th*", "IfFile /dev/null",
		"IfDirective ServerName", "IfDirective servername", "IfDirective RewriteRule", "IfDirective <Location", "IfDirective Location", "IfDirective MaxRequestWorkers",
		"IfSection Location", "IfSection <Location", "IfSection location", "IfSection ServerName", "IfSection Proxy",
		"IfVersion 2.4", "IfVersion >= 2.4", "IfVersion > 2.4", "IfVersion < 2.5", "IfVersion <= 2.4", "IfVersion == 2.4", "IfVersion != 2.4", "IfVersion !>= 2.5",
		"IfVersion ~ 2.4", "IfVersion !~ 2.4", "IfVersion = /^2.4/", "IfVersion ~ /2.4/", "IfVersion >= 2.4.", "IfVersion /2/", "IfVersion >= \"2.4\" ",
	} {
		name, _, _ := strings.Cut(strings.ReplaceAll(cond, ">", " "), " ")
		src := "<" + cond + ">\nBogus\n</" + name + ">\n"
		out := h.check(t, src, "-D", "GIVEN")
		tree := h.load(src)
		ours := slices.ContainsFunc(tree.Nodes, func(n *parser.Node) bool { return n.Name == "Bogus" })
		if theirs := strings.Contains(out, "Invalid command 'Bogus'"); theirs != ours {
			t.Errorf("<%s>: httpd executes it: %t, we: %t, %v\n%s", cond, theirs, ours, problems(tree.Files, tree.Diagnostics), out)
		}
	}
}

// TestWordsAgree holds lines, words and variables: what httpd has defined at the end is what we have.
func TestWordsAgree(t *testing.T) {
	h := newHTTPD(t)
	src := strings.Join([]string{
		`Define A "b c"`, `Define B 'b "c'`, `Define C a"b`, `Define D "a\"b\\c\d"`, `Define E a\\b\"`, `Define F "b c`, `Define G \`, `  'x \`, `y'  `,
		`define H "${A}"`, `DEFINE I "${a} ${h}"`, `Define J ${Z}`, `Define K $`, `Define L ${K}{A}`, `Define M ${A`, `# c \`, `Define N n`, `Define O o#p`,
		`Define P a\\b`, "Define Q q\r", "Define R r\v", `"Define" S s`, `Define T ${Z${A}}`, `UnDefine o`, "Define U u\x00 x y", `Define V`, `Define W ${x:y}`, "\tDefine X x",
	}, "\n") + "\n"
	out := h.check(t, src, "-D", "DUMP_RUN_CFG", "-D", "GIVEN")
	var theirs []string
	for line := range strings.Lines(out) {
		if def, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "Define: "); ok && !strings.HasPrefix(def, "DUMP_") && def != "MODPERL2" {
			theirs = append(theirs, def)
		}
	}
	var ours []string
	for name, def := range h.load(src).Defined {
		if def.HasValue {
			name += "=" + def.Value.String()
		}
		ours = append(ours, name)
	}
	slices.Sort(theirs)
	slices.Sort(ours)
	if diff := cmp.Diff(theirs, ours); diff != "" || len(ours) < 15 {
		t.Errorf("-httpd +lbconf\n%s\n%s", diff, out)
	}
}

// TestIncludeOrderAgrees holds which files are read and in which order.
func TestIncludeOrderAgrees(t *testing.T) {
	h := newHTTPD(t)
	for _, name := range []string{"d/b", "d/a.conf", "d/B", "d/.h", "d/s/z", "d/s/y", "e/2/x.conf", "e/1/x.conf", "e/10/x.conf", "e/x.conf", "f/[a]", "f/a", "f/a-b", "f/ä", "f/.a"} {
		h.write(t, name, "")
	}
	h.write(t, "nested", "Include d/a.conf\nInclude d/b\n")
	for _, patterns := range [][]string{
		{"d"}, {"d/"}, {"d/*"}, {"d/.*"}, {"e/*/x.conf"}, {"e/?/*"}, {"e/*"}, {"f/[a]"}, {"f/[!a]"}, {"f/[^a]*"}, {"f/*-[a-c]"}, {"f/\\a"}, {"nested", "d/B", "nested"}, {"e/../d/b"}, {"e/*/"}, {"./d/b"}, {"f/[[]a]"}, {"*/*/x.conf"},
	} {
		src := ""
		for _, p := range patterns {
			src += "IncludeOptional " + p + "\n"
		}
		out := h.check(t, src, "-D", "DUMP_INCLUDES")
		theirs, ours := []string{}, []string{}
		for line := range strings.Lines(out) {
			if _, name, ok := strings.Cut(strings.TrimSpace(line), ") "); ok && strings.HasPrefix(name, h.root) {
				theirs = append(theirs, name)
			}
		}
		for _, f := range h.load(src).Files.Files()[1:] {
			ours = append(ours, f.Name())
		}
		if diff := cmp.Diff(theirs[1:], ours); diff != "" {
			t.Errorf("%q: -httpd +lbconf\n%s\n%s", patterns, diff, out)
		}
	}
}

// TestLongLines holds where a line becomes too long for httpd, alone and with continuations.
func TestLongLines(t *testing.T) {
	h := newHTTPD(t)
	for _, n := range []int{1<<24 - 1, 1 << 24} {
		long := strings.Repeat("x", n-9)
		for _, src := range []string{"Define A " + long + "\n", "Define A \\\n" + long + "\n", "<IfDefine NO>\n#        " + long + "\n</IfDefine>\n"} {
			out := h.check(t, src)
			tree := h.load(src)
			said := problems(tree.Files, tree.Diagnostics)
			if theirs := strings.Contains(out, "Line too long"); theirs != (len(said) == 1) || theirs != strings.Contains(strings.Join(said, ""), "a line is ") {
				t.Errorf("%d bytes, %.20q: httpd says %.200s, we say %v", n, src, out, said)
			}
		}
	}
}
