package lower

import (
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// ldapChecks are those of mod_authnz_ldap.
func ldapChecks() map[string]check {
	return map[string]check{
		"AuthLDAPURL":                checkLDAPURL,
		"AuthLDAPDereferenceAliases": checkLDAPAliases,
		"AuthLDAPSubGroupAttribute":  atMost(10, "Too many AuthLDAPSubGroupAttribute values"),
		"AuthLDAPSubGroupClass":      atMost(11, "Too many AuthLDAPSubGroupClass values"),
		"AuthLDAPGroupAttribute":     atMost(11, "Too many AuthLDAPGroupAttribute directives"),
		"AuthLDAPInitialBindPattern": checkLDAPPattern,
	}
}

// atMost is a list of words with an end.
func atMost(most int, httpd string) check {
	return func(l *lowering, n *parser.Node) bool {
		words := untilEmpty(n.Words)
		if len(words) <= most {
			return true
		}
		l.invalid(n, words[most].Text.All(), httpd, "remove words until the rest can hold", "%s holds %d words at most", n.Name, most)
		return false
	}
}

func checkLDAPAliases(l *lowering, n *parser.Node) bool {
	if len(n.Words) == 0 {
		return true
	}
	switch word := n.Words[0].String(); {
	case word == "never", word == "searching", word == "finding", word == "always", clib.EqualFold(word, "on"), clib.EqualFold(word, "off"):
		return true
	default:
		l.invalid(n, n.Words[0].Text.All(), "Unrecognized value for AuthLDAPDereferenceAliases directive", "write never, searching, finding or always in lower case",
			"AuthLDAPDereferenceAliases does not know %q", word)
		return false
	}
}

func checkLDAPPattern(l *lowering, n *parser.Node) bool {
	if len(n.Words) == 0 {
		return true
	}
	_, ok := l.regex(n, n.Words[0], "AuthLDAPInitialBindPattern: cannot compile regular expression '"+n.Words[0].String()+"'")
	return ok
}

func checkLDAPURL(l *lowering, n *parser.Node) bool {
	if len(n.Words) == 0 {
		return true
	}
	const form = "write ldap://HOST:PORT/BASE?ATTRIBUTE?SCOPE?FILTER with the scope one or sub"
	if httpd := ldapURLProblem(n.Words[0].String()); httpd != "" {
		l.invalid(n, n.Words[0].Text.All(), httpd, form, "%s cannot be %q", n.Name, n.Words[0].String())
		return false
	}
	if len(n.Words) > 1 && !contains([]string{"NONE", "SSL", "TLS", "STARTTLS"}, n.Words[1].String()) {
		l.invalid(n, n.Words[1].Text.All(), "Invalid LDAP connection mode setting: must be one of NONE, SSL, or TLS/STARTTLS",
			"write NONE, SSL, TLS or STARTTLS, and quotes around a URL with spaces", "%s does not know %q", n.Name, n.Words[1].String())
		return false
	}
	return true
}

// ldapURLProblem is what apr_ldap_url_parse says to a URL, or nothing.
func ldapURLProblem(text string) string {
	rest, enclosed := strings.CutPrefix(text, "<")
	if clib.HasPrefixFold(rest, "URL:") {
		rest = rest[len("URL:"):]
	}
	known := false
	for _, scheme := range []string{"ldap://", "ldaps://", "ldapi://"} {
		if clib.HasPrefixFold(rest, scheme) {
			rest, known = rest[len(scheme):], true
			break
		}
	}
	if !known {
		return "The scheme was not recognised as a valid LDAP URL scheme."
	}
	if enclosed {
		var closed bool
		if rest, closed = strings.CutSuffix(rest, ">"); !closed {
			return "Bad enclosure error while parsing LDAP URL."
		}
	}
	host, path, _ := strings.Cut(rest, "/")
	if strings.HasPrefix(host, "[") && !strings.Contains(host, "]") {
		return "Bad LDAP URL while parsing IPV6 syntax."
	}
	parts := strings.SplitN(path, "?", 6)
	if len(parts) > 2 && parts[2] != "" && !contains([]string{"one", "onelevel", "base", "sub", "subtree"}, parts[2]) {
		return "Bad scope encountered while parsing LDAP URL."
	}
	if len(parts) > 5 {
		return "Bad URL encountered while parsing LDAP URL."
	}
	if len(parts) == 5 && strings.Trim(parts[4], ",") == "" {
		return "Bad extensions encountered while parsing LDAP URL."
	}
	return ""
}
