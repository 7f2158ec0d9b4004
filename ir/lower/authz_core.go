package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/subnet"
)

func authzHandlers() map[string]handler {
	return map[string]handler{
		"Require":      lowerRequire,
		"AuthMerging":  oneOf(ir.WordAuthMerging, "AuthMerging must be one of: Off | And | Or"),
		"<RequireAll":  requireGroup(ir.SectionRequireAll),
		"<RequireAny":  requireGroup(ir.SectionRequireAny),
		"<RequireNone": requireGroup(ir.SectionRequireNone),
	}
}

// authzProviders are the words behind Require, by module.
var authzProviders = map[string]string{
	"all": "authz_core_module", "env": "authz_core_module", "method": "authz_core_module", "expr": "authz_core_module",
	"ip": "authz_host_module", "host": "authz_host_module", "forward-dns": "authz_host_module", "local": "authz_host_module",
	"user": "authz_user_module", "valid-user": "authz_user_module", "group": "authz_groupfile_module",
	"file-owner": "authz_owner_module", "file-group": "authz_owner_module",
	"ldap-user": "authnz_ldap_module", "ldap-group": "authnz_ldap_module", "ldap-dn": "authnz_ldap_module",
	"ldap-attribute": "authnz_ldap_module", "ldap-filter": "authnz_ldap_module", "ldap-search": "authnz_ldap_module",
	"dbm-group": "authz_dbm_module", "dbm-file-group": "authz_dbm_module",
	"dbd-group": "authz_dbd_module", "dbd-login": "authz_dbd_module", "dbd-logout": "authz_dbd_module",
	"ssl": "ssl_module", "ssl-verify-client": "ssl_module",
}

func lowerRequire(l *lowering, n *parser.Node, at place) ir.Item {
	item := &ir.Require{Node: node(n)}
	words := n.Words
	if len(words) > 0 && clib.EqualFold(words[0].String(), "not") {
		item.Not, words = true, words[1:]
	}
	if len(words) == 0 {
		l.invalid(n, n.Span(), "Unknown Authz provider: ", "write Require all granted", "Require needs to say what")
		return nil
	}
	item.Provider = words[0].String()
	module, known := authzProviders[item.Provider]
	if !known || !l.tree.HasModule(module) {
		help := "write one of all, ip, host, forward-dns, local, env, method, expr, user, group or valid-user"
		if known {
			help = "write `LoadModule " + module + " modules/mod_" + strings.TrimSuffix(module, "_module") + ".so`"
		}
		l.invalid(n, words[0].Text.All(), "Unknown Authz provider: "+words[0].String(), help, "Require does not know %q", words[0].String())
		return nil
	}
	if group := at.group(); item.Not && group != ir.SectionRequireAll {
		l.invalid(n, n.Words[0].Text.All().To(words[0].Text.All()), "negative Require directive has no effect in <"+string(group)+"> directive",
			"write <RequireAll> around it, with another Require that grants", "Require not has no effect outside <RequireAll>")
		return nil
	}
	item.Args = texts(words[1:])
	if item.Provider == "expr" {
		text := expressionOf(n.Args, words[0].String())
		if !l.condition(n, text, "Cannot parse expression in require line: ") {
			return nil
		}
		item.Args = []string{text.String()}
	}
	if !l.requireArgs(n, item, words[1:]) {
		return nil
	}
	return item
}

