package lower_test

import (
	"math/rand/v2"
	"strings"
)

var patternPieces = []string{
	"a", "b", "1", "(", ")", "(", ")", "?", "*", "+", "{1}", "{2,1}", "{,3}", "[", "]", "^", "$", "-", ".", "|", "\\", "\\\\", "\\d", "\\1", "\\2", "\\Q", "\\E", "\\x{41}", "\\x{", "\\c", "\\p{L}", "\\p{No}", "\\g{1}", "\\k<n>",
	"[[:alpha:]]", "[[:x:]]", "z-a", "(?<n>", "(?P=n)", "(?:", "(?=", "(?<=", "(?i)", "(?z)", "(?#", "(?1)", "(?R)", "(*FAIL)", "(*X)", "\"", "\\\"", "'", "\\'", " ", "\t", "#", "é", "!", "~", "<", ">", "/", "\\/", "\\ ", "${x:y}", "%",
}

// randomPattern is a regular expression with whatever quotes in one of the directives that take one.
func randomPattern(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(6) {
		b.WriteString(one(r, patternPieces))
	}
	pattern := b.String()
	switch r.IntN(4) {
	case 0:
		pattern = `"` + pattern + `"`
	case 1:
		pattern = `'` + pattern + `'`
	case 2:
		pattern = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(pattern) + `"`
	}
	return strings.ReplaceAll(one(r, []string{
		"RewriteRule @ -", "RewriteRule @ /$1 [L]", "RewriteCond x @ [NC]", "RewriteCond x @ [OR]", "ProxyPassMatch @ http://b/", "ProxyPass ~ @ http://b/", "ProxyRemoteMatch @ http://r",
		"<LocationMatch @>\n</LocationMatch>", "<Location ~ @>\n</Location>", "<ProxyMatch @>\n</ProxyMatch>", "<FilesMatch @>\n</FilesMatch>", "<DirectoryMatch @>\n</DirectoryMatch>",
		"AliasMatch @ /x",
	}), "@", pattern)
}
