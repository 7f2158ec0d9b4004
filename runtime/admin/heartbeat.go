package admin

import (
	"io"
	"log/slog"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/heartbeat"
	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// heartbeats is the handler of mod_heartmonitor: backends say how much they could take by POST.
type heartbeats struct {
	server *server.Server
	clock  clock.Clock
	log    *slog.Logger
}

// Handle implements server.Handler. As in httpd they are taken only where the configuration listens for them.
func (h *heartbeats) Handle(x *exchange.Exchange, _ *program.Plan, body io.Reader) exchange.Content {
	refuse := func(status int) exchange.Content {
		x.Response.Status = status
		return exchange.Content{}
	}
	if string(x.Request.Method) != "POST" {
		field(x, "Allow", "POST")
		return refuse(405)
	}
	log := h.log.With("client", x.Client.RemoteIP)
	to := h.server.Program().Heartbeat()
	if to.Listen == "" {
		log.Error("Heartbeat monitoring not active", "id", "AH10561")
		return refuse(503)
	}
	message, err := io.ReadAll(io.LimitReader(body, heartbeat.MaxMessage))
	if err != nil {
		return refuse(400)
	}
	report, wrong, ok := heartbeat.ParseForm(message)
	if !ok {
		log.Error("Missing required parameters: busy and/or ready", "id", "AH10563")
		return refuse(400)
	}
	if len(wrong) > 0 {
		log.Warn("a value of a heartbeat is no number in its range and does not count", "values", wrong)
	}
	beat := upstream.Beat{Ready: report.Ready, Busy: report.Busy, Seen: h.clock.Now()}
	if err := to.Store.Put(x.Client.Remote.Addr().Unmap().String(), beat, report.Port); err != nil {
		log.Error("a heartbeat is lost", "reason", err)
	}
	return text(x, "text/plain", []byte("OK"))
}
