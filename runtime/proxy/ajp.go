package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/lbconf/lbconf/runtime/ajp"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/wire"
)

// dialog is what a request over AJP has come to.
type dialog struct {
	// size is that of packets.
	size int
	// sent says that a piece of the request's body went with its head, streamed that one of any kind is gone, so that no other
	// member can have it.
	sent, streamed bool
	// answered says that a packet has come, headed that the head of the response has.
	answered, headed bool
	// pinged says that the container answered a ping before the request.
	pinged bool
	head   ajp.Head
}

// exchangeAJP sends a request to a servlet container and its response to the client.
func (a *attempt) exchangeAJP(ctx context.Context, fresh bool, path []byte) Result {
	d := dialog{size: ajp.PacketSize(a.Plan.Host.BufferSize)}
	if !fresh && a.conn.conn.Probe() != nil {
		if result := a.reopen(ctx); result.ends() {
			return result
		}
	}
	if d.pinged = a.worker.Settings.Ping > 0; d.pinged {
		if result := a.ping(ctx); result.ends() {
			return result
		}
	}
	a.from, a.to = 0, 0
	if result := a.forwardAJP(&d, path); result.ends() {
		return result
	}
	return a.converse(&d)
}

// reopen opens a connection in the place of one that cannot be used any more.
func (a *attempt) reopen(ctx context.Context) Result {
	a.conn.close()
	return a.open(ctx)
}

// ping asks the container whether it is there; where it is not, once more on another connection.
func (a *attempt) ping(ctx context.Context) Result {
	for attempt := 0; ; attempt++ {
		err := a.pong()
		if err == nil {
			return Result{}
		}
		a.proxy.log.Warn("the container does not answer a ping", "worker", a.worker.Name, "reason", err)
		if attempt == 1 {
			a.reuse = false
			return Result{Status: 503}
		}
		if result := a.reopen(ctx); result.ends() {
			return result
		}
	}
}

// pong sends a ping and reads its answer.
func (a *attempt) pong() error {
	if err := a.put(ajp.AppendPing(a.out[:0])); err != nil {
		return err
	}
	a.from, a.to = 0, 0
	packet, err := a.packet(ajp.PingPacket, a.worker.Settings.Ping)
	if err == nil && ajp.Kind(packet[0]) != ajp.CPong {
		err = errUnasked
	}
	return err
}

var errUnasked = errors.New("packet that was not asked for")

// packet returns the next packet, of at most that many bytes, without its header. It is valid until the next call.
func (a *attempt) packet(most int, patience time.Duration) ([]byte, error) {
	for need := ajp.HeaderSize; ; {
		if a.to-a.from < need {
			if err := a.more(need, patience); err != nil {
				return nil, err
			}
			continue
		}
		n, err := ajp.Length([ajp.HeaderSize]byte(a.in[a.from:]), most)
		if err != nil {
			return nil, err
		}
		if need = ajp.HeaderSize + n; a.to-a.from >= need {
			packet := a.in[a.from+ajp.HeaderSize : a.from+need]
			a.from += need
			return packet, nil
		}
	}
}

// forwardAJP sends the head of the request, and the start of a body whose length is known.
func (a *attempt) forwardAJP(d *dialog, path []byte) Result {
	out, err := a.appendForward(d, path)
	if err == nil {
		err = a.put(out)
	}
	switch {
	case errors.Is(err, ajp.ErrOverflow):
		a.reuse = false
		a.proxy.log.Error("the request does not fit into a packet", "worker", a.worker.Name, "reason", err)
		return Result{Status: 400}
	case err != nil:
		return a.dialogFailed(d, err)
	case a.X.Request.Framing.Kind != wire.FramingLength:
		return Result{}
	}
	return a.sendPiece(d, true)
}

// put sends bytes that are made in out.
func (a *attempt) put(out []byte) error {
	a.out = out[:0]
	a.conn.conn.WriteBy(a.proxy.clock.Now().Add(a.worker.Settings.Timeout))
	_, err := a.conn.conn.Write(out)
	return err
}

