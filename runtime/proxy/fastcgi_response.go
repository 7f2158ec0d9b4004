package proxy

import (
	"bytes"
	"errors"
	"os"
	"time"

	"github.com/lbconf/lbconf/runtime/fcgi"
	"github.com/lbconf/lbconf/runtime/static"
	"github.com/lbconf/lbconf/runtime/wire"
)

// records takes records until the response is complete.
func (a *attempt) records(s *script) Result {
	for {
		if result, done := a.record(s); done {
			return result
		}
	}
}

// record takes the next record. done says that nothing follows.
func (a *attempt) record(s *script) (result Result, done bool) {
	raw, err := a.peek(fcgi.HeaderSize)
	if err != nil {
		return a.scriptFailed(err), true
	}
	header, err := fcgi.ParseHeader([fcgi.HeaderSize]byte(raw))
	if err != nil {
		return a.scriptFailed(err), true
	}
	a.from += fcgi.HeaderSize
	a.read(fcgi.HeaderSize)
	if header.Kind == fcgi.Stdout && header.Length == 0 {
		if result = a.outputEnds(s); result.ends() {
			return result, true
		}
	}
	for left := header.Length; left > 0; {
		if _, err := a.peek(1); err != nil {
			return a.scriptFailed(err), true
		}
		data := a.in[a.from:min(a.to, a.from+min(left, s.bufferSize))]
		a.from += len(data)
		left -= len(data)
		if result = a.content(s, header.Kind, data); result.ends() {
			return result, true
		}
	}
	if _, err := a.peek(header.Padding); err != nil {
		return a.scriptFailed(err), true
	}
	a.from += header.Padding
	if header.Kind == fcgi.End {
		return a.scriptEnds(s), true
	}
	if header.Kind == fcgi.Stdout && a.X.Response.Started {
		result = a.settle()
	}
	return result, result.ends()
}

// content takes bytes of a record.
func (a *attempt) content(s *script, kind fcgi.Kind, data []byte) Result {
	switch kind {
	case fcgi.Stdout:
		return a.output(s, data)
	case fcgi.Stderr:
		a.proxy.log.Error("message of the application", "worker", a.worker.Name, "text", string(bytes.TrimRight(data, "\r\n")))
	case fcgi.Begin, fcgi.End, fcgi.Params, fcgi.Stdin:
	default:
		a.proxy.log.Warn("record of a kind that FastCGI does not have", "worker", a.worker.Name, "kind", int(kind))
	}
	return Result{}
}

// output takes a piece of the output: head and body.
func (a *attempt) output(s *script, data []byte) Result {
	if s.headed {
		return a.scriptBody(s, data)
	}
	if len(s.output)+len(data) > maxHead {
		return a.scriptFailed(errHeadTooLong)
	}
	s.output = append(s.output, data...)
	if !s.finder.Find(data) {
		return Result{}
	}
	s.headed = true
	n, err := s.head.Parse(s.output)
	if err != nil {
		return a.badScript(err)
	}
	if a.headScript(s); s.dropped != 0 || s.ignored {
		return Result{}
	}
	if body := s.output[n:]; len(body) > 0 {
		return a.scriptBody(s, body)
	}
	return Result{}
}

// headScript makes of the head that of the response.
func (a *attempt) headScript(s *script) {
	x, h := a.X, &s.head
	a.head.Status, a.head.Reason = h.Status, []byte(wire.UsualReason(h.Status))
	if h.HasStatus {
		a.head.Status, a.head.Reason = statusLine(h.Status, h.StatusText)
	}
	now := a.proxy.clock.Now()
	fields := append(x.Response.Fields[:0], h.Always...)
	x.Response.Always = len(fields)
	trusts := a.env("ap_trust_cgilike_cl")
	for _, field := range h.Fields {
		switch {
		case wire.EqualFold(field.Name, "Transfer-Encoding"), !trusts && wire.EqualFold(field.Name, "Content-Length"):
			continue
		case wire.EqualFold(field.Name, "Last-Modified"):
			var ok bool
			if field.Value, ok = lastModified(field.Value, now); !ok {
				continue
			}
		}
		fields = append(fields, field)
	}
	x.Response.Fields, x.Response.ContentType = fields, h.ContentType
	if !h.HasStatus {
		if status := static.Meets(x.Request.Fields, fields, string(x.Request.Method), now); status != 0 {
			a.head.Status, a.head.Reason, s.ignored = status, []byte(wire.UsualReason(status)), true
		}
	}
	x.Response.Status, x.Response.Reason = a.head.Status, a.head.Reason
	if a.bodiless() && string(x.Request.Method) != "HEAD" {
		x.Response.ContentType = nil
	}
	if a.Plan.Balancer != nil {
		a.proxy.judgeStatus(a.Plan.Balancer, a.worker, a.head.Status)
	}
	if a.Plan.Overrides(a.head.Status) {
		s.dropped = a.head.Status
	}
}

