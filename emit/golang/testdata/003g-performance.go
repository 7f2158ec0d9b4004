// Written by lbconf convert --to go. b9fed2f778dba502

// Command lbconf-003g-performance serves what 003g-performance.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("003g-performance.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files               = diag.NewFileSet()
	conf003gPerformance = ir.NewSource(files, "003g-performance.conf", conf003gPerformanceText)
)

// config is 003g-performance.conf: the main server, and no virtual hosts.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			&ir.ProxyPass{
				Node:   conf003gPerformance.At(2),
				Path:   "/",
				URL:    "http://backend/",
				Params: []ir.Param{{Key: "connectiontimeout", Value: "5"}, {Key: "ttl", Value: "60"}},
			},
			&ir.Number{Node: conf003gPerformance.At(4), Name: ir.NumberProxyTimeout, Written: "30", Value: 30},
			&ir.ProxyPassReverse{Node: conf003gPerformance.At(5), Path: "/", URL: "http://backend/"},
			&ir.LoadModule{Node: conf003gPerformance.At(7), Module: "deflate_module", File: "modules/mod_deflate.so"},

			// <Location />, 003g-performance.conf:8
			&ir.Section{
				Node:    conf003gPerformance.At(8),
				Kind:    ir.SectionLocation,
				Pattern: "/",
				Items: []ir.Item{
					&ir.Word{Node: conf003gPerformance.At(9), Name: ir.WordSetOutputFilter, Value: "DEFLATE"},
				},
			},
		},
	}
	c.Number()
	return c
}

// conf003gPerformanceText is 003g-performance.conf as it was read.
const conf003gPerformanceText = `# Connection pooling
ProxyPass / http://backend/ connectiontimeout=5 ttl=60
# Timeout settings
ProxyTimeout 30
ProxyPassReverse / http://backend/
# Enable compression
LoadModule deflate_module modules/mod_deflate.so
<Location />
SetOutputFilter DEFLATE
</Location>
`
