package upstream

import "github.com/lbconf/lbconf/parser/clib"

// AnyProtocol in Settings.Upgrade stands for all protocols.
const AnyProtocol = "*"

// WebSocket is the protocol that workers of the schemes ws and wss may switch to where upgrade says nothing.
const WebSocket = "WebSocket"

// IsWebSocket says whether a URL has the scheme ws or wss.
func IsWebSocket(url []byte) bool {
	return clib.HasPrefixFold(url, "ws:") || clib.HasPrefixFold(url, "wss:")
}

// Upgrades says whether a connection to the worker may switch to the protocol that the value of an Upgrade field names
// (httpd: ap_proxy_worker_can_upgrade). A value that names several matches only a parameter that is written the same.
func (s *Settings) Upgrades(protocol []byte) bool {
	switch {
	case s.Upgrade == "" || len(protocol) == 0:
		return false
	case s.Upgrade == AnyProtocol, clib.EqualFold(s.Upgrade, protocol):
		return true
	}
	for rest := s.Upgrade; rest != ""; {
		end := 0
		for end < len(rest) && rest[end] != ',' && rest[end] != ' ' && rest[end] != '\t' {
			end++
		}
		if clib.EqualFold(rest[:end], protocol) {
			return true
		}
		rest = rest[min(end+1, len(rest)):]
	}
	return false
}