// statusLine is what httpd makes of Status: text that is no status line gives the usual text, and a number that is no
// status 500.
func statusLine(status int, text []byte) (int, []byte) {
	switch {
	case status < 100 || status > 999:
		return 500, []byte(wire.UsualReason(500))
	case len(text) > 3 && text[3] == ' ':
		return status, text[4:]
	}
	return status, []byte(wire.UsualReason(status))
}

// lastModified is the date of Last-Modified, which is not in the future; ok is false for one that is no date.
func lastModified(value []byte, now time.Time) (date []byte, ok bool) {
	t, ok := static.ParseDate(value)
	if !ok {
		return nil, false
	}
	if t.After(now) {
		t = now
	}
	return t.UTC().AppendFormat(nil, httpDate), true
}

func (a *attempt) scriptBody(s *script, data []byte) Result {
	if s.dropped != 0 || s.ignored || s.ended {
		return Result{}
	}
	if result := a.begin(data, false); result.ends() {
		return result
	}
	return a.pour(data)
}

// outputEnds is the end of the output. What the application began to write of a head is then the body, as in httpd.
func (a *attempt) outputEnds(s *script) Result {
	if s.dropped != 0 || s.ended {
		return Result{}
	}
	s.ended = true
	if !s.headed {
		return a.headless(s)
	}
	return a.begin(nil, true)
}

// headless answers with what came in the place of a head.
func (a *attempt) headless(s *script) Result {
	x := a.X
	s.headed = true
	x.Response.Status, x.Response.Reason, x.Response.Fields = 200, []byte(wire.UsualReason(200)), x.Response.Fields[:0]
	if result := a.begin(s.output, true); result.ends() || len(s.output) == 0 {
		return result
	}
	return a.pour(s.output)
}

// scriptEnds ends the response.
func (a *attempt) scriptEnds(s *script) Result {
	a.reuse = a.reuse && a.from == a.to
	if s.dropped != 0 {
		return a.overrideScript(s)
	}
	if !s.headed {
		s.output = nil // what is no head is lost where its end was not announced
	}
	if result := a.outputEnds(s); result.ends() {
		return result
	}
	return a.complete()
}

// overrideScript is override for what a script wrote: the fields that errors have too stay.
func (a *attempt) overrideScript(s *script) Result {
	kept := a.reuse
	result := a.override()
	a.reuse, result.Fields = kept, nil
	for _, field := range s.head.Always {
		result.Fields = append(result.Fields, wire.Field{Name: bytes.Clone(field.Name), Value: bytes.Clone(field.Value)})
	}
	return result
}

// badScript is the answer to a head that makes no sense: httpd's status, without a page.
func (a *attempt) badScript(err error) Result {
	a.reuse = false
	a.proxy.log.Error("the application wrote a bad head", "worker", a.worker.Name, "reason", err)
	x := a.X
	x.Response.Status, x.Response.Reason, x.Response.Fields = 500, []byte(wire.UsualReason(500)), x.Response.Fields[:0]
	if result := a.begin(nil, true); result.ends() {
		return result
	}
	result := a.complete()
	return Result{Drop: result.Drop, Sent: !result.Drop}
}

// scriptFailed decides about a response that broke off.
func (a *attempt) scriptFailed(err error) Result {
	a.reuse = false
	a.proxy.log.Warn("the dialog with the application server failed", "worker", a.worker.Name, "reason", err)
	x := a.X
	if x.Response.Started || len(a.encoded.body) > 0 {
		return a.cut(err)
	}
	x.Response.Status, x.Response.Fields, x.Response.ContentType = 0, x.Response.Fields[:0], nil
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return Result{Status: 504}
	}
	return Result{Status: 503}
}
