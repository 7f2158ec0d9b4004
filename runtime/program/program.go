// Package program compiles a configuration into what a request walks through: the virtual host by address and name, its
// rewrite rules, its mappings, who may pass, where the request goes and what is logged of it.
//
// A Program is immutable and holds no socket, so that a server, a trace and a benchmark run the same one. Only its access
// logs are files: OpenLogs opens them.
package program

import (
	"log/slog"
	"net/netip"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/accesslog"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/tlsconf"
	"github.com/lbconf/lbconf/runtime/trace"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// Options are what a program depends on beside the configuration.
type Options struct {
	// Table holds the live state of the workers; nil makes a new one. A reload gives the table of the program before.
	Table *upstream.Table
	// Hostname is the full name of the machine, for a main server without ServerName; without a dot it does not count and
	// the server is called 127.0.0.1, as in httpd. MachineName finds it.
	Hostname string
	// ServerRoot is the folder that relative paths of logs count from where the configuration has no ServerRoot.
	ServerRoot string
	// Resolver finds the names of clients for Require host and Allow from; nil is net.DefaultResolver.
	Resolver Resolver
	// Pick chooses one of n alternatives of a rnd: map, from 0; nil picks at random.
	Pick func(n int) int
	// Version is the version of this software as the Server field gives it, and System the system that it runs on (core:
	// ServerTokens); empty is left out.
	Version, System string
	// LookupEnv reads a variable of the process, for PassEnv; nil is os.LookupEnv.
	LookupEnv func(name string) (string, bool)
	// Files is where certificates and their keys are read from; nil is the machine.
	Files tlsconf.Files
	// Log gets what goes wrong while the program runs; nil discards it.
	Log *slog.Logger
	// Kept gives what an earlier process or program left of balancers (mod_proxy: BalancerPersist); nil where nobody keeps it.
	Kept Keeper
	// Trace takes what LogLevel asks modules to say about requests; nil for nobody.
	Trace trace.Sink
}

// Listen is one address that the configuration listens on.
type Listen struct {
	// Address is invalid for all addresses.
	Address netip.Addr
	// Port is 1 to 65535.
	Port uint16
	// Protocol is the second argument of Listen in lower case, or empty: "https".
	Protocol string
}

// Program is a compiled configuration.
type Program struct {
	listens []Listen
	main    *Host
	hosts   []*Host
	sets    map[netip.AddrPort]*hostSet
	mainTLS *tlsconf.Address
	table   *upstream.Table
	config  *ir.Config
	// handlers has a bit for each Handler that SetHandler names.
	handlers uint
	files    accesslog.Files
	// upgrades says that a backend may be asked to switch to another protocol.
	upgrades bool
	// balancers are those of all servers, each once.
	balancers []*upstream.Balancer
	// kept are those whose state outlives the process, and keepIn the file for it; empty for none.
	kept   []keptBalancer
	keepIn string
	// checksAtOnce bounds the health checks that run at a time.
	checksAtOnce int
	// mixes says that the servers do not read bodies by the same rules.
	mixes     bool
	heartbeat Heartbeat
	// bound is how many requests may be in work at a time.
	bound int
}

// Listeners returns the addresses of the Listen directives in order; it may be empty.
func (p *Program) Listeners() []Listen { return p.listens }

// Table returns the live state of the workers.
func (p *Program) Table() *upstream.Table { return p.table }

// Config returns the configuration that the program was compiled from. It must not be changed.
func (p *Program) Config() *ir.Config { return p.config }

// Hosts returns the main server and the virtual hosts in the order of the configuration.
func (p *Program) Hosts() []*Host { return p.hosts }

// Host returns the server for a connection to a local address and a host name in lower case without port and final dot;
// an empty name is a request without one, or none yet. The port is the configured one, not the one that --listen maps it
// to. It is never nil.
func (p *Program) Host(local netip.AddrPort, hostname []byte) *Host {
	set := p.setFor(local)
	if set == nil {
		return p.main
	}
	return set.find(hostname)
}

// Bound returns how many requests may be in work at a time, 1 or more: those beyond wait (MPM: MaxRequestWorkers, as
// ServerLimit and ThreadsPerChild bound it, default 400).
func (p *Program) Bound() int { return p.bound }

// Upgrades says whether requests may make a connection switch to another protocol: false means that none can. The balancer
// manager may add members that switch.
func (p *Program) Upgrades() bool { return p.upgrades || p.Runs(HandlerBalancerManager) }

// Workers returns all workers of all servers, those of balancers included, each once. The default worker is not among
// them.
func (p *Program) Workers() []*upstream.Worker {
	seen := make(map[*upstream.Slot]bool)
	var all []*upstream.Worker
	add := func(w *upstream.Worker) {
		if !seen[w.Slot] {
			seen[w.Slot] = true
			all = append(all, w)
		}
	}
	for _, h := range p.hosts {
		for _, w := range h.workers {
			add(w)
		}
		for _, b := range h.balancers {
			for _, w := range b.Live().Members {
				add(w)
			}
		}
	}
	return all
}

// OpenLogs opens the access logs for appending. After an error none is open.
func (p *Program) OpenLogs() error {
	sets := make([]*accesslog.Set, len(p.hosts))
	for i, h := range p.hosts {
		sets[i] = h.logs
	}
	return p.files.Open(sets...)
}

// CloseLogs closes the access logs. No request may run any more.
func (p *Program) CloseLogs() error { return p.files.Close() }

// Log writes the lines of a request that is done; p is the plan that was made of it.
func (h *Host) Log(x *exchange.Exchange, p *Plan) error { return h.logs.Write(x, p.vars(x)) }

// DroppedLines returns how many lines of the access logs of the server could not be written.
func (h *Host) DroppedLines() uint64 { return h.logs.Dropped() }
