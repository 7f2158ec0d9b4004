// Written by lbconf convert --to go. d87ff0c522581174

// Command lbconf-003h-healthcheck serves what 003h-healthcheck.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("003h-healthcheck.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files               = diag.NewFileSet()
	conf003hHealthcheck = ir.NewSource(files, "003h-healthcheck.conf", conf003hHealthcheckText)
)

// config is 003h-healthcheck.conf: the main server, and no virtual hosts.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			// <Proxy balancer://backend>, 003h-healthcheck.conf:1
			&ir.Section{
				Node:    conf003hHealthcheck.At(1),
				Kind:    ir.SectionProxy,
				Pattern: "balancer://backend",
				Items: []ir.Item{
					&ir.BalancerMember{
						Node:   conf003hHealthcheck.At(2),
						URL:    "http://server1:8080",
						Params: []ir.Param{{Key: "status", Value: "+H"}},
					},
					&ir.BalancerMember{Node: conf003hHealthcheck.At(3), URL: "http://server2:8080"},
					&ir.ProxySet{Node: conf003hHealthcheck.At(5), Params: []ir.Param{{Key: "hcmethod", Value: "GET"}}},
					&ir.ProxySet{Node: conf003hHealthcheck.At(6), Params: []ir.Param{{Key: "hcuri", Value: "/health"}}},
				},
			},
		},
	}
	c.Number()
	return c
}

// conf003hHealthcheckText is 003h-healthcheck.conf as it was read.
const conf003hHealthcheckText = `<Proxy balancer://backend>
BalancerMember http://server1:8080 status=+H
BalancerMember http://server2:8080
# Health check every 30 seconds
ProxySet hcmethod=GET
ProxySet hcuri=/health
</Proxy>
`
