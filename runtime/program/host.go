package program

import (
	"github.com/lbconf/lbconf/runtime/accesslog"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// Host is the main server or a virtual host.
type Host struct {
	// ServerName is the name that it is known by (core: ServerName).
	ServerName string
	// ServerPort is the port of its ServerName or its virtual host, else the default of its scheme.
	ServerPort int
	// ServerAdmin is the address for error pages (core: ServerAdmin), or empty.
	ServerAdmin string
	// Settings are those of the connection.
	Settings Settings

	workers   []*upstream.Worker
	balancers []*upstream.Balancer
	logs      *accesslog.Set
}
