package effective

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// IsAnyAddress says whether an address of a virtual host stands for all: * or _default_.
func IsAnyAddress(a ir.Address) bool {
	return a.Host == "*" || clib.EqualFold(a.Host, "_default_")
}

// hostName is the name in a Host field as httpd compares it: in lower case, without a port and a final dot.
func hostName(host string) string {
	host, _ = ir.SplitPort(host)
	return clib.ToLower(strings.TrimSuffix(host, "."))
}
