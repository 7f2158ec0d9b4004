package effective_test

import (
	"fmt"
	"testing"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
)

// TestLimitsOfVirtualHosts: a virtual host has the limits that the main server says above it, those of its own before them,
// and nothing that stands below.
func TestLimitsOfVirtualHosts(t *testing.T) {
	for config, want := range map[string]string{
		"<VirtualHost *>\n</VirtualHost>\n":                                                                            "8190 8190",
		"LimitRequestLine 5\n<VirtualHost *>\n</VirtualHost>\n":                                                        "5 5",
		"<VirtualHost *>\n</VirtualHost>\nLimitRequestLine 5\n":                                                        "5 8190",
		"LimitRequestLine 4\nLimitRequestLine 5\n<VirtualHost *>\n</VirtualHost>\nLimitRequestLine 6\n":                "6 5",
		"LimitRequestLine 4\n<VirtualHost *>\nLimitRequestLine 7\n</VirtualHost>\nLimitRequestLine 6\n":                "6 7",
		"<VirtualHost *>\nLimitRequestLine 7\nLimitRequestLine 0\n</VirtualHost>\n":                                    "8190 0",
		"LimitRequestFields 3\n<VirtualHost *>\n</VirtualHost>\n<VirtualHost *>\nLimitRequestLine 9\n</VirtualHost>\n": "8190 8190 9",
		"LimitRequestLine 3\n<VirtualHost *>\n</VirtualHost>\nLimitRequestLine 4\n<VirtualHost *>\n</VirtualHost>\n":   "4 3 4",
	} {
		got := ""
		for i, server := range view(t, config).Servers() {
			if i > 0 {
				got += " "
			}
			got += fmt.Sprint(server.Limit(ir.NumberLimitRequestLine).Value)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", config, got, want)
		}
	}
}

// TestProtocolOptions: each option is that of the innermost scope that names it.
func TestProtocolOptions(t *testing.T) {
	for config, want := range map[string]effective.Protocol{
		"<VirtualHost *>\n</VirtualHost>\n":                                                                                                  {},
		"HttpProtocolOptions unsafe Require1.0\n<VirtualHost *>\n</VirtualHost>\n":                                                           {Unsafe: true, Require10: true},
		"HttpProtocolOptions Unsafe Require1.0\n<VirtualHost *>\nHttpProtocolOptions Strict\n</VirtualHost>\n":                               {Require10: true},
		"HttpProtocolOptions Unsafe\n<VirtualHost *>\nHttpProtocolOptions RegisteredMethods\nHttpProtocolOptions Allow0.9\n</VirtualHost>\n": {Unsafe: true, Registered: true},
	} {
		if got := view(t, config).Servers()[1].Settings.Protocol(); got != want {
			t.Errorf("%q: %+v, want %+v", config, got, want)
		}
	}
}
