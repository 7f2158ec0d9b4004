package effective_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
)

func view(t *testing.T, text string) *effective.View {
	t.Helper()
	tree := parser.Load(parser.Input{Name: "test.conf", Source: []byte(text)})
	c, diags := lower.Lower(tree)
	for _, d := range diags {
		if d.Code != "LB012" {
			t.Fatalf("%s: %s", d.Code, d.Message)
		}
	}
	return effective.New(c)
}

func names(workers []*effective.Worker) string {
	var all []string
	for _, w := range workers {
		all = append(all, w.Name)
	}
	return strings.Join(all, " ")
}

func TestWorkers(t *testing.T) {
	for _, test := range []struct{ about, text, want string }{
		{"a ProxyPass defines one, its name is normalised", "ProxyPass / HTTP://B:80/x", "http://b/x"},
		{"a bare Proxy section defines none", "<Proxy http://b>\nRequire all granted\n</Proxy>", ""},
		{"ProxySet in a section defines one, without keys too", "<Proxy http://b>\nProxySet\n</Proxy>\n<Proxy http://c>\nProxySet retry=1\n</Proxy>", "http://b http://c"},
		{"so do the words of the section", "<Proxy http://b retry=1>\n</Proxy>", "http://b"},
		{"a covered URL shares", "ProxyPass /a http://b/\nProxyPass /b http://b/x", "http://b/"},
		{"the longest first makes two", "ProxyPass /b http://b/x\nProxyPass /a http://b/", "http://b/x http://b/"},
		{"members are none", "<Proxy balancer://c>\nBalancerMember http://m\n</Proxy>\nProxyPass / balancer://c/", ""},
		{"an exclusion is none", "ProxyPass / !", ""},
		{"an expression never shares a prefix's", "ProxyPass /a http://b/\nProxyPassMatch ^/x(.*)$ http://b/$1", "http://b/ http://b/$1"},
	} {
		if diff := cmp.Diff(test.want, names(view(t, test.text).Main().Workers)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.about, diff)
		}
	}
}

func TestWorkerFor(t *testing.T) {
	s := view(t, `
ProxyPass /deep http://h/PM/deep
ProxyPass /pm http://h/PM
ProxyPass /port http://p:8080/
ProxyPassMatch ^/m/(.*)$ http://m/$1
<Proxy "http://localhost:8081">
ProxySet keepalive=On
</Proxy>
`).Main()
	for target, want := range map[string]string{
		"http://h/PMX":            "http://h/PM",
		"http://h/PM/deep/x":      "http://h/PM/deep",
		"HTTP://H:80/PM":          "http://h/PM",
		"http://h/other":          "",
		"http://hh/PM":            "",
		"http://p/":               "",
		"http://p:8080/x":         "http://p:8080/",
		"http://p:80801/x":        "",
		"http://m/abc":            "http://m/$1",
		"http://m/a":              "",
		"http://localhost:8081/x": "http://localhost:8081",
		"http://127.0.0.1:8081/x": "",
		"https://h/PM":            "",
	} {
		got := ""
		if w := s.WorkerFor(target); w != nil {
			got = w.Name
		}
		if got != want {
			t.Errorf("%s uses %q, want %q", target, got, want)
		}
	}
}

func TestSharedParamsAreIgnored(t *testing.T) {
	s := view(t, "ProxyPass /a http://b/ timeout=7\nProxyPass /b http://b/x timeout=1\nProxySet http://b/ retry=3\n").Main()
	w := s.Workers[0]
	if w.Params.Timeout.Value != 7*time.Second || w.Params.Retry.Value != 3*time.Second {
		t.Errorf("timeout %v, retry %v", w.Params.Timeout.Value, w.Params.Retry.Value)
	}
	if len(w.Ignored) != 1 || w.Ignored[0].Param.Value != "1" || w.Ignored[0].By != ir.Item(s.Mappings[1].Pass) {
		t.Errorf("ignored %v", w.Ignored)
	}
	if !s.Mappings[1].Shared || s.Mappings[1].Worker != w || s.Mappings[0].Shared {
		t.Error("the second mapping shares the worker of the first")
	}
}

