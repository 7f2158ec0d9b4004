package effective

import "github.com/lbconf/lbconf/ir"

// Reverse is a ProxyPassReverse with its path.
type Reverse struct {
	// Pass is the directive.
	Pass *ir.ProxyPassReverse
	// Section is the section that it stands in; nil outside.
	Section *Section
	// Path is the local path: that of the directive, or of its Location.
	Path string
}

func newReverse(pass *ir.ProxyPassReverse, sec *Section) *Reverse {
	r := &Reverse{Pass: pass, Section: sec, Path: pass.Path}
	if r.Path == "" && sec != nil {
		r.Path = sec.Section.Pattern
	}
	return r
}

// Scope is what holds for one request: the server's defaults with the sections that cover it merged on top. None of its
// slices may be changed.
type Scope struct {
	// Server is the server.
	Server *Server
	// Sections are what was merged, in that order.
	Sections []*Section
	// Settings are the directives of one value.
	Settings *Settings
	// Mapping is the ProxyPass of the sections: the last one that has any. It is tried before Server.Mappings.
	Mapping *Mapping
	// Reverses are the server's and the sections', in the order in which httpd tries them.
	Reverses []*Reverse
	// Cookies are the server's and the sections', in the order in which httpd tries them.
	Cookies []*ir.ProxyPassReverseCookie
	// Headers are the server's and the sections', in the order in which they act.
	Headers []*ir.HeaderEdit
	// Conditions are the SetEnvIf directives of the sections, a list for each; those of the server are not among them, they
	// run earlier.
	Conditions [][]*ir.SetEnvIf
	// Env are SetEnv, PassEnv and UnsetEnv of the server and the sections, in order: a later one counts.
	Env []ir.Item
	// Rewrite are the rules of the last section that has rules; nil where none has. The server's own rules are not among
	// them: these run earlier.
	Rewrite *Rewrite
	// Files is what holds for files, filters and error pages.
	Files Files
	// Access is who may do it.
	Access Access
	// Residue is what the sections hold and nobody models.
	Residue []*ir.Residue
}

// Scope merges sections, given in the order of merging, on top of what holds in the whole server.
func (s *Server) Scope(sections ...*Section) *Scope {
	scope := &Scope{
		Server: s, Sections: sections, Settings: s.Settings, Reverses: s.Reverses, Cookies: s.Cookies, Headers: s.Headers, Env: s.Env, Access: s.access.get(),
		Files: s.Files,
	}
	for _, sec := range sections {
		scope.merge(sec)
	}
	return scope
}

func (c *Scope) merge(sec *Section) {
	c.Settings = c.Settings.with(sec.Settings)
	if sec.Mapping != nil {
		c.Mapping = sec.Mapping
	}
	c.Reverses = concat(c.Reverses, sec.Reverses)
	c.Cookies = concat(c.Cookies, sec.Cookies)
	c.Headers = concat(c.Headers, sec.Headers)
	if len(sec.Conditions) > 0 {
		c.Conditions = concat(c.Conditions, [][]*ir.SetEnvIf{sec.Conditions})
	}
	c.Env = concat(c.Env, sec.Env)
	c.Residue = concat(c.Residue, sec.Residue)
	c.Access.merge(sec.Access())
	c.Files = c.Files.with(&sec.Files)
	if len(sec.Rewrite.Rules) > 0 {
		c.Rewrite = &sec.Rewrite
	}
}

// with returns s below the settings of a section.
func (s *Settings) with(section *Settings) *Settings {
	if len(section.switches)+len(section.numbers)+len(section.words)+len(section.lists) == 0 {
		return s
	}
	below := *section
	below.parent = s
	return &below
}

// ScopeFor is what holds for a request path that is proxied to a target: the Proxy sections that cover the target and the
// Location sections that cover the path. An empty target leaves the Proxy sections out, as httpd does while it looks for
// the mapping.
func (s *Server) ScopeFor(path, target string, regex Matcher) *Scope {
	var sections []*Section
	if target != "" {
		sections = s.Matching(PhaseProxy, target, regex)
	}
	return s.Scope(append(sections, s.Matching(PhaseLocation, path, regex)...)...)
}
