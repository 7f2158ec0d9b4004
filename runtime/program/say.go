package program

import (
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/trace"
)

// traceOf compiles LogLevel.
func traceOf(sink trace.Sink, settings *effective.Settings) *trace.Log {
	return trace.New(sink, func(module string) trace.Level {
		word := settings.LogLevel(module)
		for level := trace.Emerg; level <= trace.Trace8; level++ {
			if level.String() == word {
				return level
			}
		}
		return trace.Warn
	})
}

// sayTried traces that a mapping is compared.
func (p *Plan) sayTried(x *exchange.Exchange, m *mapping) {
	if !p.Trace.On(trace.Proxy, trace.Trace2) {
		return
	}
	if m.match != nil {
		p.Trace.Printf(trace.Proxy, trace.Trace2, x.Client.Remote, "AH03461: attempting to match URI path '%s' against pattern '%s' for proxying", p.path, m.path)
		return
	}
	p.Trace.Printf(trace.Proxy, trace.Trace2, x.Client.Remote, "AH03461: attempting to match URI path '%s' against prefix '%s' for proxying", p.path, m.path)
}

// sayMapped traces the mapping that matches.
func (p *Plan) sayMapped(x *exchange.Exchange, m *mapping) {
	switch {
	case !p.Trace.On(trace.Proxy, trace.Trace1):
	case m.exclude:
		p.Trace.Printf(trace.Proxy, trace.Trace1, x.Client.Remote, "AH03463: proxying is explicitly disabled for URI path '%s'; declining", p.path)
	default:
		p.Trace.Printf(trace.Proxy, trace.Trace1, x.Client.Remote, "AH03464: URI path '%s' matches proxy handler 'proxy:%s'", p.path, p.buf)
	}
}

// sayWorker traces the worker of a URL.
func (p *Plan) sayWorker(x *exchange.Exchange, scheme, url []byte) {
	switch {
	case !p.Trace.On(trace.Proxy, trace.Trace2) || p.Worker == nil:
	case p.Worker.Slot == nil:
		p.Trace.Printf(trace.Proxy, trace.Trace2, x.Client.Remote, "*: using default reverse proxy worker for %s (no keepalive)", url)
	default:
		p.Trace.Printf(trace.Proxy, trace.Trace2, x.Client.Remote, "%s: found worker %s for %s", scheme, p.Worker.Name, url)
	}
}
