package effective_test

import (
	"strings"
	"testing"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
)

// TestTemplates holds what a member has from a ProxyHCTemplate.
func TestTemplates(t *testing.T) {
	tests := []struct {
		name, conf string
		method     ir.HealthMethod
		interval   time.Duration
		uri        string
	}{
		{"defaults", "ProxyHCTemplate t\n@ hctemplate=t", "TCP", 30 * time.Second, ""},
		{"keys", "ProxyHCTemplate t hcmethod=GET hcuri=/h hcinterval=5\n@ hctemplate=T", "GET", 5 * time.Second, "/h"},
		{"keys behind it", "ProxyHCTemplate t hcmethod=GET hcuri=/h\n@ hctemplate=t hcuri=/x", "GET", 30 * time.Second, "/x"},
		{"keys before it", "ProxyHCTemplate t hcmethod=GET\n@ hcuri=/x hctemplate=t", "GET", 30 * time.Second, ""},
		{"a key on both sides of it counts where it is first", "ProxyHCTemplate t hcmethod=GET\n@ hcuri=/x hctemplate=t hcuri=/y", "GET", 30 * time.Second, ""},
		{"a key twice behind it", "ProxyHCTemplate t hcmethod=GET\n@ hctemplate=t hcuri=/x hcinterval=5 hcuri=/y", "GET", 5 * time.Second, "/y"},
		{"the first of a name", "ProxyHCTemplate t hcmethod=GET\nProxyHCTemplate t hcmethod=HEAD\n@ hctemplate=t", "GET", 30 * time.Second, ""},
		{"of a template", "ProxyHCTemplate t hcmethod=GET hcuri=/h\nProxyHCTemplate u hctemplate=t hcmethod=HEAD\n@ hctemplate=u", "HEAD", 30 * time.Second, "/h"},
		{"of the balancer", "ProxyHCTemplate t hcmethod=GET hcuri=/h\n@\nProxySet balancer://b hctemplate=t", "GET", 30 * time.Second, "/h"},
		{"none", "@", "NONE", 30 * time.Second, ""},
	}
	for _, test := range tests {
		h := view(t, strings.Replace(test.conf, "@", "BalancerMember balancer://b http://a", 1)).Main().Balancers[0].Members[0].Params.Health
		if h.Method.Value != test.method || h.Interval.Value != test.interval || h.URI.Value != test.uri {
			t.Errorf("%s: %s every %v at %q, want %s every %v at %q", test.name, h.Method.Value, h.Interval.Value, h.URI.Value, test.method, test.interval, test.uri)
		}
	}
}

// TestTemplateOfItself: httpd refuses a template that names itself; in a configuration that comes without its judgement it
// has no end unless somebody sees to it.
func TestTemplateOfItself(t *testing.T) {
	param := func(key, value string) ir.Param { return ir.Param{Key: key, Value: value} }
	c := &ir.Config{Items: []ir.Item{
		&ir.HealthTemplate{Name: "t", Params: []ir.Param{param("hctemplate", "t"), param("hcmethod", "GET")}},
		&ir.BalancerMember{Balancer: "balancer://b", URL: "http://a", Params: []ir.Param{param("hctemplate", "t")}},
	}}
	c.Number()
	if got := effective.New(c).Main().Balancers[0].Members[0].Params.Health.Method.Value; got != ir.HealthGet {
		t.Errorf("the method is %s", got)
	}
}
