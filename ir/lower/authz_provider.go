package lower

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/subnet"
)

// authzProvider is a word behind Require.
type authzProvider struct {
	module string
	// parse reports whether httpd takes what stands behind the word; nil where it does not look.
	parse func(l *lowering, n *parser.Node, line requireLine) bool
}

// requireLine is what stands behind Require, or what an alias stands for.
type requireLine struct {
	provider string
	// text is what stands behind the provider.
	text ast.Text
	// alias says that it is an alias, in whose errors httpd quotes the line.
	alias bool
}

// invalid reports what httpd says of the line.
func (r requireLine) invalid(l *lowering, n *parser.Node, text ast.Text, httpd, help, format string, args ...any) bool {
	span := text.All()
	if text.Len() == 0 {
		span = n.Span()
	}
	l.invalid(n, span, r.quoted(httpd), help, format, args...)
	return false
}

// authzProviders returns them by name. Behind those of httpd stand those of well-known modules that are no part of it.
func authzProviders() map[string]authzProvider {
	all := map[string]authzProvider{
		"all":               {"authz_core_module", requireAll},
		"env":               {"authz_core_module", nil},
		"method":            {"authz_core_module", requireMethods},
		"expr":              {"authz_core_module", requireExpr},
		"ip":                {"authz_host_module", requireAddresses},
		"local":             {"authz_host_module", nil},
		"valid-user":        {"authz_user_module", nil},
		"file-owner":        {"authz_owner_module", nil},
		"file-group":        {"authz_owner_module", nil},
		"dbm-file-group":    {"authz_dbm_module", nil},
		"dbd-login":         {"authz_dbd_module", nil},
		"dbd-logout":        {"authz_dbd_module", nil},
		"ssl":               {"ssl_module", requireNothing},
		"ssl-verify-client": {"ssl_module", requireNothing},
	}
	for name, module := range map[string]string{
		"host": "authz_host_module", "forward-dns": "authz_host_module", "user": "authz_user_module", "group": "authz_groupfile_module",
		"ldap-user": "authnz_ldap_module", "ldap-group": "authnz_ldap_module", "ldap-dn": "authnz_ldap_module",
		"ldap-attribute": "authnz_ldap_module", "ldap-filter": "authnz_ldap_module", "ldap-search": "authnz_ldap_module",
		"dbm-group": "authz_dbm_module", "dbd-group": "authz_dbd_module",
	} {
		all[name] = authzProvider{module, requireString}
	}
	for name, module := range map[string]string{
		"shib-session": "mod_shib", "shib-attr": "mod_shib", "shib-user": "mod_shib", "shib-plugin": "mod_shib", "shibboleth": "mod_shib",
		"claim": "auth_openidc_module", "pam-account": "authnz_pam_module", "external-group": "authnz_external_module",
		"external-file-group": "authnz_external_module", "unix-group": "authz_unixgroup_module", "unix-file-group": "authz_unixgroup_module",
	} {
		all[name] = authzProvider{module, nil}
	}
	return all
}

// authzProvider reports whether a word is known behind Require. Where a module is loaded that lbconf does not know, the word
// may be its.
func (l *lowering) authzProvider(n *parser.Node, w parser.Word) bool {
	name := w.String()
	known, ok := l.providers.authz[name]
	if ok && (known.module == "" || l.tree.HasModule(known.module)) {
		return true
	}
	help := "write one of all, ip, host, forward-dns, local, env, method, expr, user, group or valid-user"
	if ok {
		help = loadModule(known.module)
	} else if _, strange := l.stranger(n); strange {
		return true
	}
	l.invalid(n, w.Text.All(), "Unknown Authz provider: "+name, help, "%s does not know %q", n.Name, name)
	return false
}

func (l *lowering) requireLine(n *parser.Node, line requireLine) bool {
	parse := l.providers.authz[line.provider].parse
	return parse == nil || parse(l, n, line)
}

// requireAll compares the text with its quotes, as httpd does.
func requireAll(l *lowering, n *parser.Node, line requireLine) bool {
	return contains([]string{"granted", "denied"}, line.text.String()) ||
		line.invalid(l, n, line.text, "Argument for 'Require all' must be 'granted' or 'denied'",
			"write Require all granted or Require all denied", "Require all is granted or denied")
}

