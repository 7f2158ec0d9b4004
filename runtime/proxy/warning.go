package proxy

import (
	"bytes"
	"time"

	"github.com/lbconf/lbconf/runtime/wire"
)

func isWarning(name []byte) bool { return len(name) == 7 && wire.EqualFold(name, "Warning") }

// appendWarnings appends a field for each warning in the Warning fields of a response. One whose date is another than that of
// the response is left out, and so is what is no warning (mod_proxy_http: ap_proxy_clean_warnings).
func appendWarnings(dst, fields wire.Fields) wire.Fields {
	date, dated := parseDate(fields.Get("Date"))
	nominations := fields.Has("Connection")
	for _, field := range fields {
		if !isWarning(field.Name) || nominations && nominated(fields, field.Name) {
			continue
		}
		for rest := field.Value; ; {
			var warning, written []byte
			if warning, written, rest = nextWarning(rest); warning == nil {
				break
			}
			if at, ok := parseDate(written); !ok || dated && at.Equal(date) {
				dst = append(dst, wire.Field{Name: field.Name, Value: warning})
			}
		}
	}
	return dst
}

// nextWarning finds the first warning in a text: three digits, a name, a text in quotes and maybe a date in quotes, with
// blanks between them. It is nil where there is none.
func nextWarning(text []byte) (warning, date, rest []byte) {
	for i := 0; i+3 < len(text); i++ {
		if !isDigit(text[i]) || !isDigit(text[i+1]) || !isDigit(text[i+2]) {
			continue
		}
		agent := skipBlanks(text, i+3)
		end := agent
		for end < len(text) && !isBlank(text[end]) {
			end++
		}
		quote := skipBlanks(text, end)
		last := quoted(text, quote)
		if agent == i+3 || end == agent || quote == end || last < 0 {
			continue
		}
		second := skipBlanks(text, last)
		if behind := quoted(text, second); second > last && behind > second+2 {
			return text[i:behind], text[second+1 : behind-1], text[behind:]
		}
		return text[i:last], nil, text[last:]
	}
	return nil, nil, nil
}

// quoted returns what is behind a text in quotes that begins at i; -1 for none.
func quoted(text []byte, i int) int {
	if i >= len(text) || text[i] != '"' {
		return -1
	}
	end := bytes.IndexByte(text[i+1:], '"')
	if end < 0 {
		return -1
	}
	return i + end + 2
}

func skipBlanks(text []byte, i int) int {
	for i < len(text) && isBlank(text[i]) {
		i++
	}
	return i
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// parseDate reads a date in one of the three forms of HTTP.
func parseDate(value []byte) (time.Time, bool) {
	if len(value) == 0 {
		return time.Time{}, false
	}
	for _, form := range [...]string{httpDate, time.RFC850, time.ANSIC} {
		if t, err := time.Parse(form, string(value)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
