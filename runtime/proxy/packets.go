package proxy

import (
	"errors"
	"io"
	"os"
	"time"

	"github.com/lbconf/lbconf/runtime/upstream"
	"github.com/lbconf/lbconf/runtime/wire"
)

// pouring is the body of a response whose length nobody knows before its end, on its way to the client.
type pouring struct {
	// framing is how the client gets the body, once the head was made.
	framing wire.FramingKind
	// left is what is missing of a body whose length the backend told and is trusted; negative where there is none.
	left int64
}

// peek returns the next n bytes of what the backend sends, reading more where it must. They stay in in until taken.
func (a *attempt) peek(n int) ([]byte, error) {
	for a.to-a.from < n {
		if err := a.more(n, a.worker.Settings.Timeout); err != nil {
			return nil, err
		}
	}
	return a.in[a.from : a.from+n], nil
}

// more reads once behind in[from:to], where there is to be room for n bytes.
func (a *attempt) more(n int, patience time.Duration) error {
	if a.from+n > len(a.in) {
		if n > len(a.in) {
			a.in = append(a.in, make([]byte, n-len(a.in))...)
		}
		a.to = copy(a.in, a.in[a.from:a.to])
		a.from = 0
	}
	a.conn.conn.ReadBy(a.proxy.clock.Now().Add(patience))
	got, err := a.conn.conn.Read(a.in[a.to:])
	a.to += got
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // the protocol says where a response ends
	}
	return err
}

// idempotent says whether a request may be sent again to another member: its method changes nothing, and it has no query
// (mod_proxy_ajp: is_idempotent).
func (a *attempt) idempotent() bool {
	if a.X.Request.HasQuery {
		return false
	}
	switch string(a.X.Request.Method) {
	case "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE":
		return true
	}
	return false
}

// present makes the head of a response, whose fields are in the exchange: what Header directives and encoders make of it.
func (a *attempt) present(framing wire.Framing, start []byte) Result {
	x := a.X
	fields := x.Response.Fields
	if at := fields.Index("Vary"); at >= 0 && !a.Plan.EditsResponse() {
		from := len(a.scratch)
		a.scratch = wire.AppendVary(a.scratch, fields)
		joined := wire.Field{Name: fields[at].Name, Value: a.scratch[from:len(a.scratch):len(a.scratch)]}
		rest := fields[at+1:].Without("Vary")
		fields[at] = joined
		x.Response.Fields = fields[:at+1+len(rest)]
	}
	x.Response.OwnConnection = x.Response.Fields.Has("Connection")
	for _, field := range x.Response.Fields {
		if !wire.ValidField(field) {
			a.proxy.log.Warn("bad header field from the backend", "worker", a.worker.Name, "field", string(field.Name))
			return a.unpresentable()
		}
	}
	if encoder := a.Client.Encoder(framing, start); encoder != nil {
		a.encoded = encoded{encoder: encoder}
	}
	if a.Plan.EditsResponse() && !a.Plan.EditProxied(x, a.proxy.clock.Now()) {
		a.proxy.log.Warn("Header makes a field that cannot be sent", "worker", a.worker.Name)
		return a.unpresentable()
	}
	return Result{}
}

// unpresentable is unsendable for a response that begins anew.
func (a *attempt) unpresentable() Result {
	x := a.X
	x.Response.Status, x.Response.Fields, x.Response.OwnConnection, x.Response.ContentType = 0, x.Response.Fields[:0], false, nil
	return a.unsendable()
}

// bodiless says whether the response to the client has no body, whatever the backend sends.
func (a *attempt) bodiless() bool {
	return string(a.X.Request.Method) == "HEAD" || a.X.Response.Status == 204 || a.X.Response.Status == 304
}

// begin makes the head in out where the client is to get it, with the first bytes of the body; last says that there are no
// others.
func (a *attempt) begin(start []byte, last bool) Result {
	x := a.X
	if x.Response.Started || a.encoded.encoder != nil {
		return Result{}
	}
	framing := wire.Framing{Kind: wire.FramingChunked}
	a.pouring.left = -1
	length, trusted := wire.ParseLength(x.Response.Fields.Get("Content-Length"))
	switch {
	case a.bodiless():
		framing = wire.Framing{}
	case trusted:
		framing = wire.Framing{Kind: wire.FramingLength, Length: length}
		a.pouring.left = length
	case last:
		framing = wire.Framing{Kind: wire.FramingLength, Length: int64(len(start))}
		x.Response.Fields = append(x.Response.Fields, wire.Field{Name: lengthName, Value: wire.AppendInt(nil, int64(len(start)))})
	}
	if result := a.present(framing, start); result.ends() {
		return result
	}
	if a.encoded.encoder == nil {
		a.out, a.pouring.framing = a.Client.AppendHead(a.out[:0], framing)
		x.Response.Started = true
	}
	return Result{}
}

// pour takes a piece of the body for the client.
func (a *attempt) pour(data []byte) Result {
	a.read(len(data))
	if e := &a.encoded; e.encoder != nil {
		var err error
		if e.body, err = e.encoder.Append(e.body, data); err != nil {
			return a.cut(err)
		}
		if len(e.body) >= EncodedPiece && a.sendEncoded(false) != nil {
			return a.clientGone()
		}
		return Result{}
	}
	p := &a.pouring
	if p.left >= 0 {
		data = data[:min(int64(len(data)), p.left)] // what is more than was told would be taken for another response
		p.left -= int64(len(data))
	}
	if p.framing == wire.FramingNone || len(data) == 0 {
		return Result{}
	}
	a.X.Response.BodyBytes += int64(len(data))
	a.out = AppendFramed(a.out, data, p.framing, false)
	return Result{}
}

// flushFrom is how much waits for more before it is sent (core: THRESHOLD_MIN_WRITE).
const flushFrom = 4096

// settle sends what waits for the client where that is enough, or where flushpackets wants it sent at once.
func (a *attempt) settle() Result {
	switch settings := &a.worker.Settings; {
	case settings.Flush == upstream.FlushOn, len(a.out) >= flushFrom:
		return a.drain()
	case settings.Flush == upstream.FlushAuto && a.to == a.from:
		// Any other error is met again by the next read.
		if err := a.more(1, settings.FlushWait); errors.Is(err, os.ErrDeadlineExceeded) {
			return a.drain()
		}
	}
	return Result{}
}

// drain sends what waits for the client.
func (a *attempt) drain() Result {
	if e := &a.encoded; e.encoder != nil {
		var err error
		if e.body, err = e.encoder.Flush(e.body); err != nil {
			return a.cut(err)
		}
		if a.sendEncoded(false) != nil {
			return a.clientGone()
		}
		return Result{}
	}
	if a.flush() != nil {
		return a.clientGone()
	}
	return Result{}
}

// complete ends the body for the client. The connection to the backend is given back first, as in end.
func (a *attempt) complete() Result {
	a.finish()
	if e := &a.encoded; e.encoder != nil {
		var err error
		if e.body, err = e.encoder.Close(e.body); err != nil {
			return a.cut(err)
		}
		if a.sendEncoded(true) != nil {
			return a.clientGone()
		}
		return Result{}
	}
	p := &a.pouring
	a.out = AppendFramed(a.out, nil, p.framing, true)
	if a.flush() != nil {
		return a.clientGone()
	}
	if p.left > 0 {
		return Result{Drop: true} // less than was told
	}
	return Result{}
}
