// Written by lbconf convert --to go. 96bcdb4ee392576a

// Command lbconf-004a-single serves what 004a-single.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("004a-single.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files          = diag.NewFileSet()
	conf004aSingle = ir.NewSource(files, "004a-single.conf", conf004aSingleText)
)

// config is 004a-single.conf: the main server, and no virtual hosts.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			&ir.ProxyPass{Node: conf004aSingle.At(1), Path: "/", URL: "http://www.example.com"},
		},
	}
	c.Number()
	return c
}

// conf004aSingleText is 004a-single.conf as it was read.
const conf004aSingleText = `ProxyPass "/" "http://www.example.com"
`
