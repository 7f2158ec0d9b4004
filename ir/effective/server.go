package effective

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/fnmatch"
)

// Server is the main server or a virtual host, with what it inherits. Slices hold the main server's part first and the
// virtual host's behind it, which is the order in which httpd goes through them, unless a field says otherwise. None of its
// slices may be changed.
type Server struct {
	// View is the view that the server belongs to.
	View *View
	// Index is the place among View.Servers: 0 is the main server.
	Index int
	// VirtualHost is nil for the main server.
	VirtualHost *ir.VirtualHost
	// Items are the server's own, without what it inherits and without virtual hosts.
	Items []ir.Item
	// Name is its own last ServerName; nil where it has none.
	Name *ir.ServerName
	// Aliases are its own ServerAlias directives in order.
	Aliases []*ir.ServerAlias
	// Settings are the directives of one value, inherited where the server does not set them.
	Settings *Settings

	// Mappings are the ProxyPass directives outside sections: the first one that matches a path counts.
	Mappings []*Mapping
	// Located are the ProxyPass directives inside sections, in order. The one that counts for a request is that of Scope.
	Located []*Mapping
	// Cookies are the ProxyPassReverseCookieDomain and ProxyPassReverseCookiePath directives outside sections.
	Cookies []*ir.ProxyPassReverseCookie
	// Reverses are the ProxyPassReverse directives outside sections.
	Reverses []*Reverse
	// Workers are defined by ProxyPass, ProxySet and <Proxy>; members of balancers are not among them.
	Workers []*Worker
	// Balancers are in the order of definition.
	Balancers []*Balancer
	// Forward is what it says about other servers as a forward proxy, and about where nothing is proxied to.
	Forward Forward
	// Rewrite is mod_rewrite outside sections. Rules are the server's own: a virtual host inherits the state of the engine
	// alone, unless RewriteOptions says otherwise.
	Rewrite Rewrite
	// Headers are Header and RequestHeader outside sections.
	Headers []*ir.HeaderEdit
	// Files is what the server says about files, filters and error pages.
	Files Files
	// Conditions are SetEnvIf and its kin outside sections, a list for each server: they are executed before anything else
	// looks at a request.
	Conditions [][]*ir.SetEnvIf
	// Env are SetEnv, PassEnv and UnsetEnv outside sections, in order: a later one counts.
	Env []ir.Item
	// Sections are all that select requests, in the order in which httpd reads them; see Phase for the order of merging.
	Sections []*Section
	// Logs are the access logs: a virtual host that has its own has no other.
	Logs []*ir.CustomLog
	// Formats are the formats by nickname in lower case, since httpd compares nicknames without regard to case.
	Formats map[string]*ir.LogFormat
	// Certificates and CertificateKeys are the files of its own certificates and of their keys: the key of a certificate has
	// the same place, and lies in the file of the certificate where there are fewer.
	Certificates, CertificateKeys []*ir.Word
	// Unresolved are the ProxySet directives whose worker or balancer is not defined before them: httpd refuses them.
	Unresolved []*ir.ProxySet

	// templates are its templates of health checks.
	templates []*ir.HealthTemplate
	// exprs are its conditions of health checks.
	exprs []*ir.HealthExpr

	last   int
	access *Access

	// The index serves the building of the lists only, so that a finished server can be used from everywhere.
	index *serverIndex
}

func newServer(v *View, vhost *ir.VirtualHost, items []ir.Item) *Server {
	s := &Server{View: v, VirtualHost: vhost, Settings: &Settings{}}
	isHost := func(item ir.Item) bool { _, is := item.(*ir.VirtualHost); return is }
	if s.Items = items; slices.ContainsFunc(items, isHost) {
		s.Items = slices.DeleteFunc(slices.Clone(items), isHost)
	}
	for len(items) > 0 { // the numbers grow from line to line
		last := items[len(items)-1]
		s.last, items = last.Head().Seq, nil
		if c, ok := last.(ir.Container); ok {
			items = c.Children()
		}
	}
	return s
}

// IsMain says whether it is the main server.
func (s *Server) IsMain() bool { return s.VirtualHost == nil }

// Addresses returns the addresses of a virtual host; nil for the main server.
func (s *Server) Addresses() []ir.Address {
	if s.VirtualHost == nil {
		return nil
	}
	return s.VirtualHost.Addresses
}

