package diag_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/parser/diag"
)

var update = flag.Bool("update", false, "write the golden files")

// at returns the span of the n-th occurrence (from 0) of text in a file.
func at(t *testing.T, f *diag.File, text string, n int) diag.Span {
	t.Helper()
	from := 0
	for ; ; n-- {
		i := strings.Index(f.Source()[from:], text)
		if i < 0 {
			t.Fatalf("no %q in %s", text, f.Name())
		}
		if n == 0 {
			return f.Span(from+i, from+i+len(text))
		}
		from += i + 1
	}
}

// TestRender holds reports as people see them, a golden file for each.
func TestRender(t *testing.T) {
	fs := diag.NewFileSet()
	site := fs.Add("site.conf", []byte("Listen 80\nInclude conf.d/app.conf\n"), diag.Span{})
	app := fs.Add("conf.d/app.conf", []byte(`# app
<VirtualHost *:80>
	<Proxy balancer://c>
	</Proxy>
	ProxyPass / balancer://c
	ServerAlias größe日本.test x.test
	BalancerMember ajp://u:hunter2@h:8009 secret=geheim route=a
	Header set X "`+"\x1b[31m\xff"+`" always
</VirtualHost>
`+"RewriteRule "+strings.Repeat("a", 400)+" http://b/ [P]"+strings.Repeat("z", 400)+"\n"), at(t, site, "Include conf.d/app.conf", 0))
	cases := map[string]struct {
		list diag.List
		opts diag.RenderOptions
	}{
		"related": {list: diag.List{{
			Code: "LB201", Name: "balancer-missing-slash", Class: diag.Defect, Severity: diag.Error,
			Span: at(t, app, "balancer://c", 1), Message: `"ProxyPass / balancer://c" glues the path to the balancer name`, Label: `no "/" after the balancer name`,
			Related: []diag.Related{{at(t, app, "balancer://c", 0), "balancer defined here"}, {at(t, app, "/ ", 0).To(at(t, app, "/ ", 0)), `local path ends in "/"`}, {at(t, site, "80", 0), "reached through this port"}},
			Notes:   []diag.Note{{"effect", "GET /foo → balancer://cfoo → 500 (AH01144)"}},
			Fix:     &diag.Fix{Safe: true, Message: "balancer://c/"},
		}}},
		"multibyte": {list: diag.List{{Code: "LB999", Name: "n", Severity: diag.Warning, Span: at(t, app, "x.test", 0), Message: "behind wide letters", Label: "here"}}},
		"secret":    {list: diag.List{{Code: "LB999", Name: "n", Severity: diag.Info, Span: at(t, app, "route=a", 0), Message: "not secret=geheim nor http://u:hunter2@h/", Label: "here"}}},
		"control":   {list: diag.List{{Code: "LB999", Name: "n", Severity: diag.Error, Span: at(t, app, "always", 0), Message: "an \x1b[31m escape", Label: "her\x00e"}}},
		"long":      {list: diag.List{{Code: "LB999", Name: "n", Severity: diag.Error, Span: at(t, app, "http://b/", 0), Message: "a long line", Label: "here"}}},
		"context":   {list: diag.List{{Code: "LB999", Name: "n", Severity: diag.Error, Span: at(t, app, "</Proxy>", 0), Message: "with lines around"}}, opts: diag.RenderOptions{Context: 1}},
		"color":     {list: diag.List{{Code: "LB999", Name: "n", Severity: diag.Error, Span: at(t, app, "/ ", 0), Message: "in colour", Label: "x", Related: []diag.Related{{at(t, app, "ProxyPass", 0), "y"}}}}, opts: diag.RenderOptions{Color: true}},
		"several": {list: diag.List{
			{Code: "LB998", Name: "n", Severity: diag.Error, Span: app.Span(len(app.Source()), len(app.Source())), Message: "at the end"},
			{Code: "LB999", Name: "n", Severity: diag.Error, Message: "nowhere"},
		}},
		"concise": {list: diag.List{{Code: "LB999", Name: "n", Severity: diag.Error, Span: at(t, app, "always", 0), Message: "one line"}}, opts: diag.RenderOptions{Concise: true}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := diag.Render(&got, fs, c.list, c.opts); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

type broken struct{}

var errBroken = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestRenderReportsTheWriter(t *testing.T) {
	err := diag.Render(broken{}, diag.NewFileSet(), diag.List{{Message: "x"}}, diag.RenderOptions{})
	if !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

// FuzzRender holds that no input brings a control byte into a report, and that every place can be shown.
func FuzzRender(f *testing.F) {
	f.Add([]byte("a\tb\x1b[0m \xff\nzwei\r\n"), 2, 3, 5)
	f.Add([]byte("secret=x "+strings.Repeat("ä", 300)), 9, 500, 1)
	f.Fuzz(func(t *testing.T, src []byte, a, length, b int) {
		fs := diag.NewFileSet()
		file := fs.Add("f", src, diag.Span{})
		place := func(n, length int) diag.Span {
			from := min(max(n, 0), len(src))
			return file.Span(from, from+min(max(length, 0), len(src)-from))
		}
		list := diag.List{{Span: place(a, length), Message: string(src), Label: string(src), Related: []diag.Related{{place(b, length), "r"}}}}
		var out bytes.Buffer
		if err := diag.Render(&out, fs, list, diag.RenderOptions{Context: 2}); err != nil {
			t.Fatal(err)
		}
		for _, c := range out.Bytes() {
			if c < ' ' && c != '\n' || c == 0x7f {
				t.Fatalf("control byte %#x in %q", c, out.String())
			}
		}
	})
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain ä": "plain ä", "a\tb\x00\u202e": `a b\x00\u{202e}`, "secret=x http://u:p@h/": "secret=*** http://u:***@h/",
		strings.Repeat("x", 5000): strings.Repeat("x", 2000) + "…",
	} {
		if got := diag.Clean(in); got != want {
			t.Errorf("Clean(%.30q) = %.60q", in, got)
		}
	}
}
