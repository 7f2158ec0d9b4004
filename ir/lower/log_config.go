package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

func logHandlers() map[string]handler {
	return map[string]handler{
		"LogFormat": lowerLogFormat,
		"CustomLog": lowerCustomLog,
	}
}

func logChecks() map[string]check {
	return map[string]check{"GlobalLog": (*lowering).log}
}

func lowerLogFormat(l *lowering, n *parser.Node, _ place) ir.Item {
	if !l.words(n, 1, 2, "takes 1-2 arguments, a log format string (see docs) and an optional format name") {
		return nil
	}
	item := &ir.LogFormat{Node: node(n), Format: n.Words[0].String()}
	if len(n.Words) == 2 {
		item.Nickname = n.Words[1].String()
	}
	if !l.logFormat(n, n.Words[0]) {
		return nil
	}
	return item
}

func lowerCustomLog(l *lowering, n *parser.Node, _ place) ir.Item {
	if !l.words(n, 2, 3, `takes two or three arguments, a file name, a custom log format string or format name, and an optional "env=" or "expr=" clause (see docs)`) {
		return nil
	}
	item := &ir.CustomLog{Node: node(n), Target: n.Words[0].String(), Format: n.Words[1].String()}
	if len(n.Words) == 3 {
		item.Condition = n.Words[2].String()
	}
	if !l.log(n) {
		return nil
	}
	return item
}

// log reports whether httpd takes the condition and the format of a CustomLog or GlobalLog.
func (l *lowering) log(n *parser.Node) bool {
	if len(n.Words) == 3 && !l.logCondition(n, n.Words[2]) {
		return false
	}
	return !strings.Contains(n.Words[1].String(), "%") || l.logFormat(n, n.Words[1])
}

func (l *lowering) logCondition(n *parser.Node, w parser.Word) bool {
	const help = "write env=NAME, env=!NAME or expr=…"
	switch text := w.String(); {
	case clib.HasPrefixFold(text, exprPrefix):
		return l.condition(n, behindPrefix(w.Text), "")
	case !clib.HasPrefixFold(text, "env="):
		l.invalid(n, w.Text.All(), "error in condition clause", help, "%q is no condition of a log", text)
		return false
	case strings.TrimPrefix(text[len("env="):], "!") == "":
		l.invalid(n, w.Text.All(), "missing environment variable name", help, "%q names no variable", text)
		return false
	}
	return true
}

// logLetters are the letters of mod_log_config and mod_logio, and of mod_ssl.
const logLetters = "aAbBCDefhHiklLmnopPqrRstTuUvVXIOS" + "cx"

// logFormat reports a letter that httpd refuses.
func (l *lowering) logFormat(n *parser.Node, w parser.Word) bool {
	s := w.String()
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		start := i
		i = skipLogModifiers(s, i+1)
		if i >= len(s) {
			l.invalid(n, w.Text.Span(start, len(s)), "Ran off end of LogFormat parsing args to some directive", "write %% for a percent sign",
				"the format ends behind %q", s[start:])
			return false
		}
		end := i + 1
		letter := s[i:end]
		if s[i] == '^' {
			end = min(i+3, len(s))
			letter = s[i:end]
		}
		if letter != "%" && (len(letter) == 1 && !strings.Contains(logLetters, letter) || len(letter) > 1 && letter != "^ti" && letter != "^to") {
			l.invalid(n, w.Text.Span(start, end), "Unrecognized LogFormat directive %"+letter[:1], "see the letters of mod_log_config; %% is a percent sign",
				"a log format has no %%%s", letter)
			return false
		}
		i = end - 1
	}
	return true
}

// skipLogModifiers returns the place of the letter: behind <, >, status codes and {…}.
func skipLogModifiers(s string, i int) int {
	for i < len(s) {
		switch c := s[i]; {
		case strings.IndexByte("<>!,0123456789", c) >= 0:
			i++
		case c == '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return len(s)
			}
			i += end + 1
		default:
			return i
		}
	}
	return i
}
