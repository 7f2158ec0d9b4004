package ajp

import (
	"encoding/binary"
	"errors"

	"github.com/lbconf/lbconf/runtime/wire"
)

// Request is what the first packet of a request says. What is empty is left out, unless something else is said.
type Request struct {
	// Method and Protocol are those of the request line: "GET", "HTTP/1.1".
	Method   []byte
	Protocol string
	// Path is that of the container, escaped and without the query.
	Path []byte
	// Query is what follows the question mark; HasQuery tells an empty one from none.
	Query    []byte
	HasQuery bool
	// RemoteAddr is the address of the client, RemotePort its port; RemoteHost its name, empty where nobody looked for it.
	RemoteAddr, RemotePort, RemoteHost string
	// ServerName and ServerPort are what the client asked for and the port that it came to. LocalAddr is the address of that.
	ServerName []byte
	ServerPort uint16
	LocalAddr  string
	// Fields are those of the request, with whatever of them is for one connection only.
	Fields wire.Fields
	// Secret is that of the worker (mod_proxy: secret).
	Secret string
	// Route is that of the session (jvmRoute).
	Route []byte
	// TLS is what is known of an encrypted connection; nil for a plain one.
	TLS *TLS
}

// TLS is what a container is told of the connection of the client, by the names that mod_ssl gives its variables.
type TLS struct {
	// Certificate is SSL_CLIENT_CERT, Cipher SSL_CIPHER, Session SSL_SESSION_ID, Protocol SSL_PROTOCOL.
	Certificate, Cipher, Session, Protocol string
	// KeySize is SSL_CIPHER_USEKEYSIZE in bits; 0 where it is not known.
	KeySize uint16
}

var (
	// ErrOverflow is a request whose fields or attributes do not fit into a packet (mod_proxy_ajp: AJP_EOVERFLOW).
	ErrOverflow = errors.New("fields of the request do not fit into a packet")
	// ErrTooLong is a request whose line does not fit into a packet.
	ErrTooLong = errors.New("line of the request does not fit into a packet")
)

// The codes of what a request says beside its fields.
const (
	attributeQuery      = 5
	attributeRoute      = 6
	attributeSSLCert    = 7
	attributeSSLCipher  = 8
	attributeSSLSession = 9
	attributeNamed      = 10
	attributeKeySize    = 11
	attributeSecret     = 12
	attributeMethod     = 13
	attributesEnd       = 0xff
)

// methodStored stands for a method without a code, which an attribute names.
const methodStored = 0xff

// Writer makes the first packet of a request: Begin, Attribute as often as needed, End.
type Writer struct {
	buf   []byte
	start int
	most  int
	err   error
}

// Begin begins a packet of at most size bytes behind dst.
func (w *Writer) Begin(dst []byte, r *Request, size int) {
	*w = Writer{buf: dst, start: len(dst), most: size}
	w.bytes(fromServer[0], fromServer[1], 0, 0)
	method, coded := methodCodes[string(r.Method)]
	if !coded {
		method = methodStored
	}
	w.bytes(forwardRequest, method)
	w.text(r.Protocol)
	appendText(w, r.Path)
	w.text(r.RemoteAddr)
	if r.RemoteHost == "" {
		w.number(noText)
	} else {
		w.text(r.RemoteHost)
	}
	appendText(w, r.ServerName)
	w.number(r.ServerPort)
	if r.TLS != nil {
		w.bytes(1)
	} else {
		w.bytes(0)
	}
	w.number(uint16(len(r.Fields))) //nolint:gosec // more do not fit into a packet
	if w.err != nil {
		w.err = ErrTooLong
		return
	}
	w.fields(r.Fields)
	w.attributes(r, !coded)
}

// Attribute adds an attribute of the request for the container.
func (w *Writer) Attribute(name string, value []byte) {
	w.bytes(attributeNamed)
	w.text(name)
	appendText(w, value)
}

// End completes the packet. The error is ErrOverflow or ErrTooLong.
func (w *Writer) End() ([]byte, error) {
	w.bytes(attributesEnd)
	if w.err != nil {
		return w.buf[:w.start], w.err
	}
	binary.BigEndian.PutUint16(w.buf[w.start+2:], uint16(len(w.buf)-w.start-HeaderSize)) //nolint:gosec // at most MostPacket
	return w.buf, nil
}

func (w *Writer) fields(fields wire.Fields) {
	for _, field := range fields {
		switch code := requestField(field.Name); {
		case code != 0:
			w.number(code)
		case len(field.Name)&0xff00 == fieldCode && w.err == nil:
			w.err = ErrOverflow // the container would read its length as a code, and its bytes as other fields
		default:
			appendText(w, field.Name)
		}
		appendText(w, field.Value)
	}
}

func (w *Writer) attributes(r *Request, stored bool) {
	w.optional(attributeSecret, r.Secret)
	if r.HasQuery {
		w.bytes(attributeQuery)
		appendText(w, r.Query)
	}
	if len(r.Route) > 0 {
		w.bytes(attributeRoute)
		appendText(w, r.Route)
	}
	if t := r.TLS; t != nil {
		w.optional(attributeSSLCert, t.Certificate)
		w.optional(attributeSSLCipher, t.Cipher)
		w.optional(attributeSSLSession, t.Session)
		if t.KeySize != 0 {
			w.bytes(attributeKeySize)
			w.number(t.KeySize)
		}
	}
	if stored {
		w.bytes(attributeMethod)
		appendText(w, r.Method)
	}
	if t := r.TLS; t != nil && t.Protocol != "" {
		w.named("AJP_SSL_PROTOCOL", t.Protocol)
	}
	w.named("AJP_REMOTE_PORT", r.RemotePort)
	w.named("AJP_LOCAL_ADDR", r.LocalAddr)
}

func (w *Writer) optional(code byte, value string) {
	if value != "" {
		w.bytes(code)
		w.text(value)
	}
}

func (w *Writer) named(name, value string) {
	w.bytes(attributeNamed)
	w.text(name)
	w.text(value)
}

// noText stands for a text that is none.
const noText = 0xffff

func (w *Writer) text(s string) { appendText(w, s) }

// appendText appends a text where it fits.
func appendText[T []byte | string](w *Writer, s T) {
	if !w.fits(len(s) + 3) {
		return
	}
	w.buf = binary.BigEndian.AppendUint16(w.buf, uint16(len(s))) //nolint:gosec // at most MostPacket
	w.buf = append(append(w.buf, s...), 0)
}

func (w *Writer) number(n uint16) {
	if w.fits(2) {
		w.buf = binary.BigEndian.AppendUint16(w.buf, n)
	}
}

func (w *Writer) bytes(b ...byte) {
	if w.fits(len(b)) {
		w.buf = append(w.buf, b...)
	}
}

// fits says whether n more bytes are allowed. Nothing follows what did not fit.
func (w *Writer) fits(n int) bool {
	if w.err == nil && len(w.buf)-w.start+n > w.most {
		w.err = ErrOverflow
	}
	return w.err == nil
}
