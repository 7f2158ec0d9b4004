package lower

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// contentChecks are those of modules about files, programs, clients and logs.
func contentChecks() map[string]check {
	checks := map[string]check{
		"Action":                      checkAction,
		"AddIcon":                     checkIcon,
		"AddIconByEncoding":           checkIcon,
		"AddIconByType":               checkIcon,
		"CGIDScriptTimeout":           interval("CGIDScriptTimeout has wrong format"),
		"CGIScriptTimeout":            interval("CGIScriptTimeout has wrong format"),
		"CharsetOptions":              keywordsBefore("Invalid CharsetOptions option: %s", "ImplicitAdd", "NoImplicitAdd", "TranslateAllMimeTypes", "NoTranslateAllMimeTypes"),
		"CookieDomain":                checkCookieDomain,
		"CookieExpires":               checkCookieExpires,
		"CookieSameSite":              keyword("CookieSameSite accepts 'Strict', 'Lax', or 'None'", "Strict", "Lax", "None"),
		"CookieStyle":                 keyword("Invalid CookieStyle keyword: '%s'", "Netscape", "Cookie", "RFC2109", "Cookie2", "RFC2965"),
		"DirectoryIndexRedirect":      checkIndexRedirect,
		"ExtFilterOptions":            checkExtFilterOptions,
		"FancyIndexing":               deprecated("The FancyIndexing directive is no longer supported. Use IndexOptions FancyIndexing.", "IndexOptions FancyIndexing"),
		"ForceLanguagePriority":       checkLanguagePriority,
		"IndexOrderDefault":           checkIndexOrder,
		"LogMessage":                  checkLogMessage,
		"MultiviewsMatch":             checkMultiviews,
		"Script":                      checkScript,
		"SessionCookieName":           checkCookieName,
		"SessionCookieName2":          checkCookieName,
		"SessionDBDCookieName":        checkDBDCookieName,
		"SessionDBDCookieName2":       checkDBDCookieName,
		"SessionExpiryUpdateInterval": atoi(0, maxInt, "SessionExpiryUpdateInterval must be zero (disable) or a positive value"),
		"SetEnvIfExpr":                checkSetEnvIfExpr,
		"UserDir":                     checkUserDir,
	}
	for _, name := range []string{"VirtualDocumentRoot", "VirtualDocumentRootIP", "VirtualScriptAlias", "VirtualScriptAliasIP"} {
		checks[name] = checkVirtualPath
	}
	return checks
}

// keywordsBefore are words out of a few up to an empty one, which ends the list.
func keywordsBefore(httpd string, words ...string) check {
	return func(l *lowering, n *parser.Node) bool {
		for _, w := range untilEmpty(n.Words) {
			if !contains(words, w.String()) {
				return l.wrong(n, w, httpd, "write one of "+strings.Join(words, ", "))
			}
		}
		return true
	}
}

func checkAction(l *lowering, n *parser.Node) bool {
	return len(n.Words) < 3 || clib.EqualFold(n.Words[2].String(), "virtual") || l.wrong(n, n.Words[2], "unrecognized option '%s'", "write virtual, or leave it out")
}

func checkIcon(l *lowering, n *parser.Node) bool {
	text := first(n).String()
	return !strings.HasPrefix(text, "(") || strings.Contains(text, ")") || l.wrong(n, first(n), "missing closing paren", "write (text,/path)")
}

func checkCookieDomain(l *lowering, n *parser.Node) bool {
	text := first(n).String()
	switch {
	case text[0] != '.':
		return l.wrong(n, first(n), "CookieDomain values must begin with a dot", "write ."+text)
	case !strings.Contains(text[1:], "."):
		return l.wrong(n, first(n), "CookieDomain values must contain at least one embedded dot", "write a domain such as .example.com")
	}
	return true
}

// checkCookieExpires is a number of seconds, or numbers with their units.
func checkCookieExpires(l *lowering, n *parser.Node) bool {
	const help = `write a number of seconds, or "2 weeks 3 days"`
	text := first(n).String()
	digit := func(c byte) bool { return '0' <= c && c <= '9' }
	if digit(text[0]) && digit(text[len(text)-1]) {
		return true
	}
	words := strings.Fields(text)
	if len(words) > 0 && clib.Lower(words[0][0]) == 'p' {
		words = words[1:]
	}
	for ; len(words) > 0; words = words[2:] {
		switch {
		case !digit(words[0][0]):
			return l.wrong(n, first(n), "bad expires code, numeric value expected.", help)
		case len(words) == 1:
			return l.wrong(n, first(n), "bad expires code, missing <type>", help)
		case !isPeriod(words[1]):
			return l.wrong(n, first(n), "bad expires code, unrecognized type", help)
		}
	}
	return true
}

