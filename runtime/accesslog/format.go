// Package accesslog writes access logs as mod_log_config and mod_logio do: a format is compiled once, a request appends
// one line to each log and writes it at once, so that lines of several processes never mix.
package accesslog

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
)

// Server is what a line says of the server that took the request.
type Server struct {
	// Name is its ServerName (%v).
	Name string
	// Port is the port of its ServerName or of its virtual host; for 0 the default of the scheme counts (%p).
	Port int
	// Canonical says that its own name counts for %V, not that of the Host header (UseCanonicalName On).
	Canonical bool
}

// Format is a compiled LogFormat. It is immutable.
type Format struct {
	items []item
}

// item is one % directive, or literal text.
type item struct {
	text   string
	append appender
	// arg is what stands in braces.
	arg string
	// statuses restrict the item; except inverts them.
	statuses []int
	except   bool
}

// line is what an item can see.
type line struct {
	x      *exchange.Exchange
	server *Server
	pid    int
}

// appender appends the value of an item, escaped, or a dash for one that is missing.
type appender func(dst []byte, l *line, arg string) []byte

// FormatError says why a format is refused and what to write instead.
type FormatError struct {
	// Offset is where the directive stands in the format.
	Offset int
	// Message is a sentence without a final full stop.
	Message string
}

// Error returns the message.
func (e *FormatError) Error() string { return e.Message }

// CompileFormat compiles the text of a LogFormat, after the quoting of the configuration is resolved. The error is a
// *FormatError.
func CompileFormat(text string) (*Format, error) {
	f := &Format{}
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			f.items = append(f.items, item{text: literal.String()})
			literal.Reset()
		}
	}
	for i := 0; i < len(text); {
		switch c, escaped := eval.Escape(text[i:]); {
		case escaped:
			literal.WriteByte(c)
			i += 2
		case strings.HasPrefix(text[i:], "%%"):
			literal.WriteByte('%')
			i += 2
		case text[i] == '%':
			flush()
			it, n, err := compileItem(text[i:], i)
			if err != nil {
				return nil, err
			}
			f.items = append(f.items, it)
			i += n
		default:
			literal.WriteByte(text[i])
			i++
		}
	}
	flush()
	return f, nil
}

// compileItem compiles the directive at the start of text and returns its length.
func compileItem(text string, offset int) (it item, n int, err error) {
	final := false // the status of the response that was sent, not of the one that it stands for
	for i := 1; i < len(text); {
		switch c := text[i]; {
		case c == '!':
			it.except = !it.except
			i++
		case c == '<' || c == '>' || c == ',':
			final, i = c == '>' || final && c != '<', i+1
		case c == '{':
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				it.arg, i = text[i+1:], len(text)
				continue
			}
			it.arg, i = text[i+1:i+end], i+end+1
		case '0' <= c && c <= '9':
			status := 0
			for i < len(text) && '0' <= text[i] && text[i] <= '9' {
				status = min(status*10+int(text[i]-'0'), 1<<20)
				i++
			}
			it.statuses = append(it.statuses, status)
		default:
			name := text[i : i+1]
			if c == '^' && i+3 <= len(text) {
				name = text[i : i+3]
			}
			if final && name == "s" {
				name = ">s"
			}
			if it.append, err = resolve(name, &it.arg); err != nil {
				return it, 0, &FormatError{offset + i, err.Error()}
			}
			return it, i + len(strings.TrimPrefix(name, ">")), nil
		}
	}
	return it, 0, &FormatError{offset, "a % at the end of the format has no letter behind it: write the letter of a directive, or %% for a percent sign"}
}

// resolve finds the function of a directive.
func resolve(name string, arg *string) (appender, error) {
	if a := letters[name]; a != nil {
		return a, nil
	}
	switch name {
	case "t":
		return timeAppender(arg)
	case "T":
		return durationAppender(*arg)
	case "p":
		return portAppender(*arg)
	case "x", "c":
		return tlsAppender(name, arg)
	case "P":
		if *arg == "" || *arg == "pid" {
			return appendPid, nil
		}
		return nil, fmt.Errorf("%%{%s}P names a thread, which this server does not have: write %%P", *arg)
	case "^ti", "^to", "^FB":
		return nil, fmt.Errorf("%%%s is not written by this server: leave it out", name)
	}
	return nil, fmt.Errorf("httpd has no log directive %%%s: write a letter that mod_log_config or mod_logio has, or %%%% for a percent sign", name)
}

// append appends the line of a request, with its end.
func (f *Format) append(dst []byte, l *line) []byte {
	for i := range f.items {
		it := &f.items[i]
		switch {
		case it.append == nil:
			dst = append(dst, it.text...)
		case len(it.statuses) > 0 && slices.Contains(it.statuses, l.x.Response.Status) == it.except:
			dst = append(dst, '-')
		default:
			dst = it.append(dst, l, it.arg)
		}
	}
	return append(dst, '\n')
}

// duration returns how long the request took.
func (l *line) duration() time.Duration { return l.x.Done.Sub(l.x.Start) }
