// Written by lbconf convert --to go. c2df345a7c9106a3

// Command lbconf-003k-monitoring serves what 003k-monitoring.conf says, as httpd would.
package main

import (
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
)

func main() { os.Exit(daemon.Main("003k-monitoring.conf", config())) }

// The files that the configuration was read from. At names the line of a directive, for messages and server-info.
var (
	files              = diag.NewFileSet()
	conf003kMonitoring = ir.NewSource(files, "003k-monitoring.conf", conf003kMonitoringText)
)

// config is 003k-monitoring.conf: the main server, and no virtual hosts.
func config() *ir.Config {
	c := &ir.Config{
		Files: files,
		Items: []ir.Item{
			&ir.Words{Node: conf003kMonitoring.At(1), Name: ir.WordsLogLevel, Values: []string{"proxy:trace2"}},
			&ir.CustomLog{
				Node:   conf003kMonitoring.At(2),
				Target: "logs/proxy_access.log",
				Format: `%h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i" %D`,
			},
			&ir.LogFormat{
				Node:     conf003kMonitoring.At(4),
				Format:   `%h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i" backend:%{BALANCER_WORKER_NAME}e time:%D`,
				Nickname: "proxy",
			},

			// <Location /server-status>, 003k-monitoring.conf:5
			&ir.Section{
				Node:    conf003kMonitoring.At(5),
				Kind:    ir.SectionLocation,
				Pattern: "/server-status",
				Items: []ir.Item{
					&ir.Word{Node: conf003kMonitoring.At(6), Name: ir.WordSetHandler, Value: "server-status"},
					&ir.Require{Node: conf003kMonitoring.At(7), Provider: "local"},
				},
			},

			// <Location /server-info>, 003k-monitoring.conf:9
			&ir.Section{
				Node:    conf003kMonitoring.At(9),
				Kind:    ir.SectionLocation,
				Pattern: "/server-info",
				Items: []ir.Item{
					&ir.Word{Node: conf003kMonitoring.At(10), Name: ir.WordSetHandler, Value: "server-info"},
					&ir.Require{Node: conf003kMonitoring.At(11), Provider: "local"},
				},
			},
		},
	}
	c.Number()
	return c
}

// conf003kMonitoringText is 003k-monitoring.conf as it was read.
const conf003kMonitoringText = `LogLevel proxy:trace2
CustomLog logs/proxy_access.log "%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\" %D"
# Log backend server responses
LogFormat "%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\" backend:%{BALANCER_WORKER_NAME}e time:%D" proxy
<Location "/server-status">
SetHandler server-status
Require local
</Location>
<Location "/server-info">
SetHandler server-info
Require local
</Location>
`
