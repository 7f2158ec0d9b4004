package header

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/wire"
)

// Room is what applying a list works in. It is reused from request to request; the zero value is ready for use.
type Room struct {
	buf    []byte
	groups []int
}

// Apply changes the fields of a request. Fields of one name count as one, joined by commas, as httpd reads them.
func (l *List) Apply(x *exchange.Exchange, room *Room) {
	if l == nil {
		return
	}
	for i := range l.edits {
		e := &l.edits[i]
		if e.env != "" {
			if _, set := x.Env.Get(e.env); set == e.unset {
				continue
			}
		}
		e.apply(x, room)
	}
}

func (e *edit) apply(x *exchange.Exchange, room *Room) {
	fields := &x.Request.Fields
	if e.action == ir.HeaderUnset {
		*fields = fields.Without(e.name)
		return
	}
	at := join(x, e.name, room)
	room.buf = e.append(room.buf[:0], x)
	switch e.action {
	case ir.HeaderAdd:
		at = -1
	case ir.HeaderSet:
	case ir.HeaderSetIfEmpty:
		if at >= 0 {
			return
		}
	case ir.HeaderAppend, ir.HeaderMerge:
		if at < 0 {
			break
		}
		old := (*fields)[at].Value
		if e.action == ir.HeaderMerge && hasElement(old, room.buf) {
			return
		}
		value := x.Alloc(len(old) + 2 + len(room.buf))
		copy(value, old)
		copy(value[len(old):], ", ")
		copy(value[len(old)+2:], room.buf)
		(*fields)[at].Value = value
		return
	case ir.HeaderEditFirst, ir.HeaderEditAll:
		if at >= 0 {
			// httpd takes the field out and puts it in again, so that it comes last.
			field := (*fields)[at]
			field.Value = e.replace(field.Value, x, room)
			*fields = append(append((*fields)[:at], (*fields)[at+1:]...), field)
		}
		return
	case ir.HeaderUnset, ir.HeaderEcho, ir.HeaderNote:
		return
	}
	value := x.Copy(room.buf)
	if at >= 0 {
		(*fields)[at].Value = value
		return
	}
	*fields = append(*fields, wire.Field{Name: x.CopyString(e.name), Value: value})
}

// join makes one field of all that have the name, where the first stands, and returns its position, or -1.
func join(x *exchange.Exchange, name string, room *Room) int {
	fields := x.Request.Fields
	first := fields.Index(name)
	if first < 0 || fields.Count(name) == 1 {
		return first
	}
	room.buf = room.buf[:0]
	kept := fields[:first+1]
	for i := first; i < len(fields); i++ {
		if !wire.EqualFold(fields[i].Name, name) {
			kept = append(kept, fields[i])
			continue
		}
		if i > first {
			room.buf = append(room.buf, ", "...)
		}
		room.buf = append(room.buf, fields[i].Value...)
	}
	kept[first].Value = x.Copy(room.buf)
	x.Request.Fields = kept
	return first
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

// replace is edit and edit*: room.buf holds the replacement, in which $N stands for a group.
func (e *edit) replace(value []byte, x *exchange.Exchange, room *Room) []byte {
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
	return x.Copy(room.buf[template:])
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
