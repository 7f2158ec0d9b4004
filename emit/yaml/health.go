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
