// Written by lbconf convert --to go. c82ea1145726d9b4

// Command lbconf-004d-balancer-bytraffic serves what 004d-balancer-bytraffic.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("004d-balancer-bytraffic.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages.
var (
	files                     = diag.NewFileSet()
	conf004dBalancerBytraffic = ir.NewSource(files, "004d-balancer-bytraffic.conf", 7)
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
