package eval

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // md5() is what the configuration asks for
	"crypto/sha1" //nolint:gosec // sha1() is what the configuration asks for
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/expr"
	"github.com/lbconf/lbconf/parser/rewrite"
	"github.com/lbconf/lbconf/runtime/wire"
)

// Text is a compiled expression that is a text. It is immutable.
type Text struct{ root word }

// compileText compiles a text. What this server cannot evaluate as httpd does is an error that says why.
func compileText(w expr.Word, server *Server) (*Text, error) {
	compiler := conditions{server: server}
	root, err := compiler.word(w, 1)
	if err != nil {
		return nil, err
	}
	return &Text{root}, nil
}

// ParseText reads a text and compiles it. The error says what is wrong with it, or what this server cannot evaluate as httpd
// does.
func ParseText(text string, server *Server) (*Text, error) {
	parsed, err := expr.ParseString(text, expr.Options{})
	if err != nil {
		return nil, err
	}
	return compileText(parsed, server)
}

// Append appends the text for a request.
func (t *Text) Append(dst []byte, x *Context, room *Room) []byte {
	room.reset()
	return t.root.append(dst, x, room)
}

// AppendMatched is Append for a text that may have what the condition before it captured.
func (t *Text) AppendMatched(dst []byte, x *Context, room *Room) []byte {
	return t.root.append(dst, x, room)
}

// word is a node that gives a text.
type word interface {
	append(dst []byte, x *Context, room *Room) []byte
}

type (
	literal  []byte
	variable struct{ Variable }
	backRef  int
	concat   []word
	call     struct {
		function func(dst, argument []byte, x *Context, room *Room) []byte
		argument word
	}
)

func (l literal) append(dst []byte, _ *Context, _ *Room) []byte  { return append(dst, l...) }
func (v variable) append(dst []byte, x *Context, _ *Room) []byte { return v.Append(dst, x) }

func (c concat) append(dst []byte, x *Context, room *Room) []byte {
	for _, part := range c {
		dst = part.append(dst, x, room)
	}
	return dst
}

func (b backRef) append(dst []byte, _ *Context, room *Room) []byte {
	n := 2 * int(b)
	if room.subject == nil || n+1 >= len(room.groups) || room.groups[n] < 0 {
		return dst
	}
	return append(dst, room.subject[room.groups[n]:room.groups[n+1]]...)
}

func (c call) append(dst []byte, x *Context, room *Room) []byte {
	return c.function(dst, room.text(c.argument, x), x, room)
}

// text returns the text of a word; it is valid until the next expression.
func (r *Room) text(w word, x *Context) []byte {
	if l, ok := w.(literal); ok {
		return l
	}
	// Each text has a slice of its own, since a word may evaluate others on the way.
	if r.used == len(r.texts) {
		r.texts = append(r.texts, nil)
	}
	at := r.used
	r.used++
	text := w.append(r.texts[at][:0], x, r)
	r.texts[at] = text
	return text
}

func (c *conditions) word(source expr.Word, depth int) (word, error) {
	if depth > maxDepth {
		return nil, errTooDeep
	}
	switch source := source.(type) {
	case *expr.Literal:
		return literal(source.Text), nil
	case *expr.BackRef:
		return backRef(source.N), nil
	case *expr.Variable:
		return c.variable(source.Name)
	case *expr.Concat:
		var parts concat
		for _, part := range source.Parts {
			w, err := c.word(part, depth+1)
			if err != nil {
				return nil, err
			}
			parts = append(parts, w)
		}
		return parts, nil
	case *expr.Call:
		if name, ok := source.Argument.(*expr.Literal); ok && source.Function == "ssl" {
			v, err := Resolve(rewrite.Variable{Kind: rewrite.SSLVar, Name: name.Text}, c.server)
			return variable{v}, err
		}
		function := functions[source.Function]
		if function == nil {
			return nil, fmt.Errorf("the function %s() of an expression is not run by this server: leave it out", source.Function)
		}
		argument, err := c.word(source.Argument, depth+1)
		return call{function, argument}, err
	}
	return nil, errors.New("the expression holds a word of a kind that this server does not know")
}

// functions are those of the core (util_expr_eval.c).
var functions = map[string]func(dst, argument []byte, x *Context, room *Room) []byte{
	"req":        appendLookedAt,
	"http":       appendLookedAt,
	"req_novary": func(dst, argument []byte, x *Context, _ *Room) []byte { return appendHeader(dst, x, string(argument)) },
	"resp":       appendResponse,
	"reqenv": func(dst, argument []byte, x *Context, _ *Room) []byte {
		value, _ := x.Exchange.Env.Get(string(argument))
		return append(dst, value...)
	},
	"note": func(dst, argument []byte, x *Context, _ *Room) []byte {
		value, _ := x.Exchange.Notes.Get(string(argument))
		return append(dst, value...)
	},
	"env": func(dst, argument []byte, x *Context, _ *Room) []byte { return appendEnv(dst, x, string(argument)) },
	"osenv": func(dst, argument []byte, _ *Context, _ *Room) []byte {
		return append(dst, os.Getenv(string(argument))...)
	},
	"tolower": func(dst, argument []byte, _ *Context, _ *Room) []byte { return appendMapped(dst, argument, clib.Lower) },
	"toupper": func(dst, argument []byte, _ *Context, _ *Room) []byte {
		return append(dst, clib.ToUpper(string(argument))...)
	},
	"escape":   func(dst, argument []byte, _ *Context, _ *Room) []byte { return AppendEscaped(dst, argument) },
	"unescape": func(dst, argument []byte, _ *Context, _ *Room) []byte { return AppendUnescaped(dst, argument) },
	"base64": func(dst, argument []byte, _ *Context, _ *Room) []byte {
		return base64.StdEncoding.AppendEncode(dst, argument)
	},
	"md5": func(dst, argument []byte, _ *Context, _ *Room) []byte {
		sum := md5.Sum(argument) //nolint:gosec // not for secrets
		return hex.AppendEncode(dst, sum[:])
	},
	"sha1": func(dst, argument []byte, _ *Context, _ *Room) []byte {
		sum := sha1.Sum(argument) //nolint:gosec // not for secrets
		return hex.AppendEncode(dst, sum[:])
	},
	"hc": func(dst, argument []byte, x *Context, _ *Room) []byte {
		if wire.EqualFold(argument, "body") {
			return append(dst, x.Body...)
		}
		return dst
	},
	"filesize": func(dst, argument []byte, _ *Context, _ *Room) []byte {
		info, err := os.Stat(string(argument))
		if err != nil || !info.Mode().IsRegular() {
			return append(dst, '0')
		}
		return strconv.AppendInt(dst, info.Size(), 10)
	},
}

