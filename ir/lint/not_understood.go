package lint

import "github.com/lbconf/lbconf/parser/diag"

var notUnderstood = &Rule{
	ID:       "LB001",
	Name:     "not-understood",
	Class:    diag.Unknown,
	Severity: diag.Error,
	Title:    "a part of the configuration that lbconf does not follow",
	Why: `lbconf does not silently pass over what it cannot follow: hundreds of sections in each other, an <IfVersion> with a pattern
that only PCRE has, macros that expand to more than a file may hold, files beyond the limits of an input (--max-input raises
them). What stands there is not checked, and a clean report would say more than is known.`,
	Bad: `<IfVersion ~ ^2(?=\.4)>
    ProxyPass "/shop" "http://shop.example.com/"
</IfVersion>
`,
	Good: `<IfVersion >= 2.4>
    ProxyPass "/shop" "http://shop.example.com/"
</IfVersion>
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/mod_version.html",
	},
}