func checkIndexRedirect(l *lowering, n *parser.Node) bool {
	text := first(n).String()
	switch {
	case contains([]string{"On", "Off", "permanent", "temp", "seeother"}, text):
		return true
	case text[0] < '0' || text[0] > '9':
		return l.wrong(n, first(n), "DirectoryIndexRedirect ON|OFF|permanent|temp|seeother|3xx", "write one of On, Off, permanent, temp, seeother, or a status from 300 to 399")
	case !(redirect{status: clib.Atoi(text)}).isRedirect():
		return l.wrong(n, first(n), "DirectoryIndexRedirect only accepts values between 300 and 399", "write a status from 300 to 399")
	}
	return true
}

func checkExtFilterOptions(l *lowering, n *parser.Node) bool {
	for _, w := range untilEmpty(n.Words) {
		if !contains([]string{"LogStderr", "NoLogStderr", "OnFail=abort", "OnFail=remove"}, w.String()) && !clib.HasPrefixFold(w.String(), "DebugLevel=") {
			return l.wrong(n, w, "Invalid ExtFilterOptions option: %s", "write LogStderr, NoLogStderr, OnFail=abort or OnFail=remove")
		}
	}
	return true
}

// checkLanguagePriority looks at the words of one line; httpd looks at those of a section together.
func checkLanguagePriority(l *lowering, n *parser.Node) bool {
	none, other := false, false
	for _, w := range untilEmpty(n.Words) {
		switch text := w.String(); {
		case clib.EqualFold(text, "None"):
			if other {
				return l.wrong(n, w, "Cannot combine ForceLanguagePriority options with None", "write None alone")
			}
			none = true
		case contains([]string{"Prefer", "Fallback"}, text):
			if none {
				return l.wrong(n, w, "Cannot combine ForceLanguagePriority options None and %s", "write None alone")
			}
			other = true
		default:
			return l.wrong(n, w, "Invalid ForceLanguagePriority option %s", "write None, Prefer or Fallback")
		}
	}
	return true
}

func checkMultiviews(l *lowering, n *parser.Node) bool {
	var seen []string
	for _, w := range untilEmpty(n.Words) {
		text := w.String()
		switch {
		case clib.EqualFold(text, "Any") && slices.ContainsFunc(seen, func(s string) bool { return s != "any" }):
			return l.wrong(n, w, "Any is incompatible with NegotiatedOnly, Filters and Handlers", "write Any alone")
		case clib.EqualFold(text, "NegotiatedOnly") && slices.ContainsFunc(seen, func(s string) bool { return s != "negotiatedonly" }):
			return l.wrong(n, w, "NegotiatedOnly is incompatible with Any, Filters and Handlers", "write NegotiatedOnly alone")
		case contains([]string{"Filters", "Handlers"}, text) && (slices.Contains(seen, "any") || slices.Contains(seen, "negotiatedonly")):
			return l.wrong(n, w, "%s is incompatible with Any and NegotiatedOnly", "write Filters, Handlers or both")
		case !contains([]string{"Any", "NegotiatedOnly", "Filters", "Handlers"}, text):
			return l.wrong(n, w, "Unrecognized option '%s'", "write Any, NegotiatedOnly, Filters or Handlers")
		}
		seen = append(seen, clib.ToLower(text))
	}
	return true
}

// checkScript makes the method known to what follows.
func checkScript(l *lowering, n *parser.Node) bool {
	if first(n).String() == "TRACE" {
		return l.wrong(n, first(n), "TRACE not allowed for Script", "write another method")
	}
	l.methodNumber(first(n).String())
	return true
}

