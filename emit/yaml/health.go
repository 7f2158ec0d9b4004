package yaml

import "github.com/lbconf/lbconf/ir"

// healthTemplates is ProxyHCTemplate.
var healthTemplates = mappings("name", "web, hcmethod: GET, hcuri: /health",
	func(w *writer, m *mapping, template *ir.HealthTemplate) {
		m.add("name", text(template.Name))
		m.params(w, template.Params, ir.ParamOfWorker)
	},
	func(f *fields) *ir.HealthTemplate {
		return &ir.HealthTemplate{Node: f.head("ProxyHCTemplate"), Name: f.text("name"), Params: f.params("name")}
	},
	func() schema {
		return withParams(props{"name": ref("text"), "parameters": ref("parameters")}, "name")
	},
)

// healthExprs is ProxyHCExpr.
var healthExprs = mappings("name", "up, expr: '%{REQUEST_STATUS} =~ /^2/'",
	func(_ *writer, m *mapping, e *ir.HealthExpr) {
		m.add("name", text(e.Name))
		m.add("expr", text(e.Expr))
	},
	func(f *fields) *ir.HealthExpr {
		f.only("name", "expr")
		return &ir.HealthExpr{Node: f.head("ProxyHCExpr"), Name: f.text("name"), Expr: f.text("expr")}
	},
	func() schema { return object(props{"name": ref("text"), "expr": ref("text")}, "name", "expr") },
)