// sendPiece sends a piece of the request's body, an empty one where there is none left. The first comes unasked, and is not
// empty.
func (a *attempt) sendPiece(d *dialog, first bool) Result {
	err := a.Client.Continue()
	var data []byte
	if err == nil {
		data, err = a.nextPiece(ajp.MostBody(d.size))
	}
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		if a.reuse = false; a.X.Response.Started {
			return a.clientGone()
		}
		return a.badBody(err)
	case first && len(data) == 0:
		return Result{}
	}
	d.sent, d.streamed = d.sent || first, d.streamed || len(data) > 0
	pending := a.out // of the response
	a.packed = ajp.AppendBody(a.packed[:0], data)
	err = a.put(a.packed)
	if a.out = pending; err != nil {
		return a.dialogFailed(d, err)
	}
	a.count(len(data))
	return Result{}
}

// nextPiece returns the next bytes of the request's body, at most limit, waiting for them, and io.EOF at the end.
func (a *attempt) nextPiece(limit int) ([]byte, error) {
	for {
		data, err := a.Body.AvailableUpTo(limit)
		if len(data) > 0 || err != nil {
			return data, err
		}
		if err := a.Body.Fill(); err != nil {
			return nil, err
		}
	}
}

// converse reads the packets of the response and gives the container what it asks for.
func (a *attempt) converse(d *dialog) Result {
	for {
		packet, err := a.packet(d.size, a.worker.Settings.Timeout)
		if err != nil {
			return a.dialogFailed(d, err)
		}
		d.answered = true
		var result Result
		switch ajp.Kind(packet[0]) {
		case ajp.GetBodyChunk:
			result = a.sendPiece(d, false)
		case ajp.SendHeaders:
			result = a.takeHead(d, packet)
		case ajp.SendBodyChunk:
			result = a.takeChunk(d, packet)
		case ajp.EndResponse:
			return a.takeEnd(packet)
		case ajp.CPong:
			result = a.dialogFailed(d, errUnasked)
		default:
			result = a.dialogFailed(d, errUnasked)
		}
		if result.ends() {
			return result
		}
	}
}

var (
	errTwoHeads = errors.New("response with two heads")
	errNoHead   = errors.New("body in front of its head")
)

// takeHead takes status and fields. They are sent with the first piece of the body.
func (a *attempt) takeHead(d *dialog, packet []byte) Result {
	if d.headed {
		return a.dialogFailed(d, errTwoHeads)
	}
	d.headed = true
	x := a.X
	if err := d.head.Parse(x.Copy(packet)); err != nil {
		return a.dialogFailed(d, err)
	}
	a.head.Status, a.head.Reason = d.head.Status, d.head.Reason
	switch {
	case d.head.Status < 100 || d.head.Status > 999:
		a.head.Status, a.head.Reason = 500, []byte(wire.UsualReason(500))
	case !d.head.HasReason:
		a.head.Reason = []byte(wire.UsualReason(d.head.Status))
	}
	x.Response.Status, x.Response.Reason = a.head.Status, a.head.Reason
	fields := x.Response.Fields[:0]
	trusts := a.env("ap_trust_cgilike_cl")
	for _, field := range d.head.Fields {
		switch {
		case wire.EqualFold(field.Name, "Transfer-Encoding"), !trusts && wire.EqualFold(field.Name, "Content-Length"):
			continue
		case a.Plan.Reverse != nil:
			a.reverse(&field)
		}
		fields = append(fields, field)
	}
	x.Response.Fields = fields
	if a.Plan.Balancer != nil {
		a.proxy.judgeStatus(a.Plan.Balancer, a.worker, a.head.Status)
	}
	return Result{}
}

// takeChunk takes a piece of the body. An empty one asks that what came so far goes out.
func (a *attempt) takeChunk(d *dialog, packet []byte) Result {
	data, err := ajp.Chunk(packet)
	switch {
	case err == nil && !d.headed && len(data) == 0:
		return Result{}
	case err == nil && !d.headed:
		err = errNoHead
	}
	if err != nil {
		return a.dialogFailed(d, err)
	}
	if a.Plan.Overrides(a.head.Status) {
		return Result{}
	}
	if result := a.begin(data, false); result.ends() {
		return result
	}
	if len(data) == 0 {
		return a.drain()
	}
	if result := a.pour(data); result.ends() {
		return result
	}
	return a.settle()
}

