package ajp_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/runtime/ajp"
	"github.com/lbconf/lbconf/runtime/wire"
)

// TestRequest holds the bytes of a request. They are those that httpd 2.4.71 sends.
func TestRequest(t *testing.T) {
	var w ajp.Writer
	w.Begin([]byte("before"), &ajp.Request{
		Method: []byte("GET"), Protocol: "HTTP/1.1", Path: []byte("/a"), Query: []byte("x=1"), HasQuery: true,
		RemoteAddr: "192.0.2.1", RemotePort: "7", ServerName: []byte("h"), ServerPort: 80, LocalAddr: "192.0.2.2",
		Fields: wire.Fields{{Name: []byte("host"), Value: []byte("h")}, {Name: []byte("X-Y"), Value: nil}}, Secret: "s", Route: []byte("r"),
	}, ajp.LeastPacket)
	w.Attribute("colour", []byte("blue"))
	got, err := w.End()
	if err != nil {
		t.Fatal(err)
	}
	want := "before\x12\x34\x00\x99\x02\x02\x00\x08HTTP/1.1\x00\x00\x02/a\x00\x00\x09192.0.2.1\x00\xff\xff\x00\x01h\x00\x00\x50\x00\x00\x02" +
		"\xa0\x0b\x00\x01h\x00\x00\x03X-Y\x00\x00\x00\x00\x0c\x00\x01s\x00\x05\x00\x03x=1\x00\x06\x00\x01r\x00" +
		"\x0a\x00\x0fAJP_REMOTE_PORT\x00\x00\x017\x00\x0a\x00\x0eAJP_LOCAL_ADDR\x00\x00\x09192.0.2.2\x00\x0a\x00\x06colour\x00\x00\x04blue\x00\xff"
	want = want[:9] + string([]byte{byte(len(want) - 10)}) + want[10:]
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

// TestRequestTooLarge tells a line that does not fit from fields that do not.
func TestRequestTooLarge(t *testing.T) {
	long := []byte(strings.Repeat("x", ajp.LeastPacket))
	for name, c := range map[string]struct {
		request ajp.Request
		want    error
	}{
		"path":      {ajp.Request{Path: long}, ajp.ErrTooLong},
		"field":     {ajp.Request{Fields: wire.Fields{{Name: []byte("a"), Value: long}}}, ajp.ErrOverflow},
		"query":     {ajp.Request{Query: long, HasQuery: true}, ajp.ErrOverflow},
		"attribute": {ajp.Request{Route: long[:ajp.LeastPacket-60]}, ajp.ErrOverflow},
	} {
		var w ajp.Writer
		w.Begin(nil, &c.request, ajp.LeastPacket)
		w.Attribute("a", []byte("b"))
		if _, err := w.End(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, expected %v", name, err, c.want)
		}
	}
}

// TestNameLikeCode: the name of a field is not as long as a code of a field, by which the container would read its bytes as
// fields that the client has chosen.
func TestNameLikeCode(t *testing.T) {
	for n, want := range map[int]error{40959: nil, 40960: ajp.ErrOverflow, 40961: ajp.ErrOverflow, 41215: ajp.ErrOverflow, 41216: nil} {
		var w ajp.Writer
		w.Begin(nil, &ajp.Request{Fields: wire.Fields{{Name: []byte(strings.Repeat("x", n))}}}, ajp.MostPacket)
		if _, err := w.End(); !errors.Is(err, want) {
			t.Errorf("%d bytes: %v, expected %v", n, err, want)
		}
	}
}

func TestPacketSize(t *testing.T) {
	for said, want := range map[int]int{0: 8192, 512: 8192, 8193: 9216, 10000: 10240, 65536: 65536, 1 << 30: 65536} {
		if got := ajp.PacketSize(said); got != want {
			t.Errorf("ProxyIOBufferSize %d: %d, expected %d", said, got, want)
		}
	}
}

func TestHead(t *testing.T) {
	var h ajp.Head
	for packet, want := range map[string]string{
		"\x04\x00\xc8\x00\x02OK\x00\x00\x02\xa0\x01\x00\x01a\x00\x00\x01B\x00\x00\x01b\x00": "200 OK|Content-Type: a|B: b",
		"\x04\x00\xc8\xff\xff\x00\x00":             "200 -",
		"\x04\x00\xc8\x00\x00\x00\x00\x00":         "200 ",
		"\x04\x00\xc8\x00\x03a\x00b\x00\x00\x00":   "200 a",
		"\x04\x00\xc8\x00\x00\x00\x00\x01\xa0\x0c": "error",
		"\x04\x00\xc8\x00\x00\x00\x00\x01\xa0\x00": "error",
		"\x04\x00\xc8\x00\x00\x00\x00\x01":         "error",
		"\x04\x00\xc8\x00\x09OK\x00":               "error",
		"\x04\x00\xc8\x00\x00\x00\xff\xff":         "error",
		"\x04\x00":                                 "error",
		"\x04":                                     "error",
	} {
		got := "error"
		if h.Parse([]byte(packet)) == nil {
			got = shown(&h)
		}
		if got != want {
			t.Errorf("%q: %q, expected %q", packet, got, want)
		}
	}
}

func shown(h *ajp.Head) string {
	var b strings.Builder
	b.WriteString(string(wire.AppendInt(nil, int64(h.Status))) + " ")
	if h.HasReason {
		b.Write(h.Reason)
	} else {
		b.WriteString("-")
	}
	for _, f := range h.Fields {
		b.WriteString("|" + string(f.Name) + ": " + string(f.Value))
	}
	return b.String()
}

// FuzzResponse gives packets of a backend to what reads them: nothing may panic, and what is read lies in the packet.
func FuzzResponse(f *testing.F) {
	f.Add([]byte("AB\x00\x18\x04\x00\xc8\x00\x02OK\x00\x00\x02\xa0\x01\x00\x01a\x00\x00\x01B\x00\x00\x01b\x00"))
	f.Add([]byte("AB\x00\x07\x03\x00\x03abc\x00"))
	f.Add([]byte("\x12\x34\x00\x02\x05\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < ajp.HeaderSize {
			return
		}
		n, err := ajp.Length([ajp.HeaderSize]byte(data), ajp.LeastPacket)
		if err != nil {
			return
		}
		if n <= 0 || n > ajp.LeastPacket {
			t.Fatalf("a packet of %d bytes", n)
		}
		packet := data[ajp.HeaderSize:]
		if n > len(packet) {
			return
		}
		packet = packet[:n]
		var h ajp.Head
		if h.Parse(packet) == nil {
			size := len(h.Reason)
			for _, field := range h.Fields {
				size += len(field.Value)
			}
			if size > n {
				t.Fatalf("%d bytes of values out of a packet of %d", size, n)
			}
		}
		if chunk, err := ajp.Chunk(packet); err == nil && len(chunk) != n-4 {
			t.Fatalf("a piece of %d bytes out of a packet of %d", len(chunk), n)
		}
		_, _ = ajp.Reuse(packet)
	})
}

