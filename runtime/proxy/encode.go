package proxy

import (
	"errors"
	"io"

	"github.com/lbconf/lbconf/runtime/wire"
)

// EncodedPiece is what of an encoded body is collected before it is sent (mod_deflate: DeflateBufferSize).
const EncodedPiece = 8096

// Encoder changes the body of a response on its way to the client.
type Encoder interface {
	// Append takes bytes of the body and returns dst with what is ready to be sent.
	Append(dst, data []byte) ([]byte, error)
	// Flush returns dst with all that was taken so far.
	Flush(dst []byte) ([]byte, error)
	// Close returns dst with the rest, after the last byte of the body.
	Close(dst []byte) ([]byte, error)
	// Drop ends the use of the encoder, whether it was closed or not. It is called once.
	Drop()
}

// AppendFramed appends bytes of a body in the framing of the response; last says that nothing follows.
func AppendFramed(dst, body []byte, framing wire.FramingKind, last bool) []byte {
	switch framing {
	case wire.FramingNone:
	case wire.FramingChunked:
		if len(body) > 0 {
			dst = wire.AppendChunk(dst, body)
		}
		if last {
			dst = append(dst, wire.LastChunk...)
		}
	case wire.FramingLength, wire.FramingClose:
		dst = append(dst, body...)
	}
	return dst
}

// encoded is a body in work.
type encoded struct {
	encoder Encoder
	// body is what is ready and was not sent.
	body []byte
	// started says that the head was sent, with framing.
	started bool
	framing wire.FramingKind
}

// relayEncoded moves the body through the encoder. The head waits for what comes out of that: where it is all there at once,
// the client gets its length. Whatever has arrived goes out before more is awaited.
func (a *attempt) relayEncoded() Result {
	e := &a.encoded
	for {
		data, err := a.response.Available()
		switch {
		case errors.Is(err, io.EOF):
			return a.endEncoded()
		case err != nil:
			return a.cut(err)
		case len(data) > 0:
			a.read(len(data))
			if e.body, err = e.encoder.Append(e.body, data); err != nil {
				return a.cut(err)
			}
			if len(e.body) >= EncodedPiece && a.sendEncoded(false) != nil {
				return a.clientGone()
			}
			continue
		}
		if !a.holdsBack(len(e.body)) {
			if e.body, err = e.encoder.Flush(e.body); err != nil {
				return a.cut(err)
			}
			if a.sendEncoded(false) != nil {
				return a.clientGone()
			}
		}
		switch err := a.response.Fill(); {
		case errors.Is(err, io.EOF):
			return a.endEncoded()
		case err != nil:
			return a.cut(err)
		}
	}
}

func (a *attempt) endEncoded() Result {
	var err error
	e := &a.encoded
	if e.body, err = e.encoder.Close(e.body); err != nil {
		return a.cut(err)
	}
	if len(a.response.Rest()) > 0 {
		a.reuse = false
	}
	a.finish()
	if a.sendEncoded(true) != nil {
		return a.clientGone()
	}
	return Result{}
}

// sendEncoded sends what is ready, and the head in front of the first of it.
func (a *attempt) sendEncoded(last bool) error {
	e := &a.encoded
	if !e.started {
		framing := wire.Framing{Kind: wire.FramingChunked}
		if last {
			framing = wire.Framing{Kind: wire.FramingLength, Length: int64(len(e.body))}
			a.X.Response.Fields = append(a.X.Response.Fields, wire.Field{Name: lengthName, Value: wire.AppendInt(nil, framing.Length)})
		}
		a.out, e.framing = a.Client.AppendHead(a.out[:0], framing)
		e.started, a.X.Response.Started = true, true
	}
	a.out = AppendFramed(a.out, e.body, e.framing, last)
	if e.framing != wire.FramingNone {
		a.X.Response.BodyBytes += int64(len(e.body))
	}
	e.body = e.body[:0]
	return a.flush()
}