// takeEnd ends the response. A container that wants the connection closed keeps its own page of an error, as it does in
// httpd, but not what is on it.
func (a *attempt) takeEnd(packet []byte) Result {
	reuse, err := ajp.Reuse(packet)
	a.reuse = a.reuse && reuse && err == nil && a.from == a.to
	if a.X.Response.Status == 0 {
		a.X.Response.Status, a.X.Response.Reason = 200, []byte(wire.UsualReason(200))
	}
	if reuse && a.Plan.Overrides(a.head.Status) {
		kept := a.reuse
		result := a.override()
		a.reuse = kept
		return result
	}
	if result := a.begin(nil, true); result.ends() {
		return result
	}
	result := a.complete()
	result.Drop = result.Drop || err != nil // as httpd ends the connection of the client too
	return result
}

// dialogFailed decides about a response that broke off. Only a request that is idempotent and of whose body nothing was
// sent goes to another member.
func (a *attempt) dialogFailed(d *dialog, err error) Result {
	a.reuse = false
	a.proxy.log.Warn("the dialog with the container failed", "worker", a.worker.Name, "reason", err)
	x, late := a.X, errors.Is(err, os.ErrDeadlineExceeded) && d.pinged
	if x.Response.Started || len(a.encoded.body) > 0 {
		return a.cut(err)
	}
	x.Response.Status, x.Response.Fields = 0, x.Response.Fields[:0]
	switch {
	case late && !d.answered:
		return Result{Status: 504}
	case d.streamed && a.Plan.Balancer != nil: // another member would get an empty body
		return Result{Status: 500}
	case !d.sent && a.idempotent():
		return Result{Status: 503}
	case late:
		a.timedOut = true
		return Result{Status: 504}
	}
	return Result{Status: 500}
}

// appendForward makes the first packet of the request.
func (a *attempt) appendForward(d *dialog, path []byte) ([]byte, error) {
	x, plan := a.X, a.Plan
	r := ajp.Request{
		Method: x.Request.Method, Protocol: x.Request.Protocol(),
		RemoteAddr: x.Client.RemoteIP, RemotePort: string(wire.AppendInt(nil, int64(x.Client.Remote.Port()))),
		ServerName: plan.Self.Name, ServerPort: x.Client.ListenPort, LocalAddr: x.Client.LocalIP,
		Fields: a.forwardFields(), Secret: a.worker.Settings.Secret, Route: a.session,
	}
	r.Path, r.Query, r.HasQuery = bytes.Cut(path, []byte("?"))
	if x.Client.Name != nil {
		r.RemoteHost = x.Client.Name.Text
	}
	if x.Client.Secure {
		r.TLS = describeTLS(&x.Client)
	}
	var w ajp.Writer
	w.Begin(a.out[:0], &r, d.size)
	if x.Env.Len() > 0 {
		for name, value := range x.Env.All() {
			if len(name) >= 4 && name[:4] == "AJP_" {
				w.Attribute(name[4:], value)
			}
		}
	}
	return w.End()
}

// forwardFields are the fields of the request, with what is left of Max-Forwards.
func (a *attempt) forwardFields() wire.Fields {
	fields := a.X.Request.Fields
	limit := int64(a.Plan.MaxForwards)
	at := fields.Index("Max-Forwards")
	if at >= 0 {
		limit, _ = wire.ParseLength(fields[at].Value) // the request would have been answered
		limit--
	}
	if limit < 0 {
		return fields
	}
	all := append(make(wire.Fields, 0, len(fields)+1), fields...)
	field := wire.Field{Name: forwardsName, Value: wire.AppendInt(nil, limit)}
	if at >= 0 {
		all[at].Value = field.Value
		return all
	}
	return append(all, field)
}

var forwardsName = []byte("Max-Forwards")

// describeTLS is what a container is told of an encrypted connection.
func describeTLS(c *exchange.Client) *ajp.TLS {
	bits, _ := wire.ParseLength([]byte(c.TLSVariable("SSL_CIPHER_USEKEYSIZE")))
	return &ajp.TLS{
		Certificate: c.TLSVariable("SSL_CLIENT_CERT"), Cipher: c.TLSVariable("SSL_CIPHER"), Protocol: c.TLSVariable("SSL_PROTOCOL"),
		KeySize: uint16(min(bits, 1<<16-1)), //nolint:gosec // bounded
	}
}
