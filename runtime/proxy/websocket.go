package proxy

import (
	"math"
	"time"

	"github.com/lbconf/lbconf/runtime/upstream"
	"github.com/lbconf/lbconf/runtime/wire"
)

// webSocketOnly says that the worker gets nothing but what asks for the protocol that it is for (mod_proxy_wstunnel:
// ProxyWebsocketFallbackToProxyHttp Off).
func (a *attempt) webSocketOnly() bool {
	return a.Plan.WebSocketOnly && (a.worker.Scheme == "ws" || a.worker.Scheme == "wss")
}

// offered is the protocol that such a worker is for, whatever the client calls it.
func (a *attempt) offered() string {
	switch offer := a.worker.Settings.Upgrade; offer {
	case "", "NONE":
		return upstream.WebSocket
	default:
		return offer
	}
}

// requireUpgrade answers a request that such a worker does not get.
func (a *attempt) requireUpgrade() Result {
	if !a.webSocketOnly() || a.Upgrades && a.worker.Settings.Upgrades(a.X.Request.Fields.Get("Upgrade")) {
		return Result{}
	}
	a.proxy.log.Info("the backend is for another protocol", "worker", a.worker.Name, "expected", a.offered())
	return Result{Status: 426, Fields: wire.Fields{
		{Name: connectionName, Value: upgradeName}, {Name: upgradeName, Value: []byte(a.offered())},
	}}
}

// silence is how long both directions of a connection that was switched may be silent.
func (a *attempt) silence() time.Duration {
	if a.webSocketOnly() {
		return math.MaxInt64 / 2 // mod_proxy_wstunnel waits for ever
	}
	return max(a.Client.Timeout(), a.worker.Settings.Timeout)
}
