package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"sync"

	"github.com/lbconf/lbconf/runtime/program"
)

// Bound is one address that a server listens on.
type Bound struct {
	// Configured is what the configuration says, Actual where the server can be reached.
	Configured program.Listen
	Actual     netip.AddrPort
}

// listeners are the open listeners of a server.
type listeners struct {
	mu      sync.Mutex
	open    []*listener
	ctx     context.Context //nolint:containedctx // the context of Serve, for listeners that a reload adds
	accept  func(ctx context.Context, l *listener)
	running sync.WaitGroup
	failure chan error
	closed  bool
}

type listener struct {
	net.Listener

	configured program.Listen
	mapped     bool
	dropped    bool
}

// Listen opens the listeners of the program, each in place of the configured address where Options.Listen maps its port.
// A mapped port is opened although the configuration does not name it. On an error none is open.
func (s *Server) Listen() error {
	err := s.listeners.change(s.current.Load().program.Listeners(), s.mapping)
	if err != nil {
		s.listeners.close()
	}
	return err
}

// Addresses returns what the server listens on, in the order of the configuration.
func (s *Server) Addresses() []Bound {
	s.listeners.mu.Lock()
	defer s.listeners.mu.Unlock()
	bound := make([]Bound, len(s.listeners.open))
	for i, l := range s.listeners.open {
		bound[i] = Bound{Configured: l.configured, Actual: addrPort(l.Addr())}
	}
	return bound
}

// change opens what is wanted and not open, then closes what is open and not wanted.
func (ls *listeners) change(configured []program.Listen, mapping map[uint16]string) error {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	wanted := wantedListens(configured, mapping)
	if len(wanted) == 0 {
		return ErrNoListen
	}
	next := make([]*listener, 0, len(wanted))
	var opened []*listener
	for _, w := range wanted {
		if l := ls.find(w); l != nil {
			next = append(next, l)
			continue
		}
		l, err := openListener(w, mapping)
		if err != nil {
			for _, l := range opened {
				_ = l.Close() // it carried nothing yet
			}
			return err
		}
		opened = append(opened, l)
		next = append(next, l)
	}
	for _, l := range ls.open {
		if !slices.Contains(next, l) {
			l.dropped = true
			_ = l.Close() // accept notices
		}
	}
	ls.open = next
	if ls.accept != nil && !ls.closed {
		for _, l := range opened {
			ls.run(l)
		}
	}
	return nil
}

// wantedListens adds the ports that are mapped although the configuration does not name them.
func wantedListens(configured []program.Listen, mapping map[uint16]string) []program.Listen {
	wanted := make([]program.Listen, 0, len(configured))
	named := make(map[uint16]bool)
	for _, l := range configured {
		_, mapped := mapping[l.Port]
		if mapped && named[l.Port] {
			continue // several addresses of one port become one address
		}
		named[l.Port] = true
		if mapped {
			l.Address = netip.Addr{}
		}
		wanted = append(wanted, l)
	}
	for _, port := range slices.Sorted(maps.Keys(mapping)) {
		if !named[port] {
			wanted = append(wanted, program.Listen{Port: port})
		}
	}
	return wanted
}

func (ls *listeners) find(w program.Listen) *listener {
	for _, l := range ls.open {
		if l.configured == w {
			return l
		}
	}
	return nil
}

// cause is what the system says of an address, without the calls that asked it.
func cause(err error) error {
	if call, ok := errors.AsType[*os.SyscallError](err); ok {
		return call.Err
	}
	if call, ok := errors.AsType[*net.OpError](err); ok {
		return call.Err
	}
	return err
}

func openListener(w program.Listen, mapping map[uint16]string) (*listener, error) {
	address, mapped := mapping[w.Port]
	if !mapped {
		address = net.JoinHostPort(addressText(w.Address), strconv.Itoa(int(w.Port)))
	}
	// A dead client is noticed by the timeouts, so keep-alive probes would only cost system calls.
	config := net.ListenConfig{Control: deferAccept, KeepAlive: -1}
	l, err := config.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen for port %d at %s: %w", w.Port, address, cause(err))
	}
	return &listener{Listener: l, configured: w, mapped: mapped}, nil
}

func addressText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// start begins to accept.
func (ls *listeners) start(ctx context.Context, accept func(context.Context, *listener)) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	ls.ctx, ls.accept = ctx, accept
	ls.failureChannel()
	for _, l := range ls.open {
		ls.run(l)
	}
}

func (ls *listeners) run(l *listener) {
	ls.running.Go(func() { ls.accept(ls.ctx, l) })
}

func (ls *listeners) failureChannel() {
	if ls.failure == nil {
		ls.failure = make(chan error, 1)
	}
}

// failed tells of a listener that cannot go on.
func (ls *listeners) failed() <-chan error { return ls.failure }

// fail reports that a listener cannot go on, unless it was closed on purpose.
func (ls *listeners) fail(l *listener, err error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if ls.closed || l.dropped {
		return
	}
	select {
	case ls.failure <- fmt.Errorf("cannot accept connections on %s: %w", l.Addr(), err):
	default: // one failure ends the server
	}
}

func (ls *listeners) close() {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	ls.closed = true
	for _, l := range ls.open {
		_ = l.Close() // accept notices
	}
}

func (ls *listeners) wait() { ls.running.Wait() }

// local returns the address that the configuration knows a connection by.
func (l *listener) local(actual netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(actual.Addr(), l.configured.Port)
}

func addrPort(a net.Addr) netip.AddrPort {
	var ap netip.AddrPort
	if tcp, ok := a.(*net.TCPAddr); ok {
		ap = tcp.AddrPort()
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// isClosed says whether an error tells of a listener or connection that was closed here.
func isClosed(err error) bool { return errors.Is(err, net.ErrClosed) }
