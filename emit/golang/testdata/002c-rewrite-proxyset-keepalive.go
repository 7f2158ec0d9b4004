// Written by lbconf convert --to go. f5158025c7eb395d

// Command lbconf-002c-rewrite-proxyset-keepalive serves what 002c-rewrite-proxyset-keepalive.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("002c-rewrite-proxyset-keepalive.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files                            = diag.NewFileSet()
	conf002cRewriteProxysetKeepalive = ir.NewSource(files, "002c-rewrite-proxyset-keepalive.conf", conf002cRewriteProxysetKeepaliveText)
)

// config is 002c-rewrite-proxyset-keepalive.conf: the main server, and 1 virtual host.
func config() *ir.Config {
	c := &ir.Config{Files: files, Items: []ir.Item{site_80()}}
	c.Number()
	return c
}

// site_80 is <VirtualHost *:80>, 002c-rewrite-proxyset-keepalive.conf:1.
func site_80() *ir.VirtualHost {
	return &ir.VirtualHost{
		Node:      conf002cRewriteProxysetKeepalive.At(1),
		Addresses: []ir.Address{{Host: "*", Port: 80}},
		Items: []ir.Item{
			&ir.Switch{Node: conf002cRewriteProxysetKeepalive.At(2), Name: ir.SwitchRewriteEngine, On: true},
			&ir.Switch{Node: conf002cRewriteProxysetKeepalive.At(3), Name: ir.SwitchProxyPreserveHost, On: true},
			&ir.RewriteRule{Node: conf002cRewriteProxysetKeepalive.At(4), Rule: rewrite.MustRule("^(.*)$ http://localhost:8081$1 [P,L]")},

			// <Proxy http://localhost:8081>, 002c-rewrite-proxyset-keepalive.conf:5
			&ir.Section{
				Node:    conf002cRewriteProxysetKeepalive.At(5),
				Kind:    ir.SectionProxy,
				Pattern: "http://localhost:8081",
				Items: []ir.Item{
					&ir.ProxySet{Node: conf002cRewriteProxysetKeepalive.At(6), Params: []ir.Param{{Key: "keepalive", Value: "On"}}},
				},
			},
		},
	}
}

// conf002cRewriteProxysetKeepaliveText is 002c-rewrite-proxyset-keepalive.conf as it was read.
const conf002cRewriteProxysetKeepaliveText = `<VirtualHost *:80>
  RewriteEngine On
  ProxyPreserveHost On
  RewriteRule ^(.*)$ http://localhost:8081$1 [P,L]
  <Proxy "http://localhost:8081">
    ProxySet keepalive=On
  </Proxy>
</VirtualHost>
`
