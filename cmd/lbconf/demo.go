package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/ir/lint"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/daemon"
	"github.com/lbconf/lbconf/runtime/server"
)

// demoConfig is a balancer behind a RewriteRule, as a tutorial shows it.
//
//go:embed demo.conf
var demoConfig string

// demo serves the tutorial's balancer in front of two backends in this process, until ctx is done.
func (c *serveCmd) demo(ctx context.Context, term *terminal, options daemon.Options) error {
	one, err := startEcho(ctx, "backend one")
	if err != nil {
		return err
	}
	defer one.stop()
	two, err := startEcho(ctx, "backend two")
	if err != nil {
		return err
	}
	defer two.stop()
	config := strings.NewReplacer("localhost:8000", one.addr, "localhost:8001", two.addr).Replace(demoConfig)
	in := c.parse("demo.conf", []byte(config), variables{}, nil)
	findings := append(in.findings, lint.Run(in.config, effective.New(in.config), lint.Rules())...)
	in.findings = nil // they are printed here, as lint would
	_, err = fmt.Fprintf(term.stdout, "demo.conf, with %s and %s as its backends:\n\n%s\nWhat lint says about it:\n\n", one.addr, two.addr, indent(config))
	if err != nil {
		return err
	}
	if err := diag.Render(term.stdout, in.files, findings, diag.RenderOptions{Color: term.colour(term.stdout)}); err != nil {
		return err
	}
	if options.Listen[443] == "" {
		options.Listen[443] = "127.0.0.1:0"
	}
	options.Listening = func(addresses []server.Bound) {
		front := addresses[0].Actual
		_, err = fmt.Fprintf(term.stdout, "\nTry it, twice, and see the backends take turns:\n\n    curl -i http://%s/service1/hello http://%s/service1/hello\n\nCtrl-C ends it.\n", front, front)
	}
	served := daemon.Run(ctx, func() (daemon.Source, error) { return c.source(in), nil }, options)
	return errors.Join(err, served)
}

// echo is a backend that answers with its name and the request that it got.
type echo struct {
	addr   string
	server *http.Server
	done   chan struct{}
}

func startEcho(ctx context.Context, name string) (*echo, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	e := &echo{addr: listener.Addr().String(), done: make(chan struct{})}
	e.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request, err := httputil.DumpRequest(r, true)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = fmt.Fprintf(w, "%s, on a connection from %s, got:\n\n%s", name, r.RemoteAddr, request)
	})}
	go func() {
		defer close(e.done)
		_ = e.server.Serve(listener) // until stop; a backend that fails before shows as a 503
	}()
	return e, nil
}

func (e *echo) stop() {
	_ = e.server.Close() // the demo is over
	<-e.done
}
