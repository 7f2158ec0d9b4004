package static

import (
	"bytes"
	"time"

	"github.com/lbconf/lbconf/runtime/wire"
)

// validators are what conditions of a request are compared with.
type validators struct {
	etag     []byte
	modified time.Time
	now      time.Time
}

// fresh is the age in which a file may have changed once more without a later date.
const fresh = 60 * time.Second

// HTTPDate is the form of dates on the wire (RFC 9110: IMF-fixdate).
const HTTPDate = "Mon, 02 Jan 2006 15:04:05 GMT"

// ParseDate reads the three forms of a date (RFC 9110 §5.6.7).
func ParseDate(text []byte) (time.Time, bool) {
	for _, form := range []string{HTTPDate, time.RFC850, time.ANSIC} {
		if t, err := time.Parse(form, string(text)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// meets decides about the conditions of a request: 0 where the file is sent, 304 or 412 (http: ap_meets_conditions). get
// says that the method is GET or HEAD.
func (v *validators) meets(fields wire.Fields, get bool) int {
	modified, now := v.modified.Truncate(time.Second), v.now.Truncate(time.Second)
	ranged := fields.Has("Range")
	if match := fields.Get("If-Match"); match != nil && !v.listed(match, true) {
		return 412
	}
	changed, same := false, false
	if limit := fields.Get("If-Unmodified-Since"); limit != nil {
		since, ok := ParseDate(limit)
		if ok && modified.After(since) && (!ranged || !now.Before(modified.Add(fresh))) {
			return 412
		}
		changed = true // so that the file is sent, whatever the other conditions say
	}
	if none := fields.Get("If-None-Match"); none != nil {
		switch {
		case !v.listed(none, !get || ranged):
			changed = true
		case !get:
			return 412
		default:
			same = true
		}
	}
	if since := fields.Get("If-Modified-Since"); since != nil && get {
		if t, ok := ParseDate(since); ok && !t.Before(modified) && !t.After(now) && (!ranged || !now.Before(modified.Add(fresh))) {
			same = true
		} else {
			changed = true
		}
	}
	if ranged && !v.inRange(fields.Get("If-Range")) {
		changed = true
	}
	if same && !changed {
		return 304
	}
	return 0
}

// listed says whether a list of entity tags has that of the file, or is *. Strong comparison has no weak tags.
func (v *validators) listed(list []byte, strong bool) bool {
	if len(list) > 0 && list[0] == '*' {
		return true
	}
	if v.etag == nil {
		return false
	}
	own := v.etag
	if strong && bytes.HasPrefix(own, weak) {
		return false
	}
	found := false
	wire.EachToken(list, func(token []byte) bool {
		if strong {
			found = bytes.Equal(token, own)
		} else {
			found = bytes.Equal(bytes.TrimPrefix(token, weak), bytes.TrimPrefix(own, weak))
		}
		return !found
	})
	return found
}

// inRange says whether If-Range lets ranges be sent (http: ap_condition_if_range).
func (v *validators) inRange(condition []byte) bool {
	if condition == nil {
		return true
	}
	if len(condition) > 0 && condition[0] == '"' {
		return bytes.Equal(condition, v.etag)
	}
	t, ok := ParseDate(condition)
	modified := v.modified.Truncate(time.Second)
	return ok && t.Equal(modified) && !v.now.Truncate(time.Second).Before(modified.Add(fresh))
}

var weak = []byte("W/")

// Meets decides about the conditions of a request for a response that was not made of a file, by the fields ETag and
// Last-Modified: 0 where the response is sent, 304 or 412 (http: ap_meets_conditions).
func Meets(request, response wire.Fields, method string, now time.Time) int {
	if method != "GET" && method != "HEAD" {
		return 0
	}
	v := validators{etag: response.Get("ETag"), modified: now, now: now}
	if date, ok := ParseDate(response.Get("Last-Modified")); ok {
		v.modified = date
	}
	return v.meets(request, true)
}
