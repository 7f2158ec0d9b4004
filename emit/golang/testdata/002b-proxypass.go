// Written by lbconf convert --to go. 4e4e8de1e24485af

// Command lbconf-002b-proxypass serves what 002b-proxypass.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("002b-proxypass.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files             = diag.NewFileSet()
	conf002bProxypass = ir.NewSource(files, "002b-proxypass.conf", conf002bProxypassText)
)

// config is 002b-proxypass.conf: the main server, and 1 virtual host.
func config() *ir.Config {
	c := &ir.Config{Files: files, Items: []ir.Item{site_80()}}
	c.Number()
	return c
}

// site_80 is <VirtualHost *:80>, 002b-proxypass.conf:1.
func site_80() *ir.VirtualHost {
	return &ir.VirtualHost{
		Node:      conf002bProxypass.At(1),
		Addresses: []ir.Address{{Host: "*", Port: 80}},
		Items: []ir.Item{
			&ir.Switch{Node: conf002bProxypass.At(2), Name: ir.SwitchProxyPreserveHost, On: true},
			&ir.ProxyPass{Node: conf002bProxypass.At(3), Path: "/", URL: "http://localhost:8081/"},
		},
	}
}

// conf002bProxypassText is 002b-proxypass.conf as it was read.
const conf002bProxypassText = `<VirtualHost *:80>
ProxyPreserveHost On
ProxyPass / http://localhost:8081/
</VirtualHost>
`
