package effective

import "github.com/lbconf/lbconf/ir"

// URL is a backend's address in its parts.
type URL = ir.URL

// ParseURL is ir.ParseURL.
func ParseURL(s string) (URL, bool) { return ir.ParseURL(s) }

// IsBalancerURL is ir.IsBalancerURL.
func IsBalancerURL(s string) bool { return ir.IsBalancerURL(s) }

// BalancerName is ir.BalancerName.
func BalancerName(s string) string { return ir.BalancerName(s) }
