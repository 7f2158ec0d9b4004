package program_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/runtime/internal/httpdtest"
	"github.com/lbconf/lbconf/runtime/program"
)

// compareAll sends requests to httpd and to a program of the same configuration, and reports each that they answer
// differently.
func compareAll(t *testing.T, conf string, requests []string) {
	t.Helper()
	addresses := make(map[string]string)
	names := make(map[string]string)
	for _, name := range backends {
		addresses[name] = httpdtest.Backend(t, name)
		names[addresses[name]] = name
	}
	server := httpdtest.Start(t, fill(conf, "@port@", addresses))
	p := compile(t, fill(conf, server.Port, addresses))
	for _, line := range requests {
		raw := requestOf(fill(line, server.Port, addresses), server.Port)
		want, got := resultOf(server.Do(t, raw)), decide(t, p, raw, server.Port, names)
		if want != got {
			t.Errorf("%s\n httpd:  %s\n Decide: %s\n%s", line, want, got, ruleOf(conf, line))
		}
	}
}

// ruleOf returns the rule that a request of TestRandomRules is about.
func ruleOf(conf, line string) string {
	_, number, ok := strings.Cut(line, "/rule")
	if !ok {
		return ""
	}
	number, _, _ = strings.Cut(number, "/")
	for rule := range strings.Lines(conf) {
		if strings.Contains(rule, "^/rule"+number+"/") {
			return rule
		}
	}
	return ""
}

func pick(r *rand.Rand, words ...string) string { return words[r.IntN(len(words))] }

// TestRandomTargets holds that paths mean the same as in httpd, whatever dots, slashes and escapes they hold.
func TestRandomTargets(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var requests []string
	for range 400 {
		var b strings.Builder
		b.WriteString(pick(r, "/", "/", "/", "/a/", "/nc/", "/a"))
		for range r.IntN(7) {
			b.WriteString(pick(r, "/", ".", "..", "%2e", "%2E", "a", "b/", "%20", "%25", "%2f", "%00", "%c3%a4", "%", "%4", "%zz", ";x=1", "?", "&", "%3f", "%7e", "%41", "+", "~", "\\", "|", "\"", "%0a", "/./", "/../", "//"))
		}
		requests = append(requests, "GET "+b.String())
	}
	compareAll(t, "ServerName main.test\nDocumentRoot /usr/lib\nProxyPass /nc http://@b1@/NC nocanon\nProxyPass / http://@b1@/X/\n", requests)
}

// TestRandomRules holds that a rule does the same as in httpd, whatever its substitution and flags are.
func TestRandomRules(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 4))
	var conf strings.Builder
	conf.WriteString("ServerName main.test\nRewriteEngine On\n")
	var requests []string
	for i := range 160 {
		if r.IntN(3) == 0 {
			fmt.Fprintf(&conf, "RewriteCond %s %s%s %s\n", pick(r, "%{QUERY_STRING}", "%{REQUEST_URI}", "$1", "%{HTTP:X-A}", "x%{HTTP_HOST}"),
				pick(r, "", "", "!"), pick(r, "a(.)", "^(.*)$", "=b", "<bb", ">=b", "-gt0", "[b-z]+$", "(x)?(y)?"), pick(r, "", "[NC]", "[OR]"))
		}
		var to strings.Builder
		to.WriteString(pick(r, "http://@b1@/", "http://@b1@/", "http://@b1@", "/loc/", "/fwd/", "http://main.test/fwd/", "fwd/", "HTTP://@b2@/X/", "-"))
		for to.String() != "-" && r.IntN(4) > 0 {
			to.WriteString(pick(r, "$1", "$1", "$0", "%1", "?", "?q=", "\\?", "a", "/", "%{QUERY_STRING}", "%{REQUEST_URI}", "\\%20", "&", "#f", "$2", "//", "%{HTTP:X-A}"))
		}
		var flags []string
		for range r.IntN(5) {
			flags = append(flags, pick(r, "P", "P", "P", "R", "R=301", "L", "NE", "QSA", "QSD", "QSL", "B", "BNP", "BCTLS", "BNE=/", "PT", "UnsafeAllow3F", "END", "NS", "F", "G", "C", "S=1"))
		}
		rule := fmt.Sprintf("RewriteRule \"^/rule%d/(.*)\" \"%s\"", i, to.String())
		if len(flags) > 0 {
			rule += " \"[" + strings.Join(flags, ",") + "]\""
		}
		conf.WriteString(rule + "\n")
		for range 4 {
			request := fmt.Sprintf("GET /rule%d/%s%s", i, pick(r, "", "a", "ab/c", "a%20b", "a%3fb", "%25", "a%26b", "%c3%a4", "x//y", "a%23b"), pick(r, "", "?", "?a=b", "?ab", "?a%20b", "?b&"))
			if r.IntN(3) == 0 {
				request += " | X-A: " + pick(r, "ab", "x y", "b", "?")
			}
			requests = append(requests, request)
		}
	}
	conf.WriteString("ProxyPass /fwd http://@b3@/FWD\n")
	compareAll(t, conf.String(), requests)
}

// FuzzDecide holds that no request makes a decision fail: it has a kind, and the parts that the kind needs.
func FuzzDecide(f *testing.F) {
	p := compile(f, `ServerName main.test
RewriteEngine On
RewriteCond %{QUERY_STRING} (a|b)*c
RewriteRule ^/r/(.*)/(.*)$ http://$1/$2?%1 [P,QSA]
RewriteRule ^/n/(.*)x(.*) /n/$1$2 [N=50]
RewriteRule ^/l/(.*) /$1 [R,NE]
ProxyPassMatch ^/m/([^/]*)(.*) http://$1:80$2
ProxyPass /b balancer://b
ProxyPass / http://a/
BalancerMember balancer://b http://c
`)
	f.Add("/r/a:80/b", "h.test", "c")
	f.Add("/n/xxxxx", "", "")
	f.Add("/m/[::1/x", "h", "a%20b")
	f.Fuzz(func(t *testing.T, path, host, query string) {
		if strings.ContainsAny(path+host+query, " \r\n\t") {
			return
		}
		x := exchangeOf(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "80")
		x.Request.Target = []byte(path + "?" + query)
		x.Request.Fields[0].Value = []byte(host)
		if program.Resolve(x) != 0 {
			return
		}
		var plan program.Plan
		p.Host(x.Client.Local, x.Request.Hostname).Decide(x, &plan)
		switch plan.Kind {
		case program.Respond:
			if plan.Status < 200 || plan.Status > 599 {
				t.Errorf("status %d", plan.Status)
			}
		case program.Forward:
			if (plan.Worker == nil) == (plan.Balancer == nil) || len(plan.Path) == 0 || plan.Path[0] != '/' {
				t.Errorf("worker %v, balancer %v, path %q", plan.Worker, plan.Balancer, plan.Path)
			}
		case program.Handle:
			if plan.Handler != program.HandlerFile || plan.File.Rules == nil {
				t.Errorf("handler %d of file %+v", plan.Handler, plan.File)
			}
		default:
			t.Errorf("kind %d", plan.Kind)
		}
	})
}
