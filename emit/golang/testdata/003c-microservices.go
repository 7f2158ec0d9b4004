// Written by lbconf convert --to go. 6824ef29e09da1e7

// Command lbconf-003c-microservices serves what 003c-microservices.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("003c-microservices.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files                 = diag.NewFileSet()
	conf003cMicroservices = ir.NewSource(files, "003c-microservices.conf", conf003cMicroservicesText)
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

// conf003cMicroservicesText is 003c-microservices.conf as it was read.
const conf003cMicroservicesText = `<VirtualHost *:80>
ServerName api.company.com
# User service
ProxyPass /api/users/ http://user-service:3000/
ProxyPassReverse /api/users/ http://user-service:3000/
# Payment service
ProxyPass /api/payments/ http://payment-service:4000/
ProxyPassReverse /api/payments/ http://payment-service:4000/
# Default to main application
ProxyPass / http://main-app:8080/
ProxyPassReverse / http://main-app:8080/
</VirtualHost>
`
