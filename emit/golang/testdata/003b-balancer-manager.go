// Written by lbconf convert --to go. 204919c1693e5c4c

// Command lbconf-003b-balancer-manager serves what 003b-balancer-manager.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("003b-balancer-manager.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files                   = diag.NewFileSet()
	conf003bBalancerManager = ir.NewSource(files, "003b-balancer-manager.conf", conf003bBalancerManagerText)
)

// config is 003b-balancer-manager.conf: the main server, and 1 virtual host.
func config() *ir.Config {
	c := &ir.Config{Files: files, Items: []ir.Item{myappCom()}}
	c.Number()
	return c
}

// myappCom is <VirtualHost *:80>, 003b-balancer-manager.conf:1.
func myappCom() *ir.VirtualHost {
	return &ir.VirtualHost{
		Node:      conf003bBalancerManager.At(1),
		Addresses: []ir.Address{{Host: "*", Port: 80}},
		Items: []ir.Item{
			&ir.ServerName{Node: conf003bBalancerManager.At(2), Host: "myapp.com"},
			&ir.Switch{Node: conf003bBalancerManager.At(3), Name: ir.SwitchProxyPreserveHost, On: true},

			// <Proxy balancer://mycluster>, 003b-balancer-manager.conf:4
			&ir.Section{
				Node:    conf003bBalancerManager.At(4),
				Kind:    ir.SectionProxy,
				Pattern: "balancer://mycluster",
				Items: []ir.Item{
					&ir.BalancerMember{Node: conf003bBalancerManager.At(5), URL: "http://192.168.1.100:8080"},
					&ir.BalancerMember{Node: conf003bBalancerManager.At(6), URL: "http://192.168.1.101:8080"},
					&ir.BalancerMember{
						Node:   conf003bBalancerManager.At(7),
						URL:    "http://192.168.1.102:8080",
						Params: []ir.Param{{Key: "status", Value: "+H"}},
					},
					&ir.ProxySet{Node: conf003bBalancerManager.At(8), Params: []ir.Param{{Key: "lbmethod", Value: "byrequests"}}},
				},
			},
			&ir.ProxyPass{Node: conf003bBalancerManager.At(10), Path: "/balancer-manager", Exclude: true},
			&ir.ProxyPass{Node: conf003bBalancerManager.At(11), Path: "/", URL: "balancer://mycluster/"},
			&ir.ProxyPassReverse{Node: conf003bBalancerManager.At(12), Path: "/", URL: "balancer://mycluster/"},

			// <Location /balancer-manager>, 003b-balancer-manager.conf:13
			&ir.Section{
				Node:    conf003bBalancerManager.At(13),
				Kind:    ir.SectionLocation,
				Pattern: "/balancer-manager",
				Items: []ir.Item{
					&ir.Word{Node: conf003bBalancerManager.At(14), Name: ir.WordSetHandler, Value: "balancer-manager"},
					&ir.Require{Node: conf003bBalancerManager.At(15), Provider: "local"},
				},
			},
		},
	}
}

// conf003bBalancerManagerText is 003b-balancer-manager.conf as it was read.
const conf003bBalancerManagerText = `<VirtualHost *:80>
ServerName myapp.com
ProxyPreserveHost On
<Proxy balancer://mycluster>
BalancerMember http://192.168.1.100:8080
BalancerMember http://192.168.1.101:8080
BalancerMember http://192.168.1.102:8080 status=+H
ProxySet lbmethod=byrequests
</Proxy>
ProxyPass /balancer-manager !
ProxyPass / balancer://mycluster/
ProxyPassReverse / balancer://mycluster/
<Location "/balancer-manager">
SetHandler balancer-manager
Require local
</Location>
</VirtualHost>
`