// FuzzRequest makes packets of anything: none is larger than allowed, and each says how large it is.
func FuzzRequest(f *testing.F) {
	f.Add([]byte("GET"), []byte("/a"), []byte("X-Y"), []byte("z"), "s", true)
	f.Fuzz(func(t *testing.T, method, path, name, value []byte, secret string, secure bool) {
		r := ajp.Request{Method: method, Path: path, Fields: wire.Fields{{Name: name, Value: value}, {Name: value, Value: name}}, Secret: secret}
		if secure {
			r.TLS = &ajp.TLS{Cipher: secret, KeySize: 256, Protocol: "TLSv1.3"}
		}
		var w ajp.Writer
		w.Begin(nil, &r, ajp.LeastPacket)
		w.Attribute(secret, value)
		packet, err := w.End()
		if err != nil {
			if len(packet) > 0 {
				t.Fatal("a part of a packet that does not fit")
			}
			return
		}
		if len(packet) > ajp.LeastPacket || int(binary.BigEndian.Uint16(packet[2:])) != len(packet)-ajp.HeaderSize {
			t.Fatalf("a packet of %d bytes that says %d", len(packet), binary.BigEndian.Uint16(packet[2:]))
		}
	})
}

func TestBody(t *testing.T) {
	if got := string(ajp.AppendBody(nil, []byte("ab"))); got != "\x12\x34\x00\x04\x00\x02ab" {
		t.Errorf("%q", got)
	}
	if got := string(ajp.AppendBody(nil, nil)); got != "\x12\x34\x00\x02\x00\x00" {
		t.Errorf("%q", got)
	}
	if got := string(ajp.AppendPing(nil)); got != "\x12\x34\x00\x01\x0a" {
		t.Errorf("%q", got)
	}
}
