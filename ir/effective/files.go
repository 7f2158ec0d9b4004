package effective

import (
	"slices"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// Files is what a scope says about local files, filters and error pages. None of its slices may be changed.
type Files struct {
	// Documents are the ErrorDocument directives in order: of those of one status the last one counts.
	Documents []*ir.ErrorDocument
	// Aliases are Alias and AliasMatch in the order in which httpd tries them: a virtual host's own come first. In a section
	// the last one counts, and comes before those outside of sections.
	Aliases []*ir.Alias
	// Mime are the directives of mod_mime in order: of those of one action and extension the last one counts.
	Mime []*ir.MimeEdit
	// Filters are the AddOutputFilterByType directives in order; they add up.
	Filters []*ir.FilterByType
}

func (f *Files) add(item ir.Item) {
	switch item := item.(type) {
	case *ir.ErrorDocument:
		f.Documents = append(f.Documents, item)
	case *ir.Alias:
		f.Aliases = append(f.Aliases, item)
	case *ir.MimeEdit:
		f.Mime = append(f.Mime, item)
	case *ir.FilterByType:
		f.Filters = append(f.Filters, item)
	case *ir.LoadModule, *ir.Listen, *ir.ServerName, *ir.ServerAlias, *ir.VirtualHost, *ir.Section, *ir.Switch, *ir.Number, *ir.Word,
		*ir.Words, *ir.ProxyPass, *ir.ProxyPassReverse, *ir.ProxyPassReverseCookie, *ir.FCGISetEnvIf, *ir.ProxySet, *ir.BalancerMember, *ir.RewriteCond, *ir.RewriteRule,
		*ir.HeaderEdit, *ir.Require, *ir.AccessOrder, *ir.AccessRule, *ir.SetEnvIf, *ir.SetEnv, *ir.EnvNames, *ir.RewriteMap, *ir.LogFormat, *ir.CustomLog, *ir.HealthTemplate, *ir.HealthExpr, *ir.Residue:
	}
}

// with returns what holds where inner is merged on top of f.
func (f *Files) with(inner *Files) Files {
	return Files{
		Documents: concat(f.Documents, inner.Documents), Aliases: concat(inner.Aliases, f.Aliases),
		Mime: concat(f.Mime, inner.Mime), Filters: concat(f.Filters, inner.Filters),
	}
}

// Document returns the ErrorDocument for a status, or nil where none is, so that httpd's own page is sent. That of 401 is
// never a URL, which httpd ignores.
func (f *Files) Document(status int) *ir.ErrorDocument {
	for _, d := range slices.Backward(f.Documents) {
		if d.Status != status || status == 401 && d.Kind() == ir.ErrorURL {
			continue
		}
		if d.Kind() == ir.ErrorDefault {
			return nil
		}
		return d
	}
	return nil
}

// ErrorOverride says whether errors of backends are replaced by pages of the server (mod_proxy: ProxyErrorOverride), and of
// which statuses: all errors where there are none. The innermost scope that says on or off counts, and the statuses of all
// scopes add up.
func (s *Settings) ErrorOverride() (on bool, statuses []int) {
	said := false
	for at := s; at != nil; at = at.parent {
		item, ok := at.lists.get(ir.WordsProxyErrorOverride)
		if !ok {
			continue
		}
		for _, word := range slices.Backward(item.Values) {
			switch {
			case clib.EqualFold(word, "on"), clib.EqualFold(word, "off"):
				if !said {
					said, on = true, clib.EqualFold(word, "on")
				}
			default:
				if status, err := strconv.Atoi(word); err == nil {
					statuses = append(statuses, status)
				}
			}
		}
	}
	return on, statuses
}

// Options returns the options that are on, in lower case (core: Options, default FollowSymLinks). An Options with signs
// changes what holds around it, one without replaces it.
func (s *Settings) Options() map[string]bool {
	on := map[string]bool{"followsymlinks": true}
	s.options(on)
	return on
}

func (s *Settings) options(on map[string]bool) {
	if s == nil {
		return
	}
	s.parent.options(on)
	item, ok := s.lists.get(ir.WordsOptions)
	if !ok {
		return
	}
	for i, word := range item.Values {
		name, sign := strings.ToLower(word), byte(0)
		if name != "" && (name[0] == '+' || name[0] == '-') {
			name, sign = name[1:], name[0]
		}
		if sign == 0 && i == 0 {
			clear(on)
		}
		setOption(on, name, sign != '-')
	}
}

// setOption turns an option on or off. All is every option but MultiViews.
func setOption(on map[string]bool, name string, to bool) {
	switch name {
	case "none":
	case "all":
		for _, one := range []string{"indexes", "includes", "followsymlinks", "symlinksifownermatch", "execcgi"} {
			on[one] = to && one != "symlinksifownermatch"
		}
	default:
		on[name] = to
	}
}
