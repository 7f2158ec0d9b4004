// Written by lbconf convert --to go. 8c66806acbfdc35a

// Command lbconf-003j-limits serves what 003j-limits.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("003j-limits.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files          = diag.NewFileSet()
	conf003jLimits = ir.NewSource(files, "003j-limits.conf", conf003jLimitsText)
)

// config is 003j-limits.conf: the main server, and no virtual hosts.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			&ir.Number{Node: conf003jLimits.At(2), Name: ir.NumberServerLimit, Written: "16", Value: 16},
			&ir.Number{Node: conf003jLimits.At(3), Name: ir.NumberMaxRequestWorkers, Written: "400", Value: 400},
			&ir.Number{Node: conf003jLimits.At(4), Name: ir.NumberThreadsPerChild, Written: "25", Value: 25},
			&ir.ProxyPass{
				Node:   conf003jLimits.At(6),
				Path:   "/",
				URL:    "http://backend/",
				Params: []ir.Param{{Key: "keepalive", Value: "On"}},
			},
			&ir.ProxyPassReverse{Node: conf003jLimits.At(7), Path: "/", URL: "http://backend/"},
		},
	}
	c.Number()
	return c
}

// conf003jLimitsText is 003j-limits.conf as it was read.
const conf003jLimitsText = `# Increase worker limits
ServerLimit 16
MaxRequestWorkers 400
ThreadsPerChild 25
# Connection reuse
ProxyPass / http://backend/ keepalive=On
ProxyPassReverse / http://backend/
`
