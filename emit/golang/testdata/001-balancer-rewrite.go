// Written by lbconf convert --to go. 26da6c0f5ec327d4

// Command lbconf-001-balancer-rewrite serves what 001-balancer-rewrite.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("001-balancer-rewrite.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files                  = diag.NewFileSet()
	conf001BalancerRewrite = ir.NewSource(files, "001-balancer-rewrite.conf", conf001BalancerRewriteText)
)

// config is 001-balancer-rewrite.conf: the main server, and 1 virtual host.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			&ir.LoadModule{Node: conf001BalancerRewrite.At(1), Module: "proxy_balancer_module", File: "modules/mod_proxy_balancer.so"},
			&ir.LoadModule{
				Node:   conf001BalancerRewrite.At(2),
				Module: "lbmethod_byrequests_module",
				File:   "modules/mod_lbmethod_byrequests.so",
			},
			&ir.LoadModule{Node: conf001BalancerRewrite.At(3), Module: "slotmem_shm_module", File: "modules/mod_slotmem_shm.so"},
			site_443(),
		},
	}
	c.Number()
	return c
}

// site_443 is <VirtualHost *:443>, 001-balancer-rewrite.conf:4.
func site_443() *ir.VirtualHost {
	return &ir.VirtualHost{
		Node:      conf001BalancerRewrite.At(4),
		Addresses: []ir.Address{{Host: "*", Port: 443}},
		Items: []ir.Item{
			&ir.Switch{Node: conf001BalancerRewrite.At(5), Name: ir.SwitchRewriteEngine, On: true},
			&ir.RewriteRule{
				Node: conf001BalancerRewrite.At(6),
				Rule: rewrite.MustRule("^/service1/(.*)       balancer://backend/service1/$1   [proxy,last]"),
			},
			&ir.ProxyPassReverse{Node: conf001BalancerRewrite.At(7), Path: "/", URL: "balancer://backend/"},

			// <Proxy balancer://backend>, 001-balancer-rewrite.conf:8
			&ir.Section{
				Node:    conf001BalancerRewrite.At(8),
				Kind:    ir.SectionProxy,
				Pattern: "balancer://backend",
				Items: []ir.Item{
					&ir.BalancerMember{
						Node:   conf001BalancerRewrite.At(9),
						URL:    "http://localhost:8000",
						Params: []ir.Param{{Key: "route", Value: "backend-port-8000"}},
					},
					&ir.BalancerMember{
						Node:   conf001BalancerRewrite.At(10),
						URL:    "http://localhost:8001",
						Params: []ir.Param{{Key: "route", Value: "backend-port-8001"}},
					},
					&ir.Require{Node: conf001BalancerRewrite.At(11), Provider: "all", Args: []string{"granted"}},
					&ir.Words{Node: conf001BalancerRewrite.At(12), Name: ir.WordsOptions, Values: []string{"None"}},
					&ir.ProxySet{Node: conf001BalancerRewrite.At(13), Params: []ir.Param{{Key: "enablereuse", Value: "on"}}},
				},
			},
		},
	}
}

// conf001BalancerRewriteText is 001-balancer-rewrite.conf as it was read.
const conf001BalancerRewriteText = `LoadModule        proxy_balancer_module           modules/mod_proxy_balancer.so
LoadModule        lbmethod_byrequests_module      modules/mod_lbmethod_byrequests.so
LoadModule        slotmem_shm_module              modules/mod_slotmem_shm.so
<VirtualHost *:443>
    RewriteEngine       On
    RewriteRule         ^/service1/(.*)       balancer://backend/service1/$1   [proxy,last]
    ProxyPassReverse    /                     balancer://backend/
    <Proxy balancer://backend>
        BalancerMember http://localhost:8000 route=backend-port-8000
        BalancerMember http://localhost:8001 route=backend-port-8001
        Require all granted
        Options None
        ProxySet enablereuse=on
    </Proxy>
</VirtualHost>
`
