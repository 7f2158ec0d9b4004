package daemon

import (
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/server"
)

// TestListenChanged: a reload says which addresses are new and which are gone, and nothing of those that stay.
func TestListenChanged(t *testing.T) {
	bound := func(port uint16) server.Bound {
		return server.Bound{Configured: program.Listen{Port: port}, Actual: netip.AddrPortFrom(netip.IPv6Unspecified(), port)}
	}
	var log strings.Builder
	d := &daemon{options: Options{Log: slog.New(slog.NewTextHandler(&log, nil))}}
	d.listenChanged([]server.Bound{bound(80), bound(81)}, []server.Bound{bound(80), bound(82)})
	said := log.String()
	for _, want := range []string{`"listening on [::]:82" configured=82`, `"no longer listening on [::]:81" configured=81`} {
		if !strings.Contains(said, want) {
			t.Errorf("the log lacks %s:\n%s", want, said)
		}
	}
	if strings.Count(said, "\n") != 2 {
		t.Errorf("the log has other lines:\n%s", said)
	}
}
