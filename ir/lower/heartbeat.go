package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
)

func heartbeatHandlers() map[string]handler {
	return map[string]handler{
		"HeartbeatListen":  checkedWord(ir.WordHeartbeatListen, heartbeatAddress("multicast address")),
		"HeartbeatAddress": checkedWord(ir.WordHeartbeatAddress, heartbeatAddress("address")),
		"HeartbeatStorage": word(ir.WordHeartbeatStorage),
		"HeartbeatMaxServers": func(l *lowering, n *parser.Node, at place) ir.Item {
			item, ok := number(ir.NumberHeartbeatMaxServers)(l, n, at).(*ir.Number)
			if !ok {
				return nil
			}
			if item.Value != 0 && item.Value < 10 {
				l.badWord(n, 0, "HeartbeatMaxServers: Should be 0 for file storage, or greater or equal than 10 for slotmem",
					"write 0 for the file of HeartbeatStorage, or how many hosts are kept in memory, 10 or more")
				return nil
			}
			return item
		},
	}
}

// checkedWord is a directive with one word that httpd looks at.
func checkedWord(name ir.WordName, takes check) func(*lowering, *parser.Node, place) ir.Item {
	return func(l *lowering, n *parser.Node, at place) ir.Item {
		if !l.one(n) || !takes(l, n) {
			return nil
		}
		return word(name)(l, n, at)
	}
}

// heartbeatAddress is host:port, once in the server.
func heartbeatAddress(what string) check {
	return func(l *lowering, n *parser.Node) bool {
		name := canonical(n)
		const write = "write IPv4-address:port, such as 239.0.0.1:27999"
		if l.once[name] {
			return l.badWord(n, 0, name+": May only be specified once.", "remove one of the two lines")
		}
		known := l.learn()
		known.once = with(known.once, name)
		host, port, ok := parseAddrPort(n.Words[0].String())
		on := map[bool]string{true: " on " + what}[what != "address"]
		switch {
		case !ok:
			return l.badWord(n, 0, name+": Unable to parse "+what+".", write)
		case host == "":
			return l.badWord(n, 0, name+": No host provided in "+what, write)
		case port == 0:
			return l.badWord(n, 0, name+": No port provided in "+what, write)
		case strings.Contains(host, ":"):
			return l.badWord(n, 0, name+": apr_sockaddr_info_get failed"+on, write)
		}
		return true
	}
}
