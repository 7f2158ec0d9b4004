package program

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/access"
	"github.com/lbconf/lbconf/runtime/accesslog"
	"github.com/lbconf/lbconf/runtime/environ"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/rewrite"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/static"
	"github.com/lbconf/lbconf/runtime/tlsconf"
	"github.com/lbconf/lbconf/runtime/upstream"
	"github.com/lbconf/lbconf/runtime/wire"
)

// Host is the main server or a virtual host. It is immutable but for its cache of merged scopes.
type Host struct {
	// ServerName is the name that it is known by (core: ServerName).
	ServerName string
	// Label tells it apart from all other servers of the program, for figures: its ServerName, and where others have that too
	// the port behind it, and a number where that is the same as well.
	Label string
	// ServerPort is the port of its ServerName or its virtual host; 0 where neither says one.
	ServerPort int
	// ServerAdmin is the address for error pages (core: ServerAdmin), or empty.
	ServerAdmin string
	// Banner is what the Server field of responses of the server's own says (core: ServerTokens), Product is the name of the
	// software with its version, for Via.
	Banner, Product string
	// BufferSize is how much goes into a packet of AJP, in bytes (mod_proxy: ProxyIOBufferSize); 0 where nothing is said.
	BufferSize int
	// Settings are those of the connection.
	Settings Settings

	tls       *tlsconf.Server
	addresses []ir.Address
	// https says that ServerName has that scheme: URLs to the server begin with it on a plain connection too.
	https    bool
	names    *hostSet
	server   eval.Server
	merge    bool
	via      Via
	forwards int
	trace    TraceEnable
	// methods are those that httpd knows.
	methods map[string]bool
	// foreign says that requests for other servers are forwarded (mod_proxy: ProxyRequests).
	foreign bool
	// connects says that it makes tunnels for them (mod_proxy_connect).
	connects bool
	// out says where requests may go.
	out Outward
	// conditions are executed before anything else looks at a request.
	conditions *environ.Conditions
	// clients finds the names of clients.
	clients *access.Names
	rules   *rewrite.Program
	// mappings are tried with the decoded path, encoded before with the one that is not; pretranslates says that there are such
	// ones, in sections too.
	mappings, encoded []*mapping
	pretranslates     bool
	// slashes is what becomes of %2F in a path, badHeader what a line without a colon in a response's head does.
	slashes   route.Slashes
	badHeader wire.BadHeader
	workers   []*upstream.Worker
	balancers []*upstream.Balancer
	byName    map[string]*upstream.Balancer
	unpooled  upstream.Settings
	scopes    scopes
	logs      *accesslog.Set
	// root is DocumentRoot without a final slash, serves says that there are local files.
	root    string
	serves  bool
	aliases []*alias
	types   static.Types
	// listing is the status of a directory without an index, indexes says that there is a module for indexes.
	listing int
	indexes bool
	// runtimeDir is where relative paths of Unix sockets begin.
	runtimeDir string
	// serverRoot is where relative paths begin.
	serverRoot string
	table      *upstream.Table
}

// Outward says where requests may go. It must not be changed.
func (h *Host) Outward() *Outward { return &h.out }

// Answers says whether a URL with the host and port names this server.
func (h *Host) Answers(host []byte, port int) bool {
	for _, a := range h.addresses {
		if (a.Port == 0 || a.Port == port) && string(host) == a.Host {
			return true
		}
	}
	return port == h.ServerPort && h.names.has(host)
}

// ForwardsForeign says whether requests for other servers are forwarded (mod_proxy: ProxyRequests).
func (h *Host) ForwardsForeign() bool { return h.foreign }

// self fills in how the request names this server.
func (h *Host) self(p *Plan, s *scope, name []byte, port uint16, secure bool) {
	p.Self.Scheme = "http"
	if secure || h.https {
		p.Self.Scheme = "https"
	}
	p.Self.Name, p.Self.Port = append(p.Self.Name[:0], name...), int(port)
	if len(name) == 0 || s.canonical {
		p.Self.Name, p.Self.Port = append(p.Self.Name[:0], h.ServerName...), 0
	}
	if p.Self.Port == 0 {
		p.Self.Port = h.ServerPort
	}
	if p.Self.Port == 0 {
		p.Self.Port = ir.DefaultPort(p.Self.Scheme)
	}
}