func TestReusable(t *testing.T) {
	for text, want := range map[string]bool{
		"ProxyPass / http://b/":                                                    true,
		"ProxyPass / http://b/ disablereuse=on":                                    false,
		"ProxyPassMatch ^/(.*)$ http://b/$1":                                       false,
		"ProxyPassMatch ^/(.*)$ http://b/$1 enablereuse=on":                        true,
		"ProxyPassMatch ^(.*)$ http://b:8081$1 enablereuse=on":                     false,
		"ProxyPassMatch ^/x http://b/y":                                            true,
		"ProxyPass / http://b/ addressttl=0":                                       false,
		"ProxyPass / http://b/ disablereuse=on\nProxySet http://b/ enablereuse=on": true,
	} {
		if got := view(t, text).Main().Workers[0].Reusable(); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestBalancers(t *testing.T) {
	v := view(t, `
<Proxy balancer://Front/path>
    BalancerMember http://one:8000 route=1
    BalancerMember http://one:8000/x route=2 loadfactor=5
    BalancerMember http://two enablereuse=off
    ProxySet lbmethod=bytraffic enablereuse=on hcmethod=GET
</Proxy>
ProxyPass / balancer://front/ stickysession=SID
`)
	b := v.Main().Balancer("BALANCER://front/anything")
	if b == nil || names(b.Members) != "http://one:8000 http://two" {
		t.Fatalf("%+v", b)
	}
	if b.Params.LBMethod.Value != "bytraffic" || b.Params.StickySession.Value != "SID" {
		t.Errorf("%+v", b.Params)
	}
	one, two := b.Members[0], b.Members[1]
	if len(one.Ignored) != 2 || one.Params.Route.Value != "1" || one.Params.LoadFactor.Value != 100 {
		t.Errorf("the second member is merged into the first: %+v", one)
	}
	if !one.Params.Reuse.Value || two.Params.Reuse.Value || one.Params.Health.Method.Value != ir.HealthGet || two.Params.Health.Method.Value != ir.HealthGet {
		t.Error("keys of a worker hold for members that do not set them")
	}
	if len(b.Misplaced) != 2 || b.MaxAttempts() != 1 || v.Main().Mappings[0].Balancer != b {
		t.Errorf("%v %d", b.Misplaced, b.MaxAttempts())
	}
}

func TestInheritance(t *testing.T) {
	v := view(t, `
RewriteEngine On
RewriteRule ^/main - [F]
ProxyTimeout 9
ProxyPass /m http://main/
<Proxy balancer://both>
    BalancerMember http://mainmember
    ProxySet lbmethod=bytraffic
</Proxy>
CustomLog logs/main common
Header set A main
<Location />
    SetHandler m
</Location>
<VirtualHost *:80>
    ProxyPass /v http://own/
    <Proxy balancer://both>
        BalancerMember http://ownmember
        ProxySet stickysession=X
    </Proxy>
    CustomLog logs/own common
    Header set B own
    <Location />
        SetHandler v
    </Location>
</VirtualHost>
<VirtualHost *:81>
    ProxyTimeout 3
</VirtualHost>
`)
	own, bare := v.Servers()[1], v.Servers()[2]
	var paths []string
	for _, m := range own.Mappings {
		paths = append(paths, m.Path)
	}
	if got := fmt.Sprintf("%v %s %v", paths, names(own.Workers), own.Settings.ProxyTimeout()); got != "[/m /v] http://main/ http://own/ 9s" {
		t.Error(got)
	}
	b := own.Balancer("balancer://both")
	if names(b.Members) != "http://mainmember" || names(b.Discarded) != "http://ownmember" || b.Params.LBMethod.Value != "byrequests" || b.Params.StickySession.Value != "X" {
		t.Errorf("a balancer of both keeps the main server's members, by a method of its own: %+v", b)
	}
	if b := v.Main().Balancer("balancer://both"); b.Params.StickySession.Set || len(b.Discarded) > 0 {
		t.Error("the main server's own balancer does not change")
	}
	if !own.Rewrite.Engine.Value || len(own.Rewrite.Rules) != 0 || len(v.Main().Rewrite.Rules) != 1 {
		t.Error("the state of the engine is inherited, the rules are not")
	}
	if len(own.Logs) != 1 || own.Logs[0].Target != "logs/own" || bare.Logs[0].Target != "logs/main" {
		t.Error("own logs replace the main server's")
	}
	if len(own.Headers) != 2 || own.Headers[0].Value != "main" {
		t.Error("header edits of the main server come first")
	}
	scope := own.ScopeFor("/x", "", nil)
	if got := scope.Settings.Word(ir.WordSetHandler).Value; got != "v" || len(scope.Sections) != 2 {
		t.Errorf("the virtual host's section comes later: %q", got)
	}
	if bare.Settings.ProxyTimeout() != 3*time.Second || v.ServerOf(own.Mappings[1].Pass) != own || v.ServerOf(own.Mappings[0].Pass) != v.Main() {
		t.Error("settings of one virtual host are its own")
	}
}

// TestBalancerOfBoth holds what httpd 2.4.71 answers with: the members of the main server count in every virtual host, and
// where it mentions the balancer without members there are none.
func TestBalancerOfBoth(t *testing.T) {
	const (
		members = "<Proxy balancer://c>\nBalancerMember http://%s\n</Proxy>\n"
		pass    = "ProxyPass /x balancer://c/ lbmethod=bytraffic\n"
	)
	for _, test := range []struct{ about, main, own, want string }{
		{"members in main, ProxyPass in the virtual host", fmt.Sprintf(members, "main"), pass, "http://main"},
		{"members in both", fmt.Sprintf(members, "main"), fmt.Sprintf(members, "own") + pass, "http://main"},
		{"ProxyPass in main, members in the virtual host", pass, fmt.Sprintf(members, "own"), ""},
		{"ProxySet in main, members in the virtual host", "<Proxy balancer://c>\nProxySet lbmethod=byrequests\n</Proxy>\n", fmt.Sprintf(members, "own") + pass, ""},
		{"all in the virtual host", "", fmt.Sprintf(members, "own") + pass, "http://own"},
	} {
		s := view(t, test.main+"<VirtualHost *:80>\n"+test.own+"</VirtualHost>").Servers()[1]
		m := s.Mappings[len(s.Mappings)-1]
		if got := names(m.Balancer.Members); got != test.want {
			t.Errorf("%s: members %q, want %q", test.about, got, test.want)
		}
		if m.Server == s && m.Balancer != s.Balancer(m.Pass.URL) {
			t.Errorf("%s: the mapping means another balancer than the server has", test.about)
		}
	}
}

func TestRules(t *testing.T) {
	s := view(t, `
RewriteEngine On
RewriteCond %{HTTP_HOST} a [OR]
ProxyPass /x http://x/
RewriteCond %{HTTP_HOST} b
RewriteRule ^/1 - [F]
RewriteRule ^/2 - [F]
RewriteCond %{HTTP_HOST} c
`).Main()
	if r := s.Rewrite.Rules; len(r) != 2 || len(r[0].Conds) != 2 || len(r[1].Conds) != 0 || len(s.Rewrite.Orphans) != 1 {
		t.Errorf("%+v", s.Rewrite)
	}
	for options, want := range map[string]string{
		"":                             "own",
		"RewriteOptions Inherit":       "own main",
		"RewriteOptions inheritbefore": "main own",
		"RewriteOptions Inherit AllowAnyURI\nRewriteOptions MergeBase": "own main",
	} {
		v := view(t, "RewriteRule main -\n<VirtualHost *:80>\nRewriteRule own -\n"+options+"\n</VirtualHost>")
		if got := patterns(v.Servers()[1]); got != want {
			t.Errorf("%q: %s, want %s", options, got, want)
		}
	}
	for options, want := range map[string]string{"InheritDown": "own main", "InheritDownBefore": "main own"} {
		v := view(t, "RewriteOptions "+options+"\nRewriteRule main -\n<VirtualHost *:80>\nRewriteRule own -\n</VirtualHost>\n"+
			"<VirtualHost *:81>\nRewriteOptions IgnoreInherit\nRewriteRule own -\n</VirtualHost>")
		if got := patterns(v.Servers()[1]); got != want || patterns(v.Servers()[2]) != "own" {
			t.Errorf("%s: %s, want %s", options, got, want)
		}
	}
}

func patterns(s *effective.Server) string {
	var all []string
	for _, r := range s.Rewrite.Rules {
		all = append(all, r.Rule.Rule.PatternText)
	}
	return strings.Join(all, " ")
}

func TestMappingMatch(t *testing.T) {
	for _, test := range []struct{ fake, path, rest string }{
		{"/ex", "/ex", ""},
		{"/ex", "/ex/a", "/a"},
		{"/ex", "/exa", "-"},
		{"/s/", "/s", "-"},
		{"/s/", "/s/x", "x"},
		{"/", "/a", "a"},
		{"/a/b", "/a//b/c", "/c"},
		{"/a", "/A", "-"},
		{"/a//", "/a/b", "b"},
	} {
		m := view(t, "ProxyPass "+test.fake+" http://b/").Main().Mappings[0]
		rest, ok := m.Match(test.path)
		if !ok {
			rest = "-"
		}
		if rest != test.rest {
			t.Errorf("%s on %s: %q, want %q", test.fake, test.path, rest, test.rest)
		}
	}
}

func TestMatchPath(t *testing.T) {
	for _, test := range []struct {
		pattern, path string
		want          bool
	}{
		{"/a", "/a", true},
		{"/a", "/a/x", true},
		{"/a", "/ab", false},
		{"/a/", "/a", false},
		{"/a/", "/a/x", true},
		{"/", "/x", true},
		{"/*/e", "/d/e", true},
		{"/*/e", "/d/e/y", false},
		{"/*/e", "/a/b/e", false},
		{"/w?ld", "/wild", true},
		{"/w[a-z]x", "/wqx", true},
		{"/w[!a-z]x", "/wqx", false},
		{"/w[", "/w[", true},
		{"/a*b*c", "/aXbYbZc", true},
		{`/a\*?`, "/a*b", true},
	} {
		if got := effective.MatchPath(test.pattern, test.path); got != test.want {
			t.Errorf("%s on %s: %v", test.pattern, test.path, got)
		}
	}
}

func TestProxySections(t *testing.T) {
	s := view(t, `
<Proxy *>
Require all denied
</Proxy>
<Proxy http://b/app>
Require all granted
ProxyPreserveHost On
</Proxy>
<ProxyMatch ^http://c>
ProxyPreserveHost On
</ProxyMatch>
`).Main()
	for target, want := range map[string]string{"http://b/apple": "* http://b/app", "http://b/x": "*", "http://c/": "* ^http://c"} {
		var got []string
		regex := func(sec *effective.Section, subject string) bool {
			return strings.HasPrefix(subject, strings.TrimPrefix(sec.Section.Regex.Source, "^"))
		}
		for _, sec := range s.Matching(effective.PhaseProxy, target, regex) {
			got = append(got, sec.Section.Pattern)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", target, got, want)
		}
	}
	scope := s.ScopeFor("/", "http://b/app", nil)
	require, ok := scope.Access.Require[0].(*ir.Require)
	if !ok || len(scope.Access.Require) != 1 || require.Args[0] != "granted" {
		t.Error("a section with its own Require replaces what was before")
	}
	if !scope.Settings.Switch(ir.SwitchProxyPreserveHost).Value || s.Settings.Switch(ir.SwitchProxyPreserveHost).Value {
		t.Error("a section's switch holds in it alone")
	}
}

func TestAnswers(t *testing.T) {
	s := view(t, "<VirtualHost *:80>\nServerName First.test\nServerAlias *.w.test b?d\n</VirtualHost>").Servers()[1]
	for host, want := range map[string]bool{
		"FIRST.test.:80": true, "exact.w.test": true, "bad": true, "w.test": false, "nobody": false, "": false,
	} {
		if got := s.Answers(host); got != want {
			t.Errorf("%q: %v, want %v", host, got, want)
		}
	}
}

func TestLocatedMapping(t *testing.T) {
	s := view(t, `
<Location /a>
ProxyPass http://one/
ProxyPass http://two/
</Location>
<Location /a/b>
ProxyPass !
</Location>
<Location "/w*ld">
ProxyPass http://glob/
</Location>
ProxyPass / http://all/
`).Main()
	if len(s.Located) != 4 || len(s.Mappings) != 1 || !s.Located[3].IsRegex() {
		t.Fatalf("%d in sections, %d outside", len(s.Located), len(s.Mappings))
	}
	if m := s.ScopeFor("/a/x", "", nil).Mapping; m == nil || m.Pass.URL != "http://two/" || m.Path != "/a" {
		t.Errorf("the last ProxyPass of a section counts: %+v", m)
	}
	if m := s.ScopeFor("/a/b/c", "", nil).Mapping; m == nil || !m.Pass.Exclude {
		t.Errorf("the later section counts: %+v", m)
	}
	if m := s.ScopeFor("/x", "", nil).Mapping; m != nil {
		t.Errorf("%+v", m)
	}
}

func TestUnresolved(t *testing.T) {
	c := &ir.Config{Items: []ir.Item{
		&ir.ProxySet{URL: "http://b/", Params: []ir.Param{{Key: "retry", Value: "1"}}},
		&ir.ProxyPass{Path: "/", URL: "http://b/"},
	}}
	c.Number()
	if s := effective.New(c).Main(); len(s.Unresolved) != 1 || len(s.Workers) != 1 || s.Workers[0].Params.Retry.Set {
		t.Errorf("%+v", s)
	}
}
