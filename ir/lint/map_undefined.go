package lint

import (
	"fmt"
	"maps"
	"slices"

	"github.com/agnivade/levenshtein"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
)

var mapUndefined = &Rule{
	ID:       "LB412",
	Name:     "map-undefined",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a rule that looks up a map which no RewriteMap defines",
	Why: `${name:key} in a rule or condition looks the key up in the RewriteMap of that name. Where there is none httpd says nothing at
start, and puts the default behind the | in the place, or nothing. Case counts in the name. Virtual hosts do not inherit the
maps of the main server, although they inherit that the engine is on, unless RewriteOptions says Inherit.`,
	Bad: `RewriteEngine On
RewriteMap backends "txt:backends.txt"
RewriteRule "^/([^/]+)/(.*)" "http://${backend:$1}/$2" [P]
`,
	Good: `RewriteEngine On
RewriteMap backends "txt:backends.txt"
RewriteRule "^/([^/]+)/(.*)" "http://${backends:$1}/$2" [P]
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/rewrite/rewritemap.html"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			if !s.Rewrite.Engine.Value {
				continue
			}
			for _, item := range s.Items {
				if rule, ok := item.(*ir.RewriteRule); ok {
					checkLookups(p, s, rule.Origin.Arg(1), rule.Rule.Output.Parts)
				}
				if cond, ok := item.(*ir.RewriteCond); ok {
					checkLookups(p, s, cond.Origin.Arg(0), cond.Cond.Test.Parts)
				}
			}
		}
	},
}

func checkLookups(p *Pass, s *effective.Server, at diag.Span, parts []rewrite.Part) {
	for _, part := range parts {
		lookup, ok := part.(*rewrite.MapLookup)
		if !ok {
			continue
		}
		checkLookups(p, s, at, lookup.Key.Parts)
		checkLookups(p, s, at, lookup.Default.Parts)
		if s.Rewrite.Maps[lookup.Map] != nil {
			continue
		}
		global := s.View.Main().Rewrite.Maps[lookup.Map]
		nearest := nearestMap(s, lookup.Map)
		if global != nil || nearest != "" || p.Config.Server {
			reportNoMap(p, at, lookup, global, nearest)
		}
	}
}

// nearestMap returns the map with the most similar name, if one is similar.
func nearestMap(s *effective.Server, name string) string {
	nearest, distance := "", 3
	for _, candidate := range slices.Sorted(maps.Keys(s.Rewrite.Maps)) {
		if d := levenshtein.ComputeDistance(candidate, name); d < distance {
			nearest, distance = candidate, d
		}
	}
	return nearest
}

func reportNoMap(p *Pass, at diag.Span, lookup *rewrite.MapLookup, global *ir.RewriteMap, nearest string) {
	effect := "nothing stands in its place"
	if lookup.HasDefault {
		effect = "the default always stands in its place: " + lookup.Default.Text
	}
	d := diag.Diagnostic{
		Span:    spanIn(p, at, "${"+lookup.Map+":"),
		Message: fmt.Sprintf("no RewriteMap is called %s", lookup.Map),
		Label:   "no such map",
		Notes:   []diag.Note{{Kind: "effect", Text: effect}, {Kind: "help", Text: "define it: RewriteMap " + lookup.Map + " txt:FILE"}},
	}
	name := spanIn(p, d.Span, lookup.Map)
	switch {
	case global != nil:
		d.Message = fmt.Sprintf("the RewriteMap %s of the main server is not there in virtual hosts", lookup.Map)
		d.Label = "not inherited"
		d.Related = []diag.Related{{Span: global.Origin.Span, Message: "defined for the main server alone"}}
		d.Notes[1].Text = "write the RewriteMap in the virtual host too, or RewriteOptions Inherit, which inherits the rules of the main server as well"
	case nearest != "":
		d.Notes[1].Text = fmt.Sprintf("did you mean %s?", nearest)
		if name != d.Span {
			d.Fix = &diag.Fix{Message: "write " + nearest, Edits: []diag.Edit{{Span: name, Text: nearest}}}
		}
	}
	d.Span = name
	p.Report(d)
}
