package accesslog

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/wire"
)

// letters are the directives without a grammar of their own in braces.
var letters = map[string]appender{
	"a": appendRemote,
	"A": func(dst []byte, l *line, _ string) []byte { return append(dst, l.x.Client.LocalIP...) },
	"b": func(dst []byte, l *line, _ string) []byte {
		if l.x.Response.BodyBytes == 0 {
			return append(dst, '-')
		}
		return strconv.AppendInt(dst, l.x.Response.BodyBytes, 10)
	},
	"B": func(dst []byte, l *line, _ string) []byte { return strconv.AppendInt(dst, l.x.Response.BodyBytes, 10) },
	"C": appendCookie,
	"D": func(dst []byte, l *line, _ string) []byte {
		return strconv.AppendInt(dst, l.duration().Microseconds(), 10)
	},
	"e": func(dst []byte, l *line, arg string) []byte { return appendVariable(dst, &l.x.Env, arg) },
	"f": func(dst []byte, l *line, _ string) []byte { return appendValue(dst, l.x.Filename) },
	"h": func(dst []byte, l *line, _ string) []byte { return append(dst, l.x.Client.Host()...) },
	"H": appendProtocol,
	"i": func(dst []byte, l *line, arg string) []byte { return appendFields(dst, l.x.Request.Fields, arg) },
	"I": func(dst []byte, l *line, _ string) []byte { return strconv.AppendInt(dst, l.x.BytesIn, 10) },
	"k": appendServed,
	"l": appendDash,
	"L": appendDash,
	"m": func(dst []byte, l *line, _ string) []byte { return appendValue(dst, l.x.Request.Method) },
	"n": func(dst []byte, l *line, arg string) []byte { return appendVariable(dst, &l.x.Notes, arg) },
	"o": appendResponseField,
	"O": func(dst []byte, l *line, _ string) []byte { return strconv.AppendInt(dst, l.x.BytesOut, 10) },
	"q": appendQuery,
	"r": func(dst []byte, l *line, _ string) []byte { return appendValue(dst, l.x.Request.Line) },
	"R": func(dst []byte, l *line, _ string) []byte {
		if l.x.Handler == "" {
			return append(dst, '-')
		}
		return appendEscapedString(dst, l.x.Handler)
	},
	"s": func(dst []byte, l *line, _ string) []byte {
		if l.x.Response.First != 0 {
			return strconv.AppendInt(dst, int64(l.x.Response.First), 10)
		}
		return appendFinalStatus(dst, l, "")
	},
	">s": appendFinalStatus,
	"S": func(dst []byte, l *line, _ string) []byte {
		return strconv.AppendInt(dst, l.x.BytesIn+l.x.BytesOut, 10)
	},
	"u": appendDash,
	"U": func(dst []byte, l *line, _ string) []byte { return appendValue(dst, l.x.Request.Path) },
	"v": func(dst []byte, l *line, _ string) []byte { return appendEscapedString(dst, l.server.Name) },
	"V": func(dst []byte, l *line, _ string) []byte {
		if l.server.Canonical || len(l.x.Request.Hostname) == 0 {
			return appendEscapedString(dst, l.server.Name)
		}
		return appendEscaped(dst, l.x.Request.Hostname)
	},
	"X": func(dst []byte, l *line, _ string) []byte {
		switch {
		case l.x.Aborted:
			return append(dst, 'X')
		case l.x.KeptAlive:
			return append(dst, '+')
		}
		return append(dst, '-')
	},
}

// appendDash is what neither authentication nor ident nor the error log has filled in.
func appendDash(dst []byte, _ *line, _ string) []byte { return append(dst, '-') }

func appendPid(dst []byte, l *line, _ string) []byte { return strconv.AppendInt(dst, int64(l.pid), 10) }

// appendValue appends text, or a dash for a value that was never there.
func appendValue(dst, value []byte) []byte {
	if value == nil {
		return append(dst, '-')
	}
	return appendEscaped(dst, value)
}

func appendRemote(dst []byte, l *line, _ string) []byte {
	// The client's address and that of the connection are the same: nothing replaces the former here.
	return append(dst, l.x.Client.RemoteIP...)
}

// appendServed counts the requests that the connection carried before, as httpd does: it counts a request when it
// decides to keep the connection, so that the last one repeats the number before it.
func appendServed(dst []byte, l *line, _ string) []byte {
	return strconv.AppendInt(dst, int64(max(l.x.Client.Kept-1, 0)), 10)
}

func appendProtocol(dst []byte, l *line, _ string) []byte {
	switch {
	case l.x.Request.Simple:
		return append(dst, "HTTP/0.9"...)
	case l.x.Request.Minor == 0:
		return append(dst, "HTTP/1.0"...)
	}
	return append(dst, "HTTP/1.1"...)
}

func appendQuery(dst []byte, l *line, _ string) []byte {
	if !l.x.Request.HasQuery {
		return dst
	}
	return appendEscaped(append(dst, '?'), l.x.Request.Query)
}

func appendVariable(dst []byte, table *exchange.Table, name string) []byte {
	value, ok := table.Get(name)
	if !ok {
		return append(dst, '-')
	}
	return appendEscaped(dst, value)
}

// appendFields appends the values of all fields of a name, joined as httpd joins them.
func appendFields(dst []byte, fields wire.Fields, name string) []byte {
	found := false
	for i := range fields {
		if !wire.EqualFold(fields[i].Name, name) {
			continue
		}
		if found {
			dst = append(dst, ", "...)
		}
		found = true
		dst = appendEscaped(dst, fields[i].Value)
	}
	if !found {
		return append(dst, '-')
	}
	return dst
}

