package proxy

import (
	"bytes"
	"errors"

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
			if result := a.keepPromise(); result.ends() {
				return result
			}
			return a.respond()
		}
		if a.head.Status == 101 {
			return a.switchProtocols()
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

// keepPromise sends the body that waited for a 100 to a backend that gave its response instead and reads on. A client that
// waits for the 100, too, is asked for its body only when it was not refused; httpd answers 500 in the place of a refusal.
func (a *attempt) keepPromise() Result {
	refused := a.expecting && (a.head.Status < 200 || a.head.Status > 299)
	if !a.awaits || refused || a.head.Minor == 0 || a.head.Simple || connectionCloses(a.head.Fields) {
		return Result{}
	}
	if !a.Body.Arrived() {
		if err := a.Client.Continue(); err != nil {
			return a.clientGone()
		}
	}
	a.expecting = false
	return a.sendAwaited()
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
			n, err := a.head.Parse(a.in[a.from:a.to], limit, a.Plan.BadHeader)
			a.from += n
			switch {
			case errors.Is(err, wire.ErrNoStatusLine):
				a.reuse = false
				return a.noResponse(err)
			case err != nil:
				return a.badHead(err)
			case n > 0 && nominationBytes(a.head.Fields) > maxNominations:
				return a.badHead(errNominations)
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
	if !bytes.Contains(bytes.TrimLeft(a.in[a.from:a.to], "\r\n"), []byte("\n")) {
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

// forwardInterim passes an interim response on, as env proxy-interim-response and the client's Expect want. Fields with
// control characters and lengths, which httpd passes on here, are left out: to some readers they begin others, or a body.
func (a *attempt) forwardInterim() error {
	policy, set := a.X.Env.Get("proxy-interim-response")
	switch {
	case a.X.Request.Minor == 0:
		return nil
	case set && !wire.EqualFold(policy, "RFC"):
		return nil
	case !set && a.head.Status == 100 && (!a.expecting || a.continued):
		return nil
	}
	a.appendInterim()
	if a.head.Status == 100 {
		a.continued = true
		a.Client.Continued()
	}
	return a.Client.Write(append(a.out, "\r\n"...))
}

// appendInterim makes the head of an interim response in out, without the line that ends it. Cookies come last and
// warnings behind them, as in other responses.
func (a *attempt) appendInterim() {
	a.out = append(append(append(a.out[:0], "HTTP/1.1 "...), a.head.StatusLine...), "\r\n"...)
	for _, cookies := range [...]bool{false, true} {
		for _, field := range a.head.Fields {
			if wire.EqualFold(field.Name, "Set-Cookie") != cookies || !wire.ValidField(field) || dropsFromResponse(field.Name) ||
				wire.EqualFold(field.Name, "Content-Length") || isWarning(field.Name) || nominated(a.head.Fields, field.Name) {
				continue
			}
			a.adapt(&field)
			a.out = field.Append(a.out)
		}
	}
	for _, field := range appendWarnings(a.X.Response.Fields[:0], a.head.Fields) {
		if wire.ValidField(field) {
			a.out = field.Append(a.out)
		}
	}
	if a.addsVia() {
		a.out = append(appendVia(append(a.out, "Via: "...), a.X, a.Plan), "\r\n"...)
	}
}

// clientGone is the result when the client cannot be written to.
func (a *attempt) clientGone() Result {
	a.X.Aborted = true
	a.reuse = false
	return Result{Drop: true}
}
