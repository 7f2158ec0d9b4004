package header

import (
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/wire"
)

// Room is what applying a list works in. It is reused from request to request; the zero value is ready for use.
type Room struct {
	buf    []byte
	groups []int
	// always and moved hold fields while a list works.
	always, moved wire.Fields
	// Vars is what expressions know of the request beside the exchange.
	Vars eval.Context
	expr eval.Room
}

// Apply changes the fields of a request. Fields of one name must be joined already, as Request.MergeFields does.
func (l *List) Apply(x *exchange.Exchange, room *Room) {
	if l == nil {
		return
	}
	t := table{x: x, room: room, fields: x.Request.Fields, request: true}
	l.run(&t)
	x.Request.Fields = t.fields
}

// table is what a list works on: the fields of a request, or one of the two tables of a response.
type table struct {
	x      *exchange.Exchange
	room   *Room
	fields wire.Fields
	now    time.Time
	// request says that the fields are those of the request, success that they are those that errors do not have.
	request, success bool
	// response says that x.Response.ContentType goes with Content-Type (httpd: r->content_type).
	response bool
	// bad says that a value became one that cannot be sent.
	bad bool
}

func (l *List) run(t *table) {
	for i := range l.edits {
		if e := &l.edits[i]; e.applies(t) {
			e.apply(t)
		}
	}
}

func (e *edit) applies(t *table) bool {
	switch {
	case e.when != nil:
		holds := e.when.Holds(t.vars(), &t.room.expr)
		t.vary(t.room.expr.Vary())
		return holds
	case e.env == "":
		return true
	}
	_, set := t.x.Env.Get(e.env)
	return set != e.unset
}

// vars are what an expression sees.
func (t *table) vars() *eval.Context {
	vars := &t.room.Vars
	vars.Exchange, vars.Query = t.x, t.x.Request.Query
	switch {
	case t.request:
		vars.Fields, vars.Always = nil, nil
		t.x.Request.Fields = t.fields // with what was changed before
	case t.success:
		vars.Fields, vars.Always = t.fields, t.room.always
	default:
		vars.Fields, vars.Always = t.x.Response.Fields, t.fields
	}
	return vars
}

// vary adds names of fields that the response depends on.
func (t *table) vary(names []byte) {
	if len(names) == 0 {
		return
	}
	if t.request {
		t.x.Vary(names)
		return
	}
	fields := &t.x.Response.Fields
	if t.success {
		fields = &t.fields
	}
	at := fields.Index("Vary")
	if at < 0 {
		*fields = append(*fields, wire.Field{Name: varyName, Value: t.x.Copy(names)})
		return
	}
	if old := (*fields)[at].Value; !hasElement(old, names) {
		(*fields)[at].Value = append(append(append(t.x.Alloc(len(old) + 2 + len(names))[:0], old...), ", "...), names...)
	}
}

var varyName = []byte("Vary")

func (e *edit) apply(t *table) {
	at := t.fields.Index(e.name)
	switch e.action {
	case ir.HeaderUnset:
		if e.ofType {
			t.retype(nil)
		}
		t.fields = t.fields.Without(e.name)
	case ir.HeaderAdd:
		t.add(e, e.render(t))
	case ir.HeaderSet:
		t.set(e, at)
	case ir.HeaderSetIfEmpty:
		if at < 0 {
			t.set(e, at)
		}
	case ir.HeaderAppend:
		t.join(e, at, e.render(t))
	case ir.HeaderMerge:
		if value := e.render(t); at < 0 || !hasElement(t.fields[at].Value, value) {
			t.join(e, at, value)
		}
	case ir.HeaderEditFirst, ir.HeaderEditAll:
		t.edit(e)
	case ir.HeaderEcho, ir.HeaderNote:
	}
}

func (t *table) add(e *edit, value []byte) {
	t.fields = append(t.fields, wire.Field{Name: e.field, Value: value})
}

