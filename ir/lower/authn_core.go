package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// providers are what httpd looks up by name in order to authenticate and to authorize. Aliases join them as they are read.
type providers struct {
	authn map[string]authnProvider
	authz map[string]authzProvider
}

// authnProvider looks passwords up.
type authnProvider struct {
	// module has it; empty for an alias and for what AuthnzFcgiDefineProvider defines.
	module string
	// digest says that it knows the hashes that Digest needs.
	digest bool
}

// authnProviders returns those of httpd by name, and those of well-known modules that are no part of it.
func authnProviders() map[string]authnProvider {
	return map[string]authnProvider{
		"file": {"authn_file_module", true}, "dbm": {"authn_dbm_module", true}, "dbd": {"authn_dbd_module", true},
		"socache": {"authn_socache_module", true}, "anon": {"authn_anon_module", false}, "ldap": {"authnz_ldap_module", false},
		"wsgi": {"wsgi_module", true}, "external": {"authnz_external_module", true}, "PAM": {"authnz_pam_module", false},
	}
}

func authnHandlers() map[string]handler {
	return map[string]handler{"<AuthnProviderAlias": lowerAuthnAlias}
}

func authnChecks() map[string]check {
	return map[string]check{
		"AuthName": stringCheck(0, func(word, _ string) string { return "Cannot parse expression '" + word + "' in AuthName: " }),
		"AuthType": stringCheck(0, func(word, _ string) string { return "Cannot parse expression '" + word + "' in AuthType: " }),
	}
}

// authnProvider reports whether httpd knows a name; scheme is what is to be done with it, and whether it takes hashes for
// Digest.
func (l *lowering) authnProvider(n *parser.Node, w parser.Word, scheme string, digest bool) bool {
	name := w.String()
	known, ok := l.providers.authn[name]
	loaded := ok && (known.module == "" || l.tree.HasModule(known.module))
	if loaded && (!digest || known.digest) {
		return true
	}
	if loaded {
		l.invalid(n, w.Text.All(), "The '"+name+"' Authn provider doesn't support "+scheme+" Authentication",
			"write file, dbm or dbd, which know hashes", "%s cannot use %q, which only checks passwords", n.Name, name)
		return false
	}
	help := "write file, dbm, dbd, socache, anon or ldap in lower case, or define it above with <AuthnProviderAlias>"
	if ok {
		help = loadModule(known.module)
	} else if _, strange := l.stranger(n); strange {
		return true
	}
	l.invalid(n, w.Text.All(), "Unknown Authn provider: "+name, help, "%s does not know %q", n.Name, name)
	return false
}

// providerList is a directive that names what looks up passwords for a scheme.
func providerList(scheme string, digest bool) check {
	return func(l *lowering, n *parser.Node) bool {
		for _, w := range untilEmpty(n.Words) {
			if !l.authnProvider(n, w, scheme, digest) {
				return false
			}
		}
		return true
	}
}

// lowerAuthnAlias is <AuthnProviderAlias provider alias>.
func lowerAuthnAlias(l *lowering, n *parser.Node, at place) ir.Item {
	base, alias, ok := l.aliasNames(n)
	if !ok {
		return nil
	}
	httpd, help := "", ""
	switch _, taken := l.registered(alias.String()); {
	case clib.EqualFold(base.String(), alias.String()):
		httpd, help = "The alias provider name must be different from the base provider name.", "write another name behind "+base.String()
	case taken:
		httpd = "The alias provider " + alias.String() + " has already be registered previously as either a base provider or an alias provider."
		help = "write a name that is not in use"
	}
	if httpd != "" {
		l.invalid(n, alias.Text.All(), httpd, help, "%q cannot be the name of an alias here", alias.String())
		return nil
	}
	box := l.aliasBox(n, at)
	if !l.authnProvider(n, base, "", false) {
		return refusedBox(n, box.Items)
	}
	l.learn().providers.authn[alias.String()] = authnProvider{digest: l.providers.authn[base.String()].digest}
	return box
}

// registered looks up what is loaded or defined.
func (l *lowering) registered(name string) (authnProvider, bool) {
	known, ok := l.providers.authn[name]
	return known, ok && (known.module == "" || l.tree.HasModule(known.module))
}

// aliasNames are the first two words of a section that defines an alias.
func (l *lowering) aliasNames(n *parser.Node) (base, alias parser.Word, ok bool) {
	if len(n.Words) > 1 && n.Words[0].String() != "" && n.Words[1].String() != "" {
		return n.Words[0], n.Words[1], true
	}
	l.invalid(n, n.Span(), canonical(n)+" directive requires additional arguments", "write "+strings.TrimSuffix(canonical(n), ">")+" PROVIDER ALIAS>",
		"%s needs the name of what it stands for, and its own", display(n))
	return base, alias, false
}

// aliasBox keeps a section that defines an alias.
func (l *lowering) aliasBox(n *parser.Node, at place) *ir.Residue {
	d, _ := lookup(n)
	return &ir.Residue{
		Node: node(n), Name: d.Name, Args: n.Args.String(), Section: true, State: ir.ResidueUnsupported, Guards: d.Guards,
		Items: l.items(n.Children, at.in(n, "")),
	}
}

// stringCheck is a directive one argument of which is a text with %{}; httpd says what it says before the reason, given
// that argument and the first one.
func stringCheck(at int, httpd func(word, first string) string) check {
	return func(l *lowering, n *parser.Node) bool {
		if at >= len(n.Words) {
			return true
		}
		w := n.Words[at]
		return l.stringExpression(n, w.Text, httpd(w.String(), n.Words[0].String()))
	}
}
