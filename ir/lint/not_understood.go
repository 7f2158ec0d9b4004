package lint

import "github.com/lbconf/lbconf/parser/diag"

var notUnderstood = &Rule{
	ID:       "LB001",
	Name:     "not-understood",
	Class:    diag.Unknown,
	Severity: diag.Error,
	Title:    "a part of the configuration that lbconf does not follow",
	Why: `lbconf does not silently pass over what it cannot follow: macros of mod_macro, a variable that begins or ends a section,
hundreds of sections in each other, files beyond the limits of an input (--max-input raises them). What stands
there is not checked, and a clean report would say more than is known.`,
	Bad: `<Macro backend $name>
    ProxyPass "/$name" "http://$name.example.com/"
</Macro>
Use backend shop
`,
	Good: `ProxyPass "/shop" "http://shop.example.com/"
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/mod_macro.html",
	},
}
