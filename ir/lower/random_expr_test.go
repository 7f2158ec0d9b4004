package lower_test

import (
	"math/rand/v2"
	"strings"
)

// exprPlaces take a condition (%c raw, %q in quotes) or a text (%s in quotes).
var exprPlaces = []string{
	"<Location /a>\nRequire expr %c\n</Location>", "<Location /a>\nRequire expr \"%c\"\n</Location>", "<If %q>\n</If>", "<If %c>\n</If>",
	"<If true>\n</If>\n<ElseIf %q>\n</ElseIf>", "Header set X y \"expr=%c\"", "RequestHeader unset X \"expr=%c\"", "Header edit X a b \"expr=%c\"",
	"RewriteCond expr %q\nRewriteRule . -", "CustomLog /dev/null x \"expr=%c\"", "ProxyHCExpr n {%c}", "<Location /a>\nSSLRequire %c\n</Location>",
	"<Proxy *>\n<If %q>\nRequire all granted\n</If>\n</Proxy>", "Header set X \"expr=%s\"", "ErrorDocument 404 \"%s\"", "<Location /a>\nAuthName \"%s\"\n</Location>",
	"<Location /a>\nRequire user %s\n</Location>", "<Location /a>\nAuthBasicFake \"%s\" \"%s\"\n</Location>", "<Location /a>\nSetHandler \"%s\"\n</Location>",
	"<Location /a>\nAuthFormLogoutLocation \"%s\"\n</Location>", "<Location /a>\nRequire host %s\n</Location>", "RequestHeader append X \"expr=%s\"",
}

var (
	conditionPieces = []string{
		"true", "false", "and", "or", "not", "!", "&&", "||", "(", ")", "'a'", "''", "1", "-2", "%{REQUEST_URI}", "%{HTTP:Host}", "%{FOO}", "%{SSL_PROTOCOL}",
		"%{ENV:x}", "req('a')", "tolower(%{HTTP_HOST})", "tolower(", "$1", "==", "!=", "-eq", "lt", "=~", "!~", "/x/", "m#y#i", "/(a)(b/", "in", "{", "}", ",", ".",
		"-n", "-R", "-ipmatch", "'10.0.0.0/8'", "'10.0.0.0/99'", "foo('a')", "foo", "-foo", "-f '/x'", "PeerExtList('1')", "{'a','b'}", "'%{TIME}$2'", "'a%{x'", "%{:x:}", "_",
	}
	goodConditions = []string{
		"%{REQUEST_URI} == '/x'", "-n %{HTTP:Host}", "'a' =~ /x/", "%{REMOTE_ADDR} -ipmatch '10.0.0.0/8'", "true", "%{HTTP_HOST} in {'a','b'}", "1 -lt 2",
		"tolower('A') == 'a'", "-R '10.0.0.0/8'", "req('x') != %{TIME}",
	}
	textPieces = []string{
		"a", "b", "%{REQUEST_URI}", "%{FOO}", "%{HTTP:Host}", "%{tolower:x}", "%{foo:x}", "%{", "}", "$1", "$", "%", "%{x", "'", "/p/", "%{reqenv:Y}", "%{:1:}", "%{md5:%{TIME}}", "%%", "{",
	}
)

// randomExpression is an expression that is nearly right, somewhere where httpd takes one.
func randomExpression(r *rand.Rand) string {
	place := one(r, exprPlaces)
	for strings.Contains(place, "%s") {
		text := ""
		for range 1 + r.IntN(4) {
			text += one(r, textPieces)
		}
		place = strings.Replace(place, "%s", text, 1)
	}
	condition := randomCondition(r)
	return strings.NewReplacer("%c", condition, "%q", `"`+condition+`"`).Replace(place)
}

func randomCondition(r *rand.Rand) string {
	words := strings.Split(one(r, goodConditions), " ")
	switch r.IntN(4) {
	case 0:
		return strings.Join(words, " ")
	case 1:
		words[r.IntN(len(words))] = one(r, conditionPieces)
		return strings.Join(words, " ")
	case 2:
		return "!(" + strings.Join(words, " ") + ") || " + one(r, goodConditions)
	}
	words = words[:0]
	for range 1 + r.IntN(7) {
		words = append(words, one(r, conditionPieces))
	}
	return strings.Join(words, " ")
}
