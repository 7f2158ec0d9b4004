package lower

import (
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// checkErrorLogFormat is [connection|request] format.
func checkErrorLogFormat(l *lowering, n *parser.Node) bool {
	w, main := first(n), true
	if len(n.Words) == 2 && n.Words[1].String() != "" {
		w, main = n.Words[1], false
		if !contains([]string{"connection", "request"}, first(n).String()) {
			return l.wrong(n, first(n), "ErrorLogFormat type must be one of request, connection", "write request or connection, or the format alone")
		}
	}
	problem := errorLogFormat(w.String(), main)
	return problem == "" || l.wrong(n, w, problem, "see the letters of ErrorLogFormat; %% is a percent sign")
}

// errorLogLetters are the letters of core, and those of modules that httpd's distribution brings.
const errorLogLetters = "aAeEFiklLmnPtTvV"

// errorLogFormat is what httpd says to a format, or nothing. A main format writes the message.
func errorLogFormat(format string, main bool) string {
	message := false
	for format != "" {
		before, rest, found := strings.Cut(format, "%")
		if !found {
			break
		}
		if backslashes := len(before) - len(strings.TrimRight(before, `\`)); backslashes%2 == 1 {
			format = rest
			continue
		}
		item, after, problem := readErrorLogItem(rest)
		if problem != "" {
			return problem
		}
		format = after
		switch {
		case item.message && !main:
			return "%M cannot be used in once-per-request or once-per-connection formats"
		case item.required && main:
			return "The '+' flag cannot be used in the main error log format"
		case item.level > 0 && !main:
			return "The loglevel cannot be used as a condition in once-per-request or once-per-connection formats"
		case item.level > trace8:
			return "The specified loglevel modifier is out of range"
		}
		message = message || item.message
	}
	if main && !message {
		return "main ErrorLogFormat must contain message format string '%M'"
	}
	return ""
}

// trace8 is the number of the most talkative level.
const trace8 = 15

// errorLogItem is what counts of a %….
type errorLogItem struct {
	message, required bool
	level             int
}

// readErrorLogItem reads what follows a percent sign.
func readErrorLogItem(s string) (item errorLogItem, rest, problem string) {
	if strings.HasPrefix(s, "%") || strings.HasPrefix(s, " ") { // a percent sign, or the end of a field
		return item, s[1:], ""
	}
	for s != "" {
		switch c := s[0]; {
		case c == '{':
			_, s, _ = strings.Cut(s, "}")
			continue
		case c == '+':
			item.required = true
		case c == '-':
		case '0' <= c && c <= '9':
			item.level = clib.Atoi(s)
			s = strings.TrimLeft(s, "0123456789")
			continue
		case c == 'M':
			item.message = true
			return item, s[1:], ""
		case strings.IndexByte(errorLogLetters, c) < 0:
			return item, "", "Unrecognized error log format directive %" + s[:1]
		default:
			return item, s[1:], ""
		}
		s = s[1:]
	}
	return item, "", "Ran off end of error log format parsing args to some directive"
}
