package wire

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// TestFoldedLinesCostLittle: a head of as many folded lines as fit is read in time that grows with its length, not with
// its square, which took minutes.
func TestFoldedLinesCostLittle(t *testing.T) {
	const size = 1 << 20
	start := time.Now()
	var request RequestHead
	lines := "GET / HTTP/1.1\r\nX: a\r\n" + strings.Repeat(" x\r\n", size/4) + "\r\n"
	if n, err := request.Parse([]byte(lines), &Rules{Line: 8190, Field: size, Fields: 100}); err != nil || n != len(lines) {
		t.Errorf("request: %d bytes, %v; want %d", n, err, len(lines))
	}
	var response ResponseHead
	lines = "HTTP/1.1 200 OK\r\nX: a\r\n" + strings.Repeat(" \n", size/2) + "\r\n"
	if n, err := response.Parse([]byte(lines), 2*size, BadHeaderIsError); err != nil || n != len(lines) {
		t.Errorf("response: %d bytes, %v; want %d", n, err, len(lines))
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestTrailers: what follows the last chunk is read as strictly as a head, so that nobody finds its end elsewhere.
func TestTrailers(t *testing.T) {
	tests := []struct {
		name, input, rest string
		status            int // 0 is a body that is taken
	}{
		{"none", "0\r\n\r\nnext", "next", 0},
		{"field", "0\r\nX: y\r\n\r\nnext", "next", 0},
		{"folded", "0\r\nX: y\r\n z\r\n\r\nnext", "next", 0},
		{"as many as may be", "0\r\n" + strings.Repeat("X: y\r\n", 100) + "\r\nnext", "next", 0},
		{"too many", "0\r\n" + strings.Repeat("X: y\r\n", 101) + "\r\nnext", "", 400},
		{"folded without end", "0\r\nX: y\r\n" + strings.Repeat(" z\r\n", 3000) + "\r\nnext", "", 400},
		{"folded at first", "0\r\n X: y\r\n\r\n", "", 400},
		{"line feed", "0\r\nX: y\n\nnext", "", 400},
		{"line feed at the end", "0\r\nX: y\r\n\nnext", "", 400},
		{"no colon", "0\r\nbad\r\n\r\n", "", 400},
		{"no name", "0\r\n: y\r\n\r\n", "", 400},
		{"space before the colon", "0\r\nX : y\r\n\r\n", "", 400},
		{"control byte", "0\r\nX: \x00\r\n\r\n", "", 400},
		{"a request", "0\r\nGET / HTTP/1.1\r\n\r\n", "", 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, step := range []int{1, 7, len(test.input)} {
				_, rest, done, err := decodeAll([]byte(test.input), Framing{Kind: FramingChunked}, step)
				status := 0
				if bad := (*Error)(nil); errors.As(err, &bad) {
					status = bad.Status
				}
				if status != test.status || done != (test.status == 0) || done && step == len(test.input) && string(rest) != test.rest {
					t.Errorf("in steps of %d: rest %q, done %v, %v; want %q, status %d", step, rest, done, err, test.rest, test.status)
				}
			}
		})
	}
}

// TestChunkSizeLine: the line with the size of a chunk has one size, and what exceeds its room is refused with 413.
func TestChunkSizeLine(t *testing.T) {
	for line, want := range map[string]int{
		"5":                              0,
		"5 \t ":                          0,
		"5 ;a=b":                         0,
		"5" + strings.Repeat(" ", 10):    0,
		"5" + strings.Repeat(" ", 11):    400,
		"5 5":                            400,
		"5\t0":                           400,
		"5 x":                            400,
		"5;a\rb":                         400,
		"0x5":                            400,
		" 5":                             400,
		"+5":                             400,
		"10000000000000005":              413,
		"ffffffffffffffff":               413,
		"5;" + strings.Repeat("a", 9000): 413,
		strings.Repeat("0", 9000) + "5":  413,
		strings.Repeat("0", 100) + "5":   0,
	} {
		_, _, done, err := decodeAll([]byte(line+"\r\nhello\r\n0\r\n\r\n"), Framing{Kind: FramingChunked}, 3)
		status := 0
		if bad := (*Error)(nil); errors.As(err, &bad) {
			status = bad.Status
		}
		if status != want || done != (want == 0) {
			t.Errorf("%.20q: done %v, %v; want status %d", line, done, err, want)
		}
	}
}

// TestLastCoding: chunked counts only as the last element of the list, an empty one included.
func TestLastCoding(t *testing.T) {
	for fields, want := range map[string]int{
		"Transfer-Encoding: chunked\r\n":                                0,
		"Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n":        0,
		"Transfer-Encoding: ,chunked\r\n":                               0,
		"Transfer-Encoding: chunked,\r\n":                               400,
		"Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n":          400,
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n": 400,
		"Transfer-Encoding:\r\n":                                        400,
		"Transfer-Encoding: xchunked\r\n":                               400,
		"Transfer-Encoding: chunked\r\nContent-Length: x\r\n":           400,
		"Content-Length: 1\r\nContent-Length: 1\r\n":                    400,
	} {
		var head RequestHead
		_, err := head.Parse([]byte("POST / HTTP/1.1\r\n"+fields+"\r\n"), DefaultRules())
		status := 0
		if bad := (*Error)(nil); errors.As(err, &bad) {
			status = bad.Status
		}
		if status != want {
			t.Errorf("%q: %v; want status %d", fields, err, want)
		}
	}
}
