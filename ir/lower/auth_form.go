package lower

import (
	"math"
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// formChecks are those of mod_auth_form.
func formChecks() map[string]check {
	all := map[string]check{
		"AuthFormProvider": providerList("Form", false),
		"AuthFormSize":     checkFormSize,
	}
	for name, what := range map[string]string{"LoginRequired": "login required", "LoginSuccess": "login success", "Logout": "logout required"} {
		all["AuthForm"+name+"Location"] = stringCheck(0, func(word, _ string) string { return "Could not parse " + what + " expression '" + word + "': " })
	}
	for _, name := range []string{"Username", "Password", "Location", "Method", "Mimetype", "Body"} {
		all["AuthForm"+name] = checkFormField
	}
	return all
}

// checkFormField wants the name of a field of a form.
func checkFormField(l *lowering, n *parser.Node) bool {
	if len(n.Words) == 0 || !strings.ContainsAny(n.Words[0].String(), "=&") {
		return true
	}
	l.invalid(n, n.Words[0].Text.All(), canonical(n)+" cannot be empty, or contain '=' or '&'.", "write the name of a field of the form",
		"%s cannot be %q", n.Name, n.Words[0].String())
	return false
}

// checkFormSize takes any text that does not begin with a number for 0; only what is too large for 64 bits is wrong.
func checkFormSize(l *lowering, n *parser.Node) bool {
	if len(n.Words) == 0 {
		return true
	}
	text := n.Words[0].String()
	size := clib.Atoi64(text)
	if size >= 0 && (size < math.MaxInt64 || strings.HasPrefix(text, "9223372036854775807")) {
		return true
	}
	l.invalid(n, n.Words[0].Text.All(), "AuthCookieFormSize must be a size in bytes, or zero.", "write a number of bytes, or 0", "%s cannot be %q", n.Name, text)
	return false
}
