package lint_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/ir/lint"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/large"
)

// noFiles is a file system without files, so that an Include in an example finds nothing.
type noFiles struct{}

func (noFiles) ReadFile(string) ([]byte, error)       { return nil, fs.ErrNotExist }
func (noFiles) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }
func (noFiles) Stat(string) (fs.FileInfo, error)      { return nil, fs.ErrNotExist }

// exampleFiles has nothing in the folders called absent, and knows nothing else.
type exampleFiles struct{}

func (exampleFiles) Stat(name string) (fs.FileInfo, error) {
	if strings.Contains(name, "/absent/") {
		return nil, fs.ErrNotExist
	}
	return nil, lower.ErrUnseen
}

// check returns everything that is found in a configuration, by reading and by the rules.
func check(t *testing.T, name, source string) (*diag.FileSet, diag.List) {
	t.Helper()
	tree := parser.Load(parser.Input{Name: name, Source: []byte(source), Read: noFiles{}})
	config, refusals := lower.WithFiles(tree, exampleFiles{})
	found, _ := lint.Check(config, effective.New(config), lint.Reading{
		Found: slices.Concat(tree.Diagnostics, refusals), Syntax: tree.Syntax, Defined: slices.Collect(maps.Keys(tree.Defined)),
	})
	return tree.Files, found
}

// codes lists the codes at warning or above, each once.
func codes(found diag.List) []string { return codesFrom(found, diag.Warning) }

// codesFrom lists the codes at a severity or above, each once.
func codesFrom(found diag.List, least diag.Severity) []string {
	var list []string
	for _, d := range found {
		if d.Severity >= least {
			list = append(list, string(d.Code))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// TestExamples holds every rule to its documentation: on Bad it fires, alone, and on Good nothing does.
func TestExamples(t *testing.T) {
	for _, rule := range lint.Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			_, found := check(t, "bad.conf", rule.Bad)
			if diff := cmp.Diff([]string{string(rule.ID)}, codesFrom(found, min(rule.Severity, diag.Warning))); diff != "" {
				t.Errorf("findings of Bad (-want +got):\n%s%v", diff, found)
			}
			for _, d := range found {
				if d.Code == rule.ID && (d.Name != rule.Name || d.Class != rule.Class || d.Severity > rule.Severity) {
					t.Errorf("the finding is called %s, %s, %s; the rule %s, %s, %s", d.Name, d.Class, d.Severity, rule.Name, rule.Class, rule.Severity)
				}
			}
			if _, found := check(t, "good.conf", rule.Good); len(found) > 0 {
				t.Errorf("findings of Good: %v", found)
			}
		})
	}
}

// TestRules holds the form of the list: codes in order and once, names that make files, all of the texts.
func TestRules(t *testing.T) {
	last := diag.Code("")
	for _, r := range lint.Rules() {
		if r.ID <= last || !regexp.MustCompile(`^LB\d{3}$`).MatchString(string(r.ID)) {
			t.Errorf("%s behind %s: codes are LB and three digits, in order", r.ID, last)
		}
		last = r.ID
		if _, err := os.Stat(strings.ReplaceAll(r.Name, "-", "_") + ".go"); err != nil {
			t.Errorf("%s: the file of a rule has its name: %v", r.ID, err)
		}
		if r.Class == 0 || r.Severity == 0 || r.Title == "" || r.Why == "" || len(r.Refs) == 0 {
			t.Errorf("%s: a text is missing", r.ID)
		}
		if byName, ok := lint.Lookup(r.Name); !ok || byName.ID != r.ID {
			t.Errorf("%s: not found by its name %s", r.ID, r.Name)
		}
		for _, script := range []string{"witness", "twin"} {
			name := filepath.Join("../../testdata/lint", r.Name, script+".txtar")
			if _, err := os.Stat(name); err != nil {
				t.Errorf("%s: a rule is shown on real httpd: %v", r.ID, err)
			}
		}
	}
}

