// Written by lbconf convert --to go. 2be4bebb6e282e1a

// Command lbconf-004f-failover serves what 004f-failover.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("004f-failover.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files            = diag.NewFileSet()
	conf004fFailover = ir.NewSource(files, "004f-failover.conf", conf004fFailoverText)
)

// config is 004f-failover.conf: the main server, and no virtual hosts.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			// <Proxy balancer://myset>, 004f-failover.conf:1
			&ir.Section{
				Node:    conf004fFailover.At(1),
				Kind:    ir.SectionProxy,
				Pattern: "balancer://myset",
				Items: []ir.Item{
					&ir.BalancerMember{Node: conf004fFailover.At(2), URL: "http://www2.example.com:8080"},
					&ir.BalancerMember{
						Node:   conf004fFailover.At(3),
						URL:    "http://www3.example.com:8080",
						Params: []ir.Param{{Key: "loadfactor", Value: "3"}, {Key: "timeout", Value: "1"}},
					},
					&ir.BalancerMember{
						Node:   conf004fFailover.At(4),
						URL:    "http://hstandby.example.com:8080",
						Params: []ir.Param{{Key: "status", Value: "+H"}},
					},
					&ir.BalancerMember{
						Node:   conf004fFailover.At(5),
						URL:    "http://bkup1.example.com:8080",
						Params: []ir.Param{{Key: "lbset", Value: "1"}},
					},
					&ir.BalancerMember{
						Node:   conf004fFailover.At(6),
						URL:    "http://bkup2.example.com:8080",
						Params: []ir.Param{{Key: "lbset", Value: "1"}},
					},
					&ir.ProxySet{Node: conf004fFailover.At(7), Params: []ir.Param{{Key: "lbmethod", Value: "byrequests"}}},
				},
			},
			&ir.ProxyPass{Node: conf004fFailover.At(9), Path: "/images", URL: "balancer://myset"},
			&ir.ProxyPassReverse{Node: conf004fFailover.At(10), Path: "/images", URL: "balancer://myset"},
		},
	}
	c.Number()
	return c
}

// conf004fFailoverText is 004f-failover.conf as it was read.
const conf004fFailoverText = `<Proxy balancer://myset>
BalancerMember http://www2.example.com:8080
BalancerMember http://www3.example.com:8080 loadfactor=3 timeout=1
BalancerMember http://hstandby.example.com:8080 status=+H
BalancerMember http://bkup1.example.com:8080 lbset=1
BalancerMember http://bkup2.example.com:8080 lbset=1
ProxySet lbmethod=byrequests
</Proxy>
ProxyPass "/images" "balancer://myset"
ProxyPassReverse "/images" "balancer://myset"
`
