// Written by lbconf convert --to go. bfbae8b447a6346a

// Command lbconf-003e-websocket serves what 003e-websocket.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("003e-websocket.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files             = diag.NewFileSet()
	conf003eWebsocket = ir.NewSource(files, "003e-websocket.conf", conf003eWebsocketText)
)

// config is 003e-websocket.conf: the main server, and 1 virtual host.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			&ir.LoadModule{Node: conf003eWebsocket.At(1), Module: "proxy_wstunnel_module", File: "modules/mod_proxy_wstunnel.so"},
			websocketExampleCom(),
		},
	}
	c.Number()
	return c
}

// websocketExampleCom is <VirtualHost *:80>, 003e-websocket.conf:2.
func websocketExampleCom() *ir.VirtualHost {
	return &ir.VirtualHost{
		Node:      conf003eWebsocket.At(2),
		Addresses: []ir.Address{{Host: "*", Port: 80}},
		Items: []ir.Item{
			&ir.ServerName{Node: conf003eWebsocket.At(3), Host: "websocket.example.com"},
			&ir.ProxyPass{Node: conf003eWebsocket.At(5), Path: "/ws/", URL: "ws://backend-server:8080/ws/"},
			&ir.ProxyPassReverse{Node: conf003eWebsocket.At(6), Path: "/ws/", URL: "ws://backend-server:8080/ws/"},
			&ir.ProxyPass{Node: conf003eWebsocket.At(8), Path: "/", URL: "http://backend-server:8080/"},
			&ir.ProxyPassReverse{Node: conf003eWebsocket.At(9), Path: "/", URL: "http://backend-server:8080/"},
		},
	}
}

// conf003eWebsocketText is 003e-websocket.conf as it was read.
const conf003eWebsocketText = `LoadModule proxy_wstunnel_module modules/mod_proxy_wstunnel.so
<VirtualHost *:80>
ServerName websocket.example.com
# WebSocket connections
ProxyPass /ws/ ws://backend-server:8080/ws/
ProxyPassReverse /ws/ ws://backend-server:8080/ws/
# Regular HTTP traffic
ProxyPass / http://backend-server:8080/
ProxyPassReverse / http://backend-server:8080/
</VirtualHost>
`