// ServerName returns the name that the server is known by: its own ServerName; empty where it has none, for which httpd
// takes the name of the machine or of the virtual host's address.
func (s *Server) ServerName() string {
	if s.Name == nil {
		return ""
	}
	return s.Name.Host
}

// collect goes through the server's own items, in the order in which httpd executes them.
func (s *Server) collect() {
	for _, item := range s.Items {
		s.collectItem(item)
	}
}

func (s *Server) collectItem(item ir.Item) {
	switch item := item.(type) {
	case *ir.ServerName:
		s.Name = item
	case *ir.ServerAlias:
		s.Aliases = append(s.Aliases, item)
	case *ir.Word:
		s.certificate(item)
		s.Settings.add(item)
	case *ir.Words:
		s.Settings.add(item)
		s.Forward.add(item)
	case *ir.Switch, *ir.Number:
		s.Settings.add(item)
	case *ir.ProxyPass:
		s.Mappings = append(s.Mappings, s.newMapping(item, nil))
	case *ir.ProxyPassReverse:
		s.Reverses = append(s.Reverses, newReverse(item, nil))
	case *ir.ProxyPassReverseCookie:
		s.Cookies = append(s.Cookies, item)
	case *ir.ProxySet:
		s.proxySet(item, nil)
	case *ir.BalancerMember:
		s.balancerMember(item, nil)
	case *ir.HealthTemplate:
		s.templates = append(s.templates, item)
	case *ir.HealthExpr:
		s.exprs = append(s.exprs, item)
	case *ir.RewriteCond, *ir.RewriteRule:
		s.Rewrite.add(item)
	case *ir.HeaderEdit:
		s.Headers = append(s.Headers, item)
	case *ir.SetEnvIf:
		if len(s.Conditions) == 0 {
			s.Conditions = make([][]*ir.SetEnvIf, 1)
		}
		s.Conditions[0] = append(s.Conditions[0], item)
	case *ir.SetEnv, *ir.EnvNames, *ir.FCGISetEnvIf:
		s.Env = append(s.Env, item)
	case *ir.RewriteMap:
		s.Rewrite.setMap(item)
	case *ir.Require, *ir.AccessOrder, *ir.AccessRule:
		accessOf(&s.access).add(item)
	case *ir.LogFormat:
		if item.Nickname != "" {
			if s.Formats == nil {
				s.Formats = map[string]*ir.LogFormat{}
			}
			s.Formats[clib.ToLower(item.Nickname)] = item
		}
	case *ir.CustomLog:
		s.Logs = append(s.Logs, item)
	case *ir.ErrorDocument, *ir.MimeEdit, *ir.FilterByType, *ir.Alias:
		s.Files.add(item)
	case *ir.Section:
		s.section(item, nil)
	case *ir.LoadModule, *ir.Listen, *ir.VirtualHost, *ir.Residue:
	}
}

// section takes a section and those inside it.
func (s *Server) section(item *ir.Section, parent *Section) {
	if isRequireSection(item.Kind) {
		if parent == nil {
			accessOf(&s.access).add(item)
		} else {
			accessOf(&parent.access).add(item)
		}
		return
	}
	sec := newSection(s, item, parent)
	s.Sections = append(s.Sections, sec)
	for _, child := range item.Items {
		switch child := child.(type) {
		case *ir.Section:
			s.section(child, sec)
		case *ir.ProxyPass:
			sec.Mapping = s.newMapping(child, sec)
			s.Located = append(s.Located, sec.Mapping)
		case *ir.ProxySet:
			s.proxySet(child, sec)
		case *ir.BalancerMember:
			s.balancerMember(child, sec)
		case *ir.HealthTemplate:
			s.templates = append(s.templates, child)
		case *ir.HealthExpr:
			s.exprs = append(s.exprs, child)
		case *ir.LoadModule, *ir.Listen, *ir.ServerName, *ir.ServerAlias, *ir.VirtualHost, *ir.Switch, *ir.Number, *ir.Word,
			*ir.Words, *ir.ProxyPassReverse, *ir.ProxyPassReverseCookie, *ir.FCGISetEnvIf, *ir.RewriteCond, *ir.RewriteRule, *ir.HeaderEdit, *ir.Require, *ir.AccessOrder,
			*ir.AccessRule, *ir.LogFormat, *ir.CustomLog, *ir.SetEnvIf, *ir.SetEnv, *ir.EnvNames, *ir.RewriteMap, *ir.ErrorDocument, *ir.Alias, *ir.MimeEdit, *ir.FilterByType, *ir.Residue:
			sec.add(child)
		}
	}
	s.proxySectionParams(item, sec)
}

