// Written by lbconf convert --to go. 3e46d72a029d8116

// Command lbconf-003i-sticky serves what 003i-sticky.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("003i-sticky.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files          = diag.NewFileSet()
	conf003iSticky = ir.NewSource(files, "003i-sticky.conf", conf003iStickyText)
)

// config is 003i-sticky.conf: the main server, and no virtual hosts.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			&ir.HeaderEdit{
				Node:   conf003iSticky.At(1),
				Action: ir.HeaderAdd,
				Name:   "Set-Cookie",
				Value:  "ROUTEID=.%{BALANCER_WORKER_ROUTE}e; path=/",
			},

			// <Proxy balancer://backend>, 003i-sticky.conf:2
			&ir.Section{
				Node:    conf003iSticky.At(2),
				Kind:    ir.SectionProxy,
				Pattern: "balancer://backend",
				Items: []ir.Item{
					&ir.BalancerMember{Node: conf003iSticky.At(3), URL: "http://server1:8080", Params: []ir.Param{{Key: "route", Value: "1"}}},
					&ir.BalancerMember{Node: conf003iSticky.At(4), URL: "http://server2:8080", Params: []ir.Param{{Key: "route", Value: "2"}}},
					&ir.ProxySet{Node: conf003iSticky.At(5), Params: []ir.Param{{Key: "stickysession", Value: "ROUTEID"}}},
				},
			},
		},
	}
	c.Number()
	return c
}

// conf003iStickyText is 003i-sticky.conf as it was read.
const conf003iStickyText = `Header add Set-Cookie "ROUTEID=.%{BALANCER_WORKER_ROUTE}e; path=/"
<Proxy balancer://backend>
BalancerMember http://server1:8080 route=1
BalancerMember http://server2:8080 route=2
ProxySet stickysession=ROUTEID
</Proxy>
`