// TestCodes finds every code that the packages which read a configuration can give and sees that a rule explains it.
func TestCodes(t *testing.T) {
	code := regexp.MustCompile(`"(LB\d{3})"`)
	for _, dir := range []string{"../../parser", "../lower", "../../emit", "../../cmd"} {
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, match := range code.FindAllStringSubmatch(string(source), -1) {
				if _, ok := lint.Lookup(match[1]); !ok {
					t.Errorf("%s: %s has no rule", path, match[1])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestSeeds pins what is said about the configurations that users brought. None of class refusal apart from the two that
// httpd refuses.
func TestSeeds(t *testing.T) {
	want := map[string][]string{
		"001-balancer-rewrite.conf": {"LB012"},
		"002a-rewrite-no-pool.conf": {"LB101"},
		"003h-healthcheck.conf":     {"LB012"},
		"004a-single.conf":          {"LB106"},
		"004b-reverse.conf":         {"LB106"},
	}
	files, err := filepath.Glob("../../testdata/seeds/*.conf")
	if err != nil || len(files) == 0 {
		t.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, found := check(t, filepath.Base(file), string(source))
		if diff := cmp.Diff(want[filepath.Base(file)], codes(found)); diff != "" {
			t.Errorf("%s (-want +got):\n%s%v", file, diff, found)
		}
	}
}

// TestFixes applies every fix of the examples: what was found is gone, and nothing new is there.
func TestFixes(t *testing.T) {
	for _, rule := range lint.Rules() {
		files, found := check(t, "bad.conf", rule.Bad)
		for _, d := range found {
			if d.Fix == nil {
				continue
			}
			fixed := apply(t, files, rule.Bad, d.Fix)
			if _, left := check(t, "fixed.conf", fixed); len(left) > 0 {
				t.Errorf("%s: after the fix %q:\n%s\nremains %v", rule.ID, d.Fix.Message, fixed, left)
			}
		}
	}
}

// apply carries out the edits of a fix on a configuration of one file.
func apply(t *testing.T, files *diag.FileSet, source string, fix *diag.Fix) string {
	t.Helper()
	edits := slices.Clone(fix.Edits)
	slices.SortFunc(edits, func(a, b diag.Edit) int { return int(b.Span.Start) - int(a.Span.Start) })
	for i, e := range edits {
		if i > 0 && e.Span.End > edits[i-1].Span.Start {
			t.Fatalf("edits overlap: %v", edits)
		}
		start := files.Position(e.Span.Start).Offset
		source = source[:start] + e.Text + source[start+e.Span.Len():]
	}
	return source
}

// TestPlaces pins the tight place of each example's finding: the text under the carets.
func TestPlaces(t *testing.T) {
	want := map[string]string{
		"LB101": "http://backend.example.com:8080",
		"LB102": "http://backend.example.com:8080",
		"LB103": "http://127.0.0.1:8080",
		"LB104": "http://images.example.com:8080/$1",
		"LB105": "$1",
		"LB106": "http://backend.example.com:8081",
		"LB107": "/api/ws",
		"LB108": "/static",
		"LB109": "/app/static",
		"LB110": `ProxyPass "http://admin.example.com:8080/"`,
		"LB111": `ProxyPass "http://one.example.com:8080/"`,
		"LB112": `ProxyPass "http://app.example.com:8080/"`,
		"LB113": `ProxyPassReverse "http://app.example.com:8080/"`,
		"LB114": "/app",
		"LB115": "/static",
		"LB116": `Redirect permanent "/old" "https://www.example.com/new"`,
		"LB118": "/down.html",
		"LB119": "?lang=en",
		"LB120": "server-status",
		"LB121": "timeout=600",
		"LB122": "timeout=5min",
		"LB123": "retry=0.5",
		"LB124": "keepalive=On",
		"LB127": "SetEnv no-proxy 1",
		"LB128": "max=50",
		"LB139": "AllowEncodedSlashes NoDecode",
		"LB140": "AllowEncodedSlashes On",
		"LB154": "AllowEncodedSlashes NoDecode",
		"LB143": "http://blog.example.com:8080/blog",
		"LB144": "/app",
		"LB145": "http://localhost:8081/app",
		"LB146": "/app/",
		"LB147": "http://app.example.com:8080/",
		"LB150": "On",
		"LB151": "$1",
		"LB152": "$1",
		"LB201": "balancer://cluster",
		"LB202": "balancer://clutser/app",
		"LB203": "balancer://cluster/",
		"LB204": "balancer://cluster/app",
		"LB205": "http://b1.example.com:8080",
		"LB206": "http://b1.example.com:8080/second",
		"LB207": "stickysession=JSESSIONID|jsessionid",
		"LB208": "route=b1",
		"LB209": "ROUTEID=%{BALANCER_WORKER_ROUTE}e; path=/",
		"LB212": "stickysession=ROUTEID",
		"LB213": "404",
		"LB214": "balancer://cluster/",
		"LB219": "balancer-manager",
		"LB225": "balancer://Cluster",
		"LB226": "http://b1.example.com:8080",
		"LB301": "hcuri=/health",
		"LB302": "hcmethod=GET",
		"LB401": "/app/$1",
		"LB402": "[NC,OR]",
		"LB403": `RewriteCond "%{HTTP_HOST}" "=admin.example.com"`,
		"LB405": `RewriteRule "^/app/(.*)" "http://app.example.com:8080/$1" [P]`,
		"LB407": "^/old/(.*)",
		"LB409": "[P,R=301]",
		"LB411": "$2",
		"LB412": "backend",
		"LB413": "http://127.0.0.1:8080",
		"LB414": "http://app.example.com:8080/find?q=$1",
		"LB415": `^/wiki/(.+\?.*)$`,
		"LB421": "%{REQUEST_FILENAME}",
		"LB501": "Strict-Transport-Security",
		"LB502": "http://app.example.com:8080/",
		"LB504": "s",
		"LB601": "https://app.example.com/",
		"LB701": "Deny from all",
		"LB702": "Order deny,allow",
		"LB703": "server-status",
		"LB803": "shop.example.com",
	}
	for _, rule := range lint.Rules() {
		if rule.Run == nil {
			continue
		}
		files, found := check(t, "bad.conf", rule.Bad)
		if len(found) != 1 {
			t.Errorf("%s: %d findings", rule.ID, len(found))
			continue
		}
		if diff := cmp.Diff(want[string(rule.ID)], files.Text(found[0].Span)); diff != "" {
			t.Errorf("%s: the place (-want +got):\n%s", rule.ID, diff)
		}
	}
}

// TestPlaceOfVariable: a variable in the address belongs to what is underlined.
func TestPlaceOfVariable(t *testing.T) {
	files, found := check(t, "site.conf", "Define BACKEND b.example.com:8080\nRewriteEngine On\nRewriteRule ^(/.*) http://${BACKEND}$1 [P]\n")
	if len(found) != 1 || files.Text(found[0].Span) != "http://${BACKEND}" {
		t.Errorf("findings %v", found)
	}
}

// TestLarge holds what the benchmarks rest on: nothing is wrong with their configuration.
func TestLarge(t *testing.T) {
	if _, found := check(t, "large.conf", string(large.VirtualHosts(40))); len(found) > 0 {
		t.Error(found)
	}
}

// BenchmarkRun applies the rules to ten thousand virtual hosts.
func BenchmarkRun(b *testing.B) {
	tree := parser.Load(parser.Input{Name: "large.conf", Source: large.VirtualHosts(10_000), Read: noFiles{}})
	config, _ := lower.Lower(tree)
	b.ReportAllocs()
	for b.Loop() {
		if found := lint.Run(config, effective.New(config), lint.Rules()); len(found) > 0 {
			b.Fatalf("%d findings, the first is %v", len(found), found[0])
		}
	}
}

// BenchmarkLint is all that the command does with ten thousand virtual hosts, from the bytes of the file to the findings.
func BenchmarkLint(b *testing.B) {
	source := large.VirtualHosts(10_000)
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		tree := parser.Load(parser.Input{Name: "large.conf", Source: source, Read: noFiles{}})
		config, refusals := lower.Lower(tree)
		reading := lint.Reading{Found: slices.Concat(tree.Diagnostics, refusals), Syntax: tree.Syntax}
		if found, _ := lint.Check(config, effective.New(config), reading); len(found) > 0 {
			b.Fatalf("%d findings, the first is %v", len(found), found[0])
		}
	}
}
