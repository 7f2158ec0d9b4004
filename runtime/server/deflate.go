package server

import (
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/proxy"
	"github.com/lbconf/lbconf/runtime/wire"
)

// smallest is the length in bytes up to which a body is not worth the fields that compression adds (mod_deflate).
const smallest = 10 + 8 + 50

// encoder compresses the body of a response.
type encoder struct {
	gzip *gzip.Writer
	pool *sync.Pool
	out  []byte
}

// Write takes what the compressor made.
func (e *encoder) Write(p []byte) (int, error) {
	e.out = append(e.out, p...)
	return len(p), nil
}

// take returns dst with what was made.
func (e *encoder) take(dst []byte) []byte {
	dst = append(dst, e.out...)
	e.out = e.out[:0]
	return dst
}

// Append fulfils proxy.Encoder.
func (e *encoder) Append(dst, data []byte) ([]byte, error) {
	_, err := e.gzip.Write(data)
	return e.take(dst), err
}

// Flush fulfils proxy.Encoder.
func (e *encoder) Flush(dst []byte) ([]byte, error) {
	err := e.gzip.Flush()
	return e.take(dst), err
}

// Close fulfils proxy.Encoder.
func (e *encoder) Close(dst []byte) ([]byte, error) {
	err := e.gzip.Close()
	return e.take(dst), err
}

// Drop fulfils proxy.Encoder.
func (e *encoder) Drop() { e.pool.Put(e) }

// encoders keeps compressors by their level, since one holds much memory.
type encoders [10]sync.Pool

func (p *encoders) get(level int) *encoder {
	pool := &p[level]
	e, ok := pool.Get().(*encoder)
	if !ok {
		e = &encoder{}
		e.gzip, _ = gzip.NewWriterLevel(e, level) // lowering has checked the level
	}
	e.pool, e.out = pool, e.out[:0]
	e.gzip.Reset(e)
	return e
}

// Encoder decides whether a response is compressed, whose status and fields are made but for Header directives: it fulfils
// proxy.Client. body is what the response has, start what of it has arrived.
func (t *task) Encoder(body wire.Framing, start []byte) proxy.Encoder {
	if e := t.deflate(body, start, nil); e != nil {
		return e
	}
	return nil
}

// deflate is mod_deflate's deflate_out_filter, up to where it compresses. encoding is that of a file.
func (t *task) deflate(body wire.Framing, start, encoding []byte) *encoder {
	x := &t.x
	if !t.plan.Filters() {
		return nil
	}
	media := x.Response.Fields.Get("Content-Type")
	if media == nil {
		media = x.Response.ContentType
	}
	d := t.plan.Deflation(x, x.Response.Status, media)
	if d == nil || t.skipsDeflate(body, start, media) {
		return nil
	}
	own := x.Response.Fields.Index("Content-Encoding")
	if encoding != nil && !isIdentity(encoding) || own >= 0 && !isIdentity(x.Response.Fields[own].Value) {
		return nil
	}
	t.mergeVary()
	if !t.env("force-gzip") && !acceptsGzip(x.Request.Fields.Get("Accept-Encoding")) {
		return nil
	}
	if own >= 0 {
		x.Response.Fields[own].Value = gzipToken
	} else {
		x.Response.Fields = append(x.Response.Fields, wire.Field{Name: encodingName, Value: gzipToken})
	}
	x.Response.Fields = x.Response.Fields.Without("Content-Length").Without("Content-MD5")
	t.alterETag(d.ETag)
	return t.conn.server.encoders.get(d.Level)
}

// leaves says whether a response has a part of a file, or for HEAD nothing of it.
func (t *task) leaves(content *exchange.Content) bool {
	whole := t.plan.Handler == program.HandlerFile && t.x.Response.Status == 200 && content.Length() == 0
	return content.Range != nil || whole && string(t.x.Request.Method) == "HEAD"
}

// varyByWhole says that the response depends on Accept-Encoding where the whole file could have been compressed.
func (t *task) varyByWhole(content *exchange.Content) {
	info := t.plan.File.Found.Info
	if info == nil || t.plan.Deflation(&t.x, 200, t.x.Response.ContentType) == nil || content.Encoding != nil && !isIdentity(content.Encoding) {
		return
	}
	if !t.skipsDeflate(wire.Framing{Kind: wire.FramingLength, Length: info.Size()}, nil, t.x.Response.ContentType) {
		t.mergeVary()
	}
}

