package program

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// Report is what a program does not do. Everything in it was known to httpd or to the configuration's author, so that
// nothing is left out in silence.
type Report struct {
	// Refused must keep a server from starting: to ignore it could open a door, send requests elsewhere, or mean something
	// else than httpd does.
	Refused []Entry
	// Warned is run in another way than httpd would, which refuses it.
	Warned []Entry
	// Noted is run as httpd runs it, which is not what was written.
	Noted []Entry
	// Ignored has no effect here; the rest of the configuration runs without it.
	Ignored []Entry
	// Told is about files of the process that this server leaves to what starts it, such as its error log: no request is
	// answered in another way for it.
	Told []Entry
}

// Entry is one directive of a report.
type Entry struct {
	// Origin is where it stands.
	Origin ir.Origin
	// Message says what it is, what becomes of it and what to write instead.
	Message string
}

func (r *Report) refuse(item ir.Item, format string, args ...any) {
	r.Refused = append(r.Refused, entry(item, format, args...))
}

func (r *Report) warn(item ir.Item, format string, args ...any) {
	r.Warned = append(r.Warned, entry(item, format, args...))
}

func (r *Report) note(item ir.Item, format string, args ...any) {
	r.Noted = append(r.Noted, entry(item, format, args...))
}

func (r *Report) ignore(item ir.Item, format string, args ...any) {
	r.Ignored = append(r.Ignored, entry(item, format, args...))
}

func (r *Report) tell(item ir.Item, format string, args ...any) {
	r.Told = append(r.Told, entry(item, format, args...))
}

func entry(item ir.Item, format string, args ...any) Entry {
	return Entry{Origin: item.Head().Origin, Message: diag.Clean(fmt.Sprintf(format, args...))}
}

// OK says whether nothing keeps a server from starting.
func (r *Report) OK() bool { return len(r.Refused) == 0 }
