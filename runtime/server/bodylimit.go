package server

import (
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/wire"
)

// usualBody is the limit of bodies without a LimitRequestBody. A body in chunks is not counted before the response for it.
const usualBody = 1 << 30

// bodyTooLong says whether the body of a request that is not proxied exceeds LimitRequestBody. A body in chunks is read for
// that, as httpd reads it before it answers, unless the client waits to be asked for it or a handler wants it.
func (t *task) bodyTooLong() bool {
	framing, limit := t.x.Request.Framing, t.plan.BodyLimit()
	if framing.Kind == wire.FramingNone || limit == 0 {
		return false
	}
	if framing.Kind == wire.FramingLength {
		return framing.Length > limit
	}
	wanted := t.plan.Kind == program.Handle && t.plan.Handler != program.HandlerFile
	if limit == usualBody || t.expecting || wanted {
		return false
	}
	for length := int64(0); length <= limit; {
		data, err := t.body.Next()
		if err != nil {
			return false // what comes of that is decided behind the response
		}
		length += int64(len(data))
	}
	return true
}

// refuseBody answers with 413, and says what the answer was to be. httpd finds that nothing is there after it read the body.
func (t *task) refuseBody() {
	if status := t.plan.Status; t.plan.Kind == program.Respond && status != 404 {
		t.instead = status
	}
	t.plan.Kind, t.unsized = program.Respond, true
	t.respond(413)
}
