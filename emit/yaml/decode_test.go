package yaml

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// TestDecodeErrors pins place, message and advice of what people get wrong: line:column-column message | help.
func TestDecodeErrors(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"empty", "", "1:1-1 the file is empty | begin it with lbconf: 1"},
		{"no version", "routes: []", "1:1-7 the top level has no lbconf | add lbconf: 1 on top"},
		{"version", "lbconf: 2", `1:9-10 version "2" of the format is unknown | this lbconf reads lbconf: 1`},
		{"a list", "- a", "1:1-4 the file is a list, not a mapping | begin it with lbconf: 1"},
		{"tab", "lbconf: 1\nsites:\n\tx: 1", `3:2-6 this is not YAML: found character that cannot start any token | indent with spaces, and quote a value that contains ": " or " #" or begins with one of *&!%@[]{}|>` + "`"},
		{"open bracket", "lbconf: 1\nsites:\nx: [a, b\n", "3:1-9 this is not YAML: did not find expected ',' or ']' | indent with spaces, and quote a value that contains \": \" or \" #\" or begins with one of *&!%@[]{}|>`"},
		{"list in a mapping", "lbconf: 1\nsites: 1\n- x", "3:1-4 this is not YAML: did not find expected key | indent with spaces, and quote a value that contains \": \" or \" #\" or begins with one of *&!%@[]{}|>`"},
		{"colon", "lbconf: 1\nset_handler: a: b", `2:1-18 this is not YAML: mapping values are not allowed in this context | indent with spaces, and quote a value that contains ": " or " #" or begins with one of *&!%@[]{}|>` + "`"},
		{"bytes", "lbconf: 1\nuser: \xff", "2:7-8 byte 0xff is not UTF-8 | write the file in UTF-8; a value with other bytes is written as !!binary and base64"},
		{"control", "lbconf: 1\nuser: \x01", `2:7-8 control character U+0001 | write it in double quotes, as "\u0001"`},
		{"second document", "lbconf: 1\n---\nlbconf: 1", "3:1-10 a second document begins here | write one configuration in one document, without ---"},
		{"unknown key", "lbconf: 1\nroute: []", `2:1-6 unknown key "route" in the top level | did you mean routes?`},
		{
			"misspelt address", "lbconf: 1\nsites:\n  a:\n    addrss: '*:80'\n    routse: []",
			`4:5-11 site "a" has no address | add address: "*:80"` + "\n" + `4:5-11 unknown key "addrss" in site "a" | did you mean address?` + "\n" + `5:5-11 unknown key "routse" in site "a" | did you mean routes?`,
		},
		{"unknown parameter", "lbconf: 1\nroutes:\n  - path: /\n    to: http://b/\n    timeuot: 5", `5:5-12 unknown key "timeuot" in a route | did you mean timeout?`},
		{"twice", "lbconf: 1\nuser: a\nuser: b", `3:1-5 key "user" occurs twice in the same mapping | merge the two, or call the second "user/2" where a group goes on`},
		{"numbering", "lbconf: 1\nuser/x: b", `2:1-7 "user/x" has no number behind the slash | the second group of user is called "user/2", the third "user/3"`},
		{"alias", "lbconf: 1\nuser: &a x\ngroup: *a", "2:7-11 anchors are not read | remove &a and write the value where it is needed\n3:8-10 aliases are not read | write the value of *a here"},
		{"merge", "lbconf: 1\n<<: {user: x}", "2:1-3 merge keys are not read | write the keys of the other mapping here"},
		{"tag", "lbconf: 1\nuser: !x y", "2:7-11 tag !x is not read | remove the tag"},
		{"null", "lbconf: 1\nuser:", `2:6-6 user has no value | write a value, or "" for an empty one`},
		{"mapping for a value", "lbconf: 1\nuser: {a: b}", "2:7-12 user is a mapping, not a single value | write one value behind the colon"},
		{"switch", "lbconf: 1\nrewrite_engine: maybe", `2:17-22 rewrite_engine is "maybe", which is neither on nor off | write on or off`},
		{"number", "lbconf: 1\nproxy_timeout: 500ms", `2:16-21 proxy_timeout is "500ms", not a plain number | write 500, which is what httpd makes of it`},
		{"number that lies", "lbconf: 1\nproxy_timeout: {written: 500ms, value: 1}", `2:40-41 httpd does not read "500ms" as "1" | write value: 500`},
		{"word", "lbconf: 1\nserver_tokens: all", `2:16-19 server_tokens is "all" | write one of Prod, Major, Minor, Min, OS, Full`},
		{"label", "lbconf: 1\nsites:\n  shop:\n    address: \"*:80\"", `3:3-7 site "shop" has no server_name, and its label alone names nothing | add server_name: shop, or call the site "*:80"`},
		{"address", "lbconf: 1\nsites:\n  \"*:80\":\n    address: \"*:http\"", `4:14-22 "*:http" is not the address of a site | write it as "*:80", 192.0.2.1:80 or [::1]:443`},
		{"site in a location", "lbconf: 1\nlocations: {/: {sites: {}}}", `2:17-22 sites cannot stand in locations "/" | move it to the top level of the file`},
		{"regex", "lbconf: 1\nroutes: [{match: '^/(', to: http://b/}]", `2:21-22 the regular expression is refused: the group is not closed | write ")" after it, or "\(" for a literal parenthesis`},
		{"target", "lbconf: 1\nroutes: [{path: /}]", "2:11-15 a route has no reverse | add to: and a URL, or proxy: off"},
		{"flag", "lbconf: 1\nrewrites: [{pattern: ^, to: \"-\", flags: [LL]}]", `2:41-44 unknown flag "LL" | the flags are B BCTLS BNE BNP C CO DPI E END F G H L N NC NE NS P PT QSA QSD QSL R S T UNC UnsafeAllow3F UnsafePrefixStat`},
		{"quotes", "lbconf: 1\nrewrites: [{pattern: \"a \\\"'\", to: x}]", `2:22-29 "a \"'" cannot be one argument: mod_rewrite knows no escape for a quote | write one of the two quotes as \x22 or \x27 in a pattern, or leave out the line break`},
		{"two actions", "lbconf: 1\nheaders: [{set: X, add: Y, value: z}]", "2:20-23 an entry of headers has two actions, set and add | write an entry for each"},
		{"no value", "lbconf: 1\nheaders: [{set: X}]", "2:12-15 an entry of headers has no value | add value: and a text"},
		{"member", "lbconf: 1\nbalancers: {x: {members: [{rout: a, url: http://b}]}}", `2:28-32 unknown key "rout" in an entry of members | did you mean route?`},
		{"line break", "lbconf: 1\r\nuser: \"a\u2028 b\"\r\ngroup: é\r\nroute: x", `4:1-6 unknown key "route" in the top level | did you mean routes?`},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := diag.NewFileSet()
			cfg, list := Decode(files, "test.yaml", []byte(test.src))
			if cfg == nil {
				t.Fatal("no configuration")
			}
			var got []string
			for _, d := range list {
				help := ""
				if len(d.Notes) > 0 && !strings.HasPrefix(d.Notes[0].Text, "the keys are ") {
					help = d.Notes[0].Text
				}
				start := files.Position(d.Span.Start)
				got = append(got, fmt.Sprintf("%d:%d-%d %s | %s", start.Line, start.Column, start.Column+d.Span.Len(), d.Message, help))
			}
			if diff := cmp.Diff(strings.Split(test.want, "\n"), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestOrigins: an item of a decoded file points at the words it was read from.
func TestOrigins(t *testing.T) {
	src := `lbconf: 1
sites:
  "*:80":
    address: "*:80"
    routes:
      - path: /a
        to: http://b/
        reverse: on
    balancers:
      x:
        members: [{url: 'http://c', route: r}]
`
	files := diag.NewFileSet()
	cfg, list := Decode(files, "test.yaml", []byte(src))
	if len(list) > 0 {
		t.Fatal(list)
	}
	var got []string
	for item := range ir.All(cfg.Items) {
		origin := item.Head().Origin
		position := files.Position(origin.Span.Start)
		got = append(got, fmt.Sprintf("%s:%d:%d %s %s", position.Filename, position.Line, position.Column, origin.Directive, files.Text(origin.Span)))
	}
	want := []string{
		`test.yaml:3:3 VirtualHost "*:80"`,
		"test.yaml:6:9 ProxyPass path: /a",
		"test.yaml:8:9 ProxyPassReverse reverse: on",
		"test.yaml:10:7 Proxy x",
		"test.yaml:11:20 BalancerMember url: 'http://c'",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestDeep: nesting is bounded, and so is what an alias can expand to.
func TestDeep(t *testing.T) {
	for name, src := range map[string]string{
		"lists":   "lbconf: 1\nx: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
		"aliases": "lbconf: 1\na: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
	} {
		if _, list := Decode(diag.NewFileSet(), "deep.yaml", []byte(src)); list.Count(diag.Error) == 0 {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzDecode: whatever the bytes are, Decode returns a configuration, each error has a place in the file, and what
// decodes without an error is written, and read back the same.
func FuzzDecode(f *testing.F) {
	golden, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range golden {
		src, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte("lbconf: 1\nrequire: {any: [ip 1, {provider: x, arguments: [a b]}]}\naccess: [{order: \"deny,allow\"}]"))
	f.Add([]byte("lbconf: 1\nverbatim: [{unknown: <X y>, routes: [{to: http://b/}]}]\nproxy_set: [{url: x, parameters: [{a: b}, {a: c}]}]"))
	f.Add([]byte("\ufefflbconf: 1\r? !!binary aGk=\r: x"))
	f.Fuzz(func(t *testing.T, src []byte) {
		files := diag.NewFileSet()
		cfg, list := Decode(files, "fuzz.yaml", src)
		for _, d := range list {
			file := files.File(d.Span.Start)
			if file == nil || d.Span.Len() < 0 || file.Offset(d.Span.End) > len(src) {
				t.Fatalf("%q has no place: %v", d.Message, d.Span)
			}
			if d.Message == "" {
				t.Fatal("an error without a message")
			}
		}
		if len(list) > 0 {
			return
		}
		written := mustEmit(t, Emitter{}, cfg)
		if diff := cmp.Diff(cfg, mustDecode(t, written), ir.IgnoreOrigin()); diff != "" {
			t.Fatalf("%s\nin\n%s", diff, written)
		}
	})
}