// appendLookedAt appends a field of the request and notes that the response depends on it, unless it is Host.
func appendLookedAt(dst, name []byte, x *Context, room *Room) []byte {
	if !wire.EqualFold(name, "Host") {
		if len(room.vary) > 0 {
			room.vary = append(room.vary, ", "...)
		}
		room.vary = append(room.vary, name...)
	}
	return appendHeader(dst, x, string(name))
}

// appendResponse appends a field of the response.
func appendResponse(dst, name []byte, x *Context, _ *Room) []byte {
	for _, fields := range [...]wire.Fields{x.Fields, x.Always} {
		if fields.Has(string(name)) {
			return append(dst, fields.Get(string(name))...)
		}
	}
	return dst
}

func appendMapped(dst, text []byte, of func(byte) byte) []byte {
	for _, c := range text {
		dst = append(dst, of(c))
	}
	return dst
}

const lowerHex = "0123456789abcdef"

// AppendEscaped appends a path with what cannot stand in a URL escaped (httpd: ap_escape_uri).
func AppendEscaped(dst, path []byte) []byte {
	for _, c := range path {
		if keptInURI(c) {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', lowerHex[c>>4], lowerHex[c&15])
		}
	}
	return dst
}

func keptInURI(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || bytes.IndexByte([]byte("_$-.+!*'(),:;@&=/~"), c) >= 0
}

// AppendUnescaped appends a text with its escapes decoded but for that of a slash; nothing where one is wrong or stands
// for NUL (httpd: ap_unescape_url_keep2f).
func AppendUnescaped(dst, text []byte) []byte {
	start := len(dst)
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '%' {
			if i+2 >= len(text) {
				return dst[:start]
			}
			n, err := strconv.ParseUint(string(text[i+1:i+3]), 16, 8)
			switch {
			case err != nil || n == 0:
				return dst[:start]
			case n == '/':
			default:
				c = byte(n)
				i += 2
			}
		}
		dst = append(dst, c)
	}
	return dst
}

// exprVariables are those that mod_rewrite does not have, or knows in another form.
var exprVariables = map[string]func(dst []byte, x *Context, name string) []byte{
	"API_VERSION":      func(dst []byte, _ *Context, _ string) []byte { return append(dst, "20120211"...) },
	"CONTENT_TYPE":     appendContentType,
	"DOCUMENT_URI":     serverVariables["REQUEST_URI"],
	"HC_BODY":          func(dst []byte, x *Context, _ string) []byte { return append(dst, x.Body...) },
	"HANDLER":          func(dst []byte, x *Context, _ string) []byte { return append(dst, x.Exchange.Handler...) },
	"HTTP2":            func(dst []byte, _ *Context, _ string) []byte { return appendSwitch(dst, false) },
	"REQUEST_FILENAME": appendFile,
	"REQUEST_STATUS": func(dst []byte, x *Context, _ string) []byte {
		status := x.Exchange.Response.Status
		if status == 0 {
			status = 200 // what httpd assumes until it knows better
		}
		return strconv.AppendInt(dst, int64(status), 10)
	},
	"SCRIPT_FILENAME": appendFile,
}

// fieldVariables are fields of the request under a name of their own.
var fieldVariables = map[string]string{
	"HTTP_USER_AGENT": "User-Agent", "HTTP_PROXY_CONNECTION": "Proxy-Connection", "HTTP_REFERER": "Referer", "HTTP_COOKIE": "Cookie",
	"HTTP_FORWARDED": "Forwarded", "HTTP_HOST": "Host", "HTTP_ACCEPT": "Accept",
}

// variable compiles a variable of an expression.
func (c *conditions) variable(name string) (word, error) {
	if field, ok := fieldVariables[name]; ok {
		return call{appendLookedAt, literal(field)}, nil
	}
	if f := exprVariables[name]; f != nil {
		return variable{Variable{f, name}}, nil
	}
	kind := rewrite.ServerVar
	if strings.HasPrefix(name, "SSL_") {
		kind = rewrite.SSLVar
	}
	v, err := Resolve(rewrite.Variable{Kind: kind, Name: name}, c.server)
	return variable{v}, err
}

// appendFile appends what is known of the file: while rules run the path as they have made it so far.
func appendFile(dst []byte, x *Context, _ string) []byte {
	if x.Filename != nil {
		return append(dst, x.Filename...)
	}
	return append(dst, x.Exchange.Filename...)
}

// appendContentType appends the type of the response: that of the server's own, else that of the backend.
func appendContentType(dst []byte, x *Context, _ string) []byte {
	if own := x.Exchange.Response.ContentType; own != nil {
		return append(dst, own...)
	}
	return append(dst, x.Exchange.Response.Fields.Get("Content-Type")...)
}
