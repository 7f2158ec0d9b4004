package server

import (
	"sync/atomic"
	"time"
)

// httpDate is the form of dates on the wire (RFC 9110: IMF-fixdate).
const httpDate = "Mon, 02 Jan 2006 15:04:05 GMT"

// dateCache keeps the text of the current second.
type dateCache struct{ last atomic.Pointer[dateText] }

type dateText struct {
	second int64
	text   []byte
}

func (d *dateCache) append(dst []byte, now time.Time) []byte {
	last := d.last.Load()
	if last == nil || last.second != now.Unix() {
		last = &dateText{now.Unix(), now.UTC().AppendFormat(nil, httpDate)}
		d.last.Store(last)
	}
	return append(dst, last.text...)
}
