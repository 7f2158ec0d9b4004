// Written by lbconf convert --to go. 108806535c6febde

// Command lbconf-004e-balancer-loadfactor serves what 004e-balancer-loadfactor.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("004e-balancer-loadfactor.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files                      = diag.NewFileSet()
	conf004eBalancerLoadfactor = ir.NewSource(files, "004e-balancer-loadfactor.conf", conf004eBalancerLoadfactorText)
)

// config is 004e-balancer-loadfactor.conf: the main server, and no virtual hosts.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			// <Proxy balancer://myset>, 004e-balancer-loadfactor.conf:1
			&ir.Section{
				Node:    conf004eBalancerLoadfactor.At(1),
				Kind:    ir.SectionProxy,
				Pattern: "balancer://myset",
				Items: []ir.Item{
					&ir.BalancerMember{Node: conf004eBalancerLoadfactor.At(2), URL: "http://www2.example.com:8080"},
					&ir.BalancerMember{
						Node:   conf004eBalancerLoadfactor.At(3),
						URL:    "http://www3.example.com:8080",
						Params: []ir.Param{{Key: "loadfactor", Value: "3"}, {Key: "timeout", Value: "1"}},
					},
					&ir.ProxySet{Node: conf004eBalancerLoadfactor.At(4), Params: []ir.Param{{Key: "lbmethod", Value: "bytraffic"}}},
				},
			},
			&ir.ProxyPass{Node: conf004eBalancerLoadfactor.At(6), Path: "/images", URL: "balancer://myset"},
			&ir.ProxyPassReverse{Node: conf004eBalancerLoadfactor.At(7), Path: "/images", URL: "balancer://myset"},
		},
	}
	c.Number()
	return c
}

// conf004eBalancerLoadfactorText is 004e-balancer-loadfactor.conf as it was read.
const conf004eBalancerLoadfactorText = `<Proxy balancer://myset>
BalancerMember http://www2.example.com:8080
BalancerMember http://www3.example.com:8080 loadfactor=3 timeout=1
ProxySet lbmethod=bytraffic
</Proxy>
ProxyPass "/images" "balancer://myset"
ProxyPassReverse "/images" "balancer://myset"
`
