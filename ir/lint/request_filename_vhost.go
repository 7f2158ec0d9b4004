package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
)

var requestFilenameVhost = &Rule{
	ID:       "LB421",
	Name:     "request-filename-vhost",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a test of %{REQUEST_FILENAME} for a file outside of a Directory, where it is no file yet",
	Why: `Rules of a server or virtual host run before httpd maps the URL to a file. There %{REQUEST_FILENAME} and
%{SCRIPT_FILENAME} are the path of the URL: the test for /logo.png looks into the root of the file system. It finds nothing,
so that "!-f" is always true and "-f" never: files that exist are sent to the backend as well. The guide "Using mod_rewrite
for Proxying" of httpd's manual has this example. In a <Directory> section or a .htaccess file the same line is right.`,
	Bad: `<VirtualHost *:80>
    DocumentRoot "/var/www/html"
    RewriteEngine On
    RewriteCond "%{REQUEST_FILENAME}" "!-f"
    RewriteRule "^/(.*)" "http://app.example.com:8080/$1" [P]
    <Proxy "http://app.example.com:8080">
        ProxySet connectiontimeout=5
    </Proxy>
</VirtualHost>
`,
	Good: `<VirtualHost *:80>
    DocumentRoot "/var/www/html"
    RewriteEngine On
    RewriteCond "%{DOCUMENT_ROOT}%{REQUEST_URI}" "!-f"
    RewriteRule "^/(.*)" "http://app.example.com:8080/$1" [P]
    <Proxy "http://app.example.com:8080">
        ProxySet connectiontimeout=5
    </Proxy>
</VirtualHost>
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewritecond"},
	Run: func(p *Pass) {
		for _, s := range p.Servers {
			at := &scope{server: s, items: s.Items}
			if !at.engineOn() {
				continue
			}
			for c := range chains(s.Items) {
				tests := slices.DeleteFunc(c.conds, func(cond *ir.RewriteCond) bool { return !testsFilename(cond.Cond) })
				if c.rule == nil || c.refused {
					continue
				}
				if len(tests) > 0 && at.isServer(p, c.rule.Rule) {
					reportFilename(p, tests)
				}
				if target, _ := leading(c.rule.Rule.Output); !c.rule.Rule.NoSubstitution() && !strings.Contains(target, "://") {
					break // from here on it may be what that rule made: a file
				}
			}
		}
	},
}

// testsFilename reports whether a condition asks the file system about REQUEST_FILENAME alone.
func testsFilename(cond *rewrite.Cond) bool {
	test, ok := cond.Pattern.(*rewrite.FileTest)
	if !ok || test.Kind == rewrite.SubrequestFile || test.Kind == rewrite.SubrequestURI || len(cond.Test.Parts) != 1 {
		return false
	}
	v, ok := cond.Test.Parts[0].(*rewrite.Var)
	return ok && v.Kind == rewrite.ServerVar && (v.Name == "REQUEST_FILENAME" || v.Name == "SCRIPT_FILENAME")
}

// isServer reports whether the items are plainly those of a server, and not the text of a .htaccess file that is read
// without the folder around it.
func (s *scope) isServer(p *Pass, rule *rewrite.Rule) bool {
	if !s.server.IsMain() || p.Config.Server || s.server.Name != nil || len(s.server.Mappings) > 0 || s.server.Settings.Word(ir.WordDocumentRoot).IsSet() {
		return true
	}
	path, ok := strings.CutPrefix(strings.TrimPrefix(rule.PatternText, "^"), "/")
	return ok && (path == "" || strings.IndexByte("?*{", path[0]) < 0)
}

func reportFilename(p *Pass, tests []*ir.RewriteCond) {
	first := tests[0]
	v := first.Cond.Test.Parts[0].(*rewrite.Var)
	outcome := "never true"
	if first.Cond.Negated {
		outcome = "always true"
	}
	d := diag.Diagnostic{
		Span:    first.Origin.Arg(0),
		Message: fmt.Sprintf("%%{%s} is the path of the URL here, not a file: the test is %s", v.Name, outcome),
		Label:   "not mapped to a file yet",
		Notes: []diag.Note{
			{Kind: "effect", Text: "for /logo.png httpd looks for /logo.png in the root of the file system, not below the DocumentRoot"},
			{Kind: "help", Text: "write %{DOCUMENT_ROOT}%{REQUEST_URI}"},
		},
		Fix: &diag.Fix{Message: "test the file below the DocumentRoot"},
	}
	for i, test := range tests {
		if i > 0 {
			d.Related = append(d.Related, diag.Related{Span: test.Origin.Arg(0), Message: "and here"})
		}
		arg := test.Origin.Arg(0)
		written := "%{" + clib.ToLower(test.Cond.Test.Parts[0].(*rewrite.Var).Name) + "}"
		at := strings.Index(clib.ToLower(p.source(arg)), written)
		if at < 0 {
			d.Fix = nil
			break
		}
		from := arg.Start + diag.Pos(at)
		d.Fix.Edits = append(d.Fix.Edits, diag.Edit{Span: diag.Span{Start: from, End: from + diag.Pos(len(written))}, Text: "%{DOCUMENT_ROOT}%{REQUEST_URI}"})
	}
	p.Report(d)
}