// skipsDeflate says whether a response is left alone without a word: one that has no body or is small, one that is a part,
// and where a variable says so.
func (t *task) skipsDeflate(body wire.Framing, start, media []byte) bool {
	x := &t.x
	switch {
	case body.Kind == wire.FramingNone, x.Response.Status == 204, x.Response.Status == 304,
		body.Kind == wire.FramingLength && body.Length <= smallest,
		body.Kind == wire.FramingChunked && len(start) > 1 && start[0] == '0' && (start[1] == '\r' || start[1] == '\n'),
		t.env("no-gzip"), x.Response.Fields.Has("Content-Range"):
		return true
	}
	only, _ := x.Env.Get("gzip-only-text/html")
	const html = "text/html"
	return string(only) == "1" && (len(media) < len(html) || string(media[:len(html)]) != html)
}

func isIdentity(encoding []byte) bool {
	same := true
	wire.EachToken(encoding, func(token []byte) bool {
		switch string(token) {
		case "identity", "7bit", "8bit", "binary":
		default:
			same = false
		}
		return same
	})
	return same
}

// mergeVary says that the response depends on Accept-Encoding.
func (t *task) mergeVary() {
	fields := t.x.Response.Fields
	at := fields.Index("Vary")
	switch {
	case at < 0:
		t.x.Response.Fields = append(fields, wire.Field{Name: varyName, Value: acceptEncoding})
	case !wire.HasToken(fields[at].Value, "Accept-Encoding"):
		separator := ","
		if t.plan.EditsResponse() {
			separator = ", " // the list is joined behind these
		}
		fields[at].Value = append(append(t.x.Copy(fields[at].Value), separator...), acceptEncoding...)
	}
}

// alterETag makes the entity tag that of the compressed response.
func (t *task) alterETag(change program.ETagChange) {
	fields := t.x.Response.Fields
	at := fields.Index("ETag")
	if at < 0 {
		return
	}
	tag := fields[at].Value
	switch change {
	case program.ETagSuffix:
		if n := len(tag); n > 1 && tag[n-1] == '"' {
			fields[at].Value = append(t.x.Copy(tag[:n-1]), `-gzip"`...)
		}
	case program.ETagRemoved:
		t.x.Response.Fields = fields.Without("ETag")
	case program.ETagKept:
	}
}

// acceptsGzip says whether a list of encodings has gzip and does not give it the quality 0.
func acceptsGzip(list []byte) bool {
	accepts := false
	wire.EachToken(list, func(token []byte) bool {
		name, quality := token, []byte(nil)
		for i, c := range token {
			if c == ';' {
				name, quality = wire.TrimSpace(token[:i]), wire.TrimSpace(token[i+1:])
				break
			}
		}
		if !wire.EqualFold(name, "gzip") {
			return true
		}
		const zero = "q=0.000"
		accepts = len(quality) < len("q=0") || len(quality) > len(zero) || string(quality) != zero[:len(quality)]
		return false
	})
	return accepts
}

// sendEncoded sends a content compressed: with its length where what comes out is short, else in chunks.
func (t *task) sendEncoded(content exchange.Content, e *encoder, head bool) error {
	x := &t.x
	defer e.Drop()
	var body []byte
	started, framing := false, wire.FramingNone
	put := func(last bool) error {
		t.out = t.out[:0]
		if !started {
			kind := wire.Framing{Kind: wire.FramingChunked}
			if last {
				kind = wire.Framing{Kind: wire.FramingLength, Length: int64(len(body))}
				x.Response.Fields = append(x.Response.Fields, wire.Field{Name: lengthName, Value: wire.AppendInt(x.Alloc(20)[:0], int64(len(body)))})
			}
			if head {
				kind = wire.Framing{}
			}
			t.describe(&content)
			t.out, framing = t.AppendHead(t.out, kind)
			started, x.Response.Started = true, true
		}
		if !head {
			t.out = proxy.AppendFramed(t.out, body, framing, last)
			x.Response.BodyBytes += int64(len(body))
		}
		body = body[:0]
		return t.Write(t.out)
	}
	room := t.page[:0]
	data := content.Bytes
	for {
		var err error
		if body, err = e.Append(body, data); err != nil {
			return err
		}
		if len(body) >= proxy.EncodedPiece {
			if err := put(false); err != nil || head {
				return err
			}
		}
		if content.Size == 0 {
			break
		}
		if cap(room) < leastRoom {
			room = make([]byte, leastRoom)
		}
		room = room[:cap(room)]
		n, err := content.Rest.Read(room[:min(int64(len(room)), content.Size)])
		data = room[:n]
		content.Size -= int64(n)
		if n == 0 && err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	var err error
	if body, err = e.Close(body); err != nil {
		return err
	}
	return put(true)
}

var (
	gzipToken      = []byte("gzip")
	varyName       = []byte("Vary")
	acceptEncoding = []byte("Accept-Encoding")
)
