package lint

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/table"
)

// shadow is a ProxyPass that never runs because an earlier one of the same server takes all that it matches.
type shadow struct {
	earlier, later *ir.ProxyPass
}

// shadows returns those of all servers, in the order of the later ones. The main server's entries in front of a virtual
// host's own are another matter: there the order of the lines is not what is wrong.
func (p *Pass) shadows() []shadow {
	return p.facts.shadows.get(func() []shadow {
		var found []shadow
		var seen covers
		for _, s := range p.Servers {
			seen.reset()
			found = seen.shadows(s.Items, found)
		}
		return found
	})
}

// shadows appends the entries among items of which an earlier one takes everything.
func (c *covers) shadows(items []ir.Item, found []shadow) []shadow {
	for pass := range ir.Of[*ir.ProxyPass](items) {
		if !isPlain(pass) {
			continue
		}
		if earlier := c.find(pass); earlier != nil {
			found = append(found, shadow{earlier, pass})
		}
		c.add(pass)
	}
	return found
}

// isPlain reports whether the entry is matched in the common way: against the decoded path, with a text that is known.
func isPlain(pass *ir.ProxyPass) bool {
	if strings.Contains(pass.Path, "${") {
		return false
	}
	return !slices.ContainsFunc(pass.Params, func(p ir.Param) bool { return p.Key == "mapping" })
}

// covers holds entries by what they take. A path is found by the prefixes of another one, so that a server with ten
// thousand entries is read in one pass.
type covers struct {
	// all takes every path.
	all *ir.ProxyPass
	// segments take a path and what is below it; the key has no slash at its end.
	segments table.Of[*ir.ProxyPass]
	// folders take only what is below a path: ProxyPass /app/.
	folders table.Of[*ir.ProxyPass]
	// texts are regular expressions that take whatever begins with a text.
	texts table.Of[*ir.ProxyPass]
}

func (c *covers) reset() {
	c.all = nil
	c.segments.Reset()
	c.folders.Reset()
	c.texts.Reset()
}

// isEmpty reports whether nothing takes any path.
func (c *covers) isEmpty() bool {
	return c.all == nil && c.segments.Len()+c.folders.Len()+c.texts.Len() == 0
}

func (c *covers) add(pass *ir.ProxyPass) {
	if pass.Regex != nil {
		shape := shapeOf(pass.Regex)
		switch {
		case !shape.open:
		case shape.prefix == "/":
			c.addAll(pass)
		default:
			c.texts.KeepFirst(shape.prefix, pass)
		}
		return
	}
	path := mergeSlashes(pass.Path)
	switch key := strings.TrimSuffix(path, "/"); {
	case !strings.HasPrefix(path, "/"):
	case key == "":
		c.addAll(pass)
	case key == path:
		c.segments.KeepFirst(key, pass)
	default:
		c.folders.KeepFirst(key, pass)
	}
}

func (c *covers) addAll(pass *ir.ProxyPass) {
	if c.all == nil {
		c.all = pass
	}
}

// find returns the first entry that takes everything that pass matches, or nil.
func (c *covers) find(pass *ir.ProxyPass) *ir.ProxyPass {
	text := mergeSlashes(pass.Path)
	if pass.Regex != nil {
		text = shapeOf(pass.Regex).prefix
	}
	if !strings.HasPrefix(text, "/") {
		return nil
	}
	best := c.all
	better := func(candidate *ir.ProxyPass, found bool) {
		if found && (best == nil || candidate.Seq < best.Seq) {
			best = candidate
		}
	}
	for i := 1; i <= len(text); i++ {
		if c.texts.Len() > 0 {
			better(c.texts.Get(text[:i]))
		}
		if i < len(text) && text[i] == '/' {
			better(c.segments.Get(text[:i]))
			better(c.folders.Get(text[:i]))
		}
	}
	if pass.Regex == nil {
		better(c.segments.Get(text))
	}
	return best
}

// mergeSlashes makes a run of slashes one, as httpd compares them.
func mergeSlashes(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}
