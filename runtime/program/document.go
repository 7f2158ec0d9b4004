package program

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
)

// document is a compiled ErrorDocument.
type document struct {
	kind ir.ErrorTarget
	// text is the target where it has no variables; else expression makes it.
	text       string
	expression *eval.Text
}

// documents compiles the ErrorDocument directives that hold, by status; nil for none.
func (c *scopes) documents(files *effective.Files) map[int]*document {
	if len(files.Documents) == 0 {
		return nil
	}
	all := make(map[int]*document, len(files.Documents))
	for _, item := range files.Documents {
		source := files.Document(item.Status)
		if source == nil {
			delete(all, item.Status)
			continue
		}
		d := &document{kind: source.Kind(), text: source.Target}
		if strings.Contains(d.text, "%{") {
			compiled, err := eval.ParseText(d.text, &c.host.server)
			if err != nil {
				delete(all, item.Status) // the survey says so
				continue
			}
			d.expression = compiled
		}
		all[item.Status] = d
	}
	return all
}

// surveyDocument reports an ErrorDocument whose expression is not run.
func (b *builder) surveyDocument(item *ir.ErrorDocument) {
	if strings.Contains(item.Target, "%{") {
		if _, err := eval.ParseText(item.Target, &eval.Server{DocumentRoot: "/"}); err != nil {
			b.report.ignore(item, "the ErrorDocument of %d is not sent, but the server's own page: %v", item.Status, err)
		}
	}
}

// Document returns what is sent in the place of the server's own page for a status (core: ErrorDocument). ok is false where
// that page is sent.
func (p *Plan) Document(x *exchange.Exchange, status int) (kind ir.ErrorTarget, target []byte, ok bool) {
	s := p.scope
	if s == nil {
		s = p.Host.scopes.base
	}
	d := s.documents[status]
	if d == nil {
		return 0, nil, false
	}
	if d.expression == nil {
		return d.kind, []byte(d.text), true
	}
	vars := eval.Context{
		Exchange: x, Server: &p.Host.server, Self: &p.Self, Filename: x.Filename, Query: x.Request.Query, Fields: x.Response.Fields,
	}
	var room eval.Room
	return d.kind, d.expression.Append(nil, &vars, &room), true
}

// Overrides says whether a backend's response of a status is replaced by one of the server's own (mod_proxy:
// ProxyErrorOverride).
func (p *Plan) Overrides(status int) bool {
	if p.scope == nil || !p.scope.overrides || status < 400 || status > 599 {
		return false
	}
	return len(p.scope.overridden) == 0 || slices.Contains(p.scope.overridden, status)
}
