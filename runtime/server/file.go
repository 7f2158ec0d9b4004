package server

import (
	"io"
	"net"
	"os"

	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/wire"
)

// sendPiece is what of a file is sent under one deadline.
const sendPiece = 1 << 20

// sendFile answers with a file, or with the page for why that is not sent.
func (t *task) sendFile() {
	x := &t.x
	first := t.failed.status
	if !x.Request.Close && !t.body.Done() && t.Continue() != nil { // the body is read, though nobody wants it
		t.conn.closing = true
		return
	}
	t.plan.File.Whole = t.compresses(t.plan.File.Kind.Type)
	content := t.plan.File.Serve(x, t.conn.server.clock.Now(), first != 0)
	if status := x.Response.Status; status >= 400 && status != 412 {
		t.plan.Kind = program.Respond
		t.refuseWith(status)
		return
	}
	if first != 0 {
		t.standIn()
	}
	x.Response.Reason = []byte(reasonOf(x.Response.Status, ""))
	t.send(content)
}

// compresses says whether a file of a type is to be compressed unless something else speaks against it.
func (t *task) compresses(media string) bool {
	status := 200
	if t.failed.status != 0 {
		status = t.failed.status
	}
	info := t.plan.File.Found.Info
	return info != nil && info.Size() > smallest && t.plan.Deflation(&t.x, status, []byte(media)) != nil && !t.env("no-gzip") &&
		(t.env("force-gzip") || acceptsGzip(t.x.Request.Fields.Get("Accept-Encoding")))
}

// standIn makes the response of a file that of the failure that it stands for.
func (t *task) standIn() {
	r := &t.x.Response
	r.Status = t.failed.status
	if t.failed.location != nil {
		r.Fields = append(wire.Fields{{Name: locationName, Value: t.failed.location}}, r.Fields...)
	}
}

// refuseWith sends the page for a status with the fields that belong to it: Allow, Content-Range.
func (t *task) refuseWith(status int) {
	t.keep = append(t.keep[:0], t.x.Response.Fields...)
	t.respond(status)
}

// wholeFile is a body that is a file from where that stands.
type wholeFile interface{ Whole() *os.File }

// sendByKernel lets the kernel send a file over TCP. done is false where it cannot.
func (t *task) sendByKernel(rest io.Reader, size int64) (done bool, _ error) {
	body, ok := rest.(wholeFile)
	if !ok {
		return false, nil
	}
	to, ok := t.conn.wire.NetConn().(*net.TCPConn)
	if !ok {
		return false, nil
	}
	file := body.Whole()
	if file == nil {
		return false, nil
	}
	for size > 0 {
		t.conn.wire.ArmWrite(t.conn.server.clock.Now().Add(t.host.Settings.Timeout))
		n, err := to.ReadFrom(&io.LimitedReader{R: file, N: min(size, sendPiece)})
		size -= n
		t.x.Response.BodyBytes += n
		t.Sent(n)
		switch {
		case err != nil:
			return true, err
		case n == 0:
			return true, io.ErrUnexpectedEOF
		}
	}
	return true, nil
}

// keptFields appends what a handler found out for the page of a status.
func (t *task) keptFields(fields wire.Fields) wire.Fields {
	fields = append(fields, t.keep...)
	t.keep = t.keep[:0]
	return fields
}
