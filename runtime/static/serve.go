package static

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/wire"
)

// smallFile is the size in bytes up to which a file is sent together with the head.
const smallFile = 16 << 10

// File is a file that a request asks for.
type File struct {
	// Found is where it stands.
	Found Found
	// Rules are what holds for it, Kind is what it is.
	Rules *Rules
	Kind  Kind
	// Whole says that the body is made for HEAD too, and that no ranges of it are sent.
	Whole bool
	// Methods are those that the server knows: any other is answered with 501 and not with 405.
	Methods map[string]bool
	// NoTrace leaves TRACE out of the methods that are told (core: TraceEnable off).
	NoTrace bool
}

// allowed are the methods of files. httpd's order is that of a table in memory.
var (
	allowed    = []byte("GET,HEAD,POST,OPTIONS,TRACE")
	notTracing = []byte("GET,HEAD,POST,OPTIONS")
)

// allow is the field with the methods.
func (f *File) allow() wire.Field {
	if f.NoTrace {
		return wire.Field{Name: allowName, Value: notTracing}
	}
	return wire.Field{Name: allowName, Value: allowed}
}

// Serve makes the response: Status, Fields and ContentType of x.Response. A status from 400 on but 412 has no content: the
// server's page for it is to be sent, with the fields. asError says that the file stands for an error, so that neither conditions nor ranges count.
func (f *File) Serve(x *exchange.Exchange, now time.Time, asError bool) exchange.Content {
	r := &x.Response
	r.Fields, r.ContentType, r.Status = r.Fields[:0], nil, 200
	switch string(x.Request.Method) {
	case "GET", "HEAD", "POST":
	case "OPTIONS":
		r.Fields = append(r.Fields, f.allow())
		return f.described(r)
	default:
		r.Fields = append(r.Fields, f.allow())
		if r.Status = 405; !f.Methods[string(x.Request.Method)] {
			r.Status = 501
		}
		return exchange.Content{}
	}
	if f.Found.Info == nil || f.Found.Info.IsDir() || f.Found.Rest != "" && !f.Rules.PathInfo {
		r.Status = 404
		return exchange.Content{}
	}
	file, info, err := open(&f.Found, &f.Rules.Policy)
	if err != nil {
		r.Status = 403
		return exchange.Content{}
	}
	content := f.send(x, file, info, now, asError)
	if content.Rest == nil {
		_ = file.Close() // it was only read
	}
	return content
}

// open opens a file unless it became something else since it was found. Where links are not followed it must be the very file
// that was found, so that no link can take the place of a folder in between.
func open(found *Found, policy *Policy) (*os.File, fs.FileInfo, error) {
	file, err := os.OpenFile(found.Name, openFlags(policy), 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	if err == nil && policy.Links != LinksAll && !os.SameFile(info, found.Info) {
		err = errors.New("not the file that was found")
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, info, nil
}

// send makes the response of an open file.
func (f *File) send(x *exchange.Exchange, file *os.File, info fs.FileInfo, now time.Time, asError bool) exchange.Content {
	r := &x.Response
	v := validators{etag: etag(info, f.Rules.ETag, now), modified: info.ModTime(), now: now}
	if v.modified.After(now) {
		v.modified = now
	}
	r.Fields = append(r.Fields, wire.Field{Name: modifiedName, Value: v.modified.UTC().AppendFormat(nil, HTTPDate)})
	if v.etag != nil {
		r.Fields = append(r.Fields, wire.Field{Name: etagName, Value: v.etag})
	}
	r.Fields = append(r.Fields, wire.Field{Name: acceptName, Value: bytesUnit})
	method := string(x.Request.Method)
	if !asError {
		if r.Status = v.meets(x.Request.Fields, method != "POST"); r.Status != 0 {
			return f.unsent(r, method, info.Size())
		}
		r.Status = 200
	}
	spans, outside := []span(nil), false
	if ranges := x.Request.Fields.Get("Range"); ranges != nil && !asError && !f.Whole && v.inRange(x.Request.Fields.Get("If-Range")) {
		spans, outside = parseRanges(ranges, info.Size(), f.Rules.MaxRanges)
	}
	if outside {
		r.Status, r.Fields = 416, r.Fields[:0]
		return exchange.Content{}
	}
	content := f.described(r)
	p := &parts{file: file, pieces: []piece{{from: 0, size: info.Size()}}}
	if len(spans) > 0 {
		r.Status = 206
		p.pieces = ranges(r, &content, spans, info.Size())
	}
	size := p.size()
	if method == "HEAD" && !f.Whole {
		r.Fields = append(r.Fields, wire.Field{Name: lengthName, Value: strconv.AppendInt(nil, size, 10)})
		return content
	}
	if size > smallFile {
		content.Rest, content.Size = p, size
		return content
	}
	content.Bytes = make([]byte, size)
	if _, err := io.ReadFull(p, content.Bytes); err != nil {
		r.Status = 500 // it shrank meanwhile
	}
	return content
}

// unsent is the response to a condition that is not met: it describes the file and has no body. That to HEAD has the
// length of the file, since httpd counts a body only where one may be sent.
func (f *File) unsent(r *exchange.Response, method string, size int64) exchange.Content {
	if r.Status == 304 {
		return exchange.Content{}
	}
	if method == "HEAD" {
		r.Fields = append(r.Fields, wire.Field{Name: lengthName, Value: strconv.AppendInt(nil, size, 10)})
	}
	return f.described(r)
}

// media is the type that is sent.
func (f *File) media() string { return WithDefaultCharset(f.Kind.Type, f.Rules.Charset) }

// described says what the file is, in the response and in the content.
func (f *File) described(r *exchange.Response) exchange.Content {
	var content exchange.Content
	if media := f.media(); media != "" {
		r.ContentType = []byte(media)
	}
	if f.Kind.Encoding != "" {
		content.Encoding = []byte(f.Kind.Encoding)
	}
	if f.Kind.Languages != "" {
		content.Languages = []byte(f.Kind.Languages)
	}
	return content
}

// ranges makes the pieces of a response with ranges: one with Content-Range, several each with a head of its own.
func ranges(r *exchange.Response, content *exchange.Content, spans []span, size int64) []piece {
	if len(spans) == 1 {
		s := spans[0]
		content.Range = fmt.Appendf(nil, "bytes %d-%d/%d", s.start, s.end, size)
		return []piece{{from: s.start, size: s.length()}}
	}
	boundary := fmt.Sprintf("%016x", rand.Uint64())
	head := "\r\n--" + boundary + "\r\n"
	if len(r.ContentType) > 0 {
		head += "Content-type: " + string(r.ContentType) + "\r\n"
	}
	var pieces []piece
	for _, s := range spans {
		pieces = append(pieces, piece{text: fmt.Sprintf("%sContent-range: bytes %d-%d/%d\r\n\r\n", head, s.start, s.end, size)},
			piece{from: s.start, size: s.length()})
	}
	r.ContentType = []byte("multipart/byteranges; boundary=" + boundary)
	return append(pieces, piece{text: "\r\n--" + boundary + "--\r\n"})
}

var (
	allowName    = []byte("Allow")
	modifiedName = []byte("Last-Modified")
	etagName     = []byte("ETag")
	acceptName   = []byte("Accept-Ranges")
	bytesUnit    = []byte("bytes")
	lengthName   = []byte("Content-Length")
)
