package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/emit/yaml"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

// TestYAMLRefusals: what httpd refuses in its own language it is not given in YAML either, and the place is the line in
// the YAML.
func TestYAMLRefusals(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"fine", "lbconf: 1\nsites:\n  \"*:80\":\n    address: \"*:80\"\n    routes:\n      - path: /\n        to: http://192.0.2.1/\n", ""},
		{"address", "lbconf: 1\nlocations:\n  /a:\n    set_handler: x\n    require: ip nonsense\n", "5:14 LB013"},
		{"parameter", "lbconf: 1\nbalancers:\n  x:\n    members:\n      - url: http://192.0.2.1\n        timeout: 0\n", "5:9 LB013"},
		{"context", "lbconf: 1\nuser: x\nrequire: local\n", "3:10 LB014"},
		{"a door", "lbconf: 1\nlocations:\n  /a:\n    verbatim:\n      - inert: AuthType Basic\n", "5:9 LB020"},
		{"modelled", "lbconf: 1\nverbatim:\n  - inert: User www-data\n", "3:5 LB020"},
		{"honest", "lbconf: 1\nlocations:\n  /a:\n    verbatim:\n      - unsupported: AuthType Basic\n        guards: on\n", ""},
		{"line break before", "lbconf: 1\nserver_admin: \"a\\nb\"\nrequire: local\n", "2:1 LB020 3:10 LB014"},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := diag.NewFileSet()
			cfg, list := yaml.Decode(files, "x.yaml", []byte(test.src))
			if len(list) > 0 {
				t.Fatal(list)
			}
			var got []string
			for _, d := range yamlRefusals(cfg, parser.Input{Name: "x.conf"}, nil) {
				at := files.Position(d.Span.Start)
				got = append(got, fmt.Sprintf("%d:%d %s", at.Line, at.Column, d.Code))
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
