package fcgi_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/runtime/fcgi"
	"github.com/lbconf/lbconf/runtime/wire"
)

func TestRecords(t *testing.T) {
	if got := string(fcgi.AppendBegin(nil, true)); got != "\x01\x01\x00\x01\x00\x08\x00\x00\x00\x01\x01\x00\x00\x00\x00\x00" {
		t.Errorf("%q", got)
	}
	if got := string(fcgi.AppendStdinEnd(fcgi.AppendStdin(nil, []byte("ab")))); got != "\x01\x05\x00\x01\x00\x02\x00\x00ab\x01\x05\x00\x01\x00\x00\x00\x00" {
		t.Errorf("%q", got)
	}
	large := fcgi.AppendStdin(nil, make([]byte, fcgi.MostContent+1))
	if want := fcgi.MostContent + 1 + 2*fcgi.HeaderSize; len(large) != want {
		t.Errorf("%d bytes, expected %d", len(large), want)
	}
	for head, want := range map[string]fcgi.Header{
		"\x01\x06\x00\x01\x01\x02\x03\x00": {Kind: fcgi.Stdout, Length: 258, Padding: 3},
		"\x01\x63\x00\x01\x00\x00\x00\x00": {Kind: 99},
	} {
		got, err := fcgi.ParseHeader([fcgi.HeaderSize]byte([]byte(head)))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(err, diff)
		}
	}
	for _, head := range []string{"\x02\x06\x00\x01\x00\x00\x00\x00", "\x01\x06\x00\x02\x00\x00\x00\x00", "\x01\x06\x00\x00\x00\x00\x00\x00"} {
		if _, err := fcgi.ParseHeader([fcgi.HeaderSize]byte([]byte(head))); err == nil {
			t.Errorf("%q is taken", head)
		}
	}
}

// TestParams is the law that variables come out of their records as they went in, but for those that are too large.
func TestParams(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.SampledFrom([]int{0, 1, 127, 128, 200, 9000, 16376, 16384}), 0, 8).Draw(t, "sizes")
		var w fcgi.Writer
		w.Begin(nil)
		var want []string
		for i, size := range sizes {
			name, value := strings.Repeat(string(rune('a'+i)), 1+size%131), bytes.Repeat([]byte{byte('0' + i)}, size)
			if w.Set(name, value) {
				want = append(want, name+"="+string(value))
			} else if size < 16000 {
				t.Fatalf("a variable of %d bytes is left out", size)
			}
		}
		if diff := cmp.Diff(want, variables(t, w.End())); diff != "" {
			t.Fatal(diff)
		}
	})
}

// variables takes records with variables apart, as an application does.
func variables(t *rapid.T, records []byte) []string {
	var content []byte
	for {
		header, err := fcgi.ParseHeader([fcgi.HeaderSize]byte(records))
		if err != nil || header.Kind != fcgi.Params || header.Length > 16<<10 {
			t.Fatal(header, err)
		}
		records = records[fcgi.HeaderSize:]
		if header.Length == 0 {
			if len(records) > 0 {
				t.Fatalf("%d bytes behind the end", len(records))
			}
			break
		}
		content, records = append(content, records[:header.Length]...), records[header.Length:]
	}
	length := func() int {
		if content[0] < 0x80 {
			n := int(content[0])
			content = content[1:]
			return n
		}
		n := int(binary.BigEndian.Uint32(content) &^ (1 << 31))
		content = content[4:]
		return n
	}
	var all []string
	for len(content) > 0 {
		name, value := length(), length()
		all = append(all, string(content[:name])+"="+string(content[name:name+value]))
		content = content[name+value:]
	}
	return all
}

func TestFinder(t *testing.T) {
	for text, want := range map[string]bool{
		"a: b\r\n\r\n": true, "a: b\n\n": true, "\n\n": true, "a: b\n\r\n": false, "a: b\r\n\n": false, "a: b\r\n\r": false, "a\r\r\n\r\n": true, "a: b\r\n": false,
	} {
		var whole, pieces fcgi.Finder
		found := false
		for i := range text {
			found = found || pieces.Find([]byte(text[i:i+1]))
		}
		if got := whole.Find([]byte(text)); got != want || found != want {
			t.Errorf("%q: %v, in pieces %v, expected %v", text, got, found, want)
		}
	}
}

func TestHead(t *testing.T) {
	var h fcgi.Head
	for text, want := range map[string]string{
		"\n":                      "200 | type | always | apart ",
		"Status: 404 Gone\n\nx":   "404 404 Gone| type | always | apart ",
		"status:  x\n\n":          "0 x| type | always | apart ",
		"A: 1\r\na:2\r\n\r\nbody": "200 | type | always A: 1, 2| apart ",
		"A: b\x00c\n\n":           "200 | type | always A: b| apart ",
		"Set-Cookie: a\nB: 1\nSet-Cookie: b\nETag: x\nLocation: /a\nlocation: /b\n\n": "200 | type | always B: 1;Set-Cookie: a;Set-Cookie: b| apart ETag: x;Location: /b",
		"Content-Type: TEXT/Html; A=B \n\n":                                           "200 | type text/html; A=B| always | apart ",
		"A\n\n":                                                                       "error", "": "error", "A: b\n": "error", "A: " + strings.Repeat("x", 8192) + "\n\n": "error",
	} {
		got := "error"
		if _, err := h.Parse([]byte(text)); err == nil {
			got = shown(&h)
		}
		if got != want {
			t.Errorf("%q: %q, expected %q", text, got, want)
		}
	}
}

func shown(h *fcgi.Head) string {
	list := func(fields wire.Fields) string {
		var all []string
		for _, f := range fields {
			all = append(all, string(f.Name)+": "+string(f.Value))
		}
		return strings.Join(all, ";")
	}
	return string(wire.AppendInt(nil, int64(h.Status))) + " " + string(h.StatusText) + "| type " + string(h.ContentType) + "| always " + list(h.Always) + "| apart " + list(h.Fields)
}

// FuzzHead gives heads to what reads them: nothing may panic, and the body begins behind a blank line.
func FuzzHead(f *testing.F) {
	f.Add([]byte("Status: 404 Gone\r\nA: b\r\nA: c\r\n\r\nbody"))
	f.Add([]byte("A: b\n\r\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var finder fcgi.Finder
		if !finder.Find(data) {
			return
		}
		var h fcgi.Head
		n, err := h.Parse(bytes.Clone(data))
		if n < 0 || n > len(data) || err == nil && (n == 0 || data[n-1] != '\n') {
			t.Fatalf("a body at %d of %d: %v", n, len(data), err)
		}
		var header [fcgi.HeaderSize]byte
		copy(header[:], data)
		if record, err := fcgi.ParseHeader(header); err == nil && (record.Length < 0 || record.Length > fcgi.MostContent) {
			t.Fatal(record)
		}
	})
}
