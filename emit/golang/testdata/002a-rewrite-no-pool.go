// Written by lbconf convert --to go. 0e7a59422830a731

// Command lbconf-002a-rewrite-no-pool serves what 002a-rewrite-no-pool.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("002a-rewrite-no-pool.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files                 = diag.NewFileSet()
	conf002aRewriteNoPool = ir.NewSource(files, "002a-rewrite-no-pool.conf", conf002aRewriteNoPoolText)
)

// config is 002a-rewrite-no-pool.conf: the main server, and 1 virtual host.
func config() *ir.Config {
	c := &ir.Config{Files: files, Items: []ir.Item{site_80()}}
	c.Number()
	return c
}

// site_80 is <VirtualHost *:80>, 002a-rewrite-no-pool.conf:1.
func site_80() *ir.VirtualHost {
	return &ir.VirtualHost{
		Node:      conf002aRewriteNoPool.At(1),
		Addresses: []ir.Address{{Host: "*", Port: 80}},
		Items: []ir.Item{
			&ir.Switch{Node: conf002aRewriteNoPool.At(2), Name: ir.SwitchRewriteEngine, On: true},
			&ir.Switch{Node: conf002aRewriteNoPool.At(3), Name: ir.SwitchProxyPreserveHost, On: true},
			&ir.RewriteRule{Node: conf002aRewriteNoPool.At(4), Rule: rewrite.MustRule("^(.*)$ http://localhost:8081$1 [P,L]")},
		},
	}
}

// conf002aRewriteNoPoolText is 002a-rewrite-no-pool.conf as it was read.
const conf002aRewriteNoPoolText = `<VirtualHost *:80>
  RewriteEngine On
  ProxyPreserveHost On
  RewriteRule ^(.*)$ http://localhost:8081$1 [P,L]
</VirtualHost>
`
