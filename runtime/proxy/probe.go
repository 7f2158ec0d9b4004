package proxy

import (
	"context"
	"io"
	"time"

	"github.com/lbconf/lbconf/runtime/upstream"
)

// Dial opens a connection to a worker that no request will use, for a health check. wait bounds each read and each write; 0
// says that nothing more than connecting is wanted, else TLS begins where the scheme says so. All of it ends when ctx is done.
// mod_proxy_hcheck tells mod_ssl no name: none is sent, and the certificate may have any.
func (p *Proxy) Dial(ctx context.Context, w *upstream.Worker, wait time.Duration) (io.ReadWriteCloser, error) {
	if wait <= 0 {
		return p.dialer.connect(ctx, w, targetOf(w), p.pools.of(w))
	}
	b, err := p.dialer.reach(ctx, w, targetOf(w), p.pools.of(w), w.TLS, "")
	if err != nil {
		return nil, err
	}
	return &probe{backend: b, timeout: wait, stop: context.AfterFunc(ctx, b.conn.Sever)}, nil
}

// probe is a connection for a health check.
type probe struct {
	backend *backend
	timeout time.Duration
	// stop ends the wait for the end of the context.
	stop func() bool
}

func (p *probe) Read(buf []byte) (int, error) {
	p.backend.conn.ReadBy(p.backend.dialer.clock.Now().Add(p.timeout))
	return p.backend.conn.Read(buf)
}

func (p *probe) Write(buf []byte) (int, error) {
	p.backend.conn.WriteBy(p.backend.dialer.clock.Now().Add(p.timeout))
	return p.backend.conn.Write(buf)
}

// Close closes the connection.
func (p *probe) Close() error {
	p.stop()
	p.backend.close()
	return nil
}
