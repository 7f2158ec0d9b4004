package directive

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGenerated runs the generator in a copy of the data, so that an edit of a .tsv without `go generate` is seen.
func TestGenerated(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"directives.tsv", "effects.tsv", "generate.go"} {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), src, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "run", "generate.go")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want, err := os.ReadFile(filepath.Join(dir, "table.go"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("table.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("table.go is not current: run go generate ./parser/directive")
	}
}

// TestEveryLineIsFound holds that the lookup finds each line of the data, in any case of its letters.
func TestEveryLineIsFound(t *testing.T) {
	src, err := os.ReadFile("directives.tsv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(src), "\n"), "\n")[1:]
	if got := len(slices.Collect(All())); got != len(lines) {
		t.Errorf("All yields %d, the data has %d", got, len(lines))
	}
	for _, line := range lines {
		name, rest, _ := strings.Cut(line, "\t")
		modules, _, _ := strings.Cut(rest, "\t")
		module, _, _ := strings.Cut(modules, ",")
		for _, spelling := range []string{name, strings.ToUpper(name), strings.ToLower(name)} {
			d, ok := Lookup(spelling)
			if !ok || d.Section != strings.HasPrefix(name, "<") || d.Module != module {
				t.Errorf("Lookup(%q) = %+v, %t", spelling, d, ok)
			}
		}
	}
	for _, name := range []string{"", "<", "ProxyPas", "ProxyPasss", "<ProxyPass", "zzz", "ä"} {
		if d, ok := Lookup(name); ok {
			t.Errorf("Lookup(%q) = %v", name, d)
		}
	}
}

func TestLine(t *testing.T) {
	got, _ := Lookup("proxypass")
	want := &Directive{
		Name: "ProxyPass", Module: "mod_proxy", Contexts: Server | Section, Args: RawArgs, Since: "2.4.7", NotIn: InLimit | InDirectory | InFiles,
		Help: "a virtual path and a URL", key: "proxypass",
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Directive{})); diff != "" {
		t.Error(diff)
	}
	if vhost, ok := Lookup("VirtualHost"); !ok || !vhost.Section {
		t.Errorf("a section is found without its bracket: %v", vhost)
	}
	for name, id := range map[string]string{"ProxyPass": "proxy_module", "KeepAlive": "http_module", "Listen": "mpm_event_module", "ServerName": "core_module", "LDAPTimeout": "ldap_module"} {
		if d, ok := Lookup(name); !ok || d.ModuleID() != id {
			t.Errorf("%s belongs to %v, want %s", name, d, id)
		}
	}
}

func TestJudgement(t *testing.T) {
	for _, name := range []string{"AuthType", "AuthName", "Require", "User", "Group", "SSLVerifyClient", "<Limit", "<LimitExcept", "LimitRequestBody", "RewriteMap", "Allow", "Order"} {
		if d, ok := Lookup(name); !ok || !d.Guards || d.Effect == Inert {
			t.Errorf("%s guards, and the table says %+v", name, d)
		}
	}
	for _, name := range []string{"Options", "AllowOverride", "DirectoryIndex", "LogLevel", "StartServers", "MaxRequestWorkers"} {
		if d, ok := Lookup(name); !ok || d.Guards || d.Effect != Inert {
			t.Errorf("%s is inert for a proxy, and the table says %+v", name, d)
		}
	}
	for _, name := range []string{"Timeout", "TraceEnable", "ProxyPass", "KeepAliveTimeout", "Listen"} {
		if d, ok := Lookup(name); !ok || d.Effect != Proxying {
			t.Errorf("%s acts on proxied requests, and the table says %+v", name, d)
		}
	}
}

func TestSuggest(t *testing.T) {
	for name, want := range map[string]string{
		"ProxyPas": "ProxyPass", "proxypassreverze": "ProxyPassReverse", "RewriteRul": "RewriteRule",
		"<VirtualHots": "VirtualHost", "BalancerMembr": "BalancerMember",
	} {
		if got := Suggest(name); len(got) == 0 || got[0] != want {
			t.Errorf("Suggest(%q) = %v, want %s first", name, got, want)
		}
	}
	for _, name := range []string{"", "CompletelyDifferent", strings.Repeat("x", 1<<20)} {
		if got := Suggest(name); len(got) != 0 {
			t.Errorf("Suggest(%.20q) = %v", name, got)
		}
	}
}

// TestCount holds the arity of the shapes against a directive of each.
func TestCount(t *testing.T) {
	for name, want := range map[string][2]int{
		"ServerName": {1, 1}, "KeepAlive": {1, 1}, "AcceptFilter": {2, 2}, "Define": {1, 2}, "Protocols": {1, -1},
		"AddHandler": {2, -1}, "ProxyPass": {0, -1},
	} {
		d, ok := Lookup(name)
		if !ok {
			t.Fatal(name)
		}
		if least, most := d.Args.Count(); [2]int{least, most} != want {
			t.Errorf("%s (shape %d) takes %d to %d, want %v", name, d.Args, least, most, want)
		}
	}
}

func TestForeign(t *testing.T) {
	for name, want := range map[string]string{
		"SecRule": "security2_module", "secruleengine": "security2_module", "WSGIScriptAlias": "wsgi_module", "php_admin_value": "php_module",
		"OIDCProviderMetadataURL": "auth_openidc_module", "<Perl": "perl_module", "AssignUserID": "mpm_itk_module",
		"": "", "ProxyPas": "", "php": "", "sec:x": "",
	} {
		if got, ok := Foreign(name); got != want || ok != (want != "") {
			t.Errorf("Foreign(%q) = %q, %t, want %q", name, got, ok, want)
		}
	}
	for d := range All() {
		if id, ok := Foreign(d.Name); ok {
			t.Errorf("%s is a directive of %s, not of %s", d.Name, d.Module, id)
		}
	}
}

// TestSpelling holds that the manual's spelling of a name differs from httpd's in nothing but the case of letters.
func TestSpelling(t *testing.T) {
	differ := 0
	for d := range All() {
		if !strings.EqualFold(d.Name, d.Spelling()) {
			t.Errorf("%s is spelt %s", d.Name, d.Spelling())
		}
		if d.Name != d.Spelling() {
			differ++
		}
	}
	if differ != 18 {
		t.Errorf("%d names are spelt in another way, want 18: one of them is not in the table", differ)
	}
}
