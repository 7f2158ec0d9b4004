package yaml

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/pcre"
)

// namedKind is a kind of section that stands in a mapping from what it selects to its scope.
type namedKind struct {
	key  string
	kind ir.SectionKind
	// prefix is what the pattern has and the name of the section has not.
	prefix string
}

// namedKinds are tried in order: balancers are the sections of Proxy whose URL begins with balancer://.
var namedKinds = []namedKind{
	{keyBalancers, ir.SectionProxy, "balancer://"},
	{keyBackends, ir.SectionProxy, ""},
	{keyBackendsMatching, ir.SectionProxyMatch, ""},
	{keyLocations, ir.SectionLocation, ""},
	{keyLocationsMatching, ir.SectionLocationMatch, ""},
	{keyDirectories, ir.SectionDirectory, ""},
	{keyDirectoriesMatching, ir.SectionDirectoryMatch, ""},
	{keyFiles, ir.SectionFiles, ""},
	{keyFilesMatching, ir.SectionFilesMatch, ""},
}

// tilde is how a name says that it is a regular expression, as in `<Location ~ "re">`.
const tilde = "~ "

// keyOfSection returns the key of the mapping in which a section stands by name. A section whose name would be read as
// something else stands in the list of sections.
func keyOfSection(s *ir.Section) string {
	if requireList(s) {
		return keyRequire
	}
	for _, kind := range namedKinds {
		if back, ok := kind.section(kind.name(s)); ok && s.Kind == kind.kind && back.Pattern == s.Pattern && back.Tilde == s.Tilde &&
			strings.HasPrefix(s.Pattern, kind.prefix) && len(s.Pattern) > len(kind.prefix) && (len(s.Params) == 0 || kind.params()) {
			return kind.key
		}
	}
	return keySections
}

// params reports whether the section can have parameters on its tag.
func (k namedKind) params() bool { return k.kind == ir.SectionProxy || k.kind == ir.SectionProxyMatch }

// name returns what the section is called in the mapping.
func (k namedKind) name(s *ir.Section) string {
	name := strings.TrimPrefix(s.Pattern, k.prefix)
	if s.Tilde {
		name = tilde + s.Pattern
	}
	return name
}

// section is the inverse of name.
func (k namedKind) section(name string) (*ir.Section, bool) {
	s := &ir.Section{Kind: k.kind, Pattern: k.prefix + name}
	if pattern, found := strings.CutPrefix(name, tilde); found {
		s.Pattern, s.Tilde = pattern, true
	}
	return s, name != ""
}

// isRegex reports whether the pattern of a section is a regular expression.
func isRegex(s *ir.Section) bool {
	return s.Tilde || slices.Contains([]ir.SectionKind{
		ir.SectionProxyMatch, ir.SectionLocationMatch, ir.SectionDirectoryMatch, ir.SectionFilesMatch,
	}, s.Kind)
}

func (k namedKind) group() group {
	return group{
		encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
			all, seen := newMapping(), map[string]bool{}
			for i, item := range run {
				section := item.(*ir.Section)
				name := k.name(section)
				if seen[name] {
					return all.node, i
				}
				seen[name] = true
				all.comment = w.origins.comment(item)
				all.add(name, w.section(newMapping(), section))
			}
			return all.node, len(run)
		},
		decode: func(r *reader, key, value *yaml.Node) []ir.Item {
			f, ok := r.fields(value, key.Value, k.example())
			if !ok {
				return nil
			}
			var items []ir.Item
			for name, scope := range pairs(f.node) {
				section, ok := k.section(name.Value)
				if !ok {
					r.fail(r.span(name), "a name is empty", "write it as "+k.example())
					continue
				}
				section.Node = r.node(string(k.kind), name, nil)
				where := fmt.Sprintf("%s %q", key.Value, name.Value)
				if !isNull(scope) && scope.Kind != yaml.MappingNode {
					r.fail(r.span(scope), fmt.Sprintf("%s is a %s, not a mapping", where, kindOf(scope)), "write it as "+k.example())
					continue
				}
				if r.section(section, name, scope, where, k.own()...) {
					items = append(items, section)
				}
			}
			return items
		},
		schema: func() schema {
			own := props{}
			if k.params() {
				own["parameters"] = ref("parameters")
			}
			return mappingOf(nullable(withScope(own)))
		},
	}
}

func (k namedKind) own() []string {
	if k.params() {
		return []string{"parameters"}
	}
	return nil
}

