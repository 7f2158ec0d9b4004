package admin

import (
	"slices"
	"strings"
)

// Endpoints returns the methods of each path for programs that the description has: HEAD is that of GET.
func Endpoints() map[string][]string {
	all := make(map[string][]string)
	for _, e := range endpoints() {
		methods := slices.DeleteFunc(e.methods(), func(m string) bool { return m == "HEAD" })
		slices.Sort(methods)
		all[e.path] = methods
	}
	return all
}

// SettingNames returns the fields that a schema of changes has, with those of the objects in it, and the values that they can
// have.
func SettingNames(schema string) []string {
	var all []string
	var walk func(path string, settings []setting)
	walk = func(path string, settings []setting) {
		for _, s := range settings {
			if s.of != nil {
				walk(path+s.name+".", s.of)
			} else {
				all = append(all, path+s.name+" "+strings.Join(s.values, " "))
			}
		}
	}
	walk("", map[string]func() []setting{"MemberChange": memberSettings, "BalancerChange": balancerSettings, "NewMember": newMemberSettings}[schema]())
	slices.Sort(all)
	return all
}