// inherit takes over what a virtual host has from the main server.
func (s *Server) inherit(main *Server) {
	s.Settings.parent = main.Settings
	s.Certificates = mergeCertificates(main.Certificates, s.Certificates)
	s.CertificateKeys = mergeCertificates(main.CertificateKeys, s.CertificateKeys)
	shares := s.Settings.Switch(ir.SwitchBalancerInherit).Value || s.Settings.Switch(ir.SwitchProxyPassInherit).Value
	if shares {
		s.Balancers = mergeBalancers(s, main.Balancers, s.Balancers)
		s.rebind()
		s.Workers = concat(main.Workers, s.Workers)
	}
	s.Mappings = concat(main.Mappings, s.Mappings)
	s.Reverses = concat(main.Reverses, s.Reverses)
	s.Cookies = concat(main.Cookies, s.Cookies)
	s.Forward.inherit(&main.Forward, s.Settings.Switch(ir.SwitchProxyPassInherit).Value)
	s.Headers = concat(main.Headers, s.Headers)
	s.Files = main.Files.with(&s.Files)
	s.Conditions = concat(main.Conditions, s.Conditions)
	s.Env = concat(main.Env, s.Env)
	s.Sections = concat(main.Sections, s.Sections)
	s.Located = concat(main.Located, s.Located)
	if len(s.Logs) == 0 {
		s.Logs = main.Logs
	}
	if len(s.Formats) == 0 {
		s.Formats = main.Formats
	} else {
		for name, format := range main.Formats {
			if s.Formats[name] == nil {
				s.Formats[name] = format
			}
		}
	}
	if s.access.empty() {
		s.access = main.access
	}
	s.Rewrite.inherit(&main.Rewrite, s.Settings)
}

// rebind lets the virtual host's own directives mean the balancers after merging: a ProxyPass to a balancer of the main
// server mentioned one without members until then.
func (s *Server) rebind() {
	var merged balancerIndex
	for _, m := range append(slices.Clip(s.Mappings), s.Located...) {
		if m.Balancer != nil {
			m.Balancer = merged.find(s.Balancers, m.Balancer.Name)
		}
	}
	for _, sec := range s.Sections {
		if sec.Balancer != nil {
			sec.Balancer = merged.find(s.Balancers, sec.Balancer.Name)
		}
	}
}

// finish works out what needs the merged state.
func (s *Server) finish() {
	s.Rewrite.Engine = s.Settings.Switch(ir.SwitchRewriteEngine)
	s.Rewrite.Options = s.Settings.Words(ir.WordsRewriteOptions)
	for _, b := range s.Balancers {
		b.finish()
	}
}

// concat joins without copying where one side is empty: ten thousand virtual hosts share what the main server has.
func concat[T any](inherited, own []T) []T {
	switch {
	case len(own) == 0:
		return slices.Clip(inherited)
	case len(inherited) == 0:
		return own
	}
	return append(slices.Clip(inherited), own...)
}

// Answers says whether the server is known by a host name: its ServerName, or an alias in which * stands for any text and ?
// for one character. Case, a final dot and a port are ignored.
func (s *Server) Answers(host string) bool {
	host = hostName(host)
	if s.Name != nil && clib.EqualFold(strings.TrimSuffix(s.Name.Host, "."), host) {
		return true
	}
	for _, alias := range s.Aliases {
		for _, name := range alias.Names {
			if fnmatch.Host(clib.ToLower(name), host) {
				return true
			}
		}
	}
	return false
}

// commonLogFormat is the format that httpd has without a LogFormat, under the nickname CLF too.
const commonLogFormat = `%h %l %u %t "%r" %>s %b`

// LogFormat returns the text of the format of a log: that of its nickname, its own text, or the common log format where
// none is written.
func (s *Server) LogFormat(log *ir.CustomLog) string {
	name := clib.ToLower(log.Format)
	if format, ok := s.Formats[name]; ok {
		return format.Format
	}
	if name != "" && name != "clf" {
		return log.Format
	}
	return commonLogFormat
}
