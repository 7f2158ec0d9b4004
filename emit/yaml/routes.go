package yaml

import (
	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/fnmatch"
)

// routes are ProxyPass and ProxyPassReverse. A ProxyPassReverse of the same path directly behind its ProxyPass is part
// of the entry: reverse: on where its URL is the same too, else the URL.
var routes = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all := list()
		for i := 0; i < len(run); i++ {
			m := w.entry(run[i])
			pass, ok := run[i].(*ir.ProxyPass)
			if !ok {
				w.reverse(m, run[i].(*ir.ProxyPassReverse))
				all.Content = append(all.Content, m.node)
				continue
			}
			w.pass(m, pass)
			if i+1 < len(run) {
				if reverse, ok := run[i+1].(*ir.ProxyPassReverse); ok && belongs(reverse, pass) {
					m.comment = w.origins.comment(reverse)
					url := w.explain("reverse", reverseMeaning, reverseURL(reverse, pass))
					m.add("reverse", url)
					w.mark(reverse, url)
					i++
				}
			}
			m.params(w, pass.Params, paramsOf(pass.URL))
			all.Content = append(all.Content, m.node)
		}
		return all, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		for _, entry := range r.entries(value, key.Value) {
			if f, ok := r.fields(entry, "a route", "{path: /app, to: http://192.0.2.1:8080/app}"); ok {
				items = append(items, r.route(&f)...)
			}
		}
		return items
	},
	schema: func() schema {
		own := props{
			"path": ref("text"), "match": ref("text"), "tilde": ref("switch"), "to": ref("text"),
			"proxy": schema{"enum": []any{"off", false}}, "reverse": anyOf(ref("switch"), ref("text")), "parameters": ref("parameters"),
			"regex": ref("switch"), "nocanon": ref("switch"), "interpolate": ref("switch"), "noquery": ref("switch"),
		}
		return listOf(withParams(own))
	},
}

var routeKeys = []string{"path", "match", "tilde", "regex", "to", "proxy", "reverse", "nocanon", "interpolate", "noquery"}

const reverseMeaning = "a redirect of the backend to itself leads the client to this path"

// belongs reports whether a ProxyPassReverse can be part of the entry of the ProxyPass before it.
func belongs(reverse *ir.ProxyPassReverse, pass *ir.ProxyPass) bool {
	return (pass.Regex == nil || pass.Path == "") && !pass.Exclude && !reverse.Interpolate && reverse.Path == pass.Path
}

func reverseURL(reverse *ir.ProxyPassReverse, pass *ir.ProxyPass) *yaml.Node {
	if reverse.URL == pass.URL {
		return onOff(true)
	}
	return reverseText(reverse.URL)
}

// reverseText writes a URL that is no switch.
func reverseText(url string) *yaml.Node {
	node := text(url)
	if isOldBool(url) || url == "true" || url == "false" {
		node = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: url, Style: yaml.DoubleQuotedStyle}
	}
	return node
}

func (w *writer) pass(m *mapping, p *ir.ProxyPass) {
	w.mark(p, m.node)
	switch {
	case p.Path == "" && w.around != nil:
		if derived := isGlob(w.around); derived != (p.Regex != nil) {
			m.on("regex", !derived && p.Regex != nil)
			if derived {
				w.fail(p, "has no parsed pattern, though its location has a wildcard")
			}
		}
	case p.Regex != nil:
		m.add("match", text(p.Path))
		m.on("tilde", p.Tilde)
	case p.Path != "" || p.Tilde:
		m.add("path", text(p.Path))
	}
	if p.Exclude {
		m.add("proxy", onOff(false))
	}
	if p.URL != "" || !p.Exclude {
		m.add("to", text(p.URL))
	}
	m.on("nocanon", p.NoCanon)
	m.on("interpolate", p.Interpolate)
	m.on("noquery", p.NoQuery)
	if p.Path == "" && w.around != nil && p.Regex != nil && p.Regex.Source != w.around.Pattern {
		w.fail(p, "has another pattern than the section around it")
	}
	if p.Tilde && (p.Regex == nil || p.Path == "" && w.around != nil) || p.Exclude && p.URL != "" {
		w.fail(p, "has no parsed pattern, or a target beside an exclusion")
	}
}

func (w *writer) reverse(m *mapping, p *ir.ProxyPassReverse) {
	w.mark(p, m.node)
	m.text("path", p.Path)
	m.add("reverse", w.explain("reverse", reverseMeaning, reverseText(p.URL)))
	m.on("interpolate", p.Interpolate)
}

