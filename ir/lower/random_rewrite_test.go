package lower_test

import (
	"math/rand/v2"
	"strings"
)

// randomRewrite is some directives of mod_rewrite in any place.
func randomRewrite(r *rand.Rand) string {
	var all []string
	for range 1 + r.IntN(3) {
		all = append(all, somewhere(r, rewriteDirective(r), 50))
	}
	return strings.Join(all, "\n")
}

func rewriteDirective(r *rand.Rand) string {
	switch one(r, []string{"rule", "rule", "rule", "cond", "cond", "map", "options", "base", "engine"}) {
	case "rule":
		return "RewriteRule " + rewriteArgs(r, rulePatterns, substitutions, ruleFlags)
	case "cond":
		return "RewriteCond " + rewriteArgs(r, testStrings, condPatterns, condFlags)
	case "map":
		return "RewriteMap " + one(r, []string{"m ", "m ", "m ", "\"\" ", "M "}) + one(r, mapSources) + one(r, []string{"", "", "", " u", " u:g", " u:g x"})
	case "options":
		return "RewriteOptions " + one(r, rewriteWords) + one(r, []string{"", " "}) + one(r, rewriteWords)
	case "base":
		return "RewriteBase " + one(r, []string{"/", "/x", "x", "", "\"\"", "/x y", "http://x/", "\"/\""})
	}
	return "RewriteEngine " + one(r, []string{"On", "off", "x", "", "On off", "\"on\""})
}

func rewriteArgs(r *rand.Rand, first, second, flags []string) string {
	var list []string
	for i, pool := range [][]string{first, second} {
		if r.IntN(14) > i {
			list = append(list, one(r, pool))
		}
	}
	if r.IntN(3) > 0 {
		list = append(list, rewriteFlags(r, flags))
	}
	if r.IntN(12) == 0 {
		list = append(list, one(r, []string{"x", "# why", "[L]", "\""}))
	}
	return strings.TrimRight(strings.Join(list, one(r, []string{" ", " ", " ", "\t", "  "})), "\\") // the last would join lines
}

func rewriteFlags(r *rand.Rand, pool []string) string {
	var flags []string
	for range r.IntN(4) {
		flags = append(flags, one(r, pool))
	}
	text := one(r, []string{"[", "[", "[", "[", "[", "[", "[", "[", "", "[ ", "[,"}) + strings.Join(flags, one(r, []string{",", ",", ", ", " ,"})) +
		one(r, []string{"]", "]", "]", "]", "]", "]", "]", "]", "", " ]", ",]"})
	switch {
	case text == "":
		return "[]"
	case strings.Contains(text, " ") && r.IntN(4) > 0, r.IntN(20) == 0:
		return one(r, []string{`"`, `'`}) + text + one(r, []string{`"`, `"`, `'`})
	}
	return text
}

var rulePatterns = []string{
	"a", "^", "^/(.*)$", "!^/x", "!", "!!a", "(", "!(", "[a", "a)", "*", "+a", "a{2,1}", "a{1", "(?<n>a)", "(?P<n>", "\\", "a\\", "\"a b\"", "'a b'", "\"a", "a\\ b", "\\1", "(a)\\1", "[[:alpha:]]", "[[:nope:]]",
	"(?i)x", "(?z)", "é", "\\d+", "\\p{L}", "\\p{Nope}", "a**", "a++", "(?R)", "(?1)", "(*FAIL)", "(*NOPE)", "\"\"", "''", "\"a\"b", "\\E", "\\Qa", "[]", "[]a]", "[b-a]", "(?#", "\\x{110000}", "\\xzz", "\\c", "(?<=a*)b", "(?<=a|bc)d",
}

var substitutions = []string{
	"-", "/x", "/x?", "/x?a=$1", "http://b/$1", "\"a b\"", "'a", "\"\"", "${m:$1|d}", "%{HTTP_HOST}", "%{", "${", "x\\ y", "?", "balancer://b/$1", "fcgi://b", "!", "\"x\"y", "unix:/s|http://b/$1",
}

