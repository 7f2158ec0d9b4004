// Package admin makes the pages of a server for the people who run it: balancer-manager, which shows and changes balancers,
// server-status and server-info.
//
// What a script sees is httpd's: the names of parameters, the XML of the manager, the lines of ?auto. What a person sees is
// this server's own: plain forms that work without JavaScript, one page each without anything fetched from elsewhere, and
// with JavaScript figures that refresh themselves.
package admin

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/wire"
)

// Options are what the pages depend on beside the server. The zero value is usable.
type Options struct {
	// Random makes the nonce of balancers whose configuration names none; nil is crypto/rand.
	Random io.Reader
	// Clock tells the time; nil is clock.Wall.
	Clock clock.Clock
	// Token guards the paths of balancer-manager for programs: requests must have it in "Authorization: Bearer". Empty leaves
	// them to Require, as the page.
	Token []byte
	// Log gets each change; nil discards it.
	Log *slog.Logger
}

// Mount makes the pages answer the requests that SetHandler gives them. It comes before Server.Listen. It fails when no
// nonce can be made.
func Mount(s *server.Server, o Options) error {
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Clock == nil {
		o.Clock = clock.Wall{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	nonce, err := newNonce(o.Random)
	if err != nil {
		return err
	}
	pages := newPages()
	s.Handle(program.HandlerBalancerManager, &manager{server: s, nonce: nonce, pages: pages, log: o.Log, token: o.Token})
	s.Handle(program.HandlerServerStatus, &status{server: s, pages: pages, clock: o.Clock, built: built()})
	s.Handle(program.HandlerHeartbeat, &heartbeats{server: s, clock: o.Clock, log: o.Log})
	s.Handle(program.HandlerServerInfo, &info{server: s, pages: pages, built: built()})
	return nil
}

// newNonce returns a random UUID, as httpd makes one at each start.
func newNonce(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("a nonce for balancer-manager: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

// built returns when the source of the program was committed, or what is known instead.
func built() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, setting := range build.Settings {
		if setting.Key == "vcs.time" {
			return setting.Value
		}
	}
	return build.Main.Version
}

// field adds a field to the response.
func field(x *exchange.Exchange, name, value string) {
	x.Response.Fields = append(x.Response.Fields, wire.Field{Name: []byte(name), Value: []byte(value)})
}

// text is a body that is not a page.
func text(x *exchange.Exchange, contentType string, body []byte) exchange.Content {
	x.Response.ContentType = []byte(contentType)
	return exchange.Content{Bytes: body}
}
