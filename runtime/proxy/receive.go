package proxy

import (
	"bytes"
	"errors"
	"time"

	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/wire"
)

// maxInterim bounds the interim responses in a row (mod_proxy_http: AP_MAX_INTERIM_RESPONSES).
const maxInterim = 10

// maxHead bounds the head of a response in bytes; httpd bounds its lines only.
const maxHead = 1 << 20

// receive reads the response, of which n bytes are in in, and passes it on.
func (a *attempt) receive(n int) Result {
	a.from, a.to = 0, n
	for range maxInterim {
		if result := a.readHead(); result.ends() {
			return result
		}
		if a.head.Status < 100 || a.head.Status > 199 || a.head.Simple {
			return a.respond()
		}
		if a.head.Status == 101 {
			a.reuse = false
			return Result{Status: 502, Text: "Unexpected Upgrade: " + orNone(a.head.Fields.Get("Upgrade")) + " (expecting n/a)"}
		}
		if err := a.forwardInterim(); err != nil {
			return a.clientGone()
		}
		if a.awaits && a.head.Status == 100 {
			if result := a.sendAwaited(); result.ends() {
				return result
			}
		}
	}
	a.reuse = false
	return Result{Status: 502, Text: "Too many (10) interim responses from origin server"}
}

func orNone(value []byte) string {
	if value == nil {
		return "n/a"
	}
	return string(value)
}

// readHead parses a head from in[from:to], reading more where it must, and moves from behind it.
func (a *attempt) readHead() Result {
	limit := a.worker.Settings.ResponseFieldSize
	if limit <= 0 {
		limit = 8192
	}
	a.head.Reset()
	for {
		if a.to > a.from {
			n, err := a.head.Parse(a.in[a.from:a.to], limit, wire.BadHeaderIsError)
			a.from += n
			switch {
			case err != nil:
				return a.badHead(err)
			case n > 0:
				return Result{}
			case a.head.Simple:
				a.joinFirstLine()
				return Result{}
			}
		}
		if !a.makeRoom() {
			return a.badHead(errHeadTooLong)
		}
		a.conn.conn.ReadBy(a.proxy.clock.Now().Add(a.patience()))
		n, err := a.conn.conn.Read(a.in[a.to:])
		if err != nil {
			return a.headEnded(err)
		}
		a.to += n
	}
}

// joinFirstLine makes in[from:to] the body of a response without a head. httpd loses the end of its first line.
func (a *attempt) joinFirstLine() {
	a.reuse = false
	body := a.in[a.from:a.to]
	end := bytes.IndexByte(body, '\n')
	if end < 0 {
		return
	}
	line := bytes.TrimSuffix(body[:end], []byte("\r"))
	skip := end + 1 - len(line)
	copy(body[skip:], line)
	a.from += skip
}

var errHeadTooLong = errors.New("head of the response is too long")

// makeRoom makes room behind the bytes of a head that is not complete; false is a head that is too long.
func (a *attempt) makeRoom() bool {
	switch {
	case a.to < len(a.in):
		return true
	case a.from > 0:
		a.to = copy(a.in, a.in[a.from:a.to])
		a.from = 0
	case a.to >= maxHead:
		return false
	default:
		a.in = append(a.in, make([]byte, len(a.in))...)
	}
	a.head.Reset()
	return true
}

// headEnded decides about a response that ended before its head did.
func (a *attempt) headEnded(err error) Result {
	if bytes.IndexByte(a.in[a.from:a.to], '\n') < 0 {
		return a.noResponse(err)
	}
	return a.badHead(err)
}

// badHead is the answer to a head that makes no sense. A corrupt status line is quoted; other heads give httpd's bare
// status with a reason in small letters.
func (a *attempt) badHead(err error) Result {
	a.reuse = false
	a.proxy.log.Warn("bad response from the backend", "worker", a.worker.Name, "reason", err)
	const corrupt = "Corrupt status line"
	if text := err.Error(); len(text) > len(corrupt) && text[:len(corrupt)] == corrupt {
		return Result{Status: 502, Text: text[:len(text)-len(" (status 502)")]}
	}
	return Result{Status: 502}
}

// forwardInterim passes an interim response on, as env proxy-interim-response and the client's Expect want.
func (a *attempt) forwardInterim() error {
	policy, set := a.X.Env.Get("proxy-interim-response")
	switch {
	case a.X.Request.Minor == 0:
		return nil
	case set && !wire.EqualFold(policy, "RFC"):
		return nil
	case !set && a.head.Status == 100 && !a.expecting:
		return nil
	}
	a.out = append(append(append(a.out[:0], "HTTP/1.1 "...), a.head.StatusLine...), "\r\n"...)
	for _, field := range a.head.Fields {
		if !dropsFromResponse(field.Name) && !nominated(a.head.Fields, field.Name) {
			a.out = field.Append(a.out)
		}
	}
	if a.addsVia() {
		a.out = append(appendVia(append(a.out, "Via: "...), a.X, a.Plan), "\r\n"...)
	}
	return a.Client.Write(append(a.out, "\r\n"...))
}

// clientGone is the result when the client cannot be written to.
func (a *attempt) clientGone() Result {
	a.X.Aborted = true
	a.reuse = false
	return Result{Drop: true}
}

// dropsFromResponse says whether a field of a response is not passed on.
func dropsFromResponse(name []byte) bool {
	switch len(name) {
	case 2:
		return wire.EqualFold(name, "TE")
	case 7:
		return wire.EqualFold(name, "Trailer") || wire.EqualFold(name, "Upgrade")
	case 10:
		return wire.EqualFold(name, "Connection") || wire.EqualFold(name, "Keep-Alive")
	case 17:
		return wire.EqualFold(name, "Transfer-Encoding")
	case 18:
		return wire.EqualFold(name, "Proxy-Authenticate")
	}
	return false
}

