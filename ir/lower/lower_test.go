package lower_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestSeeds holds the IR of every seed, and what is refused in it, against a golden file.
func TestSeeds(t *testing.T) {
	seeds, err := filepath.Glob("../../testdata/seeds/*.conf")
	if err != nil || len(seeds) == 0 {
		t.Fatal("no seeds", err)
	}
	for _, seed := range seeds {
		name := strings.TrimSuffix(filepath.Base(seed), ".conf")
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(seed)
			if err != nil {
				t.Fatal(err)
			}
			tree := parser.Load(parser.Input{Name: name + ".conf", Source: src})
			c, diags := lower.Lower(tree)
			var got bytes.Buffer
			dump(&got, c.Items, 0)
			writeDiags(&got, tree, diags)
			checkOrigins(t, tree, c)
			golden(t, filepath.Join("testdata", "seeds", name+".ir"), got.Bytes())
		})
	}
}

func writeDiags(b *bytes.Buffer, tree *parser.Tree, diags diag.List) {
	for _, d := range diags {
		b.WriteString("! " + string(d.Code) + " " + tree.Files.Text(d.Span) + ": " + d.Message + "\n")
		for _, n := range d.Notes {
			b.WriteString("!   " + n.Kind + ": " + n.Text + "\n")
		}
	}
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got), -update writes it anew:\n%s", file, diff)
	}
}

// checkOrigins holds that each span names the text that it claims to: carets depend on it.
func checkOrigins(t *testing.T, tree *parser.Tree, c *ir.Config) {
	t.Helper()
	for item := range ir.All(c.Items) {
		o := item.Head().Origin
		text := tree.Files.Text(o.Span)
		if !strings.HasPrefix(text, o.Directive) {
			t.Errorf("the span of %s is %q", o.Directive, text)
		}
		for i, arg := range o.Args {
			if !o.Span.Contains(arg.Start) || arg.End > o.Span.End || tree.Files.Text(arg) == "" {
				t.Errorf("argument %d of %q is %q", i, text, tree.Files.Text(arg))
			}
		}
		for _, p := range paramsOf(item) {
			if got := tree.Files.Text(p.Span); !strings.EqualFold(got, p.Key+"="+p.Value) {
				t.Errorf("the span of %s is %q", p.Key, got)
			}
		}
	}
}

func paramsOf(item ir.Item) []ir.Param {
	if pass, ok := item.(*ir.ProxyPass); ok {
		return pass.Params
	}
	if set, ok := item.(*ir.ProxySet); ok {
		return set.Params
	}
	if member, ok := item.(*ir.BalancerMember); ok {
		return member.Params
	}
	if section, ok := item.(*ir.Section); ok {
		return section.Params
	}
	return nil
}

// refuses reports whether an item is one that httpd refuses.
func refuses(c *ir.Config) bool {
	for item := range ir.All(c.Items) {
		if r, ok := item.(*ir.Residue); ok && (r.State == ir.ResidueRefused || r.State == ir.ResidueUnknown) {
			return true
		}
	}
	return false
}

// TestFindings holds the findings of texts that httpd refuses: the rule and the place. The verdicts are held elsewhere.
func TestFindings(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"ProxyPreserveHots On", "LB010 ProxyPreserveHots"},
		{"\u212aeepAlive On", "LB010 \u212aeepAlive"},
		{"ProxyPass / http://b/ conectiontimeout=5", "LB011 conectiontimeout=5"},
		{"ProxyPass / balancer://b/ retry=5", "LB012 retry=5"},
		{"<Proxy balancer://b>\nBalancerMember http://m lbmethod=byrequests\n</Proxy>", "LB012 lbmethod=byrequests"},
		{"ProxyPass / http://b/ loadfactor=0", "LB013 loadfactor=0"},
		{"<Location /a>\nListen 80\n</Location>", "LB014 Listen"},
		{"RewriteRule a b [X]", "LB015 X"},
		{"ProxySet http://b/ retry=5", "LB016 http://b/"},
		{"ProxyPass / http://b/ # the backend", "LB018 # the backend"},
		{"LoadModule authz_core_module x\nLoadModule proxy_module x\nProxyPass / balancer://b/ lbmethod=bybusyness", "LB019 lbmethod=bybusyness"},
		{"LoadModule authz_core_module x\nHeader set A b", "LB010 Header"},
		{"LoadModule authz_core_module x\nSecRuleEngine On", "LB010 SecRuleEngine"},
		{"LoadModule mpm_prefork_module x\nThreadsPerChild 25", "LB010 ThreadsPerChild"},
		{"ProxyPass / http://b/ retry=-1\nProxyPass /a b", "LB013 retry=-1, LB013 b"},
		{"ProxyPass / http://b/ # x\nProxyPass /a http://b/ foo=1", "LB018 # x, LB011 foo=1"},
		{"<Proxy http://a foo>\nListen x\n</Proxy>", "LB014 Listen, LB013 foo"},
		{"<VirtualHost>\nListen 80\nFoo\n</VirtualHost>", "LB013 VirtualHost, LB010 Foo"},
		{"<Location /a>\n<RequireAll x>\nRequire foo\n</RequireAll>\n</Location>", "LB013 x, LB013 foo"},
		{"ProxyPassMatch ^/(a|b http://b/", "LB013 (a|b"},
	} {
		tree := parser.Load(parser.Input{Name: "test.conf", Source: []byte(test.text + "\n")})
		c, diags := lower.Lower(tree)
		var got []string
		for _, d := range diags {
			got = append(got, string(d.Code)+" "+tree.Files.Text(d.Span))
			if d.Class != diag.Refusal || len(d.Notes) == 0 {
				t.Errorf("%q: %v", test.text, d)
			}
		}
		if diff := cmp.Diff(test.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%q (-want +got)\n%s", test.text, diff)
		}
		if !strings.Contains(test.want, "LB012 retry") && !refuses(c) {
			t.Errorf("%q: nothing is refused in the IR", test.text)
		}
	}
}

