package lower

import (
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// aliasChecks are those of mod_alias.
func aliasChecks() map[string]placedCheck {
	return map[string]placedCheck{
		"Redirect":          checkRedirect(302, false),
		"RedirectMatch":     checkRedirect(302, true),
		"RedirectPermanent": checkRedirect(301, false),
		"RedirectTemp":      checkRedirect(302, false),
		"ScriptAlias":       func(l *lowering, n *parser.Node, at place) bool { return l.aliasPlace(n, at) },
		"ScriptAliasMatch": func(l *lowering, n *parser.Node, _ place) bool {
			return pattern("Regular expression could not be compiled.")(l, n)
		},
	}
}

// redirect is what mod_alias makes of the arguments of a Redirect.
type redirect struct {
	status int
	// written is 1 for a first word that is a status with a URL, -1 for one without, 0 for a path.
	written int
}

// isRedirect says that a status goes with a URL.
func (r redirect) isRedirect() bool { return r.status >= 300 && r.status < 400 }

func readRedirect(usual int, word string) redirect {
	switch {
	case clib.EqualFold(word, "permanent"):
		return redirect{301, 1}
	case clib.EqualFold(word, "temp"):
		return redirect{302, 1}
	case clib.EqualFold(word, "seeother"):
		return redirect{303, 1}
	case clib.EqualFold(word, "gone"):
		return redirect{410, -1}
	case word[0] >= '0' && word[0] <= '9':
		r := redirect{clib.Atoi(word), 1}
		if !r.isRedirect() {
			r.written = -1
		}
		return r
	}
	return redirect{usual, 0}
}

// checkRedirect is [status] path [URL], and in a section [status] [URL].
func checkRedirect(usual int, regex bool) placedCheck {
	return func(l *lowering, n *parser.Node, at place) bool {
		words := n.Words
		r := readRedirect(usual, words[0].String())
		if len(words) == 3 && r.written == 0 {
			return l.wrong(n, words[0], "Redirect: invalid first argument (of three)", "write permanent, temp, seeother, gone or a number")
		}
		if at.perDir() {
			switch {
			case r.written > 0 && len(words) == 2:
				return l.redirectTarget(n, words[1])
			case r.written == 0 && len(words) == 1:
				return l.redirectTarget(n, words[0])
			case r.written < 0 && len(words) == 1:
				return true
			}
		}
		path, url := words[min(1, len(words)-1)], words[len(words)-1]
		has := len(words) == 3
		if r.written == 0 {
			path, has = words[0], len(words) == 2
		}
		if regex {
			if _, ok := l.regex(n, path, "Regular expression could not be compiled."); !ok {
				return false
			}
		}
		switch {
		case r.isRedirect() && !has:
			return l.wrong(n, words[len(words)-1], "URL to redirect to is missing", "write Redirect [status] /path URL")
		case r.isRedirect() && !regex && !isURL(url.String()) && !strings.HasPrefix(url.String(), "/"):
			return l.wrong(n, url, "Redirect to non-URL", "write a URL, or a path that begins with /")
		case !r.isRedirect() && has:
			return l.wrong(n, url, "Redirect URL not valid for this status", "leave the URL out, or write a status from 300 to 399")
		}
		return true
	}
}

func (l *lowering) redirectTarget(n *parser.Node, w parser.Word) bool {
	return l.stringExpression(n, w.Text, "Cannot parse redirect expression '"+w.String()+"': ")
}

// isURL is ap_is_url: a scheme of letters, digits, +, - and . and its colon behind it.
func isURL(text string) bool {
	scheme, _, ok := strings.Cut(text, ":")
	return ok && scheme != "" && strings.IndexFunc(scheme, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("+-.", c)
	}) < 0
}
