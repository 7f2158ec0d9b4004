package effective

import (
	"slices"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// withTemplates puts the keys of a ProxyHCTemplate behind each hctemplate that names it. Keys behind that override them,
// keys before it do not count. Of two templates of one name the first is taken.
func (s *Server) withTemplates(params []ir.Param) []ir.Param {
	return fillTemplates(params, s.templates)
}

// ofLine is withTemplates for the words of a BalancerMember or ProxyPass, which httpd puts into a table before it looks at
// them: a key that is written twice stands where it was first, and has the value that it had last.
func (s *Server) ofLine(params []ir.Param) []ir.Param {
	var table []ir.Param
	for i, p := range params {
		first := slices.IndexFunc(params[:i], func(other ir.Param) bool { return other.Key == p.Key })
		if first >= 0 && table == nil {
			table = slices.Clone(params[:i])
		}
		switch {
		case table == nil:
		case first < 0:
			table = append(table, p)
		default:
			table[slices.IndexFunc(table, func(other ir.Param) bool { return other.Key == p.Key })] = p
		}
	}
	if table == nil {
		table = params
	}
	return s.withTemplates(table)
}

func fillTemplates(params []ir.Param, known []*ir.HealthTemplate) []ir.Param {
	isTemplate := func(p ir.Param) bool { return p.Key == "hctemplate" }
	if !slices.ContainsFunc(params, isTemplate) {
		return params
	}
	var all []ir.Param
	for _, p := range params {
		all = append(all, p)
		if !isTemplate(p) {
			continue
		}
		i := slices.IndexFunc(known, func(t *ir.HealthTemplate) bool { return clib.EqualFold(t.Name, p.Value) })
		if i < 0 {
			continue
		}
		all = append(all, ir.TemplateDefaults()...)
		// A template can only name one that stands before it.
		all = append(all, fillTemplates(known[i].Params, known[:i])...)
	}
	return all
}

// HealthExpr returns the condition that hcexpr names, the last of its name; nil where the server has none.
func (s *Server) HealthExpr(name string) *ir.HealthExpr {
	for _, e := range slices.Backward(s.exprs) {
		if clib.EqualFold(e.Name, name) {
			return e
		}
	}
	return nil
}
