// Written by lbconf convert --to go. 0c1b16a346368093

// Command lbconf-003c-microservices serves what 003c-microservices.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("003c-microservices.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages.
var (
	files                 = diag.NewFileSet()
	conf003cMicroservices = ir.NewSource(files, "003c-microservices.conf", 11)
)

// config is 003c-microservices.conf: the main server, and 1 virtual host.
func config() *ir.Config {
	c := &ir.Config{Files: files, Items: []ir.Item{apiCompanyCom()}}
	c.Number()
	return c
}

// apiCompanyCom is <VirtualHost *:80>, 003c-microservices.conf:1.
func apiCompanyCom() *ir.VirtualHost {
	return &ir.VirtualHost{
		Node:      conf003cMicroservices.At(1),
		Addresses: []ir.Address{{Host: "*", Port: 80}},
		Items: []ir.Item{
			&ir.ServerName{Node: conf003cMicroservices.At(2), Host: "api.company.com"},
			&ir.ProxyPass{Node: conf003cMicroservices.At(4), Path: "/api/users/", URL: "http://user-service:3000/"},
			&ir.ProxyPassReverse{Node: conf003cMicroservices.At(5), Path: "/api/users/", URL: "http://user-service:3000/"},
			&ir.ProxyPass{Node: conf003cMicroservices.At(7), Path: "/api/payments/", URL: "http://payment-service:4000/"},
			&ir.ProxyPassReverse{Node: conf003cMicroservices.At(8), Path: "/api/payments/", URL: "http://payment-service:4000/"},
			&ir.ProxyPass{Node: conf003cMicroservices.At(10), Path: "/", URL: "http://main-app:8080/"},
			&ir.ProxyPassReverse{Node: conf003cMicroservices.At(11), Path: "/", URL: "http://main-app:8080/"},
		},
	}
}
