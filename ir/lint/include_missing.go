package lint

import "github.com/lbconf/lbconf/parser/diag"

var includeMissing = &Rule{
	ID:       "LB017",
	Name:     "include-missing",
	Class:    diag.Refusal,
	Severity: diag.Error,
	Title:    "Include of a file that is not there",
	Why: `httpd does not start when an Include names a file or folder that does not exist, or when its wildcard matches nothing:
"Could not open configuration file". IncludeOptional lets a wildcard match nothing. A relative name counts from the
ServerRoot, not from the folder of the file with the Include. lbconf goes on without the file, so what stands in it is not
checked; one that cannot be read, or that includes itself, is reported under the same code.`,
	Bad: `Include "conf/backends.conf"
`,
	Good: `IncludeOptional "conf/backends*.conf"
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/core.html#include",
	},
}
