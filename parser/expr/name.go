package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/subnet"
)

// Modules says which modules are loaded beside the core, since they bring names of their own.
type Modules func(id string) bool

// variables are those of the core, in the order of httpd's tables (util_expr_eval.c).
var variables = []string{
	"TIME_YEAR", "TIME_MON", "TIME_DAY", "TIME_HOUR", "TIME_MIN", "TIME_SEC", "TIME_WDAY", "TIME", "SERVER_SOFTWARE", "API_VERSION",
	"HTTP_USER_AGENT", "HTTP_PROXY_CONNECTION", "HTTP_REFERER", "HTTP_COOKIE", "HTTP_FORWARDED", "HTTP_HOST", "HTTP_ACCEPT",
	"REQUEST_METHOD", "REQUEST_SCHEME", "REQUEST_URI", "REQUEST_FILENAME", "REMOTE_HOST", "REMOTE_IDENT", "REMOTE_USER",
	"SERVER_ADMIN", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "SCRIPT_FILENAME", "PATH_INFO", "QUERY_STRING", "IS_SUBREQ",
	"DOCUMENT_ROOT", "AUTH_TYPE", "THE_REQUEST", "CONTENT_TYPE", "HANDLER", "REQUEST_LOG_ID", "SCRIPT_USER", "SCRIPT_GROUP",
	"DOCUMENT_URI", "LAST_MODIFIED", "CONTEXT_PREFIX", "CONTEXT_DOCUMENT_ROOT", "REQUEST_STATUS", "REMOTE_ADDR", "REMOTE_PORT",
	"HTTPS", "IPV6", "CONN_LOG_ID", "CONN_REMOTE_ADDR", "HTTP2",
}

// functions are those of the core that give a text.
var functions = []string{
	"osenv", "env", "resp", "req", "http", "note", "reqenv", "req_novary", "tolower", "toupper", "escape", "unescape", "file",
	"filesize", "base64", "unbase64", "sha1", "md5", "ldap",
}

// relations are the operators with a name and two operands.
var relations = []string{"ipmatch", "fnmatch", "strmatch", "strcmatch"}

// tests are the operators of one letter, whose case counts.
const tests = "nzRTdefsLhxFUA"

// restricted are what httpd refuses in a .htaccess: what looks at files.
const (
	restrictedTests     = "defsLhx"
	restrictedFunctions = "file filesize"
)

func (p *parser) variable(name string, at token) (Word, *Error) {
	upper := strings.ToUpper(name)
	switch {
	case slices.Contains(variables, upper),
		strings.HasPrefix(upper, "SSL_") && p.loaded("ssl_module"),
		upper == "HC_BODY" && p.loaded("proxy_hcheck_module"):
		return &Variable{upper}, nil
	}
	return nil, unknown("Variable", "variable", name, "", at, closest(upper, variables))
}

func (p *parser) call(name string, argument Word, at token) (Word, *Error) {
	lower := clib.ToLower(name)
	known := slices.Contains(functions, lower) || lower == "ssl" && p.loaded("ssl_module") ||
		lower == "hc" && p.loaded("proxy_hcheck_module")
	if !known {
		return nil, unknown("Function", "function", name, "", at, closest(lower, functions))
	}
	if p.options.Restricted && slices.Contains(strings.Fields(restrictedFunctions), lower) {
		return nil, forbidden(lower, at)
	}
	return &Call{lower, argument}, nil
}

func (p *parser) test(op string, operand Word, at token) (Condition, *Error) {
	if !strings.Contains(tests, op) {
		return nil, unknown("Unary operator", "operator", op, "-", at, "")
	}
	if p.options.Restricted && strings.Contains(restrictedTests, op) {
		return nil, forbidden("-"+op, at)
	}
	if op == "R" {
		if err := constantSubnet(op, operand, at); err != nil {
			return nil, err
		}
	}
	return &Test{op[0], operand}, nil
}

func relation(op string, left, right Word, at token) (Condition, *Error) {
	lower := clib.ToLower(op)
	if !slices.Contains(relations, lower) {
		suggestion := closest(lower, relations)
		if suggestion != "" {
			suggestion = "-" + suggestion
		}
		return nil, unknown("Binary operator", "operator", op, "-", at, suggestion)
	}
	if lower == "ipmatch" {
		if err := constantSubnet(op, right, at); err != nil {
			return nil, err
		}
	}
	return &Relation{lower, left, right}, nil
}

// constantSubnet checks the operand of -R and -ipmatch, which httpd reads with the configuration.
func constantSubnet(op string, operand Word, at token) *Error {
	text, ok := operand.(*Literal)
	if !ok || text.Number {
		return at.failf(fmt.Sprintf("-%s requires subnet/netmask as constant argument", op),
			"-%s needs an address in quotes without variables in it: write -%s '192.0.2.0/24'", op, op)
	}
	if _, err := subnet.Parse(text.Text); err != nil {
		return at.failf("parsing of subnet/netmask failed", "-%s: %v", op, err)
	}
	return nil
}

// unknown is the error of a name that nothing has; kind and prefix say what it would be the name of.
func unknown(httpd, kind, name, prefix string, at token, suggestion string) *Error {
	hint := ""
	if suggestion != "" {
		hint = ": did you mean " + suggestion + "?"
	}
	return at.failf(fmt.Sprintf("%s '%s%s' does not exist", httpd, prefix, name), "%s %s%s does not exist%s", kind, prefix, name, hint)
}

func forbidden(name string, at token) *Error {
	return at.failf(name+" not available in restricted context", "%s looks at files, which a .htaccess may not do: move it to the server configuration", name)
}

func (p *parser) loaded(id string) bool { return p.options.Modules == nil || p.options.Modules(id) }

// closest is the name that was probably meant, or empty.
func closest(name string, names []string) string {
	best, distance := "", 3
	for _, candidate := range names {
		if d := levenshtein.ComputeDistance(name, candidate); d < distance {
			best, distance = candidate, d
		}
	}
	return best
}
