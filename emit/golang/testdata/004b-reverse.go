// Written by lbconf convert --to go. 52194af6463b7f37

// Command lbconf-004b-reverse serves what 004b-reverse.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("004b-reverse.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files           = diag.NewFileSet()
	conf004bReverse = ir.NewSource(files, "004b-reverse.conf", conf004bReverseText)
)

// config is 004b-reverse.conf: the main server, and no virtual hosts.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			&ir.ProxyPass{Node: conf004bReverse.At(1), Path: "/", URL: "http://www.example.com"},
			&ir.ProxyPassReverse{Node: conf004bReverse.At(2), Path: "/", URL: "http://www.example.com"},
		},
	}
	c.Number()
	return c
}

// conf004bReverseText is 004b-reverse.conf as it was read.
const conf004bReverseText = `ProxyPass "/" "http://www.example.com"
ProxyPassReverse "/" "http://www.example.com"
`
