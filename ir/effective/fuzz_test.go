package effective_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
)

// FuzzView holds for any configuration, refused ones too: merging does not panic, each ProxyPass is a mapping of its server
// and each member belongs to the balancer that lists it.
func FuzzView(f *testing.F) {
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
		f.Add(append(append([]byte("<VirtualHost *:80>\n"), src...), "</VirtualHost>\n"...))
	}
	areas, err := filepath.Glob("../lower/testdata/verdicts/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, area := range areas {
		verdicts, err := os.ReadFile(area)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(bytes.ReplaceAll(verdicts, []byte(`\n`), []byte("\n")))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if bytes.Contains(bytes.ToLower(src), []byte("include")) {
			t.Skip("reads files")
		}
		c, _ := lower.Lower(parser.Load(parser.Input{Name: "fuzz.conf", Source: src}))
		v := effective.New(c)
		for _, s := range v.Servers() {
			for item := range ir.Of[*ir.ProxyPass](s.Items) {
				if !mapped(s, item) {
					t.Fatalf("%s is no mapping", item.Path)
				}
			}
			for _, b := range s.Balancers {
				if s.Balancer(b.Name) != b {
					t.Fatalf("%s is there twice", b.Name)
				}
				for _, w := range b.Members {
					if w.Balancer == nil || w.Balancer.Name != b.Name {
						t.Fatalf("%s belongs to another balancer", w.Name)
					}
				}
			}
			for _, w := range s.Workers {
				if found := s.WorkerFor(w.Name); found == nil && !w.Match {
					t.Fatalf("no worker for the URL of worker %s", w.Name)
				}
			}
			s.ScopeFor("/a/b", "http://b/", nil)
		}
	})
}

func mapped(s *effective.Server, pass *ir.ProxyPass) bool {
	for _, m := range s.Mappings {
		if m.Pass == pass {
			return true
		}
	}
	return false
}
