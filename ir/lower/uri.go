package lower

import (
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
)

// isURI reports whether apr_uri_parse takes a text: only a port that is no number, a bracket without its other half, and
// a colon in the first part of a relative path are wrong.
func isURI(text string) bool {
	rest, scheme := afterScheme(text)
	if authority, ok := strings.CutPrefix(rest, "//"); ok && (scheme || !strings.HasPrefix(authority, "/")) {
		return isAuthority(authority)
	}
	if scheme || strings.HasPrefix(text, "/") {
		return true
	}
	first, _, _ := strings.Cut(text, "/")
	return !strings.Contains(first, ":")
}

// afterScheme cuts a scheme and its colon off, and says whether there is one.
func afterScheme(text string) (string, bool) {
	scheme, rest, ok := strings.Cut(text, ":")
	letter := func(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
	if !ok || scheme == "" || !letter(scheme[0]) {
		return text, false
	}
	for i := range len(scheme) {
		if c := scheme[i]; !letter(c) && !strings.ContainsRune("0123456789+-.", rune(c)) {
			return text, false
		}
	}
	return rest, true
}

// isAuthority judges [user[:password]@]host[:port] at the start of a text.
func isAuthority(text string) bool {
	if end := strings.IndexAny(text, "/?#"); end >= 0 {
		text = text[:end]
	}
	host := text[strings.LastIndexByte(text, '@')+1:]
	if strings.HasPrefix(host, "[") {
		closing := strings.IndexByte(host, ']')
		if closing < 0 {
			return false
		}
		if host = host[closing+1:]; !strings.HasPrefix(host, ":") {
			return true
		}
	}
	_, port, _ := strings.Cut(host, ":")
	return clib.AfterInt(port) == ""
}