var ruleFlags = []string{
	"L", "last", "LAST", "END", "end", "R", "R=301", "R=permanent", "R=temp", "R=seeother", "R=200", "R=299", "R=404", "R=500", "R=999", "R=x", "R=", "R=3x", "R=0", "R=100", "R=99", "R=600", "redirect=308", "R=306", "R=418", "R=-1", "R= 301", "R=103", "R=226", "R=426", "R=511", "R=512",
	"F", "forbidden", "forbid", "G", "gone", "NC", "nocase", "NE", "noescape", "NS", "nosubreq", "N", "N=5", "N=x", "next", "P", "proxy", "PT", "passthrough", "QSA", "qsappend", "QSD", "qsdiscard", "QSL", "qslast",
	"S=1", "S", "S=x", "skip=2", "C", "chain", "CO=a:b:c", "cookie=a:b", "CO", "CO=a", "CO=;a;b;c", "E=a:b", "E=a", "E=!a", "E", "env=x:y", "H=x", "handler=x", "T=text/plain", "type=x", "B", "B=x", "backrefescaping", "BNP", "backrefernoplus",
	"BCTLS", "BNE", "BNE=", "BNE=/", "DPI", "discardpath", "d", "D", "dx", "Dpi", "UnsafeAllow3F", "UnsafePrefixStat", "UNC", "unc", "X", "", "L=1", "=x", "l ast", "novary", "OR", "NV", "bx", "ex", "nx", "px", "qx", "rx", "sx", "tx", "ux", "hx", "lx", "fx", "gx", "cx", "ca", "1", "é",
}

var condFlags = []string{"NC", "OR", "NV", "nocase", "ornext", "novary", "nc", "L", "", "NC=x", "N", "R", "=", "no case"}

var testStrings = []string{
	"%{HTTP_HOST}", "%{REQUEST_URI}", "expr", "EXPR", "\"expr\"", "x", "\"a b\"", "'a b'", "a\\ b", "%{", "${m:x}", "\"", "\"\"", "%1", "$1", "%{ENV:x}", "%{NOPE}", "-f", "expr=x",
}

var condPatterns = []string{
	"-f", "-d", "!-f", "-F", "-U", "-l", "-L", "-h", "-s", "-x", "-z", "-q", "-", "--", "-eq1", "-eq", "-ne 5", "\"-ne 5\"", "-ltx", "-gex", "-xx1", "=x", "=", "!=x", "<x", ">x", "<=x", ">=x", "<", ">=", "=\"\"", "\"=a b\"", "!", "!!a", "^x$", "(", "!(", "[a", "*",
	"true", "\"true && false\"", "\"%{HTTP_HOST} == 'x'\"", "\"%{HTTP_HOST} ==\"", "\"nope\"", "!true", "\"!(true)\"", "\"reqenv('x')\"", "\"-n %{HTTP_HOST}\"", "\"%{HTTP_HOST} =~ m#(#\"", "\"%{NOPE} == 'x'\"", "''", "\"\"", "a{2,1}", "\\", "x\\",
}

var mapSources = []string{
	"int:tolower", "int:toupper", "int:escape", "int:unescape", "int:nope", "INT:tolower", "int:ToLower", "int:", "dbm=x", "dbm=nope:/etc/hosts", "dbm", "dbmx:y", "DBM=sdbm", "dbm=:x",
	"txt:/etc/hosts", "rnd:/etc/hosts", "/etc/hosts", "prg:/bin/true", "PRG:/bin/true a b", "\"prg:/bin/true a b\"", "txt:/etc", "Txt:/etc/hosts", "dbd:select", "fastdbd:select", "\"fastdbd:select x\"", "FASTDBD:x",
}

var rewriteWords = []string{
	"Inherit", "inheritbefore", "InheritDown", "InheritDownBefore", "IgnoreInherit", "AllowNoSlash", "AllowAnyURI", "MergeBase", "IgnoreContextInfo", "LegacyPrefixDocRoot", "UnsafePrefixStat", "MaxRedirects=", "maxredirects=5", "MaxRedirects",
	"LongURLOptimization", "x", "", "\"\"", "Inherit,AllowAnyURI", "None",
}
