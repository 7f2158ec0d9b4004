// Written by lbconf convert --to go. f496f797cf4fac4b

// Command lbconf-004c-images serves what 004c-images.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("004c-images.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files          = diag.NewFileSet()
	conf004cImages = ir.NewSource(files, "004c-images.conf", conf004cImagesText)
)

// config is 004c-images.conf: the main server, and no virtual hosts.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			&ir.ProxyPass{Node: conf004cImages.At(1), Path: "/images", URL: "http://www.example.com"},
			&ir.ProxyPassReverse{Node: conf004cImages.At(2), Path: "/images", URL: "http://www.example.com"},
		},
	}
	c.Number()
	return c
}

// conf004cImagesText is 004c-images.conf as it was read.
const conf004cImagesText = `ProxyPass "/images" "http://www.example.com"
ProxyPassReverse "/images" "http://www.example.com"
`