// retype changes the type of the content, which httpd holds beside the fields.
func (t *table) retype(value []byte) {
	if t.response {
		t.x.Response.ContentType = value
	}
}

func (t *table) set(e *edit, at int) {
	value := e.render(t)
	if e.ofType {
		t.retype(value)
	}
	if at < 0 {
		t.add(e, value)
		return
	}
	t.fields = setField(t.fields, at, value)
}

// setField makes value that of the field at a position and removes the others of its name.
func setField(fields wire.Fields, at int, value []byte) wire.Fields {
	fields[at].Value = value
	kept := fields[:at+1]
	for _, field := range fields[at+1:] {
		if !wire.EqualFoldBytes(field.Name, fields[at].Name) {
			kept = append(kept, field)
		}
	}
	return kept
}

// join appends a value to the first field of the name.
func (t *table) join(e *edit, at int, value []byte) {
	if at < 0 {
		t.add(e, value)
		return
	}
	old := t.fields[at].Value
	joined := t.x.Alloc(len(old) + 2 + len(value))[:0]
	t.fields[at].Value = append(append(append(joined, old...), ", "...), value...)
}

// edit is edit and edit*. httpd takes the fields out and puts them in again, so that they come last.
func (t *table) edit(e *edit) {
	t.room.buf = append(t.room.buf[:0], e.render(t)...)
	if kind := t.x.Response.ContentType; e.ofType && t.response && kind != nil {
		t.retype(e.replace(kind, t))
	}
	kept, moved := t.fields[:0], t.room.moved[:0]
	for _, field := range t.fields {
		if wire.EqualFold(field.Name, e.name) {
			field.Value = e.replace(field.Value, t)
			moved = append(moved, field)
		} else {
			kept = append(kept, field)
		}
	}
	t.fields, t.room.moved = append(kept, moved...), moved
}

// hasElement says whether a list joined by commas has an element, byte for byte; commas inside quotes do not part it.
func hasElement(list, element []byte) bool {
	for i := 0; i < len(list); i++ {
		for i < len(list) && isSpace(list[i]) {
			i++
		}
		start, quoted := i, false
		for ; i < len(list) && (quoted || list[i] != ','); i++ {
			if list[i] == '"' {
				quoted = !quoted
			}
		}
		if string(list[start:i]) == string(element) {
			return true
		}
	}
	return false
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// replace makes the new value of an edit: room.buf holds the replacement, in which $N stands for a group.
func (e *edit) replace(value []byte, t *table) []byte {
	room := t.room
	template := len(room.buf)
	rest := value
	for {
		groups, ok := e.match.MatchBytes(rest, room.groups)
		room.groups = groups
		if !ok {
			break
		}
		room.buf = append(room.buf, rest[:groups[0]]...)
		room.buf = substitute(room.buf, template, rest, groups)
		rest = rest[groups[1]:]
		if e.action == ir.HeaderEditFirst || groups[1] == 0 {
			break
		}
	}
	room.buf = append(room.buf, rest...)
	replaced := t.keep(room.buf[template:])
	room.buf = room.buf[:template]
	return replaced
}

// keep copies a value that was made for this request, and notes one that cannot be sent.
func (t *table) keep(value []byte) []byte {
	t.bad = t.bad || !wire.IsValue(value)
	return t.x.Copy(value)
}

// substitute appends the replacement, which is the start of dst, with its references filled in (ap_pregsub).
func substitute(dst []byte, template int, subject []byte, groups []int) []byte {
	for i := 0; i < template; i++ {
		c := dst[i]
		if c == '$' && i+1 < template && '0' <= dst[i+1] && dst[i+1] <= '9' {
			i++
			if n := 2 * int(dst[i]-'0'); n+1 < len(groups) && groups[n] >= 0 {
				dst = append(dst, subject[groups[n]:groups[n+1]]...)
			}
			continue
		}
		if c == '\\' && i+1 < template {
			i++
			c = dst[i]
		}
		dst = append(dst, c)
	}
	return dst
}
