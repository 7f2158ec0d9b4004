package lower

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// digestChecks are those of mod_auth_digest.
func digestChecks() map[string]check {
	return map[string]check{
		"AuthDigestProvider":      providerList("Digest", true),
		"AuthDigestQop":           checkDigestQop,
		"AuthDigestNonceLifetime": checkDigestLifetime,
		"AuthDigestNonceFormat":   deprecated("AuthDigestNonceFormat is not implemented", "nothing in its place"),
		"AuthDigestAlgorithm":     oneWord("Unsupported algorithm in AuthDigestAlgorithm: %s", "MD5"),
		"AuthDigestShmemSize":     checkDigestShmemSize,
	}
}

func checkDigestQop(l *lowering, n *parser.Node) bool {
	for _, w := range untilEmpty(n.Words) {
		if !clib.EqualFold(w.String(), "auth") {
			l.invalid(n, w.Text.All(), "AuthDigestQop is deprecated: only 'auth' is supported", "write auth, or remove the line",
				"AuthDigestQop does not know %q", w.String())
			return false
		}
	}
	return true
}

// checkDigestLifetime wants a number, with white space behind it or nothing.
func checkDigestLifetime(l *lowering, n *parser.Node) bool {
	if len(n.Words) == 0 {
		return true
	}
	text := n.Words[0].String()
	if rest := clib.AfterInt(text); rest == "" || clib.IsSpace(rest[0]) {
		return true
	}
	l.invalid(n, n.Words[0].Text.All(), "Invalid time in AuthDigestNonceLifetime: "+text, "write a whole number of seconds", "%s cannot be %q", n.Name, text)
	return false
}

// digestShmemLeast is what mod_auth_digest needs for one client on 64 bits.
const digestShmemLeast = 88

func checkDigestShmemSize(l *lowering, n *parser.Node) bool {
	if len(n.Words) == 0 {
		return true
	}
	text, span := n.Words[0].String(), n.Words[0].Text.All()
	size := clib.Atoi64(text)
	unit := strings.TrimLeft(clib.AfterInt(text), " \t\n\v\f\r")
	switch {
	case unit == "", unit[0]|0x20 == 'b':
	case unit[0]|0x20 == 'k':
		size *= 1 << 10
	case unit[0]|0x20 == 'm':
		size *= 1 << 20
	default:
		l.invalid(n, span, "Invalid size in AuthDigestShmemSize: "+text, "write a size such as 64K or 1M", "%s cannot be %q", n.Name, text)
		return false
	}
	if size >= digestShmemLeast {
		return true
	}
	l.invalid(n, span, fmt.Sprintf("size in AuthDigestShmemSize too small: %d < %d", size, digestShmemLeast), "write a size such as 64K or 1M", "%s is too small for one client", n.Name)
	return false
}
