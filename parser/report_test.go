package parser_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

var update = flag.Bool("update", false, "write the golden files")

// TestReport holds what people read: one input with many kinds of broken syntax, and its whole report.
func TestReport(t *testing.T) {
	files := map[string]string{
		"conf.d/app.conf":   "ProxyPass / ${BACKEND}/\n</Location>\n<IfVersion >=2.4>\n</IfVersion>\n",
		"conf.d/round.conf": "Include conf.d/round.conf\n",
	}
	tree := parser.Load(parser.Input{Name: "/m/site.conf", Read: memoryOf(files), Source: []byte(`Include conf.d/*.conf
Include conf.d/missing.conf
<VirtualHost *:80>
	ServerName "shop.test
	<Location /a>
	</Directory>
	</Location>
	<Proxy balancer://c>
</VirtualHost>
<VirtualHost*:81>
</VirtualHost>
<IfDefine STAGING>
`)})
	var b strings.Builder
	tree.Diagnostics.Sort()
	if err := diag.Render(&b, tree.Files, tree.Diagnostics, diag.RenderOptions{}); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "report.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Error(diff)
	}
}
