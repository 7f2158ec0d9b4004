package proxy

import (
	"bytes"
	"errors"
	"time"

	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/wire"
)

// dropsFromResponse says whether a field of a response is not passed on.
func dropsFromResponse(name []byte) bool {
	switch len(name) {
	case 2:
		return wire.EqualFold(name, "TE")
	case 7:
		return wire.EqualFold(name, "Trailer") || wire.EqualFold(name, "Upgrade")
	case 10:
		return wire.EqualFold(name, "Connection") || wire.EqualFold(name, "Keep-Alive")
	case 16:
		return wire.EqualFold(name, "Proxy-Connection")
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
	nominations, cookies, warnings := fields.Has("Connection"), 0, false
	vary := fields.Has("Vary") && !a.Plan.EditsResponse() // which come before Vary is joined
	oneType := !a.Plan.EditsResponse() && a.head.Status != 204 && a.head.Status != 304
	framing, result := a.frame(fields)
	if result.ends() {
		return framing, result
	}
	// The length is passed on where it is that of the body, or would be that of a body that is not sent.
	length := framing.Kind == wire.FramingLength || framing.Kind == wire.FramingNone && a.head.Status != 204 && a.head.Status != 304 &&
		!fields.Has("Transfer-Encoding")
	for _, field := range fields {
		if !wire.SendableField(field, a.Plan.Host.Settings.Rules.Unsafe) {
			a.proxy.log.Warn("bad header field from the backend", "worker", a.worker.Name, "field", string(field.Name))
			return framing, a.unsendableHead(framing)
		}
		if dropsFromResponse(field.Name) && !a.keepsCoding(field.Name) || nominations && nominated(fields, field.Name) {
			continue
		}
		if vary && len(field.Name) == 4 && wire.EqualFold(field.Name, "Vary") {
			if dst.Has("Vary") {
				continue
			}
			start := len(a.scratch)
			a.scratch = wire.AppendVary(a.scratch, fields)
			field.Value = a.scratch[start:len(a.scratch):len(a.scratch)]
		}
		if len(field.Name) == 14 && wire.EqualFold(field.Name, "Content-Length") {
			if !length {
				continue
			}
			length = false // httpd passes the first on
			if framing.Kind == wire.FramingLength && len(field.Value) > 1 && field.Value[0] == '0' {
				start := len(a.scratch)
				a.scratch = wire.AppendInt(a.scratch, framing.Length)
				field.Value = a.scratch[start:len(a.scratch):len(a.scratch)]
			}
		}
		switch len(field.Name) {
		case 7:
			if wire.EqualFold(field.Name, "Warning") {
				warnings = true
				continue
			}
		case 10:
			if wire.EqualFold(field.Name, "Set-Cookie") {
				cookies++
				continue
			}
		case 12:
			if oneType && wire.EqualFold(field.Name, "Content-Type") && dst.Has("Content-Type") {
				continue // httpd passes the first on
			}
		}
		a.adapt(&field)
		dst = append(dst, field)
	}
	for i := 0; i < len(fields) && cookies > 0; i++ {
		if wire.EqualFold(fields[i].Name, "Set-Cookie") && (!nominations || !nominated(fields, fields[i].Name)) {
			cookie := fields[i]
			a.adapt(&cookie)
			dst = append(dst, cookie)
			cookies--
		}
	}
	if warnings {
		dst = appendWarnings(dst, fields)
	}
	if a.addsVia() && !a.head.Simple {
		start := len(a.scratch)
		a.scratch = appendVia(a.scratch, a.X, a.Plan)
		dst = append(dst, wire.Field{Name: viaName, Value: a.scratch[start:len(a.scratch):len(a.scratch)]})
	}
	if a.worker.Settings.Upgrade != "" && !a.head.Simple {
		dst = a.offerUpgrade(dst)
	}
	a.X.Response.Fields = dst
	if encoder := a.Client.Encoder(framing, a.in[a.from:a.to]); encoder != nil {
		a.encoded = encoded{encoder: encoder}
	}
	if a.Plan.EditsResponse() && !a.Plan.EditProxied(a.X, a.proxy.clock.Now()) {
		a.proxy.log.Warn("Header makes a field that cannot be sent", "worker", a.worker.Name)
		return framing, a.unsendableHead(framing)
	}
	return framing, Result{}
}

// offerUpgrade adds the protocol that the backend offers beside its response, as 426 does, where it may be switched to.
func (a *attempt) offerUpgrade(dst wire.Fields) wire.Fields {
	offer := a.head.Fields.Get("Upgrade")
	if !a.worker.Settings.Upgrades(offer) {
		return dst
	}
	a.X.Response.OwnConnection = true
	return append(dst, wire.Field{Name: connectionName, Value: upgradeName}, wire.Field{Name: upgradeName, Value: offer})
}

// unsendable is the answer in the place of a response whose fields cannot be sent.
func (a *attempt) unsendable() Result { return a.unsendableHead(wire.Framing{Kind: wire.FramingClose}) }

// unsendableHead is unsendable for a response of which the body may have arrived with the head, so that the connection can
// be used again.
func (a *attempt) unsendableHead(body wire.Framing) Result {
	arrived := int64(a.to - a.from)
	a.reuse = a.reuse && (body.Kind == wire.FramingNone || body.Kind == wire.FramingLength) && arrived == body.Length
	a.Plan.DropEarly()
	return Result{Status: 500, Unsized: true, Blameless: true}
}

// maxNominations bounds the bytes in which Connection names other fields, since each field is compared with all of them.
const maxNominations = 64 << 10

var errNominations = errors.New("Connection names too many fields") //nolint:staticcheck // the name of a field is a capital

// nominationBytes returns the length of all Connection fields.
func nominationBytes(fields wire.Fields) int {
	n := 0
	for i := range fields {
		if len(fields[i].Name) == 10 && wire.EqualFold(fields[i].Name, "Connection") {
			n += len(fields[i].Value)
		}
	}
	return n
}

// keepsCoding says whether a field is Transfer-Encoding of the answer to HEAD, which passes as the backend sent it.
func (a *attempt) keepsCoding(name []byte) bool {
	return len(name) == 17 && string(a.X.Request.Method) == "HEAD" && a.head.Status != 204 && a.head.Status != 304 &&
		wire.EqualFold(name, "Transfer-Encoding")
}

// addsVia says whether responses get a Via field.
func (a *attempt) addsVia() bool {
	return a.Plan.Via == program.ViaOn || a.Plan.Via == program.ViaFull
}

var (
	viaName        = []byte("Via")
	lengthName     = []byte("Content-Length")
	codingName     = []byte("Transfer-Encoding")
	connectionName = []byte("Connection")
	upgradeName    = []byte("Upgrade")
	noLength       = []byte("0")
	endOfChunks    = []byte("\r\n\r\n")
)

// frame finds out where the body of the response ends.
func (a *attempt) frame(fields wire.Fields) (wire.Framing, Result) {
	if a.head.Minor == 0 || a.head.Simple || connectionCloses(fields) {
		a.reuse = false
	}
	length := fields.Get("Content-Length")
	encoding := fields.Get("Transfer-Encoding")
	if length != nil && (encoding != nil || !agree(fields, length)) {
		a.reuse = false
	}
	if length != nil && nominated(fields, lengthName) {
		length = nil // it does not reach the client, who must not be left to look for the end elsewhere
	}
	if string(a.X.Request.Method) == "HEAD" || a.head.Status == 204 || a.head.Status == 304 {
		if encoding != nil && a.keepsCoding(codingName) && !nominated(fields, codingName) && !wire.EqualFold(lastToken(encoding), "chunked") {
			return wire.Framing{}, a.unsendableHead(wire.Framing{}) // nobody could find the end of what GET would give
		}
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

// agree says whether all Content-Length fields say the same.
func agree(fields wire.Fields, length []byte) bool {
	for i := range fields {
		if len(fields[i].Name) == len(lengthName) && wire.EqualFoldBytes(fields[i].Name, lengthName) && !bytes.Equal(fields[i].Value, length) {
			return false
		}
	}
	return true
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
	case 3, 8, 10, 11, 16:
		if a.Plan.Reverse != nil {
			a.reverse(field)
		}
	case 4, 7, 13:
		if wire.EqualFold(field.Name, "Date") || wire.EqualFold(field.Name, "Expires") || wire.EqualFold(field.Name, "Last-Modified") {
			field.Value = canonicalDate(field.Value)
		}
	}
}

// reverse changes a URL or a cookie of the backend into one of this server (mod_proxy: ProxyPassReverse and its relatives).
func (a *attempt) reverse(field *wire.Field) {
	start := len(a.scratch)
	switch {
	case isLocation(field.Name):
		a.scratch = a.Plan.Reverse.AppendLocation(a.scratch, field.Value, &a.Plan.Self)
	case wire.EqualFold(field.Name, "Set-Cookie"):
		a.scratch = a.Plan.Reverse.AppendCookie(a.scratch, field.Value)
	default:
		return
	}
	field.Value = a.scratch[start:len(a.scratch):len(a.scratch)]
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
