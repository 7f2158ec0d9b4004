// Written by lbconf convert --to go. 084e96d19e8e41ef

// Command lbconf-004d-balancer-bytraffic serves what 004d-balancer-bytraffic.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("004d-balancer-bytraffic.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files                     = diag.NewFileSet()
	conf004dBalancerBytraffic = ir.NewSource(files, "004d-balancer-bytraffic.conf", conf004dBalancerBytrafficText)
)

// config is 004d-balancer-bytraffic.conf: the main server, and no virtual hosts.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			// <Proxy balancer://myset>, 004d-balancer-bytraffic.conf:1
			&ir.Section{
				Node:    conf004dBalancerBytraffic.At(1),
				Kind:    ir.SectionProxy,
				Pattern: "balancer://myset",
				Items: []ir.Item{
					&ir.BalancerMember{Node: conf004dBalancerBytraffic.At(2), URL: "http://www2.example.com:8080"},
					&ir.BalancerMember{Node: conf004dBalancerBytraffic.At(3), URL: "http://www3.example.com:8080"},
					&ir.ProxySet{Node: conf004dBalancerBytraffic.At(4), Params: []ir.Param{{Key: "lbmethod", Value: "bytraffic"}}},
				},
			},
			&ir.ProxyPass{Node: conf004dBalancerBytraffic.At(6), Path: "/images", URL: "balancer://myset"},
			&ir.ProxyPassReverse{Node: conf004dBalancerBytraffic.At(7), Path: "/images", URL: "balancer://myset"},
		},
	}
	c.Number()
	return c
}

// conf004dBalancerBytrafficText is 004d-balancer-bytraffic.conf as it was read.
const conf004dBalancerBytrafficText = `<Proxy balancer://myset>
BalancerMember http://www2.example.com:8080
BalancerMember http://www3.example.com:8080
ProxySet lbmethod=bytraffic
</Proxy>
ProxyPass "/images" "balancer://myset"
ProxyPassReverse "/images" "balancer://myset"
`
