package upstream_test

import (
	"testing"

	"github.com/lbconf/lbconf/runtime/upstream"
)

// TestUpgrades: which values of an Upgrade field fit what upgrade= says, as httpd 2.4.71 passes them on.
func TestUpgrades(t *testing.T) {
	for _, c := range []struct {
		setting, field string
		want           bool
	}{
		{"", "websocket", false},
		{"", "", false},
		{"*", "", false},
		{"*", "foo/2", true},
		{"WebSocket", "websocket", true},
		{"WebSocket", "websocket, foo", false},
		{"WebSocket", "web", false},
		{"x,websocket", "WebSocket", true},
		{"x, websocket", "x", true},
		{"x websocket", "websocket", true},
		{"x websocket", "websocke", false},
		{"x,y", "x,y", true},
	} {
		s := upstream.Settings{Upgrade: c.setting}
		if got := s.Upgrades([]byte(c.field)); got != c.want {
			t.Errorf("upgrade=%q and Upgrade: %s: %t", c.setting, c.field, got)
		}
	}
}
