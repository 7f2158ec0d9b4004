// Written by lbconf convert --to go. 872e439890fafdc2

// Command lbconf-000-rewrite-proxy serves what 000-rewrite-proxy.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("000-rewrite-proxy.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files               = diag.NewFileSet()
	conf000RewriteProxy = ir.NewSource(files, "000-rewrite-proxy.conf", conf000RewriteProxyText)
)

// config is 000-rewrite-proxy.conf: the main server, and 1 virtual host.
func config() *ir.Config {
	c := &ir.Config{Files: files, Items: []ir.Item{site_443()}}
	c.Number()
	return c
}

// site_443 is <VirtualHost *:443>, 000-rewrite-proxy.conf:1.
func site_443() *ir.VirtualHost {
	return &ir.VirtualHost{
		Node:      conf000RewriteProxy.At(1),
		Addresses: []ir.Address{{Host: "*", Port: 443}},
		Items: []ir.Item{
			&ir.Switch{Node: conf000RewriteProxy.At(2), Name: ir.SwitchRewriteEngine, On: true},
			&ir.RewriteRule{
				Node: conf000RewriteProxy.At(3),
				Rule: rewrite.MustRule("^/service1/(.*)   http://localhost:8000/service1/$1 [proxy,last]"),
			},
			&ir.ProxyPassReverse{Node: conf000RewriteProxy.At(4), Path: "/", URL: "http://localhost:8000/"},

			// <Proxy http://localhost:8000/service1>, 000-rewrite-proxy.conf:5
			&ir.Section{
				Node:    conf000RewriteProxy.At(5),
				Kind:    ir.SectionProxy,
				Pattern: "http://localhost:8000/service1",
				Items: []ir.Item{
					&ir.Require{Node: conf000RewriteProxy.At(6), Provider: "all", Args: []string{"granted"}},
					&ir.Words{Node: conf000RewriteProxy.At(7), Name: ir.WordsOptions, Values: []string{"None"}},
					&ir.ProxySet{Node: conf000RewriteProxy.At(8), Params: []ir.Param{{Key: "enablereuse", Value: "on"}}},
				},
			},
		},
	}
}

// conf000RewriteProxyText is 000-rewrite-proxy.conf as it was read.
const conf000RewriteProxyText = `<VirtualHost *:443>
    RewriteEngine     On
    RewriteRule       ^/service1/(.*)   http://localhost:8000/service1/$1 [proxy,last]
    ProxyPassReverse  /                 http://localhost:8000/
    <Proxy http://localhost:8000/service1>
        Require all granted
        Options None
        ProxySet enablereuse=on
    </Proxy>
</VirtualHost>
`