func (k namedKind) example() string {
	switch k.kind {
	case ir.SectionProxy, ir.SectionProxyMatch:
		if k.prefix != "" {
			return "mycluster: {members: [{url: http://192.0.2.1:8080}]}"
		}
		return "http://192.0.2.1:8080: {proxy_set: {keepalive: on}}"
	case ir.SectionLocation, ir.SectionLocationMatch, ir.SectionDirectory, ir.SectionDirectoryMatch, ir.SectionFiles,
		ir.SectionFilesMatch, ir.SectionIf, ir.SectionElseIf, ir.SectionElse, ir.SectionRequireAll, ir.SectionRequireAny,
		ir.SectionRequireNone:
	}
	return "/private: {require: local}"
}

// section adds what a section holds to m.
func (w *writer) section(m *mapping, s *ir.Section) *yaml.Node {
	if isRegex(s) != (s.Regex != nil) {
		w.fail(s, "has no parsed pattern, or one too many")
	}
	if len(s.Params) > 0 {
		m.add("parameters", parameters(w, s.Params, paramsOf(s.Pattern)))
	}
	around := w.around
	w.around = s
	w.scope(m, s.Items)
	w.around = around
	w.mark(s, m.node)
	return m.node
}

// section reads what a section holds. name is the node of its pattern.
func (r *reader) section(s *ir.Section, name, scope *yaml.Node, where string, own ...string) bool {
	ok := true
	if isRegex(s) {
		s.Regex, ok = r.regex(name, s.Pattern)
	}
	for key, value := range pairs(scope) {
		if key.Value == "parameters" && contains(own, key.Value) {
			s.Params = r.parameters(value)
		}
	}
	around := r.around
	r.around = s
	s.Items = r.inner(scope, where, own...)
	r.around = around
	return ok
}

// regex parses a regular expression as httpd compiles it.
func (r *reader) regex(node *yaml.Node, pattern string) (*pcre.Pattern, bool) {
	parsed, err := pcre.Parse(pattern)
	if err == nil {
		return parsed, true
	}
	span, message := r.span(node), err.Error()
	if refusal, ok := errors.AsType[*pcre.Error](err); ok {
		span, message = r.within(node, refusal.Offset, refusal.End), refusal.Message
		if strings.HasPrefix(node.Value, tilde) {
			span = r.within(node, len(tilde)+refusal.Offset, len(tilde)+refusal.End)
		}
	}
	message, help, _ := strings.Cut(message, "; ")
	r.fail(span, "the regular expression is refused: "+message, help)
	return nil, false
}

// sections is the list of all other sections: conditions, and names that have a meaning of their own.
var sections = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := list()
		for _, item := range run {
			section := item.(*ir.Section)
			m := w.entry(section)
			m.add("section", text(string(section.Kind)))
			if section.Kind != ir.SectionElse || section.Pattern != "" {
				m.add("pattern", text(section.Pattern))
			}
			m.on("regex", section.Tilde)
			all.Content = append(all.Content, w.section(m, section))
		}
		return all, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		for _, entry := range r.entries(value, key.Value) {
			f, ok := r.fields(entry, "a section", `{section: If, pattern: "%{HTTPS} == 'on'"}`)
			if !ok || !f.need("section", "section: If") {
				continue
			}
			s := &ir.Section{Node: f.at("", "section"), Kind: ir.SectionKind(f.text("section")), Pattern: f.text("pattern"), Tilde: f.on("regex")}
			s.Origin.Directive = string(s.Kind)
			if !slices.Contains(sectionKinds(), string(s.Kind)) {
				r.fail(r.span(f.value["section"]), fmt.Sprintf("unknown section %q", s.Kind), "write one of "+strings.Join(sectionKinds(), ", "))
				continue
			}
			name := entry
			if f.has("pattern") {
				name = f.value["pattern"]
			}
			if r.section(s, name, entry, "section "+string(s.Kind), "section", "pattern", "regex", "parameters") {
				items = append(items, s)
			}
		}
		return items
	},
	schema: func() schema {
		return listOf(withScope(props{
			"section": enum(sectionKinds()...), "pattern": ref("text"), "regex": ref("switch"), "parameters": ref("parameters"),
		}, "section"))
	},
}

// sectionKinds returns the names of all sections.
func sectionKinds() []string {
	kinds := []string{"If", "ElseIf", "Else", "RequireAll", "RequireAny", "RequireNone"}
	for _, kind := range namedKinds {
		if kind.prefix == "" {
			kinds = append(kinds, string(kind.kind))
		}
	}
	return kinds
}
