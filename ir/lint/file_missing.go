package lint

import "github.com/lbconf/lbconf/parser/diag"

var fileMissing = &Rule{
	ID:       "LB022",
	Name:     "file-missing",
	Class:    diag.Refusal,
	Severity: diag.Error,
	Title:    "file or folder that is not there",
	Why: `httpd does not start when a file that it needs is missing: certificates, keys and lists of revoked ones, which must not
be empty either; the DocumentRoot of the main server; the file of a RewriteMap; the folder of an ErrorLog, a CustomLog or a
Mutex; a list of trusted proxies; a module. It does not open them at -t, so that a key of another certificate is found out
at the start. Passwords, types and PID files are no part of that. lbconf asks where the answer means something: below a
ServerRoot that is there, or below --root, the tree of the server; --files check asks about all, --files skip about none,
and the last line of lint counts what was not looked at.`,
	Bad: `SSLCertificateFile "/etc/ssl/absent/shop.crt"
`,
	Good: `SSLCertificateFile "/etc/ssl/shop.crt"
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#sslcertificatefile",
		"https://httpd.apache.org/docs/2.4/mod/core.html#errorlog",
	},
}
