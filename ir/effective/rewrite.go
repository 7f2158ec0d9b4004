package effective

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// Rewrite is mod_rewrite of a server or of a section.
type Rewrite struct {
	// Engine says whether the rules run.
	Engine Value[bool]
	// Options are the words of RewriteOptions.
	Options Value[[]string]
	// Rules are in the order in which they run.
	Rules []Rule
	// Maps are the RewriteMap directives by name; the last of a name counts.
	Maps map[string]*ir.RewriteMap
	// Orphans are the conditions behind the last rule: httpd drops them.
	Orphans []*ir.RewriteCond
}

// Rule is a RewriteRule with the conditions in front of it.
type Rule struct {
	// Conds are in order; what stands between them and the rule does not matter to httpd.
	Conds []*ir.RewriteCond
	// Rule is the directive.
	Rule *ir.RewriteRule
}

func (r *Rewrite) add(item ir.Item) {
	if cond, ok := item.(*ir.RewriteCond); ok {
		r.Orphans = append(r.Orphans, cond)
	}
	if rule, ok := item.(*ir.RewriteRule); ok {
		r.Rules = append(r.Rules, Rule{r.Orphans, rule})
		r.Orphans = nil
	}
}

func hasWord(words []string, word string) bool {
	for _, w := range words {
		if clib.EqualFold(w, word) {
			return true
		}
	}
	return false
}

// setMap takes a map; a later one of the same name takes its place.
func (r *Rewrite) setMap(item *ir.RewriteMap) {
	if r.Maps == nil {
		r.Maps = map[string]*ir.RewriteMap{}
	}
	r.Maps[item.Name] = item
}

// inherit takes over the main server's rules and maps where an option asks for it: those of the virtual host say Inherit or
// InheritBefore, those of the main server InheritDown or InheritDownBefore, which IgnoreInherit refuses.
// Of maps with one name the one whose rules come first counts.
func (r *Rewrite) inherit(main *Rewrite, settings *Settings) {
	if len(main.Rules)+len(main.Maps) == 0 {
		return
	}
	own := settings.Words(ir.WordsRewriteOptions).Value
	var down []string
	if settings.parent != nil && !hasWord(own, "IgnoreInherit") {
		down = settings.parent.Words(ir.WordsRewriteOptions).Value
	}
	switch {
	case hasWord(own, "InheritBefore") || hasWord(down, "InheritDownBefore"):
		r.Rules = concat(main.Rules, r.Rules)
		for _, item := range main.Maps {
			r.setMap(item)
		}
	case hasWord(own, "Inherit") || hasWord(down, "InheritDown"):
		r.Rules = concat(r.Rules, main.Rules)
		for name, item := range main.Maps {
			if r.Maps[name] == nil {
				r.setMap(item)
			}
		}
	}
}
