package effective

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
)

// Guards says whether the section itself restricts who may do a request, or may do so by a directive that nobody models.
func (s *Section) Guards() bool {
	return !s.access.empty() || slices.ContainsFunc(s.Residue, func(r *ir.Residue) bool { return r.Guards })
}

// SetsNoProxy says whether a directive of the server, or of the main server that it inherits from, may set the variable
// no-proxy, with which httpd passes ProxyPass by.
func (s *Server) SetsNoProxy() bool {
	for _, server := range []*Server{s, s.View.Main()} {
		for item := range ir.All(server.Items) {
			text := ""
			if set, ok := item.(*ir.SetEnvIf); ok {
				text = strings.Join(set.Assign, " ")
			}
			if rule, ok := item.(*ir.RewriteRule); ok {
				text = rule.Rule.Raw
			}
			if strings.Contains(text, "no-proxy") {
				return true
			}
		}
	}
	return false
}
