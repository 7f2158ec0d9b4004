package program_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/wire"
)

// walk is what a request costs on the policy side: finding the host and deciding.
func walk(p *program.Program, x *exchange.Exchange, plan *program.Plan, buf []byte) {
	x.Reset()
	if _, err := x.Request.Parse(buf, wire.DefaultRules()); err != nil {
		panic(err)
	}
	x.Request.MergeFields(x)
	program.Resolve(x)
	p.Host(x.Client.Local, x.Request.Hostname).Decide(x, plan)
}

// fiftyRules are rules of which the last one matches.
func fiftyRules() string {
	var b strings.Builder
	b.WriteString("RewriteEngine On\n")
	for i := range 49 {
		fmt.Fprintf(&b, "RewriteCond %%{HTTP_HOST} ^h%d\\. [NC]\nRewriteRule ^/app%d/([a-z]+)/(.*)$ http://b%d.test/$1/$2 [P,L]\n", i, i, i)
	}
	b.WriteString("RewriteCond %{HTTP:X-Kind} ^(.*)$\nRewriteRule ^/(.*)$ http://127.0.0.1:9000/%1/$1 [P,L]\n<Proxy http://127.0.0.1:9000>\nProxySet max=50\n</Proxy>\n")
	return b.String()
}

func manyHosts(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<VirtualHost *:80>\nServerName h%d.test\nServerAlias *.h%d.test\nProxyPass / http://127.0.0.1:%d/\nProxyPassReverse / http://127.0.0.1:%d/\n</VirtualHost>\n", i, i, 1024+i%60000, 1024+i%60000)
	}
	return b.String()
}

// costs are configurations with a request each.
func costs() map[string][2]string {
	return map[string][2]string{
		"proxypass": {"ProxyPass / http://127.0.0.1:9000/\nProxyPassReverse / http://127.0.0.1:9000/\n", "GET /a/b%20c?d=e"},
		"balancer":  {"<Proxy balancer://b>\nBalancerMember http://127.0.0.1:9000\nBalancerMember http://127.0.0.1:9001\n</Proxy>\nProxyPass / balancer://b/\n", "GET /a/b?d=e"},
		"default":   {"RewriteEngine On\nRewriteRule ^(.*)$ http://localhost:8081$1 [P,L]\n", "GET /a"},
		"rules":     {fiftyRules(), "GET /x/y?z | X-Kind: k"},
		"sections": {"ProxyPass / http://127.0.0.1:9000/\n<Proxy *>\nOrder deny,allow\nDeny from all\nAllow from 127.0.0.1\n</Proxy>\n<Location /a>\nProxyPreserveHost On\n</Location>\n" +
			"<LocationMatch \"^/(a)/(b)\">\nRequire ip 127\n</LocationMatch>\n", "GET /a/b"},
		"headers":         {"ProxyPass / http://127.0.0.1:9000/\nRequestHeader set X-Proto https\nRequestHeader append X-Kind b\nRequestHeader unset X-No\n", "GET /a | X-Kind: a | X-Kind: c | X-No: 1"},
		"one host":        {manyHosts(1), "GET /a | Host: h0.test"},
		"ten thousand":    {manyHosts(10000), "GET /a | Host: x.h9999.test"},
		"regular pattern": {"ProxyPassMatch ^/([a-z]+)/(.*)$ http://127.0.0.1:9000/$2/$1\n", "GET /abc/def"},
	}
}

// TestDecideDoesNotAllocate holds the aim for the steady state.
func TestDecideDoesNotAllocate(t *testing.T) {
	if racing {
		t.Skip("allocations are counted without the race detector")
	}
	for name, c := range costs() {
		t.Run(name, func(t *testing.T) {
			p := compile(t, c[0])
			buf := []byte(requestOf(c[1], "80"))
			x, plan := exchangeOf(t, string(buf), "80"), new(program.Plan)
			walk(p, x, plan, buf)
			if plan.Kind != program.Forward {
				t.Fatalf("not forwarded: %d", plan.Status)
			}
			if n := testing.AllocsPerRun(200, func() { walk(p, x, plan, buf) }); n != 0 {
				t.Errorf("%v allocations a request", n)
			}
		})
	}
}

func BenchmarkDecide(b *testing.B) {
	for name, c := range costs() {
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			p := compile(b, c[0])
			buf := []byte(requestOf(c[1], "80"))
			x, plan := exchangeOf(b, string(buf), "80"), new(program.Plan)
			b.ReportAllocs()
			for b.Loop() {
				walk(p, x, plan, buf)
			}
		})
	}
}

// TestHostIsFlat holds that the wildcard of the last of ten thousand hosts is found, by suffix, and that of two hosts
// that have a name the first counts.
func TestHostIsFlat(t *testing.T) {
	p := compile(t, manyHosts(100)+"<VirtualHost *:80>\nServerName late.h5.test\n</VirtualHost>\n<VirtualHost *:80>\nServerName only.test\nServerAlias h3.test\n</VirtualHost>\n")
	local := netip.MustParseAddrPort("127.0.0.1:80")
	for host, want := range map[string]string{
		"h7.test": "h7.test", "a.b.h99.test": "h99.test", "late.h5.test": "h5.test", "h3.test": "h3.test", "only.test": "only.test",
		"nobody.test": "h0.test", "": "h0.test", "h5.test.": "h0.test",
	} {
		if got := p.Host(local, []byte(host)).ServerName; got != want {
			t.Errorf("%q is taken by %s, want %s", host, got, want)
		}
	}
	if got := p.Host(netip.MustParseAddrPort("127.0.0.1:81"), []byte("h7.test")); got != p.Hosts()[0] {
		t.Errorf("an address without virtual hosts is taken by %s", got.ServerName)
	}
}
