package admin

import "slices"

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

// SettingNames returns the fields that a schema of changes has, with those of the objects in it.
func SettingNames(schema string) []string {
	var all []string
	var walk func(path string, settings []setting)
	walk = func(path string, settings []setting) {
		for _, s := range settings {
			if s.of != nil {
				walk(path+s.name+".", s.of)
			} else {
				all = append(all, path+s.name)
			}
		}
	}
	walk("", map[string]func() []setting{"MemberChange": memberSettings, "BalancerChange": balancerSettings, "NewMember": newMemberSettings}[schema]())
	slices.Sort(all)
	return all
}
