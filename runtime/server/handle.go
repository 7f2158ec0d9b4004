package server

import (
	"errors"
	"fmt"
	"io"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
)

// Handler makes responses of the server's own that are more than a status: a page of figures, a file. It is used by many
// requests at a time.
type Handler interface {
	// Handle sets Status, Fields and ContentType of x.Response and returns the body. body is that of the request, which need
	// not be read. A status with an empty body and no ContentType is answered with the server's page for it
	// and the fields that were set.
	Handle(x *exchange.Exchange, p *program.Plan, body io.Reader) exchange.Content
}

// handle lets the handler of the plan answer.
func (t *task) handle() {
	switch t.plan.Handler {
	case program.HandlerFile:
		t.sendFile()
		return
	case program.HandlerTrace:
		t.sendBack(false)
		return
	case program.NoHandler, program.HandlerBalancerManager, program.HandlerServerStatus, program.HandlerServerInfo, program.HandlerMetrics,
		program.HandlerHeartbeat:
	}
	x := &t.x
	handler := t.conn.server.handlers[t.plan.Handler]
	if handler == nil {
		t.plan.Kind = program.Respond
		t.respond(404)
		return
	}
	x.Response.Status = 200
	x.Response.Fields, x.Response.ContentType = x.Response.Fields[:0], nil
	content := handler.Handle(x, &t.plan, requestBody{t})
	if content.Length() == 0 && x.Response.Status != 200 && x.Response.ContentType == nil {
		t.plan.Kind = program.Respond
		t.refuseWith(x.Response.Status)
		return
	}
	x.Response.Reason = []byte(reasonOf(x.Response.Status, ""))
	t.send(content)
}

// requestBody reads the body of the request in work.
type requestBody struct{ *task }

// Read implements io.Reader.
func (b requestBody) Read(p []byte) (int, error) {
	if err := b.Continue(); err != nil {
		return 0, err
	}
	for {
		data, err := b.body.AvailableUpTo(len(p))
		if len(data) > 0 || err != nil {
			return copy(p, data), err
		}
		if err := b.body.Fill(); err != nil {
			return 0, err
		}
	}
}

// sendRest sends what follows the first bytes of a body.
func (t *task) sendRest(rest io.Reader, size int64) error {
	if done, err := t.sendByKernel(rest, size); done {
		return err
	}
	room := make([]byte, min(size, headRoom))
	for size > 0 {
		n, err := rest.Read(room[:min(size, int64(len(room)))])
		if n > 0 {
			if err := t.Write(room[:n]); err != nil {
				return err
			}
			t.x.Response.BodyBytes += int64(n)
			size -= int64(n)
		}
		if err != nil && size > 0 {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return fmt.Errorf("the body ended %d bytes early: %w", size, err)
		}
	}
	return nil
}
