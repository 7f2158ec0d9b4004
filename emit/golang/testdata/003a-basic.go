// Written by lbconf convert --to go. 36a60faae1f04988

// Command lbconf-003a-basic serves what 003a-basic.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("003a-basic.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files         = diag.NewFileSet()
	conf003aBasic = ir.NewSource(files, "003a-basic.conf", conf003aBasicText)
)

// config is 003a-basic.conf: the main server, and 1 virtual host.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			&ir.LoadModule{Node: conf003aBasic.At(1), Module: "proxy_module", File: "modules/mod_proxy.so"},
			&ir.LoadModule{Node: conf003aBasic.At(2), Module: "proxy_http_module", File: "modules/mod_proxy_http.so"},
			&ir.LoadModule{Node: conf003aBasic.At(3), Module: "proxy_balancer_module", File: "modules/mod_proxy_balancer.so"},
			exampleCom(),
		},
	}
	c.Number()
	return c
}

// exampleCom is <VirtualHost *:80>, 003a-basic.conf:4.
func exampleCom() *ir.VirtualHost {
	return &ir.VirtualHost{
		Node:      conf003aBasic.At(4),
		Addresses: []ir.Address{{Host: "*", Port: 80}},
		Items: []ir.Item{
			&ir.ServerName{Node: conf003aBasic.At(5), Host: "example.com"},
			&ir.Switch{Node: conf003aBasic.At(6), Name: ir.SwitchProxyPreserveHost, On: true},
			&ir.ProxyPass{Node: conf003aBasic.At(7), Path: "/", URL: "http://192.168.1.100:8080/"},
			&ir.ProxyPassReverse{Node: conf003aBasic.At(8), Path: "/", URL: "http://192.168.1.100:8080/"},
			&ir.ProxyPassReverse{Node: conf003aBasic.At(9), Path: "/", URL: "http://example.com/"},
		},
	}
}

// conf003aBasicText is 003a-basic.conf as it was read.
const conf003aBasicText = `LoadModule proxy_module modules/mod_proxy.so
LoadModule proxy_http_module modules/mod_proxy_http.so
LoadModule proxy_balancer_module modules/mod_proxy_balancer.so
<VirtualHost *:80>
ServerName example.com
ProxyPreserveHost On
ProxyPass / http://192.168.1.100:8080/
ProxyPassReverse / http://192.168.1.100:8080/
ProxyPassReverse / http://example.com/
</VirtualHost>
`
