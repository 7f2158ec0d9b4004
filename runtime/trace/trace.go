// Package trace says step by step what becomes of a request, in httpd's words, where LogLevel asks for it.
package trace

import (
	"fmt"
	"net/netip"
	"strconv"
)

// Level is how much a module says (core: LogLevel). A higher one says more.
type Level uint8

// The levels, by the numbers of httpd.
const (
	Emerg Level = iota
	Alert
	Crit
	Error
	Warn
	Notice
	Info
	Debug
	Trace1
	Trace2
	Trace3
	Trace4
	Trace5
	Trace6
	Trace7
	Trace8
)

// String returns the word that LogLevel takes: "debug", "trace2".
func (l Level) String() string {
	if l >= Trace1 {
		return "trace" + strconv.Itoa(int(l-Debug))
	}
	return [...]string{"emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"}[l]
}

// Module is a module of httpd in whose name something is said.
type Module uint8

// The modules.
const (
	// Rewrite is mod_rewrite.
	Rewrite Module = iota
	// Proxy is mod_proxy.
	Proxy
	// ProxyBalancer is mod_proxy_balancer.
	ProxyBalancer

	modules
)

// String returns the name that LogLevel takes: "proxy_balancer".
func (m Module) String() string { return [...]string{"rewrite", "proxy", "proxy_balancer"}[m] }

// Sink takes messages. It is called by many requests at a time.
type Sink interface {
	// Message takes what a module says about a request of a client.
	Message(module Module, level Level, client netip.AddrPort, text string)
}

// Log is what is said about requests. A nil log says nothing.
type Log struct {
	sink   Sink
	levels [modules]Level
}

// New returns a log in which each module says as much as levelOf has for its name; nil where none says more than messages
// that are logged in any case, and where there is no sink.
func New(sink Sink, levelOf func(module string) Level) *Log {
	if sink == nil {
		return nil
	}
	l, says := &Log{sink: sink}, false
	for m := range modules {
		l.levels[m] = levelOf(m.String())
		says = says || l.levels[m] >= Debug
	}
	if !says {
		return nil
	}
	return l
}

// On says whether a module says something of a level.
func (l *Log) On(module Module, level Level) bool { return l != nil && l.levels[module] >= level }

// Printf says something. The arguments of a message that is not wanted cost nothing but their evaluation: ask On before.
func (l *Log) Printf(module Module, level Level, client netip.AddrPort, format string, args ...any) {
	if l.On(module, level) {
		l.sink.Message(module, level, client, fmt.Sprintf(format, args...))
	}
}
