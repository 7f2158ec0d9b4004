// Written by lbconf convert --to go. 1c273a8135a4037c

// Command lbconf-003f-security serves what 003f-security.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("003f-security.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files            = diag.NewFileSet()
	conf003fSecurity = ir.NewSource(files, "003f-security.conf", conf003fSecurityText)
)

// config is 003f-security.conf: the main server, and no virtual hosts.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			&ir.Switch{Node: conf003fSecurity.At(2), Name: ir.SwitchProxyRequests},
			&ir.Word{Node: conf003fSecurity.At(3), Name: ir.WordProxyVia, Value: "Off"},

			// <Proxy *>, 003f-security.conf:5
			&ir.Section{
				Node:    conf003fSecurity.At(5),
				Kind:    ir.SectionProxy,
				Pattern: "*",
				Items: []ir.Item{
					&ir.AccessOrder{Node: conf003fSecurity.At(6), Value: "deny,allow"},
					&ir.AccessRule{Node: conf003fSecurity.At(7), Deny: true, From: []string{"all"}},
					&ir.AccessRule{Node: conf003fSecurity.At(8), From: []string{"192.168.1.0/24"}},
				},
			},
			&ir.Word{Node: conf003fSecurity.At(11), Name: ir.WordServerTokens, Value: "Prod"},
			&ir.Word{Node: conf003fSecurity.At(12), Name: ir.WordServerSignature, Value: "Off"},
			&ir.HeaderEdit{Node: conf003fSecurity.At(14), Always: true, Action: ir.HeaderSet, Name: "X-Frame-Options", Value: "DENY"},
			&ir.HeaderEdit{
				Node:   conf003fSecurity.At(15),
				Always: true,
				Action: ir.HeaderSet,
				Name:   "X-Content-Type-Options",
				Value:  "nosniff",
			},
		},
	}
	c.Number()
	return c
}

// conf003fSecurityText is 003f-security.conf as it was read.
const conf003fSecurityText = `# Prevent proxy abuse
ProxyRequests Off
ProxyVia Off
# Restrict proxy access
<Proxy *>
Order deny,allow
Deny from all
Allow from 192.168.1.0/24
</Proxy>
# Remove server information
ServerTokens Prod
ServerSignature Off
# Set security headers
Header always set X-Frame-Options DENY
Header always set X-Content-Type-Options nosniff
`
