package wire

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httputil"
	"strings"
	"testing"
)

// headSeeds are heads around which requests can be read in several ways.
var headSeeds = []string{
	"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
	"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "POST / HTTP/1.0\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n ,chunked\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\tc\r\n\r\n",
	"\r\n\nGET  /  http/1.1 \nHost: a\nX(: \x01\n\n", "GET /\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 05\r\nContent-Length: 5\r\n\r\n",
}

// FuzzFraming: a head that both this parser and net/http take ends at the same byte, with the same method, target and
// fields, and its body is of one length to both.
func FuzzFraming(f *testing.F) {
	for _, seed := range headSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		var head RequestHead
		n, err := head.Parse(bytes.Clone(input), DefaultRules())
		if err != nil || n == 0 || head.Simple {
			return
		}
		in := bufio.NewReaderSize(bytes.NewReader(bytes.TrimLeft(input, "\r\n")), len(input)+16)
		theirs, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if rest := input[n:]; in.Buffered() != len(rest) {
			t.Fatalf("%q: head ends before %q, to net/http %d bytes before the end", input, rest, in.Buffered())
		}
		if theirs.Method != string(head.Method) || theirs.RequestURI != string(head.Target) {
			t.Fatalf("%q: %q %q, to net/http %q %q", input, head.Method, head.Target, theirs.Method, theirs.RequestURI)
		}
		length := int64(0)
		switch head.Framing.Kind {
		case FramingLength:
			length = head.Framing.Length
		case FramingChunked:
			length = -1
		case FramingNone, FramingClose:
		}
		if theirs.ContentLength != length && (theirs.ProtoMinor > 0 || length >= 0) {
			t.Fatalf("%q: body of %d bytes, to net/http %d", input, length, theirs.ContentLength)
		}
		for _, field := range head.Fields {
			name := string(field.Name)
			if !strings.EqualFold(name, "Host") && !strings.EqualFold(name, "Transfer-Encoding") && !strings.EqualFold(name, "Trailer") &&
				!hasValue(theirs.Header.Values(name), string(field.Value)) {
				t.Fatalf("%q: %s is %q, to net/http %q", input, name, field.Value, theirs.Header.Values(name))
			}
		}
	})
}

// hasValue says whether a value is among others but for the whitespace where it was folded.
func hasValue(values []string, value string) bool {
	for _, v := range values {
		if strings.Join(strings.Fields(v), " ") == strings.Join(strings.Fields(value), " ") {
			return true
		}
	}
	return false
}

// FuzzUnsafe: a head that was taken by unsafe rules is one that nobody finds other ends in once it is written again, and it
// makes no difference how it arrives.
func FuzzUnsafe(f *testing.F) {
	for _, seed := range headSeeds {
		f.Add([]byte(seed))
	}
	rules := &Rules{Line: 200, Field: 200, Fields: 20, Unsafe: true}
	f.Fuzz(func(t *testing.T, input []byte) {
		var whole, pieces, again RequestHead
		n, err := whole.Parse(bytes.Clone(input), rules)
		buf := bytes.Clone(input)
		got, pieceErr := 0, error(nil)
		for end := 1; end <= len(buf) && got == 0 && pieceErr == nil; end++ {
			got, pieceErr = pieces.Parse(buf[:end], rules)
		}
		if err == nil && (got != n || pieceErr != nil) {
			t.Fatalf("%q: %d, %v in pieces; %d whole", input, got, pieceErr, n)
		}
		if err != nil || n == 0 || whole.Simple {
			return
		}
		for _, field := range whole.Fields {
			if bytes.ContainsAny(field.Name, "\x00\r\n: \t") || bytes.ContainsAny(field.Value, "\x00\r\n") {
				t.Fatalf("%q has the field %q: %q", input, field.Name, field.Value)
			}
		}
		text := appendHead(&whole)
		if m, err := again.Parse([]byte(text), &Rules{Line: 400, Field: 400, Fields: 20, Unsafe: true}); err != nil || m != len(text) || appendHead(&again) != text {
			t.Fatalf("%q was written as %q, which gives %d, %v, %q", input, text, m, err, appendHead(&again))
		}
	})
}

// FuzzChunkReaders: a body in chunks that is taken has the same bytes to net/http, as far as that takes it.
func FuzzChunkReaders(f *testing.F) {
	for _, seed := range []string{
		"5\r\nhello\r\n0\r\n\r\n", "5;a=b\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\nnext", "05 \t\r\nhello\r\n000;\r\n\r\n", "5\nhello\n0\n\n", "fffffffffffffff\r\nx", "-1\r\n",
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, input []byte, loose bool) {
		rules := DefaultRules()
		rules.Unsafe = loose
		body := NewBody(Framing{Kind: FramingChunked})
		body.Follow(rules)
		var data []byte
		for rest := input; len(rest) > 0 && !body.Done(); {
			piece, n, err := body.Decode(rest)
			if err != nil {
				return
			}
			data, rest = append(data, piece...), rest[n:]
		}
		if !body.Done() {
			return
		}
		theirs, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(input)))
		// It takes no blank before an extension, and no line that ends in a line feed alone.
		if err == nil && !bytes.Equal(theirs, data) || !bytes.HasPrefix(data, theirs) {
			t.Fatalf("%q is %q, to net/http %q, %v", input, data, theirs, err)
		}
	})
}

// FuzzResponseFraming: a head of a response that both this parser and net/http take has the same status and ends at the same
// byte.
func FuzzResponseFraming(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 204 No\nX: a\n b\n\n", "\r\nHTTP/1.0 200\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		var head ResponseHead
		n, err := head.Parse(bytes.Clone(input), 8192, BadHeaderIsError)
		if err != nil || n == 0 || head.Simple {
			return
		}
		for _, field := range head.Fields {
			if bytes.ContainsAny(field.Name, "\x00\n") || bytes.ContainsAny(field.Value, "\x00\n") {
				t.Fatalf("%q has the field %q: %q", input, field.Name, field.Value)
			}
		}
		in := bufio.NewReaderSize(bytes.NewReader(bytes.TrimPrefix(bytes.TrimPrefix(input, []byte("\r")), []byte("\n"))), len(input)+16)
		theirs, err := http.ReadResponse(in, nil)
		if err != nil {
			return
		}
		defer func() { _ = theirs.Body.Close() }() // it is read from memory
		if in.Buffered() != len(input)-n || theirs.StatusCode != head.Status {
			t.Fatalf("%q: status %d, %d bytes behind the head; to net/http %d and %d", input, head.Status, len(input)-n, theirs.StatusCode, in.Buffered())
		}
	})
}
