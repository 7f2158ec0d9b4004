package lint

import "github.com/lbconf/lbconf/parser/diag"

var lbmethodNotLoaded = &Rule{
	ID:       "LB019",
	Name:     "lbmethod-not-loaded",
	Class:    diag.Refusal,
	Severity: diag.Error,
	Title:    "lbmethod= names a method whose module is not loaded",
	Why: `The methods of balancing are modules: lbmethod_byrequests_module, lbmethod_bytraffic_module, lbmethod_bybusyness_module,
lbmethod_heartbeat_module. httpd looks the name up when it reads the line, so that the LoadModule must stand above it, and
says "unknown lbmethod", as it does of a method that does not exist (which is invalid-argument here).`,
	Bad: `LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule slotmem_shm_module modules/mod_slotmem_shm.so
LoadModule proxy_module modules/mod_proxy.so
LoadModule proxy_http_module modules/mod_proxy_http.so
LoadModule proxy_balancer_module modules/mod_proxy_balancer.so
LoadModule lbmethod_byrequests_module modules/mod_lbmethod_byrequests.so
<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b2.example.com:8080"
    ProxySet lbmethod=bytraffic
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Good: `LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule slotmem_shm_module modules/mod_slotmem_shm.so
LoadModule proxy_module modules/mod_proxy.so
LoadModule proxy_http_module modules/mod_proxy_http.so
LoadModule proxy_balancer_module modules/mod_proxy_balancer.so
LoadModule lbmethod_byrequests_module modules/mod_lbmethod_byrequests.so
LoadModule lbmethod_bytraffic_module modules/mod_lbmethod_bytraffic.so
<Proxy "balancer://cluster">
    BalancerMember "http://b1.example.com:8080"
    BalancerMember "http://b2.example.com:8080"
    ProxySet lbmethod=bytraffic
</Proxy>
ProxyPass "/" "balancer://cluster/"
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/mod_proxy_balancer.html#scheduler",
	},
}
