package effective_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
)

// TestOptions: with signs they change what holds around them, without they replace it, as httpd merges them.
func TestOptions(t *testing.T) {
	options := func(words string) ir.Item {
		return &ir.Words{Name: ir.WordsOptions, Values: strings.Fields(words)}
	}
	for _, c := range []struct{ outer, inner, want string }{
		{"", "", "followsymlinks"},
		{"Indexes", "", "indexes"},
		{"Indexes", "+FollowSymLinks", "followsymlinks indexes"},
		{"Indexes", "-Indexes", ""},
		{"None", "", ""},
		{"All", "-ExecCGI", "followsymlinks includes indexes"},
		{"Indexes FollowSymLinks", "SymLinksIfOwnerMatch", "symlinksifownermatch"},
	} {
		section := &ir.Section{Kind: ir.SectionDirectory, Pattern: "/srv"}
		cfg := &ir.Config{Items: []ir.Item{section}}
		if c.outer != "" {
			cfg.Items = append(cfg.Items, options(c.outer))
		}
		if c.inner != "" {
			section.Items = append(section.Items, options(c.inner))
		}
		cfg.Number()
		main := effective.New(cfg).Main()
		on := main.Scope(main.Phase(effective.PhaseDirectory)...).Settings.Options()
		maps.DeleteFunc(on, func(_ string, on bool) bool { return !on })
		if got := strings.Join(slices.Sorted(maps.Keys(on)), " "); got != c.want {
			t.Errorf("%q with %q inside: %q, want %q", c.outer, c.inner, got, c.want)
		}
	}
}

// TestErrorOverride: on or off is that of the innermost scope, statuses add up.
func TestErrorOverride(t *testing.T) {
	override := func(words ...string) ir.Item {
		return &ir.Words{Name: ir.WordsProxyErrorOverride, Values: words}
	}
	for _, c := range []struct {
		outer, inner []string
		on           bool
		want         []int
	}{
		{nil, nil, false, nil},
		{[]string{"On"}, nil, true, nil},
		{[]string{"on", "404"}, []string{"on", "500", "503"}, true, []int{404, 500, 503}},
		{[]string{"on", "404"}, []string{"off"}, false, []int{404}},
	} {
		section := &ir.Section{Kind: ir.SectionLocation, Pattern: "/"}
		cfg := &ir.Config{Items: []ir.Item{override(c.outer...), section}}
		if len(c.inner) > 0 {
			section.Items = append(section.Items, override(c.inner...))
		}
		cfg.Number()
		main := effective.New(cfg).Main()
		on, statuses := main.Scope(main.Phase(effective.PhaseLocation)...).Settings.ErrorOverride()
		slices.Sort(statuses)
		if diff := cmp.Diff(c.want, statuses); on != c.on || diff != "" {
			t.Errorf("%q with %q inside: %v, statuses (-want +got):\n%s", c.outer, c.inner, on, diff)
		}
	}
}

// TestDocument: a section's ErrorDocument replaces that of the server for its status alone, and a virtual host inherits.
func TestDocument(t *testing.T) {
	section := &ir.Section{Kind: ir.SectionLocation, Pattern: "/", Items: []ir.Item{
		&ir.ErrorDocument{Status: 404, Target: "default"}, &ir.ErrorDocument{Status: 503, Target: "/inner"},
	}}
	host := &ir.VirtualHost{Addresses: []ir.Address{{Host: "*"}}, Items: []ir.Item{section}}
	cfg := &ir.Config{Items: []ir.Item{
		&ir.ErrorDocument{Status: 404, Target: "/outer"}, &ir.ErrorDocument{Status: 403, Target: "/outer"},
		&ir.ErrorDocument{Status: 401, Target: "/login"}, &ir.ErrorDocument{Status: 401, Target: "http://other/login"}, host,
	}}
	cfg.Number()
	server := effective.New(cfg).Servers()[1]
	scope := server.Scope(server.Phase(effective.PhaseLocation)...)
	for status, want := range map[int]string{404: "", 503: "/inner", 403: "/outer", 401: "/login", 500: ""} {
		got := ""
		if d := scope.Files.Document(status); d != nil {
			got = d.Target
		}
		if got != want {
			t.Errorf("document for %d is %q, want %q", status, got, want)
		}
	}
}
