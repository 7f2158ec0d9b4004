package header

import (
	"errors"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/wire"
)

// Response is a compiled list of Header directives. It is immutable; a nil one does nothing.
//
// httpd has two tables of fields for a response: that of always, which each response has, and that of onsuccess, which
// holds what a backend sent and is left out of errors and redirects of the server's own. What is early works before
// anything else is known.
type Response struct {
	always, success, earlyAlways, earlySuccess List
	// typed says that one of them is for Content-Type.
	typed bool
}

// CompileResponse compiles the Header directives of a list, in order; RequestHeader directives in it are left out. The
// first outside of them stand outside sections: only there early has an effect. The result is nil when there are none.
func CompileResponse(items []*ir.HeaderEdit, outside int, server *eval.Server) (*Response, []Problem) {
	r, found := &Response{}, false
	var problems []Problem
	for i, item := range items {
		if item.Request {
			continue
		}
		early := clib.EqualFold(item.Condition, "early")
		e, err := compileResponse(item, early, server)
		if err == nil && early && i >= outside {
			err = errors.New("early has no effect in a section, which is known too late: write it outside, or without early")
		}
		if err != nil {
			problems = append(problems, Problem{item, err.Error()})
			continue
		}
		list := r.list(item.Always, early)
		list.edits = append(list.edits, e)
		r.typed, found = r.typed || e.ofType, true
	}
	if !found {
		return nil, problems
	}
	return r, problems
}

func (r *Response) list(always, early bool) *List {
	switch {
	case always && early:
		return &r.earlyAlways
	case always:
		return &r.always
	case early:
		return &r.earlySuccess
	}
	return &r.success
}

// Proxied makes of the fields that a backend sent those that the client gets: x.Response.Fields. False is a field that
// cannot be sent.
func (r *Response) Proxied(x *exchange.Exchange, room *Room, now time.Time) bool {
	if r == nil {
		return true
	}
	if r.typed && x.Response.Fields.Has("Content-Type") {
		x.Response.ContentType = x.Response.Fields.Get("Content-Type")
	}
	n := x.Response.Always
	t := table{x: x, room: room, now: now, response: true, fields: append(room.always[:0], x.Response.Fields[:n]...)}
	x.Response.Fields, x.Response.Always = x.Response.Fields[n:], 0
	r.cookies(&t)
	r.earlyAlways.run(&t)
	r.always.run(&t)
	room.always, t.fields, t.success = t.fields, x.Response.Fields, true
	r.success.run(&t)
	x.Response.Fields = join(t.fields, room.always)
	r.finish(x, room)
	return !t.bad
}

// cookies puts those that were set early before those of the backend: no other field that was set early on success
// outlives the backend's (mod_proxy_http: ap_proxy_http_process_response).
func (r *Response) cookies(t *table) {
	if len(r.earlySuccess.edits) == 0 {
		return
	}
	start := t.fields
	r.earlySuccess.run(t)
	fields := t.x.Response.Fields
	at := fields.Index("Set-Cookie")
	if at < 0 {
		at = len(fields)
	}
	for _, field := range t.fields {
		if wire.EqualFold(field.Name, "Set-Cookie") {
			fields = append(fields, wire.Field{})
			copy(fields[at+1:], fields[at:])
			fields[at] = field
			at++
		}
	}
	t.x.Response.Fields, t.fields = fields, start
}

// Own makes of the fields of an error or a redirect of the server's own those that the client gets. early says that what
// is early has worked, as it has on a request that could be read. False is a field that cannot be sent.
func (r *Response) Own(x *exchange.Exchange, room *Room, now time.Time, early bool) bool {
	if r == nil {
		return true
	}
	second := &r.earlyAlways
	if !early {
		second = &List{}
	}
	return r.inTurn(&r.always, second, x, room, now)
}

// Options makes the fields of the answer to OPTIONS *, which only what is early works on.
func (r *Response) Options(x *exchange.Exchange, room *Room, now time.Time) bool {
	if r == nil {
		return true
	}
	return r.inTurn(&r.earlyAlways, &r.earlySuccess, x, room, now)
}

// inTurn puts before the fields what two lists make of two empty tables.
func (r *Response) inTurn(first, second *List, x *exchange.Exchange, room *Room, now time.Time) bool {
	t := table{x: x, room: room, now: now, response: true, fields: room.always[:0]}
	first.run(&t)
	n := len(t.fields)
	room.always = t.fields
	t.fields = room.always[n:]
	second.run(&t)
	room.always = append(room.always[:n], t.fields...)
	x.Response.Fields = join(x.Response.Fields, room.always)
	r.finish(x, room)
	return !t.bad
}

// join puts always before fields, within the room of fields where that is enough.
func join(fields, always wire.Fields) wire.Fields {
	n := len(fields)
	fields = append(fields, always...)
	copy(fields[len(always):], fields[:n])
	copy(fields, always)
	return fields
}

// finish gives the field Content-Type the type that the content has, and joins Vary, as httpd does when it writes the
// head (ap_http_header_filter).
func (r *Response) finish(x *exchange.Exchange, room *Room) {
	fields := x.Response.Fields
	bodiless := x.Response.Status == 204 || x.Response.Status == 304 // whose type is left as it is
	if at := fields.Index("Content-Type"); at >= 0 && !bodiless {
		switch kind := x.Response.ContentType; {
		case !r.typed:
			fields = setField(fields, at, fields[at].Value)
		case kind != nil:
			fields = setField(fields, at, kind)
		}
	}
	if at := fields.Index("Vary"); at >= 0 {
		if room.buf = wire.AppendVary(room.buf[:0], fields); len(room.buf) > 0 {
			fields = setField(fields, at, x.Copy(room.buf))
		}
	}
	x.Response.Fields = fields
}