// appendResponseField appends the first field of a name, as httpd does, which joins those of Set-Cookie only. The type of
// the content comes without its parameters (httpd: ap_field_noparam).
func appendResponseField(dst []byte, l *line, name string) []byte {
	fields := l.x.Response.Fields
	if wire.EqualFold(name, "Set-Cookie") {
		return appendFields(dst, fields, name)
	}
	value := fields.Get(name)
	if wire.EqualFold(name, "Content-Type") {
		if len(l.x.Response.ContentType) > 0 {
			value = l.x.Response.ContentType
		}
		value, _, _ = bytes.Cut(value, []byte(";"))
		value = wire.TrimSpace(value)
	}
	return appendValue(dst, value)
}

// appendCookie appends the value of a cookie of the request.
func appendCookie(dst []byte, l *line, name string) []byte {
	for _, field := range l.x.Request.Fields {
		if !wire.EqualFold(field.Name, "Cookie") {
			continue
		}
		for rest := field.Value; len(rest) > 0; {
			var pair []byte
			pair, rest, _ = bytes.Cut(rest, []byte(";"))
			key, value, _ := bytes.Cut(pair, []byte("="))
			if value = bytes.Trim(value, " \t\r\n\v\f"); len(value) > 0 && wire.EqualFold(bytes.Trim(key, " \t"), name) {
				return appendEscaped(dst, value)
			}
		}
	}
	return append(dst, '-')
}

// portAppender is %p: the port of the server, whatever the Host header says, or one of the connection.
func portAppender(arg string) (appender, error) {
	switch arg {
	case "", "canonical":
		return func(dst []byte, l *line, _ string) []byte {
			return strconv.AppendInt(dst, int64(l.port()), 10)
		}, nil
	case "local":
		return func(dst []byte, l *line, _ string) []byte {
			if l.x.Client.ListenPort != 0 {
				return strconv.AppendInt(dst, int64(l.x.Client.ListenPort), 10)
			}
			return append(dst, l.x.Client.LocalPort...)
		}, nil
	case "remote":
		return func(dst []byte, l *line, _ string) []byte {
			return strconv.AppendInt(dst, int64(l.x.Client.Remote.Port()), 10)
		}, nil
	}
	return nil, fmt.Errorf("%%{%s}p is no port: write canonical, local or remote", arg)
}

// port is the port of the server.
func (l *line) port() int {
	switch {
	case l.server.Port != 0:
		return l.server.Port
	case l.x.Client.Secure:
		return 443
	}
	return 80
}

// durationAppender is %T.
func durationAppender(arg string) (appender, error) {
	unit := time.Second
	switch clib.ToLower(arg) {
	case "", "s":
	case "ms":
		unit = time.Millisecond
	case "us":
		unit = time.Microsecond
	default:
		return nil, fmt.Errorf("%%{%s}T has no such unit: write s, ms or us", arg)
	}
	return func(dst []byte, l *line, _ string) []byte {
		return strconv.AppendInt(dst, int64(l.duration()/unit), 10)
	}, nil
}

// timeAppender is %t: when the request began, or with end: when its response was sent.
func timeAppender(arg *string) (appender, error) {
	format, atEnd := strings.CutPrefix(*arg, "end:")
	if !atEnd {
		format = strings.TrimPrefix(format, "begin:")
	}
	*arg = format
	form, err := timeForm(format)
	if err != nil {
		return nil, err
	}
	return func(dst []byte, l *line, arg string) []byte {
		t := l.x.Start
		if atEnd {
			t = l.x.Done
		}
		return form(dst, t, arg)
	}, nil
}

func timeForm(format string) (func(dst []byte, t time.Time, format string) []byte, error) {
	switch format {
	case "":
		return func(dst []byte, t time.Time, _ string) []byte {
			return appendTime(dst, "[%d/%b/%Y:%H:%M:%S %z]", t)
		}, nil
	case "sec":
		return func(dst []byte, t time.Time, _ string) []byte { return strconv.AppendInt(dst, t.Unix(), 10) }, nil
	case "msec":
		return func(dst []byte, t time.Time, _ string) []byte { return strconv.AppendInt(dst, t.UnixMilli(), 10) }, nil
	case "usec":
		return func(dst []byte, t time.Time, _ string) []byte { return strconv.AppendInt(dst, t.UnixMicro(), 10) }, nil
	case "msec_frac":
		return func(dst []byte, t time.Time, _ string) []byte { return pad(dst, t.Nanosecond()/1e6, 3, '0') }, nil
	case "usec_frac":
		return func(dst []byte, t time.Time, _ string) []byte { return pad(dst, t.Nanosecond()/1e3, 6, '0') }, nil
	}
	if !strings.Contains(format, "%") {
		return nil, errors.New("%{" + format + "}t holds no conversion of strftime: write one, such as %Y, or sec, msec, usec, msec_frac, usec_frac")
	}
	return func(dst []byte, t time.Time, format string) []byte { return appendTime(dst, format, t) }, nil
}

// appendFinalStatus appends the status that was sent.
func appendFinalStatus(dst []byte, l *line, _ string) []byte {
	if l.x.Response.Status == 0 {
		return append(dst, '-')
	}
	return strconv.AppendInt(dst, int64(l.x.Response.Status), 10)
}
