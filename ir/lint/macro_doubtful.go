package lint

import "github.com/lbconf/lbconf/parser/diag"

var macroDoubtful = &Rule{
	ID:       "LB804",
	Name:     "macro-doubtful",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "a macro that can hardly be meant as it is written",
	Why: `mod_macro warns of these at each start, and goes on: a macro that is defined twice, a parameter that is never used or has no
$ before its name, an unknown flag, text behind the tags. Of one it says nothing: when the line behind a Use is the last of
its file and has no line end, httpd does not see it. mod_macro reads on in the file byte by byte, and at its end forgets the
line. A </VirtualHost> there is missed, any other directive is silently left out. Where a backslash continues the line behind
Use, what is lost is its last piece: the directive runs without it.`,
	Bad: `<Macro backend $name $port>
    ProxyPass "/$name" "http://$name.example.com/"
</Macro>
Use backend shop 8080
`,
	Good: `<Macro backend $name $port>
    ProxyPass "/$name" "http://$name.example.com:$port/"
</Macro>
Use backend shop 8080
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/mod_macro.html#macro",
	},
}
