package health

import (
	"bufio"
	"bytes"
	"io"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/runtime/upstream"
)

// FuzzAnswer holds that an answer is judged the same however its bytes arrive, and that every byte ends in a verdict.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.0 302 Found\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 200\n", "\r\n", "HTTP/1.1 200 OK\r\nA b\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5;x\r\nhello\r\n0\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", "HTTP/1.1 200 OK\r\n \r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		read := func(r io.Reader) (answer upstream.Answer, failed bool) {
			in := bufio.NewReaderSize(r, maxLine)
			answer, err := readHead(in)
			if err == nil {
				err = readBody(in, &answer, true)
			}
			return answer, err != nil
		}
		whole, bad := read(bytes.NewReader(data))
		pieces, worse := read(iotest.OneByteReader(bytes.NewReader(data)))
		if diff := cmp.Diff(whole, pieces); diff != "" && !bad || bad != worse {
			t.Errorf("byte by byte the answer fails: %t, else %t\n%s", worse, bad, diff)
		}
		if !bad && (whole.Status < 0 || whole.Status > 999) {
			t.Errorf("status %d", whole.Status)
		}
	})
}
