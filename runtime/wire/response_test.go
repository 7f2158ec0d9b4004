package wire

import (
	"bytes"
	"strings"
	"testing"
)

func TestParseResponse(t *testing.T) {
	tests := []struct {
		name, input string
		bad         BadHeader
		line        string // status line as kept, or "error", or "simple"
		fields      string
	}{
		{"plain", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", 0, "200 OK", "A=b;"},
		{"line feeds", "HTTP/1.0 404 Not Found\nA:b \n\n", 0, "404 Not Found", "A=b;"},
		{"no reason", "HTTP/1.1 200\r\n\r\n", 0, "200", ""},
		{"strange status", "HTTP/1.1 999 Moo\r\n\r\n", 0, "999 Moo", ""},
		{"a stray blank line", "\r\nHTTP/1.1 200 OK\r\n\r\n", 0, "200 OK", ""},
		{"two blank lines", "\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 0, "error", ""},
		{"fold", "HTTP/1.1 200 OK\r\nA: b\r\n  c\r\nD: e\r\n\r\n", 0, "200 OK", "A=b  c;D=e;"},
		{"duplicates", "HTTP/1.1 200 OK\r\na: 1\r\nA: 2\r\n\r\n", 0, "200 OK", "a=1;A=2;"},
		{"second status line", "HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n", 0, "200 OK", "A=b;"},
		{"no colon", "HTTP/1.1 200 OK\r\nAb\r\nC: d\r\n\r\n", 0, "error", ""},
		{"no colon, ignored", "HTTP/1.1 200 OK\r\nAb\r\nC: d\r\n\r\n", BadHeaderIgnore, "200 OK", "C=d;"},
		{"no colon, body", "HTTP/1.1 200 OK\r\nC: d\r\nAb\r\n\r\n", BadHeaderStartBody, "200 OK", "C=d;"},
		{"major version", "HTTP/2.0 200 OK\r\n\r\n", 0, "error", ""},
		{"no status line", "<html>\r\n\r\n", 0, "simple", ""},
		{"long status line", "HTTP/1.1 200 " + strings.Repeat("x", 8192) + "\r\n\r\n", 0, "error", ""},
		{"long field", "HTTP/1.1 200 OK\r\nA: " + strings.Repeat("x", 8192) + "\r\n\r\n", 0, "error", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var head ResponseHead
			_, err := head.Parse([]byte(test.input), 8192, test.bad)
			var fields strings.Builder
			for _, f := range head.Fields {
				fields.WriteString(string(f.Name) + "=" + string(f.Value) + ";")
			}
			line := string(head.StatusLine)
			switch {
			case err != nil:
				line, fields = "error", strings.Builder{}
			case head.Simple:
				line = "simple"
			}
			if line != test.line || fields.String() != test.fields {
				t.Errorf("%q with %q (%v), want %q with %q", line, fields.String(), err, test.line, test.fields)
			}
		})
	}
}

// FuzzResponseHead: no input makes the parser panic, and it makes no difference whether the input comes whole or a byte
// at a time.
func FuzzResponseHead(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "HTTP/1.0 000\n0\r\n", "\n\nHTTP/1.1 200\n\n", "HTTP/1.1 200 OK\r\nA\r\n\r\n", "x", "HTTP/3.1 200 \r\n", "HTTP/1.1 200 OK\nA: b\n\tc\n\r\n",
		"\n" + strings.Repeat("x", 70) + "\x00\n", strings.Repeat("x", 60) + "\x00\n", "HTTP/1.1 200 OK\r\nX: \x00\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		var whole, pieces ResponseHead
		n, err := whole.Parse(bytes.Clone(input), 64, BadHeaderIsError)
		if n < 0 || n > len(input) {
			t.Fatalf("head of %d bytes in %d", n, len(input))
		}
		buf := bytes.Clone(input)
		for end := 1; end <= len(buf); end++ {
			m, pieceErr := pieces.Parse(buf[:end], 64, BadHeaderIsError)
			if m == 0 && pieceErr == nil && !pieces.Simple {
				continue
			}
			if m != n || (pieceErr == nil) != (err == nil) || pieces.Simple != whole.Simple {
				t.Fatalf("%q: %d, %v, simple %v in pieces; %d, %v, simple %v whole", input, m, pieceErr, pieces.Simple, n, err, whole.Simple)
			}
			return
		}
		if n != 0 || whole.Simple { // an error may come before the end of the head, or not be looked for until then
			t.Fatalf("%q: nothing in pieces; %d, %v, simple %v whole", input, n, err, whole.Simple)
		}
	})
}