// TestAdvice holds messages that must name the cause, where the first guess would be another one.
func TestAdvice(t *testing.T) {
	for text, want := range map[string]string{
		"BalancerMember http://b/":          "it stands in no <Proxy balancer://name>",
		"\u00a0ServerName x":                "U+00A0 is no white space to httpd",
		"ServerName\u00a0x":                 "U+00A0 is no white space to httpd",
		"Server\u200bName x":                "U+200B is no white space to httpd",
		"ProxyPass / unix:/s":               "too: unix:/s|http://localhost/",
		`ProxyPass / "unix:/s | http://h/"`: "leave out the blanks",
		"ProxyPass / 127.0.0.1:1":           "such as http://127.0.0.1:1",
		"ProxyStatus Half":                  "write one of Off, On, Full",
		"ProxyIOBufferSize 100":             "512 or more, or 0 for the default of the system",
		"RedirectMatch 301 ( http:":         `write ")" after it`,
	} {
		tree := parser.Load(parser.Input{Name: "test.conf", Source: []byte(text + "\n")})
		_, diags := lower.Lower(tree)
		if got := fmt.Sprint(diags); len(diags) != 1 || !strings.Contains(got, want) {
			t.Errorf("%q: %s, want %q", text, got, want)
		}
	}
}

// TestNoVerdict holds what httpd accepts somewhere, or what depends on a variable that is not defined here: no refusal.
func TestNoVerdict(t *testing.T) {
	for _, text := range []string{
		"<IfModule mod_php5.c>\nphp_flag a b\n</IfModule>",
		"<IfModule mpm_prefork_module>\nMinSpareServers 4\n</IfModule>",
		"LoadModule security2_module modules/mod_security2.so\nSecRuleEngine On",
		"LoadModule mpm_prefork_module modules/mod_mpm_prefork.so\nMinSpareServers 4\nMaxRequestWorkers 5",
		"LoadModule authz_core_module modules/mod_authz_core.so\nLoadModule cgid_module modules/mod_cgid.so\nScriptLog logs/cgi.log",
		"LoadModule authz_core_module modules/mod_authz_core.so\nThreadsPerChild 25",
		"LoadModule mpm_worker_module modules/mod_mpm_worker.so\nThreadsPerChild 25",
		"WSGIScriptAlias / /srv/app.wsgi\nSecRuleEngine On",
		"LoadModule mpm_event_module x\nLoadModule php7_module x\nphp_value a b\nRewriteEngin On",
		"ProxyPass / ${BACKEND_URL}",
		"ProxyPass / http://b/ retry=${RETRY}x connectiontimeout=${T}",
	} {
		tree := parser.Load(parser.Input{Name: "test.conf", Source: []byte(text + "\n")})
		_, diags := lower.Lower(tree)
		for _, d := range diags {
			if d.Class == diag.Refusal {
				t.Errorf("%q: %s", text, d.Message)
			}
		}
	}
	tree := parser.Load(parser.Input{Name: "test.conf", Source: []byte("<IfModule mod_proxy.c>\nfoo 1\n</IfModule>\n")})
	if _, diags := lower.Lower(tree); len(diags) != 1 || diags[0].Class != diag.Refusal {
		t.Error("a name that no module of httpd has is refused in a section of one of its modules")
	}
}

