package program_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// TestSeeds holds which of the tutorials' configurations a server may run, and what it then leaves out.
func TestSeeds(t *testing.T) {
	type verdict struct{ Refused, Warned, Ignored string }
	want := map[string]verdict{
		"001-balancer-rewrite":     {Warned: "ProxySet"},
		"003b-balancer-manager":    {},
		"003d-ssl-termination":     {Refused: "SSLCertificateFile"},
		"003e-websocket":           {},
		"003f-security":            {},
		"003g-performance":         {},
		"003h-healthcheck":         {Warned: "ProxySet ProxySet"},
		"003i-sticky":              {},
		"003j-limits":              {},
		"003k-monitoring":          {},
		"000-rewrite-proxy":        {},
		"004e-balancer-loadfactor": {},
	}
	files, err := filepath.Glob("../../testdata/seeds/*.conf")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d seeds: %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, report := tryCompile(t, string(text))
		got := verdict{directives(report.Refused), directives(report.Warned), directives(report.Ignored)}
		name := strings.TrimSuffix(filepath.Base(file), ".conf")
		if diff := cmp.Diff(want[name], got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func directives(entries []program.Entry) string {
	var names []string
	for _, e := range entries {
		names = append(names, e.Origin.Directive)
	}
	return strings.Join(names, " ")
}

// TestRefused holds that whatever could open a door or go elsewhere than in httpd keeps a server from starting, with its
// place.
func TestRefused(t *testing.T) {
	tests := []struct{ conf, directive, word string }{
		{"<Location /x>\nRequire user admin\n</Location>", "Require", "user"},
		{"<Location /x>\nRequire host %{ENV:DOMAIN}\n</Location>", "Require", "expression"},
		{"<Location /x>\nRequire expr %{REMOTE_USER} == 'a'\n</Location>", "Require", "authenticates nobody"},
		{"<Location /x>\nAuthType Basic\n</Location>", "AuthType", "AuthType"},
		{"<If \"true\">\nProxyPreserveHost On\n</If>", "<If", "If"},
		{"ProxySourceAddress a.test", "ProxySourceAddress", "write the address"},
		{"ProxyRequests On", "ProxyRequests", "forward"},
		{"RequestHeader set X-User expr=%{file:/etc/user}", "RequestHeader", "file()"},
		{"RequestHeader set X-Load %l", "RequestHeader", "%l"},
		{"RequestHeader set X-S %{SSL_SESSION_ID}s", "RequestHeader", "SSL_SESSION_ID"},
		{"RequestHeader unset X-User early", "RequestHeader", "early"},
		{"SSLEngine on", "SSLEngine", "certificate"},
		{"SSLEngine on\nSSLCertificateFile /nonexistent/a.crt", "SSLCertificateFile", "/nonexistent/a.crt: no such file"},
		{"SSLEngine on\nSSLCertificateFile /dev/null", "SSLCertificateFile", "empty"},
		{"SSLProxyEngine on\nSSLProxyCACertificateFile /nonexistent/ca.crt", "SSLProxyCACertificateFile", "no such file"},
		{"<Proxy *>\nSSLProxyEngine on\nSSLProxyMachineCertificateFile /nonexistent/a.pem\n</Proxy>", "SSLProxyMachineCertificateFile", "no such file"},
		{"SSLProxyEngine on\nSSLProxyCipherSuite NULL", "SSLProxyCipherSuite", "no suite"},
		{"<Location /x>\nSSLVerifyClient require\n</Location>", "SSLVerifyClient", "another handshake"},
		{"<Location /x>\nSSLCipherSuite HIGH\n</Location>", "SSLCipherSuite", "another handshake"},
		{"SSLOptions +FakeBasicAuth", "SSLOptions", "who may pass"},
		{"SSLOpenSSLConfCmd MinProtocol TLSv1.2", "SSLOpenSSLConfCmd", "SSLProtocol"},
		{"<Location /x>\nSSLRequireSSL\n</Location>", "SSLRequireSSL", "Require ssl"},
		{"SSLCARevocationCheck chain", "SSLCARevocationCheck", "door"},
		{"CustomLog logs/a \"%{SSL_SESSION_ID}x\"", "CustomLog", "SSL_SESSION_ID"},
		{"RewriteEngine On\nRewriteCond %{SSL:SSL_SESSION_ID} a\nRewriteRule ^/ - [F]", "RewriteCond", "SSL_SESSION_ID"},
		{"ProxyPass / scgi://b/", "ProxyPass", "scgi"},
		{"RewriteEngine On\nRewriteRule ^/ - [H=proxy:http://b/]", "RewriteRule", "DocumentRoot"},
		{"RewriteEngine On\nRewriteRule ^/ - [H=cgi-script]", "RewriteRule", "handler"},
		{"RewriteEngine On\nRewriteRule ^/(.*) - [H=$1]", "RewriteRule", "handler"},
		{"<Location /x>\nSetHandler \"proxy:http://b/\"\n</Location>", "SetHandler", "ProxyPass"},
		{"<Location /x>\nRewriteEngine On\nRewriteRule a http://b/ [P]\n</Location>", "RewriteRule", "inside"},
		{"RewriteMap m prg:/bin/cat", "RewriteMap", "program"},
		{"HostnameLookups On\nSetEnvIf Remote_Host example.com$ friend", "SetEnvIf", "Remote_Addr"},
		{"RewriteMap m dbm:/etc/passwd", "RewriteMap", "DBM"},
		{"RewriteMap m txt:/nonexistent", "RewriteMap", "not there"},
		{"RewriteEngine On\nRewriteRule ^/ /%{LA-U:REMOTE_USER} [L]", "RewriteRule", "subrequest"},
		{"RewriteEngine On\nRewriteRule ^/ - [CO=a:b:c]", "RewriteRule", "CO"},
		{"RewriteEngine On\nRewriteRule ^/ - [T=text/html]", "RewriteRule", "T"},
		{"RewriteEngine On\nRewriteCond expr \"-U '/a'\"\nRewriteRule ^/ - [F]", "RewriteCond", "subrequest"},
		{"RewriteEngine On\nRewriteCond /x -F\nRewriteRule ^/ - [F]", "RewriteCond", "-F"},
		{"RewriteEngine On\nRewriteOptions AllowAnyURI\nRewriteRule ^/ - [F]", "RewriteOptions", "AllowAnyURI"},
		{"ProxySet http://b/ max=3", "ProxySet", "httpd refuses"},
		{"ProxyHCExpr up {%{REQUEST_STATUS} =~ /^2/}\n<Proxy balancer://b>\nBalancerMember http://a hcmethod=GET hcexpr=up\n</Proxy>\nProxyHCExpr up {env('X') == 'y'}", "ProxyHCExpr", "env()"},
		{"ProxyHCExpr up {%{SERVER_NAME} == 'x'}\n<Proxy balancer://b>\nBalancerMember http://a hcmethod=GET hcexpr=up\n</Proxy>", "ProxyHCExpr", "SERVER_NAME"},
		{"ProxyHCExpr up {!-R '192.0.2.0/24'}\n<Proxy balancer://b>\nBalancerMember http://a hcmethod=GET hcexpr=up\n</Proxy>", "ProxyHCExpr", "-R"},
		{"CustomLog \"|/bin/cat\" \"%h\"", "CustomLog", "program"},
		{"CustomLog logs/a \"%h\" \"expr=-U '/a'\"", "CustomLog", "subrequest"},
		{"CustomLog logs/a \"%{tid}P\"", "CustomLog", "thread"},
		{"DocumentRoot /srv\n<Directory /srv>\nAuthType Basic\n</Directory>", "AuthType", "AuthType"},
		{"DocumentRoot /srv\n<Files x>\nRequire user admin\n</Files>", "Require", "user"},
		{"DocumentRoot /srv\nAddHandler cgi-script .cgi", "AddHandler", "the files themselves"},
		{"Alias /x /srv\nAddType application/x-httpd-php .php", "AddType", "programs"},
		{"DocumentRoot /srv\n<FilesMatch php$>\nForceType application/x-httpd-php\n</FilesMatch>", "ForceType", "programs"},
		{"DocumentRoot /srv\nScriptAlias /cgi-bin/ /srv/cgi-bin/", "ScriptAlias", "among the files"},
		{"DocumentRoot /srv\nVirtualDocumentRoot /srv/%0", "VirtualDocumentRoot", "every host"},
		{"DocumentRoot /srv\n<Directory /srv>\nAllowOverrideList Redirect\n</Directory>", "AllowOverrideList", "AllowOverride None"},
		{"DocumentRoot /srv\nTypesConfig /nonexistent", "TypesConfig", "cannot be read"},
		{"DocumentRoot /srv\n<Directory /srv>\n<Limit GET>\nRequire all denied\n</Limit>\n</Directory>", "Limit", "open a door"},
		{"Nonsense On", "Nonsense", "httpd 2.4 has no directive"},
		{"<VirtualHost name.test:80>\nServerName a.test\n</VirtualHost>", "<VirtualHost", "IP address"},
	}
	for _, test := range tests {
		p, report := tryCompile(t, test.conf+"\n")
		if p == nil {
			t.Fatalf("%s: no program", test.conf)
		}
		i := slices.IndexFunc(report.Refused, func(e program.Entry) bool {
			return strings.Contains(e.Origin.Directive, strings.TrimPrefix(test.directive, "<")) && strings.Contains(e.Message, test.word)
		})
		if i < 0 {
			t.Errorf("%q is not refused at %s for %q: %+v", test.conf, test.directive, test.word, report.Refused)
		} else if !report.Refused[i].Origin.Span.IsValid() {
			t.Errorf("%q is refused without a place", test.conf)
		}
	}
}

// TestHeadersLeftOut holds which Header directives are listed as not executed, with their place; the others are not.
func TestHeadersLeftOut(t *testing.T) {
	tests := []struct{ conf, word string }{
		{"Header set X %{SSL_SESSION_ID}s", "SSL_SESSION_ID"},
		{"Header set X %{SSL_CIPHER}s", ""},
		{"Header set X %l", "%l"},
		{"Header set X expr=%{file:/etc/user}", "file()"},
		{"Header set X a \"expr=-U '/a'\"", "subrequest"},
		{"Header echo ^X", "echo"},
		{"Header note X x", "note"},
		{"Header unset Content-Length", "where a response ends"},
		{"Header always set Transfer-Encoding chunked", "where a response ends"},
		{"Header set \"X Y\" a", "name of a field"},
		{"Header set X \"a\\nb\"", "control characters"},
		{"<Location /x>\nHeader set X a early\n</Location>", "early"},
		{"<Directory /srv>\nHeader set X a\n</Directory>", "files"},
		{"Header set X \"%t %D %% %{NAME}e\"", ""},
		{"Header always set X a early", ""},
		{"Header edit* X (.) $1 env=!Y", ""},
	}
	for _, test := range tests {
		_, report := tryCompile(t, test.conf+"\n")
		switch left := report.Ignored; {
		case !report.OK():
			t.Errorf("%q is refused: %+v", test.conf, report.Refused)
		case test.word == "" && len(left) > 0:
			t.Errorf("%q is left out: %+v", test.conf, left)
		case test.word != "" && (len(left) != 1 || !strings.Contains(left[0].Message, test.word) || !left[0].Origin.Span.IsValid()):
			t.Errorf("%q is not listed once for %q with its place: %+v", test.conf, test.word, left)
		}
	}
}

// TestToldOnly holds that a directive about a file of the process is told with its place, and is no directive that is left out.
func TestToldOnly(t *testing.T) {
	for _, conf := range []string{"ErrorLog logs/e", "PidFile run/pid", "<VirtualHost *:80>\nErrorLog logs/e\n</VirtualHost>"} {
		_, report := tryCompile(t, conf+"\n")
		if len(report.Told) != 1 || !report.Told[0].Origin.Span.IsValid() {
			t.Errorf("%q is not told once with its place: %+v", conf, report.Told)
		}
		if len(report.Refused)+len(report.Warned)+len(report.Noted)+len(report.Ignored) > 0 {
			t.Errorf("%q counts: %+v", conf, report)
		}
	}
}

// TestReadTimeoutLeftOut holds that a rate for handshakes, which is not measured, is listed, and other rates are not.
func TestReadTimeoutLeftOut(t *testing.T) {
	for conf, want := range map[string]int{
		"RequestReadTimeout handshake=5,MinRate=100":                                1,
		"RequestReadTimeout handshake=5 header=20-40,MinRate=500 body=20,MinRate=5": 0,
		"RequestReadTimeout handshake=0,MinRate=100":                                0,
	} {
		if _, report := tryCompile(t, conf+"\n"); !report.OK() || len(report.Ignored) != want {
			t.Errorf("%q: refused %+v, left out %+v, want %d", conf, report.Refused, report.Ignored, want)
		}
	}
}

// TestHeartbeatListenLeftOut holds that an address where nothing arrives is listed, and a group is not.
func TestHeartbeatListenLeftOut(t *testing.T) {
	for conf, want := range map[string]int{
		"HeartbeatListen 127.0.0.1:27999": 1, "HeartbeatListen 239.0.0.1:27999": 0, "HeartbeatAddress 127.0.0.1:27999\nHeartbeatStorage hb.dat\nHeartbeatMaxServers 0": 0,
	} {
		if _, report := tryCompile(t, conf+"\n"); !report.OK() || len(report.Ignored) != want {
			t.Errorf("%q: refused %+v, left out %+v, want %d", conf, report.Refused, report.Ignored, want)
		}
	}
}

// TestRulesThatNobodyRuns holds that what has no effect in httpd either keeps nobody from starting.
func TestRulesThatNobodyRuns(t *testing.T) {
	for _, conf := range []string{
		"RewriteRule ^/ ${map:a} [L]",
		"<Directory /srv>\nAuthType Basic\nRewriteEngine On\nRewriteRule a b\n</Directory>",
		"<Location /x>\nRewriteEngine Off\nRewriteRule a b\n</Location>",
		"TraceEnable off\nRequestReadTimeout handshake=5 header=1-2,MinRate=3 body=0",
		"Options None\nLogLevel info\nErrorLog logs/e",
		"SSLProtocol all -SSLv2 -SSLv3 -TLSv1 -TLSv1.1\nSSLHonorCipherOrder off\nSSLSessionTickets off\nSSLOptions +StrictRequire",
		"SSLRandomSeed startup builtin\nSSLCARevocationCheck none\nSSLInsecureRenegotiation off\nSSLVerifyDepth 3",
	} {
		if _, report := tryCompile(t, conf+"\n"); !report.OK() {
			t.Errorf("%q is refused: %+v", conf, report.Refused)
		}
	}
}

// TestReloadKeepsState holds that a worker that stays keeps what is known of it, and takes over what the configuration
// changes.
func TestReloadKeepsState(t *testing.T) {
	load := func(table *upstream.Table, conf string) *program.Program {
		config, _ := lower.Lower(parser.Load(parser.Input{Name: "t.conf", Source: []byte(conf)}))
		p, report := program.Compile(config, program.Options{Table: table})
		if !report.OK() {
			t.Fatalf("%+v", report.Refused)
		}
		return p
	}
	const before = "<Proxy balancer://b>\nBalancerMember http://a\nBalancerMember http://c\n</Proxy>\nProxyPass / balancer://b/\n"
	const after = "<Proxy balancer://b>\nBalancerMember http://n\nBalancerMember http://c loadfactor=5 status=+D\n</Proxy>\nProxyPass / balancer://b/\n"
	first := load(nil, before)
	first.Workers()[1].Slot.AddRead(77)
	second := load(first.Table(), after)
	kept, fresh := second.Workers()[1], second.Workers()[0]
	kept.Slot.Configure(kept.State)
	if kept.Slot != first.Workers()[1].Slot || kept.Slot.Read() != 77 || kept.Slot.Factor() != 500 || kept.Usable() {
		t.Errorf("%s: read %d, factor %d, status %s", kept.Name, kept.Slot.Read(), kept.Slot.Factor(), kept.Slot.Status())
	}
	if fresh.Slot == first.Workers()[0].Slot {
		t.Error("a new member has the state of another")
	}
}

func TestSettingsOfWorkers(t *testing.T) {
	p := compile(t, `Timeout 40
ProxyTimeout 30
ProxyPass /a http://a/ timeout=5 retry=0 max=7 ttl=9 keepalive=on acquire=50
ProxyPass /c http://c/ connectiontimeout=200ms disablereuse=on
ProxyPassMatch ^/(x)$ http://d/$1
`)
	type settings struct {
		Timeout, Connect, Retry, TTL, Acquire string
		Max                                   int
		Reuse, KeepAlive, Ignores             bool
	}
	var got []settings
	for _, w := range p.Workers() {
		s := w.Settings
		got = append(got, settings{
			s.Timeout.String(), s.ConnectTimeout.String(), s.Retry.String(), s.TTL.String(), s.Acquire.String(), s.Max, s.Reuse,
			s.KeepAlive, w.Slot.Status().Has(ir.StatusIgnore),
		})
	}
	want := []settings{
		{"5s", "5s", "0s", "9s", "50ms", 7, true, true, true},
		{"30s", "200ms", "1m0s", "0s", "0s", 0, false, false, true},
		{"30s", "30s", "1m0s", "0s", "0s", 0, false, false, true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

type names struct{ host, address []string }

func (n names) LookupHost(context.Context, string) ([]string, error) { return n.host, lookedUp(n.host) }

func (n names) LookupAddr(context.Context, string) ([]string, error) {
	return n.address, lookedUp(n.address)
}

func lookedUp(list []string) error {
	if len(list) == 0 {
		return errors.New("no such host")
	}
	return nil
}

func TestMachineName(t *testing.T) {
	tests := []struct {
		hostname string
		names    names
		want     string
	}{
		{"vm", names{}, "127.0.0.1"},
		{"vm", names{host: []string{"192.0.2.1"}}, "192.0.2.1"},
		{"vm", names{host: []string{"192.0.2.1"}, address: []string{"vm.example.com."}}, "vm.example.com"},
		{"vm", names{host: []string{"192.0.2.1"}, address: []string{"vm"}}, "192.0.2.1"},
		{"vm.example.net", names{host: []string{"192.0.2.1"}, address: []string{"vm"}}, "vm.example.net"},
	}
	for _, test := range tests {
		if got := program.MachineName(t.Context(), test.names, test.hostname); got != test.want {
			t.Errorf("%s with %v is %s, want %s", test.hostname, test.names, got, test.want)
		}
	}
}
