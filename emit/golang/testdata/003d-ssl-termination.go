// Written by lbconf convert --to go. b9ce2884b9f87038

// Command lbconf-003d-ssl-termination serves what 003d-ssl-termination.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("003d-ssl-termination.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files                  = diag.NewFileSet()
	conf003dSslTermination = ir.NewSource(files, "003d-ssl-termination.conf", conf003dSslTerminationText)
)

// config is 003d-ssl-termination.conf: the main server, and 1 virtual host.
func config() *ir.Config {
	c := &ir.Config{Files: files, Items: []ir.Item{secureExampleCom()}}
	c.Number()
	return c
}

// secureExampleCom is <VirtualHost *:443>, 003d-ssl-termination.conf:1.
func secureExampleCom() *ir.VirtualHost {
	return &ir.VirtualHost{
		Node:      conf003dSslTermination.At(1),
		Addresses: []ir.Address{{Host: "*", Port: 443}},
		Items: []ir.Item{
			&ir.ServerName{Node: conf003dSslTermination.At(2), Host: "secure.example.com"},
			&ir.Word{Node: conf003dSslTermination.At(3), Name: ir.WordSSLEngine, Value: "on"},
			&ir.Word{Node: conf003dSslTermination.At(4), Name: ir.WordSSLCertificateFile, Value: "/path/to/certificate.crt"},
			&ir.Word{Node: conf003dSslTermination.At(5), Name: ir.WordSSLCertificateKeyFile, Value: "/path/to/private.key"},
			&ir.Switch{Node: conf003dSslTermination.At(6), Name: ir.SwitchProxyPreserveHost, On: true},
			&ir.ProxyPass{Node: conf003dSslTermination.At(7), Path: "/", URL: "http://internal-server:8080/"},
			&ir.ProxyPassReverse{Node: conf003dSslTermination.At(8), Path: "/", URL: "http://internal-server:8080/"},
			&ir.ProxyPassReverse{Node: conf003dSslTermination.At(10), Path: "/", URL: "https://secure.example.com/"},
			&ir.HeaderEdit{
				Node:    conf003dSslTermination.At(11),
				Request: true,
				Action:  ir.HeaderSet,
				Name:    "X-Forwarded-Proto",
				Value:   "https",
			},
			&ir.HeaderEdit{
				Node:    conf003dSslTermination.At(12),
				Request: true,
				Action:  ir.HeaderSet,
				Name:    "X-Forwarded-Port",
				Value:   "443",
			},
		},
	}
}

// conf003dSslTerminationText is 003d-ssl-termination.conf as it was read.
const conf003dSslTerminationText = `<VirtualHost *:443>
ServerName secure.example.com
SSLEngine on
SSLCertificateFile /path/to/certificate.crt
SSLCertificateKeyFile /path/to/private.key
ProxyPreserveHost On
ProxyPass / http://internal-server:8080/
ProxyPassReverse / http://internal-server:8080/
# Pass SSL information to backend
ProxyPassReverse / https://secure.example.com/
RequestHeader set X-Forwarded-Proto "https"
RequestHeader set X-Forwarded-Port "443"
</VirtualHost>
`