// TestFixes applies the fixes of findings, and holds that what comes out is without findings.
func TestFixes(t *testing.T) {
	for _, test := range []struct{ before, after string }{
		{
			"ProxyPass / http://b/ # the backend\n",
			"# the backend\nProxyPass / http://b/\n",
		},
		{
			"<Proxy balancer://b>\n  BalancerMember http://m \"route=a\"\n  ProxySet retry=5\n  BalancerMember http://n\n</Proxy>\n",
			"<Proxy balancer://b>\n  BalancerMember http://m \"route=a\" retry=5\n  BalancerMember http://n retry=5\n</Proxy>\n",
		},
		{
			"<Proxy balancer://b>\n  BalancerMember http://m\n</Proxy>\nProxyPass / balancer://b/ lbmethod=byrequests retry=5\n",
			"<Proxy balancer://b>\n  BalancerMember http://m retry=5\n</Proxy>\nProxyPass / balancer://b/ lbmethod=byrequests\n",
		},
	} {
		tree := parser.Load(parser.Input{Name: "test.conf", Source: []byte(test.before)})
		_, diags := lower.Lower(tree)
		if len(diags) != 1 || diags[0].Fix == nil || !diags[0].Fix.Safe {
			t.Errorf("%q: no safe fix: %v", test.before, diags)
			continue
		}
		got := apply(tree, diags[0].Fix.Edits, test.before)
		if diff := cmp.Diff(test.after, got); diff != "" {
			t.Errorf("%q (-want +got)\n%s", test.before, diff)
		}
		if _, diags := lower.Lower(parser.Load(parser.Input{Name: "test.conf", Source: []byte(got)})); len(diags) > 0 {
			t.Errorf("%q: %v", got, diags)
		}
	}
}

func apply(tree *parser.Tree, edits []diag.Edit, text string) string {
	var b strings.Builder
	for offset := 0; offset <= len(text); offset++ {
		for _, e := range edits {
			if tree.Files.Position(e.Span.Start).Offset == offset {
				b.WriteString(e.Text)
			}
		}
		if offset < len(text) && !inside(tree, edits, offset) {
			b.WriteByte(text[offset])
		}
	}
	return b.String()
}

func inside(tree *parser.Tree, edits []diag.Edit, offset int) bool {
	for _, e := range edits {
		from := tree.Files.Position(e.Span.Start).Offset
		if from <= offset && offset < from+e.Span.Len() {
			return true
		}
	}
	return false
}

// FuzzLower holds that lowering never panics and that nothing disappears: each directive that httpd would execute becomes
// exactly one item, in order.
func FuzzLower(f *testing.F) {
	seeds, err := filepath.Glob("../../testdata/seeds/*.conf")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range seeds {
		src, err := os.ReadFile(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	for _, file := range verdictFiles(f) {
		verdicts, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(bytes.ReplaceAll(verdicts, []byte(`\n`), []byte("\n")))
		for line := range bytes.Lines(verdicts) {
			f.Add(bytes.ReplaceAll(line, []byte(`\n`), []byte("\n")))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		tree := parser.Load(parser.Input{Name: "fuzz.conf", Source: src, Read: nothing{}})
		c, diags := lower.Lower(tree)
		sameOrder(t, tree.Nodes, c.Items)
		seq := 0
		for item := range ir.All(c.Items) {
			if seq++; item.Head().Seq != seq {
				t.Fatalf("item %d has Seq %d", seq, item.Head().Seq)
			}
		}
		for _, d := range diags {
			verb := strings.Contains(d.Message, "%!") && !bytes.Contains(src, []byte("%!")) // what fmt writes for a verb without its argument
			if !d.Span.IsValid() || d.Name == "" || d.Message == "" || verb {
				t.Errorf("%+v", d)
			}
		}
	})
}

func sameOrder(t *testing.T, nodes []*parser.Node, items []ir.Item) {
	t.Helper()
	if len(nodes) != len(items) {
		t.Fatalf("%d directives became %d items", len(nodes), len(items))
	}
	for i, n := range nodes {
		o := items[i].Head().Origin
		if o.Span != n.Span() || o.Directive != n.Name {
			t.Fatalf("%s became %s", n.Name, o.Directive)
		}
		if n.Section {
			box, ok := items[i].(ir.Container)
			if !ok {
				t.Fatalf("<%s> became %T", n.Name, items[i])
			}
			sameOrder(t, n.Children, box.Children())
		}
	}
}