// checkCookieName is the name of a cookie and its attributes, up to the first white space.
func checkCookieName(l *lowering, n *parser.Node) bool {
	name, _, _ := strings.Cut(strings.ReplaceAll(n.Args.String(), "\t", " "), " ")
	return name != "" && !strings.ContainsAny(name, "=&") || l.wrong(n, first(n), canonical(n)+" cannot be empty, or contain '=' or '&'.", "write the name of the cookie")
}

// checkDBDCookieName is checkCookieName in the words of mod_session_dbd.
func checkDBDCookieName(l *lowering, n *parser.Node) bool {
	name, _, _ := strings.Cut(strings.ReplaceAll(n.Args.String(), "\t", " "), " ")
	switch {
	case name == "":
		return l.wrong(n, first(n), canonical(n)+" requires at least one argument!", "write the name of the cookie")
	case strings.ContainsAny(name, "=;&"):
		return l.wrong(n, first(n), canonical(n)+" cannot contain '=', ';' or '&'.", "write the name of the cookie")
	}
	return true
}

// checkSetEnvIfExpr is a condition and what is set.
func checkSetEnvIfExpr(l *lowering, n *parser.Node) bool {
	if first(n).String() == "" {
		return l.wrong(n, first(n), "Missing expression for SetEnvIfExpr", `write SetEnvIfExpr "expression" NAME=VALUE`)
	}
	if !l.condition(n, first(n).Text, "Could not parse expression \""+first(n).String()+"\": ") {
		return false
	}
	return len(untilEmpty(n.Words[1:])) > 0 || l.wrong(n, first(n), "Missing envariable expression for SetEnvIfExpr", "write NAME, NAME=VALUE or !NAME behind the expression")
}

func checkUserDir(l *lowering, n *parser.Node) bool {
	return first(n).String() != "" || l.wrong(n, first(n), "UserDir requires an argument.", "write a folder, or disabled")
}

// checkLogMessage is a text, the hook at which it is written and a condition.
func checkLogMessage(l *lowering, n *parser.Node) bool {
	if !l.stringExpression(n, first(n).Text, "Could not parse message expression '"+first(n).String()+"': ") {
		return false
	}
	hooks := []string{"log_transaction", "quick_handler", "handler", "pre_translate_name", "translate_name", "map_to_storage", "fixups", "type_checker", "check_access", "check_access_ex", "insert_filter", "all", "*"}
	for _, w := range n.Words[1:] {
		text := w.String()
		switch {
		case clib.HasPrefixFold(text, "hook="):
			if !contains(hooks, text[len("hook="):]) {
				return l.wrong(n, w, "Invalid hook name: "+text[len("hook="):], "write one of "+strings.Join(hooks, ", "))
			}
		case clib.HasPrefixFold(text, exprPrefix):
			if !l.condition(n, behindPrefix(w.Text), "Could not parse expression '"+text[len(exprPrefix):]+"': ") {
				return false
			}
		default:
			return l.wrong(n, w, "Invalid argument %s", "write hook=NAME or expr=CONDITION")
		}
	}
	return true
}

// checkVirtualPath is an absolute path with %p, %%, %N, %N.N and +, or none.
func checkVirtualPath(l *lowering, n *parser.Node) bool {
	text := first(n).String()
	if !strings.HasPrefix(text, "/") {
		return clib.EqualFold(text, "none") || l.wrong(n, first(n), "format string must be an absolute path, or 'none'", "write a path that begins with /, or none")
	}
	for {
		_, rest, found := strings.Cut(text, "%")
		if !found {
			return true
		}
		var problem string
		if text, problem = virtualPart(rest); problem != "" {
			return l.wrong(n, first(n), problem, "write %0 to %9, %-1, %1+, %2.1, %p, or %% for a percent sign")
		}
	}
}

// virtualPart reads what follows a percent sign, and says what is wrong with it.
func virtualPart(s string) (rest, problem string) {
	if strings.HasPrefix(s, "p") || strings.HasPrefix(s, "%") {
		return s[1:], ""
	}
	number := func() bool {
		s = strings.TrimPrefix(s, "-")
		if s == "" || s[0] < '0' || s[0] > '9' {
			return false
		}
		s = strings.TrimPrefix(s[1:], "+")
		return true
	}
	if !number() {
		return "", "syntax error in format string"
	}
	if after, dotted := strings.CutPrefix(s, "."); dotted {
		if s = after; !number() {
			return "", "syntax error in format string"
		}
	}
	return s, ""
}