// responseFields fills the fields of the response from the backend's. It says how the body is framed and whether the
// head may be sent at all.
func (a *attempt) responseFields() (wire.Framing, Result) {
	fields := a.head.Fields
	dst := a.X.Response.Fields[:0]
	nominations, cookies := fields.Has("Connection"), 0
	framing, result := a.frame(fields)
	if result.ends() {
		return framing, result
	}
	// The length is passed on where it is that of the body, or would be that of a body that is not sent.
	length := framing.Kind == wire.FramingLength || framing.Kind == wire.FramingNone && a.head.Status != 204 && a.head.Status != 304
	for _, field := range fields {
		if !wire.ValidField(field) {
			a.reuse = false
			a.proxy.log.Warn("bad header field from the backend", "worker", a.worker.Name, "field", string(field.Name))
			return framing, Result{Status: 500, Unsized: true}
		}
		if dropsFromResponse(field.Name) || nominations && nominated(fields, field.Name) {
			continue
		}
		if len(field.Name) == 14 && wire.EqualFold(field.Name, "Content-Length") {
			if !length {
				continue
			}
			length = false // httpd passes the first on
		}
		if len(field.Name) == 10 && wire.EqualFold(field.Name, "Set-Cookie") {
			cookies++
			continue
		}
		a.adapt(&field)
		dst = append(dst, field)
	}
	for i := 0; i < len(fields) && cookies > 0; i++ {
		if wire.EqualFold(fields[i].Name, "Set-Cookie") && (!nominations || !nominated(fields, fields[i].Name)) {
			dst = append(dst, fields[i])
			cookies--
		}
	}
	if a.addsVia() && !a.head.Simple {
		start := len(a.scratch)
		a.scratch = appendVia(a.scratch, a.X, a.Plan)
		dst = append(dst, wire.Field{Name: viaName, Value: a.scratch[start:len(a.scratch):len(a.scratch)]})
	}
	a.X.Response.Fields = dst
	return framing, Result{}
}

// addsVia says whether responses get a Via field.
func (a *attempt) addsVia() bool {
	return a.Plan.Via == program.ViaOn || a.Plan.Via == program.ViaFull
}

var viaName = []byte("Via")

// frame finds out where the body of the response ends.
func (a *attempt) frame(fields wire.Fields) (wire.Framing, Result) {
	if a.head.Minor == 0 || a.head.Simple || connectionCloses(fields) {
		a.reuse = false
	}
	length := fields.Get("Content-Length")
	encoding := fields.Get("Transfer-Encoding")
	if length != nil && encoding != nil {
		a.reuse = false
	}
	if string(a.X.Request.Method) == "HEAD" || a.head.Status == 204 || a.head.Status == 304 {
		return wire.Framing{}, Result{}
	}
	if encoding != nil {
		if last := lastToken(encoding); wire.EqualFold(last, "chunked") {
			return wire.Framing{Kind: wire.FramingChunked}, Result{}
		}
	} else if length != nil {
		n, ok := wire.ParseLength(length)
		if !ok {
			a.reuse = false
			a.proxy.log.Warn("bad Content-Length from the backend", "worker", a.worker.Name)
			return wire.Framing{}, Result{Status: 502}
		}
		return wire.Framing{Kind: wire.FramingLength, Length: n}, Result{}
	}
	a.reuse = false
	return wire.Framing{Kind: wire.FramingClose}, Result{}
}

func connectionCloses(fields wire.Fields) bool {
	for i := range fields {
		if len(fields[i].Name) == 10 && wire.EqualFold(fields[i].Name, "Connection") && wire.HasToken(fields[i].Value, "close") {
			return true
		}
	}
	return false
}

func lastToken(list []byte) []byte {
	if i := bytes.LastIndexByte(list, ','); i >= 0 {
		list = list[i+1:]
	}
	return wire.TrimSpace(list)
}

// adapt changes the value of a field as mod_proxy does: URLs become those of this server, dates get the one form.
func (a *attempt) adapt(field *wire.Field) {
	switch len(field.Name) {
	case 3, 8, 11, 16:
		if a.Plan.Reverse != nil && isLocation(field.Name) {
			start := len(a.scratch)
			a.scratch = a.Plan.Reverse.AppendLocation(a.scratch, field.Value, &a.Plan.Self)
			field.Value = a.scratch[start:len(a.scratch):len(a.scratch)]
		}
	case 4, 7, 13:
		if wire.EqualFold(field.Name, "Date") || wire.EqualFold(field.Name, "Expires") || wire.EqualFold(field.Name, "Last-Modified") {
			field.Value = canonicalDate(field.Value)
		}
	}
}

func isLocation(name []byte) bool {
	return wire.EqualFold(name, "Location") || wire.EqualFold(name, "Content-Location") ||
		wire.EqualFold(name, "URI") || wire.EqualFold(name, "Destination")
}

// httpDate is the form of dates on the wire (RFC 9110: IMF-fixdate).
const httpDate = "Mon, 02 Jan 2006 15:04:05 GMT"

// canonicalDate brings the old forms of dates into the usual one and leaves what is no date alone.
func canonicalDate(value []byte) []byte {
	if len(value) == len(httpDate) && value[3] == ',' {
		return value
	}
	for _, form := range []string{time.RFC850, time.ANSIC} {
		if t, err := time.Parse(form, string(value)); err == nil {
			return []byte(t.UTC().Format(httpDate))
		}
	}
	return value
}
