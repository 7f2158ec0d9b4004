package yaml

import "github.com/lbconf/lbconf/ir"

// logFormats is LogFormat.
var logFormats = mappings("format", `"%h %>s"`,
	func(_ *writer, m *mapping, format *ir.LogFormat) {
		m.text("name", format.Nickname)
		m.add("format", text(format.Format))
	},
	func(f *fields) *ir.LogFormat {
		f.only("name", "format")
		return &ir.LogFormat{Node: f.head("LogFormat"), Format: f.text("format"), Nickname: f.text("name")}
	},
	func() schema { return object(props{"name": ref("text"), "format": ref("text")}, "format") },
)

// accessLogs is CustomLog.
var accessLogs = mappings("to", "logs/access.log",
	func(_ *writer, m *mapping, log *ir.CustomLog) {
		m.add("to", text(log.Target))
		m.text("format", log.Format)
		m.text("if", log.Condition)
	},
	func(f *fields) *ir.CustomLog {
		f.only("to", "format", "if")
		return &ir.CustomLog{Node: f.head("CustomLog"), Target: f.text("to"), Format: f.text("format"), Condition: f.text("if")}
	},
	func() schema { return object(props{"to": ref("text"), "format": ref("text"), "if": ref("text")}, "to") },
)