// expressionOf is what stands behind a word, without the double quotes around all of it; backslashes in them stay.
func expressionOf(args ast.Text, word string) ast.Text {
	text := args.String()
	start, end := strings.Index(text, word)+len(word), len(text)
	for start < end && isBlank(text[start]) {
		start++
	}
	for start < end && isBlank(text[end-1]) {
		end--
	}
	if end-start > 1 && text[start] == '"' && text[end-1] == '"' {
		start, end = start+1, end-1
	}
	return args.Slice(start, end)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// group is the group that a Require belongs to; outside of one it is RequireAny.
func (p place) group() ir.SectionKind {
	for _, kind := range []ir.SectionKind{ir.SectionRequireAll, ir.SectionRequireNone} {
		if clib.EqualFold(p.kind, string(kind)) {
			return kind
		}
	}
	return ir.SectionRequireAny
}

func (l *lowering) requireArgs(n *parser.Node, item *ir.Require, words []parser.Word) bool {
	switch item.Provider {
	case "all":
		// httpd looks at the text with its quotes.
		if len(words) == 1 && !words[0].Quoted && contains([]string{"granted", "denied"}, item.Args[0]) {
			return true
		}
		span := n.Span()
		if len(words) > 0 {
			span = words[0].Text.All().To(words[len(words)-1].Text.All())
		}
		l.invalid(n, span, "Argument for 'Require all' must be 'granted' or 'denied'", "write Require all granted or Require all denied",
			"Require all is granted or denied")
		return false
	case "ip":
		return l.requireAddresses(n, words)
	case "method":
		for _, w := range words {
			if !isMethod(w.String()) {
				l.invalid(n, w.Text.All(), "Invalid Method '"+w.String()+"'", "write methods of HTTP or WebDAV in capitals", "Require method does not know %q", w.String())
				return false
			}
		}
	case "ssl", "ssl-verify-client":
		if len(words) > 0 {
			l.invalid(n, words[0].Text.All(), "'Require "+item.Provider+"' does not take arguments", "write Require "+item.Provider,
				"Require %s takes no arguments", item.Provider)
			return false
		}
	}
	return true
}

// isMethod says whether httpd has a method registered (ap_method_registry_init).
func isMethod(name string) bool {
	switch name {
	case "GET", "HEAD", "PUT", "POST", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "PROPPATCH", "MKCOL", "COPY",
		"MOVE", "LOCK", "UNLOCK", "VERSION-CONTROL", "CHECKOUT", "UNCHECKOUT", "CHECKIN", "UPDATE", "LABEL", "REPORT",
		"MKWORKSPACE", "MKACTIVITY", "BASELINE-CONTROL", "MERGE":
		return true
	}
	return false
}

func (l *lowering) requireAddresses(n *parser.Node, words []parser.Word) bool {
	if len(words) == 0 || words[0].String() == "" {
		l.invalid(n, n.Span(), "'require ip' requires an argument", "write Require ip 192.0.2.0/24", "Require ip has no address")
		return false
	}
	for _, w := range words {
		if problem := addressProblem(w.String()); problem != "" {
			text := "ip address '" + w.String() + "' appears to be invalid"
			if problem != subnet.ErrAddress.Error() {
				text += ": " + problem
			}
			l.invalid(n, w.Text.All(), text, "write 192.0.2.1, 192.0.2, 192.0.2.0/24 or 2001:db8::/32", "%q is no address or network", w.String())
			return false
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

// requireGroup is RequireAll, RequireAny or RequireNone.
func requireGroup(kind ir.SectionKind) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, at place) ir.Item {
		if n.Args.Len() > 0 {
			l.invalid(n, n.Args.All(), "<"+n.Name+"> directive doesn't take additional arguments", "remove the text", "<%s> takes no argument", n.Name)
			return nil
		}
		item := &ir.Section{Node: node(n), Kind: kind, Items: l.items(n.Children, at.in(n, ""))}
		if len(item.Items) == 0 {
			l.invalid(n, n.Span(), "<"+n.Name+"> directive contains no authorization directives", "write a Require in it, or remove the section",
				"<%s> holds no Require", n.Name)
			return refusedBox(n, item.Items)
		}
		if group := at.group(); kind == ir.SectionRequireNone && group != ir.SectionRequireAll {
			l.invalid(n, n.Span(), "<RequireNone> directive has no effect in <"+string(group)+"> directive",
				"write <RequireAll> around it, with a Require that grants", "<RequireNone> has no effect outside <RequireAll>")
			return refusedBox(n, item.Items)
		}
		return l.onlyNegative(n, item)
	}
}

// onlyNegative reports a RequireAll that can never grant.
func (l *lowering) onlyNegative(n *parser.Node, item *ir.Section) ir.Item {
	if item.Kind != ir.SectionRequireAll {
		return item
	}
	for _, child := range item.Items {
		require, one := child.(*ir.Require)
		group, several := child.(*ir.Section)
		negative := one && require.Not || several && group.Kind == ir.SectionRequireNone
		if !negative {
			return item
		}
	}
	l.refuse(n, refusal{
		code: invalidArgument, httpd: "<RequireAll> directive contains only negative authorization directives", help: "add Require all granted", check: true,
	}, "<RequireAll> holds nothing that grants")
	return refusedBox(n, item.Items)
}
