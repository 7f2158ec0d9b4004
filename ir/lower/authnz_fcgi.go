package lower

import (
	"regexp"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/expr"
)

// fcgiChecks are those of mod_authnz_fcgi.
func fcgiChecks() map[string]check {
	return map[string]check{"AuthnzFcgiDefineProvider": checkFcgiProvider, "AuthnzFcgiCheckAuthnProvider": checkFcgiAuthn}
}

// fcgiBackend is the form of the address of an authorizer.
var fcgiBackend = regexp.MustCompile(`(?i)^fcgi://(.*):(\d{1,5})(/?)$`)

// checkFcgiProvider checks type, name and address, and makes the name known.
func checkFcgiProvider(l *lowering, n *parser.Node) bool {
	const name, form = "AuthnzFcgiDefineProvider", "write AuthnzFcgiDefineProvider authn|authz|authnz NAME fcgi://HOST:PORT/"
	say := func(w int, httpd, format string) bool {
		span := n.Span()
		if w < len(n.Words) {
			span = n.Words[w].Text.All()
		}
		l.invalid(n, span, name+": "+httpd, form, format, n.Name)
		return false
	}
	word := func(i int) string { return n.Words[i].String() }
	switch {
	case len(n.Words) == 0:
		return say(0, "No type given", "%s has no type")
	case !contains([]string{"authn", "authz", "authnz"}, word(0)):
		return say(0, "Invalid provider type "+word(0), "%s does not know this type")
	case len(n.Words) == 1:
		return say(1, "No provider name given", "%s has no name")
	case len(n.Words) == 2:
		return say(2, "No backend-address given", "%s has no address")
	}
	address := fcgiBackend.FindStringSubmatch(word(2))
	switch {
	case address == nil:
		return say(2, "backend-address '"+word(2)+"' has invalid form", "%s has no such address")
	case clib.Atoi(address[2]) > 65535:
		return say(2, "backend-address '"+word(2)+"' has invalid port", "%s has no such port")
	case len(n.Words) > 3:
		return say(3, "Unexpected parameter "+word(3), "%s takes no more")
	}
	if !clib.EqualFold(word(0), "authz") {
		l.learn().providers.authn[word(1)] = authnProvider{}
	}
	if !clib.EqualFold(word(0), "authn") {
		l.learn().providers.authz[word(1)] = authzProvider{parse: requireNoRestriction}
	}
	return true
}

func requireNoRestriction(l *lowering, n *parser.Node, line requireLine) bool {
	return line.text.Len() == 0 || line.invalid(l, n, line.text,
		"mod_authnz_fcgi doesn't support restrictions on providers (i.e., multiple require args)", "write Require "+line.provider,
		"Require %s takes no arguments", line.provider)
}

// checkFcgiAuthn checks a provider and the options behind it, each with a value.
func checkFcgiAuthn(l *lowering, n *parser.Node) bool {
	const name, options = "AuthnzFcgiCheckAuthnProvider", "Authoritative, DefaultUser, RequireBasicAuth or UserExpr"
	refuse := func(w int, httpd, format string, args ...any) bool {
		span := n.Span()
		if w < len(n.Words) {
			span = n.Words[w].Text.All()
		}
		l.invalid(n, span, httpd, "write None, or a provider and options of "+options, format, args...)
		return false
	}
	if len(n.Words) == 0 {
		return refuse(0, name+": No provider given", "%s names no provider", n.Name)
	}
	if clib.EqualFold(n.Words[0].String(), "None") && len(n.Words) > 1 {
		return refuse(1, `Options aren't supported with "None"`, "%s takes no options behind None", n.Name)
	}
	for i := 1; i < len(n.Words); i += 2 {
		option := n.Words[i].String()
		if i+1 == len(n.Words) {
			return refuse(i, name+": "+option+"needs an argument", "%s has no value for %q", n.Name, option)
		}
		value := n.Words[i+1]
		switch {
		case contains([]string{"Authoritative", "RequireBasicAuth"}, option):
			if !contains([]string{"On", "Off"}, value.String()) {
				return refuse(i+1, name+": Bad argument '"+value.String()+"' to option '"+option+"'", "%s is On or Off", option)
			}
		case clib.EqualFold(option, "DefaultUser"):
		case clib.EqualFold(option, "UserExpr"):
			_, err := expr.ParseString(value.Text.String(), expr.Options{Modules: l.tree.HasModule, Restricted: true})
			if !l.expression(n, value.Text, name+": Error parsing '"+value.String()+"': '", err) {
				return false
			}
		default:
			return refuse(i, name+": Unexpected option '"+option+"'", "%s does not know %q", n.Name, option)
		}
	}
	return true
}
