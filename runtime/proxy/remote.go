package proxy

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"

	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/upstream"
	"github.com/lbconf/lbconf/runtime/wire"
)

// attempt sends the request to a worker, through another proxy where the configuration names one for it, and the response to
// the client (mod_proxy: proxy_handler).
func (p *Proxy) attempt(ctx context.Context, j *Job, w *upstream.Worker, authority, path []byte) Result {
	if j.Plan.Host.Outward().Relays() {
		if result, done := p.attemptThrough(ctx, j, w, authority, path); done {
			return result
		}
	}
	if w.Scheme == "ftp" {
		return Result{Status: 500}
	}
	return p.try(ctx, j, w, targetOf(w), authority, path)
}

// attemptThrough sends the request through the proxies that take it, in turn. One that breaks off without an answer is passed
// over, unless the request has a body, part of which it may have got. done is false where none has an answer.
func (p *Proxy) attemptThrough(ctx context.Context, j *Job, w *upstream.Worker, authority, path []byte) (_ Result, done bool) {
	scheme := w.Scheme
	if scheme == "ajp" || scheme == "fcgi" {
		return Result{}, false // the modules for these know no other proxies
	}
	if j.Plan.Balancer != nil {
		scheme = "balancer"
	}
	host := authority
	if host == nil {
		host = []byte(w.Authority)
	}
	url := bytes.Join([][]byte{[]byte(w.Scheme + "://"), host, path}, nil)
	for _, remote := range p.remotes(ctx, j) {
		if !remote.Takes(scheme, string(url)) {
			continue
		}
		to := target{host: remote.Host, port: remote.Port, remote: remote, authorization: remote.Credentials}
		if to.socket = socketFor(j, w); to.socket != "" {
			to.host, to.port = w.Host, w.Port
		}
		if to.authorization == "" {
			to.authorization = string(j.X.Request.Fields.Get("Proxy-Authorization"))
		}
		line := url
		if upstream.IsTLS(w.Scheme) {
			line = path // within the tunnel
		} else {
			to.authorization = ""
		}
		result := p.try(ctx, j, w, to, authority, line)
		if kind := j.X.Request.Framing; result.Status != 502 || kind.Kind == wire.FramingChunked || kind.Length > 0 {
			return result, true
		}
	}
	return Result{}, false
}

// remotes are the proxies that the request may be sent on to.
func (p *Proxy) remotes(ctx context.Context, j *Job) []*program.Remote {
	return j.Plan.Host.Outward().Remotes(string(j.X.Request.Hostname), func(host string) []netip.Addr {
		list, _ := p.dialer.resolve(ctx, host) // what has no address is in no network
		for i := range list {
			list[i] = list[i].Unmap()
		}
		return list
	})
}

// checkBlocked answers a request for a host that nothing is sent to. Of a host that another proxy finds only the name counts.
func (a *attempt) checkBlocked(ctx context.Context) Result {
	out := a.Plan.Host.Outward()
	if !out.BlocksAny() {
		return Result{}
	}
	var known []netip.Addr
	if a.target.socket == "" && a.target.remote == nil {
		var err error
		if known, _, err = a.proxy.dialer.addresses(ctx, a.worker, a.target.host, a.pool); err != nil {
			return Result{} // it comes up again where it is connected to
		}
	}
	if !out.Blocks(a.worker.Host, known) {
		return Result{}
	}
	a.proxy.log.Warn("connect to remote machine blocked", "host", a.worker.Host)
	return Result{Status: 403, Text: textBlocked, Blameless: true}
}

// errNoTunnel is returned when another proxy makes no tunnel to a backend.
var errNoTunnel = errors.New("the other proxy makes no tunnel")

// mostTunnelHead bounds the answer of another proxy to CONNECT.
const mostTunnelHead = 8191

// askTunnel asks another proxy for a tunnel to a worker (mod_proxy: send_http_connect).
func (d *dialer) askTunnel(nc net.Conn, w *upstream.Worker, to target) error {
	b := d.register(&backend{conn: wire.NewConn(nc, d.clock)})
	defer d.forget(b)
	by := d.clock.Now().Add(w.Settings.Timeout)
	b.conn.ReadBy(by)
	b.conn.WriteBy(by)
	head := append([]byte("CONNECT "+w.Host+":"), strconv.Itoa(w.Port)...)
	head = append(head, " HTTP/1.0\r\n"...)
	if to.authorization != "" {
		head = append(append(append(head, "Proxy-Authorization: "...), to.authorization...), "\r\n"...)
	}
	head = append(append(append(head, "Proxy-agent: "...), to.remote.Agent...), "\r\n\r\n"...)
	if _, err := b.conn.Write(head); err != nil {
		return err
	}
	answer := make([]byte, 0, mostTunnelHead)
	for !bytes.Contains(answer, []byte("\r\n\r\n")) {
		if len(answer) == cap(answer) {
			return errNoTunnel
		}
		n, err := b.conn.Read(answer[len(answer):cap(answer)])
		if err != nil {
			return err
		}
		answer = answer[:len(answer)+n]
	}
	version, rest, _ := bytes.Cut(answer, []byte(" "))
	if !bytes.HasPrefix(version, []byte("HTTP/")) || !bytes.HasPrefix(bytes.TrimLeft(rest, " "), []byte("200")) {
		return errNoTunnel
	}
	return nil
}
