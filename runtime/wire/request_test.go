package wire

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestParseRequest holds what httpd 2.4.71 answers to heads, one rule a line. Status 0 is a head that is taken.
func TestParseRequest(t *testing.T) {
	long := func(n int) string { return strings.Repeat("a", n) }
	host := "Host: a\r\n"
	tests := []struct {
		name, head string
		status     int
	}{
		{"plain", "GET / HTTP/1.1\r\n" + host, 0},
		{"blank lines before", "\r\n\r\nGET / HTTP/1.1\r\n" + host, 0},
		{"ten blank lines before", strings.Repeat("\r\n", 10) + "GET / HTTP/1.1\r\n" + host, 0},
		{"eleven blank lines before", strings.Repeat("\r\n", 11) + "GET / HTTP/1.1\r\n" + host, 400},
		{"newer minor version", "GET / HTTP/1.2\r\n" + host, 0},
		{"newer major version", "GET / HTTP/2.0\r\n" + host, 0},
		{"version in small letters", "GET / http/1.1\r\n" + host, 400},
		{"version with two digits", "GET / HTTP/1.10\r\n" + host, 400},
		{"garbage version", "GET / HTTP/x.y\r\n" + host, 400},
		{"unknown method", "FOO / HTTP/1.1\r\n" + host, 0},
		{"method with a slash", "GE/T / HTTP/1.1\r\n" + host, 400},
		{"method with a control byte", "G\x01T / HTTP/1.1\r\n" + host, 400},
		{"two spaces", "GET  / HTTP/1.1\r\n" + host, 400},
		{"two spaces behind the target", "GET /  HTTP/1.1\r\n" + host, 400},
		{"tab", "GET\t/ HTTP/1.1\r\n" + host, 400},
		{"space at the end", "GET / HTTP/1.1 \r\n" + host, 400},
		{"space at the start", " GET / HTTP/1.1\r\n" + host, 400},
		{"control byte in the target", "GET /\x01 HTTP/1.1\r\n" + host, 400},
		{"obs-text in the target", "GET /\xe9 HTTP/1.1\r\n" + host, 0},
		{"line feed alone", "GET / HTTP/1.1\n" + host, 400},
		{"line feed alone behind a field", "GET / HTTP/1.1\r\nHost: a\n", 400},
		{"line of 8190", "GET /" + long(8190-14) + " HTTP/1.1\r\n" + host, 0},
		{"line of 8192", "GET /" + long(8192-14) + " HTTP/1.1\r\n" + host, 414},
		{"field of 8190", "GET / HTTP/1.1\r\n" + host + "X: " + long(8187) + "\r\n", 0},
		{"field of 8193", "GET / HTTP/1.1\r\n" + host + "X: " + long(8190) + "\r\n", 400},
		{"100 fields", "GET / HTTP/1.1\r\n" + strings.Repeat(host, 100), 0},
		{"101 fields", "GET / HTTP/1.1\r\n" + strings.Repeat(host, 101), 400},
		{"no colon", "GET / HTTP/1.1\r\nHost a\r\n", 400},
		{"space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n", 400},
		{"empty name", "GET / HTTP/1.1\r\n: a\r\n", 400},
		{"control byte in a value", "GET / HTTP/1.1\r\nHost: a\x01b\r\n", 400},
		{"NUL in a value", "GET / HTTP/1.1\r\nHost: a\x00b\r\n", 400},
		{"CR in a value", "GET / HTTP/1.1\r\nHost: a\rb\r\n", 400},
		{"fold", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\t 2\r\n", 0},
		{"fold before any field", "GET / HTTP/1.1\r\n X: 1\r\n", 400},
		{"Content-Length twice", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\ncontent-length: 1\r\n", 400},
		{"Content-Length with a sign", "POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n", 400},
		{"Content-Length empty", "POST / HTTP/1.1\r\n" + host + "Content-Length:\r\n", 400},
		{"Content-Length too large", "POST / HTTP/1.1\r\n" + host + "Content-Length: 9223372036854775808\r\n", 400},
		{"Content-Length largest", "POST / HTTP/1.1\r\n" + host + "Content-Length: 9223372036854775807\r\n", 0},
		{"coding without chunked", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n", 400},
		{"chunked not last", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked, gzip\r\n", 400},
		{"codings", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n", 0},
		{"HTTP/0.9", "GET /\r\n", 0},
		{"HTTP/0.9 with another method", "POST /\r\n", 400},
		{"one word", "GET\r\n", 400},
		{"tab for a space", "GET\t/ HTTP/1.1\r\n" + host, 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var head RequestHead
			input := test.head + "\r\n"
			n, err := head.Parse([]byte(input), DefaultRules())
			var bad *Error
			switch {
			case test.status != 0 && (!errors.As(err, &bad) || bad.Status != test.status):
				t.Errorf("%v, want status %d", err, test.status)
			case test.status == 0 && err != nil:
				t.Errorf("%v, want none", err)
			case test.status != 0 && head.Simple:
				t.Error("an error is not answered as HTTP/0.9 is")
			case test.status == 0 && !head.Simple && n != len(input):
				t.Errorf("head of %d bytes, want %d", n, len(input))
			}
		})
	}
}

// TestRequestKeepsEverything says that order, case and duplicates stay, and what the parts of a head are.
func TestRequestKeepsEverything(t *testing.T) {
	var head RequestHead
	input := "PoST /a?b HTTP/1.0\r\nx-B:  1 \r\nhost: h\r\nX-b: 2\r\nFold: a\r\n  b\r\n\tc\r\nTransfer-Encoding: Chunked\r\nContent-Length: 5\r\n\r\nrest"
	n, err := head.Parse([]byte(input), DefaultRules())
	if err != nil || input[n:] != "rest" {
		t.Fatalf("Parse: %d, %v", n, err)
	}
	var got []string
	for _, f := range head.Fields {
		got = append(got, string(f.Name)+"="+string(f.Value))
	}
	want := []string{"x-B=1", "host=h", "X-b=2", "Fold=a b c", "Transfer-Encoding=Chunked"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if string(head.Line) != "PoST /a?b HTTP/1.0" || string(head.Method) != "PoST" || string(head.Target) != "/a?b" || head.Minor != 0 {
		t.Errorf("line %q, method %q, target %q, minor %d", head.Line, head.Method, head.Target, head.Minor)
	}
	if head.Framing.Kind != FramingChunked || !head.Close {
		t.Errorf("both lengths: framing %v, close %v; want chunked and close", head.Framing, head.Close)
	}
}

// TestParseInPieces gives heads a byte at a time: the outcome must not depend on how bytes arrive.
func TestParseInPieces(t *testing.T) {
	for _, input := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n 3\r\nY: 4\r\n\r\n",
		"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /\r\n",
		"GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n",
	} {
		var whole, pieces RequestHead
		n, wantErr := whole.Parse([]byte(input), DefaultRules())
		var got int
		var err error
		buf := []byte(input)
		for end := 1; end <= len(buf) && got == 0 && err == nil; end++ {
			got, err = pieces.Parse(buf[:end], DefaultRules())
		}
		if got != n || (err == nil) != (wantErr == nil) {
			t.Errorf("%q: %d, %v in pieces; %d, %v whole", input, got, err, n, wantErr)
		}
		if err == nil && appendHead(&whole) != appendHead(&pieces) {
			t.Errorf("%q: %q in pieces, %q whole", input, appendHead(&pieces), appendHead(&whole))
		}
	}
}

func appendHead(h *RequestHead) string {
	dst := append([]byte(nil), h.Line...)
	dst = append(dst, "\r\n"...)
	for _, f := range h.Fields {
		dst = f.Append(dst)
	}
	return string(append(dst, "\r\n"...))
}

// FuzzRequestHead: no input makes the parser panic or run past the input, and a head that was written from what was
// parsed parses to the same.
func FuzzRequestHead(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST /x HTTP/1.0\r\nA:b\r\n c\r\nTransfer-Encoding: chunked\r\n\r\n", "GET /\r\n", "\r\n\n", "X\x00 / HTTP/9.9\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		limits := &Rules{Line: 64, Field: 64, Fields: 5}
		var first, second RequestHead
		n, err := first.Parse(bytes.Clone(input), limits)
		if n < 0 || n > len(input) {
			t.Fatalf("head of %d bytes in %d", n, len(input))
		}
		if err != nil || n == 0 || first.Simple {
			return
		}
		text := appendHead(&first)
		if m, err := second.Parse([]byte(text), &Rules{Line: 64, Field: 128, Fields: 5}); err != nil || m != len(text) || appendHead(&second) != text {
			t.Fatalf("%q was written as %q, which gives %d, %v, %q", input, text, m, err, appendHead(&second))
		}
	})
}
