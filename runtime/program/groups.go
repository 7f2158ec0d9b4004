package program

import (
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/runtime/exchange"
)

// groupVariable is the variable that a named group of a section's pattern sets: (?<name>…) sets MATCH_NAME.
type groupVariable struct {
	name  string
	group int
}

func groupVariables(pattern *pcre.Pattern) []groupVariable {
	var all []groupVariable
	for _, n := range pattern.Names() {
		all = append(all, groupVariable{"MATCH_" + clib.ToUpper(n.Name), n.Index})
	}
	return all
}

// setGroups sets the variables of the groups that took part in a match (httpd: ap_location_walk, proxy_walk).
func setGroups(env *exchange.Table, names []groupVariable, subject []byte, groups []int) {
	for _, n := range names {
		if at := 2 * n.group; at+1 < len(groups) && groups[at] >= 0 {
			env.Set(n.name, subject[groups[at]:groups[at+1]])
		}
	}
}
