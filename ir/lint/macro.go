package lint

import "github.com/lbconf/lbconf/parser/diag"

var macroRefused = &Rule{
	ID:       "LB021",
	Name:     "macro",
	Class:    diag.Refusal,
	Severity: diag.Error,
	Title:    "a macro that mod_macro refuses",
	Why: `mod_macro puts the lines of a <Macro> in the place of each Use, with the arguments in the place of its parameters. httpd does
not start when a Use names a macro that no line before it defines, gives it another number of arguments than it has
parameters, or leads back to the macro itself; nor when a parameter has no name or the name of another one. What is wrong in
the lines of a macro is reported under the code that it has anywhere else, at the line of the macro and at the Use.`,
	Bad: `<Macro backend $name $port>
    ProxyPass "/$name" "http://$name.example.com:$port/"
</Macro>
Use backend shop
`,
	Good: `<Macro backend $name $port>
    ProxyPass "/$name" "http://$name.example.com:$port/"
</Macro>
Use backend shop 8080
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/mod_macro.html",
	},
}
