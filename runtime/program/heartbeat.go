package program

import (
	"net"
	"path/filepath"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/heartbeat"
)

// Heartbeat is what a configuration says of heartbeats.
type Heartbeat struct {
	// Listen is the host and port of the multicast group on which they arrive (mod_heartmonitor: HeartbeatListen); empty
	// takes none, by POST neither.
	Listen string
	// Address is the host and port to which this server sends its own (mod_heartbeat: HeartbeatAddress); empty sends none.
	Address string
	// Store is where they are kept, for lbmethod=heartbeat too: in memory, or in the file of HeartbeatStorage.
	Store heartbeat.Store
	// Room is how many hosts are kept in memory (mod_heartmonitor: HeartbeatMaxServers).
	Room int
}

// Heartbeat returns what the configuration says of heartbeats.
func (p *Program) Heartbeat() Heartbeat { return p.heartbeat }

// heartbeats finds out what becomes of heartbeats. They are kept in memory where mod_heartmonitor is loaded, else the file is
// read, which somebody else writes.
func (b *builder) heartbeats() {
	main := b.view.Main()
	s := main.Settings
	h := Heartbeat{
		Listen: s.Word(ir.WordHeartbeatListen).Value, Address: s.Word(ir.WordHeartbeatAddress).Value,
		Room: int(s.Number(ir.NumberHeartbeatMaxServers).Value),
	}
	if h.Room > 0 && b.loads("heartmonitor_module") {
		h.Store = b.program.table.Beats()
	} else {
		h.Store = heartbeat.NewFile(b.runtimeFile(s.Word(ir.WordHeartbeatStorage).Value), b.options.Log)
	}
	b.program.heartbeat = h
}

// runtimeFile resolves a path against DefaultRuntimeDir.
func (b *builder) runtimeFile(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(b.runtimeDir(b.view.Main()), path)
}

// surveyHeartbeats says that nothing arrives at an address that is no group, which httpd finds out when it begins to listen.
func (b *builder) surveyHeartbeats(item *ir.Word) {
	host, _, err := net.SplitHostPort(item.Value)
	if ip := net.ParseIP(host); err == nil && ip != nil && !ip.IsMulticast() {
		b.report.ignore(item, "%s is no multicast group, which is all that httpd joins: nothing arrives there; write a group, such as 239.0.0.1:27999, or have backends send by POST to SetHandler heartbeat", host)
	}
}
