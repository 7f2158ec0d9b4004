package lower

import "github.com/lbconf/lbconf/ir"

// wstunnelHandlers are those of mod_proxy_wstunnel.
func wstunnelHandlers() map[string]handler {
	return map[string]handler{"ProxyWebsocketFallbackToProxyHttp": flag(ir.SwitchProxyWebsocketFallbackToProxyHttp)}
}