// route reads an entry: a ProxyPass, a ProxyPassReverse or both.
func (r *reader) route(f *fields) []ir.Item {
	params := f.params(routeKeys...)
	if !f.has("to") && !f.has("proxy") {
		return r.reverseOnly(f, params)
	}
	pass := &ir.ProxyPass{
		Node: f.head("ProxyPass"), Path: f.text("path"), URL: f.text("to"), Params: params,
		NoCanon: f.on("nocanon"), Interpolate: f.on("interpolate"), NoQuery: f.on("noquery"),
	}
	if f.has("match") || !f.has("path") && r.around != nil {
		if !r.match(f, pass) {
			return nil
		}
	} else if f.has("regex") {
		r.fail(r.span(f.keys["regex"]), "regex belongs to a route in a section, whose path it is about", "write match: in place of path:")
	} else if f.has("tilde") {
		r.fail(r.span(f.keys["tilde"]), "tilde belongs to match", "write match: in place of path:")
	}
	if f.has("proxy") {
		on, _ := r.onOff(f.value["proxy"], "proxy")
		pass.Exclude = !on
		if on || f.has("to") {
			r.fail(r.span(f.keys["proxy"]), "proxy: off excludes a path, and a route with to: is proxied anyway", "write either proxy: off or to:")
			return nil
		}
	}
	items := []ir.Item{pass}
	if f.has("reverse") {
		if reverse, ok := r.reverse(f, pass); ok {
			items = append(items, reverse)
		}
	}
	return items
}

// match reads a route whose path is a regular expression: its own, or that of the section around it, which httpd
// compiles as one where it has a wildcard.
func (r *reader) match(f *fields, pass *ir.ProxyPass) bool {
	node := f.value["match"]
	var source string
	switch {
	case node == nil && !isGlob(r.around) && !f.on("regex"):
		return true
	case node == nil:
		node, source = f.node, r.around.Pattern
	case f.has("path"):
		r.fail(r.span(f.keys["match"]), "a route has a path or a match, not both", "remove one of them")
		return false
	default:
		pass.Path, pass.Tilde = f.text("match"), f.on("tilde")
		source = pass.Path
	}
	if !pass.Tilde {
		pass.Origin.Directive = "ProxyPassMatch"
	}
	regex, ok := r.regex(node, source)
	pass.Regex = regex
	return ok
}

// isGlob reports whether httpd compiles the path of a section as a regular expression for the ProxyPass in it: it has a
// *, a ? or a […].
func isGlob(s *ir.Section) bool {
	if s == nil || s.Kind != ir.SectionLocation && s.Kind != ir.SectionLocationMatch {
		return false
	}
	return fnmatch.HasWildcard(s.Pattern)
}

// reverse reads the ProxyPassReverse that is part of the entry of a ProxyPass.
func (r *reader) reverse(f *fields, pass *ir.ProxyPass) (*ir.ProxyPassReverse, bool) {
	value := f.value["reverse"]
	reverse := &ir.ProxyPassReverse{Node: f.at("ProxyPassReverse", "reverse"), Path: pass.Path, URL: pass.URL}
	switch {
	case f.has("match") || pass.Exclude:
		r.fail(r.span(f.keys["reverse"]), "only a route with path: and to: can have reverse:", "write a second entry with path: and reverse: and a URL")
		return nil, false
	case isSwitch(value):
		on, ok := r.onOff(value, "reverse")
		return reverse, ok && on
	}
	url, ok := r.scalar(value, "reverse")
	reverse.URL = url
	return reverse, ok
}

// isSwitch reports whether a value says on or off, and is not a quoted text.
func isSwitch(node *yaml.Node) bool {
	if node.Kind != yaml.ScalarNode || node.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		return false
	}
	return node.Tag == "!!bool" || isOldBool(node.Value)
}

// reverseOnly reads an entry that is a ProxyPassReverse.
func (r *reader) reverseOnly(f *fields, params []ir.Param) []ir.Item {
	if !f.need("reverse", "to: and a URL, or proxy: off") {
		return nil
	}
	for _, key := range []string{"match", "tilde", "regex", "nocanon", "noquery"} {
		if f.has(key) {
			r.fail(r.span(f.keys[key]), key+" belongs to a route with to:", "remove it, or add to: and a URL")
			return nil
		}
	}
	if len(params) > 0 {
		r.fail(params[0].Span, "a route without to: has no parameters", "add to: and a URL")
		return nil
	}
	if isSwitch(f.value["reverse"]) {
		r.fail(r.span(f.value["reverse"]), "reverse: on needs to:, whose URL it takes", "add to: and a URL, or write the URL behind reverse:")
		return nil
	}
	return []ir.Item{&ir.ProxyPassReverse{
		Node: f.head("ProxyPassReverse"), Path: f.text("path"), URL: f.text("reverse"), Interpolate: f.on("interpolate"),
	}}
}
