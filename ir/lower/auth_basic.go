package lower

import (
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// basicChecks are those of mod_auth_basic.
func basicChecks() map[string]check {
	return map[string]check{
		"AuthBasicProvider":           providerList("Basic", false),
		"AuthBasicFake":               checkBasicFake,
		"AuthBasicUseDigestAlgorithm": oneWord("Invalid algorithm in AuthBasicUseDigestAlgorithm: %s", "Off", "MD5"),
	}
}

func checkBasicFake(l *lowering, n *parser.Node) bool {
	if len(n.Words) > 0 && clib.EqualFold(n.Words[0].String(), "off") {
		return true
	}
	user := stringCheck(0, func(word, _ string) string { return "Could not parse fake username expression '" + word + "': " })
	password := stringCheck(1, func(_, user string) string {
		return "Could not parse fake password expression associated to user '" + user + "': "
	})
	return user(l, n) && password(l, n)
}