func requireNothing(l *lowering, n *parser.Node, line requireLine) bool {
	return line.text.Len() == 0 || line.invalid(l, n, line.text, "'Require "+line.provider+"' does not take arguments",
		"write Require "+line.provider, "Require %s takes no arguments", line.provider)
}

func requireMethods(l *lowering, n *parser.Node, line requireLine) bool {
	for _, w := range untilEmpty(parser.SplitWords(line.text)) {
		if !l.isMethod(w.String()) {
			return line.invalid(l, n, w.Text, "Invalid Method '"+w.String()+"'", "write methods of HTTP or WebDAV in capitals",
				"Require method does not know %q", w.String())
		}
	}
	return true
}

func requireAddresses(l *lowering, n *parser.Node, line requireLine) bool {
	words := untilEmpty(parser.SplitWords(line.text))
	if len(words) == 0 {
		return line.invalid(l, n, line.text, "'require ip' requires an argument", "write Require ip 192.0.2.0/24", "Require ip has no address")
	}
	for _, w := range words {
		if problem := addressProblem(w.String()); problem != "" {
			httpd := "ip address '" + w.String() + "' appears to be invalid"
			if problem != subnet.ErrAddress.Error() {
				httpd += ": " + problem
			}
			return line.invalid(l, n, w.Text, httpd, "write 192.0.2.1, 192.0.2, 192.0.2.0/24 or 2001:db8::/32", "%q is no address or network", w.String())
		}
	}
	return true
}

// addressProblem is what httpd finds wrong with an address, a network or the first numbers of an address; empty where
// nothing is.
func addressProblem(text string) string {
	if _, err := subnet.Parse(text); err != nil {
		return err.Error()
	}
	return ""
}

func requireExpr(l *lowering, n *parser.Node, line requireLine) bool {
	return l.condition(n, unquoted(line.text), line.prefix())
}

func requireString(l *lowering, n *parser.Node, line requireLine) bool {
	return l.stringExpression(n, line.text, line.prefix())
}

// prefix is what httpd says before the reason for which it does not take an expression.
func (r requireLine) prefix() string { return r.quoted("Cannot parse expression in require line: ") }

// quoted is what httpd says of the line, with the line before it where it stands in an alias.
func (r requireLine) quoted(httpd string) string {
	if r.alias {
		return "Can't parse 'Require " + r.provider + " " + r.text.String() + "': " + httpd
	}
	return httpd
}

// untilEmpty cuts a list of words where httpd stops to read it.
func untilEmpty(words []parser.Word) []parser.Word {
	for i, w := range words {
		if w.String() == "" {
			return words[:i]
		}
	}
	return words
}

// behind is what stands behind the first words of a line, without white space around it.
func behind(args ast.Text, words int) ast.Text {
	text := args.String()
	from, to := 0, len(text)
	for ; ; words-- {
		for from < to && clib.IsSpace(text[from]) {
			from++
		}
		if words == 0 || from == to {
			break
		}
		from = parser.WordEnd(text, from)
	}
	return args.Slice(from, to)
}

// unquoted is a text without the double quotes around all of it; backslashes in them stay.
func unquoted(text ast.Text) ast.Text {
	if s := text.String(); len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		return text.Slice(1, len(s)-1)
	}
	return text
}

// lowerAuthzAlias is <AuthzProviderAlias provider alias "line">, which httpd gives to Require as one more word.
func lowerAuthzAlias(l *lowering, n *parser.Node, at place) ir.Item {
	base, alias, ok := l.aliasNames(n)
	if !ok {
		return nil
	}
	box := l.aliasBox(n, at)
	if !l.authzProvider(n, base) {
		return refusedBox(n, box.Items)
	}
	line := requireLine{provider: base.String(), alias: true}
	if len(n.Words) > 2 {
		line.text = n.Words[2].Text
	}
	if !l.requireLine(n, line) {
		return refusedBox(n, box.Items)
	}
	l.learn().providers.authz[alias.String()] = authzProvider{}
	return box
}
