package proxy

import (
	"bytes"
	"context"
	"net"

	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/wire"
)

// textBlocked is what httpd says where ProxyBlock or AllowCONNECT forbid a request.
const textBlocked = "Connect to remote machine blocked"

// connect makes a tunnel to the host and port that the client asked for, or to another proxy that is to make one (mod_proxy:
// proxy_handler, mod_proxy_connect: proxy_connect_handler).
func (p *Proxy) connect(ctx context.Context, j *Job) Result {
	if !j.Upgrades {
		return Result{Status: 500} // the server serves each CONNECT outside of a session
	}
	w := j.Plan.Worker
	before, _, _ := bytes.Cut([]byte(w.Name), []byte(":"))
	for _, remote := range p.remotes(ctx, j) {
		if !remote.Takes(string(before), w.Name) {
			continue
		}
		if result := p.tunnelTo(ctx, j, target{host: remote.Host, port: remote.Port}, remote); result.ends() {
			return result
		}
	}
	return p.tunnelTo(ctx, j, targetOf(w), nil)
}

// tunnelTo makes the tunnel to a place: the one that the client asked for where remote is nil. Where another proxy cannot be
// found or reached, which is no answer yet, the result does not end.
func (p *Proxy) tunnelTo(ctx context.Context, j *Job, to target, remote *program.Remote) Result {
	w, out := j.Plan.Worker, j.Plan.Host.Outward()
	list, _, err := p.dialer.addresses(ctx, w, to.host, nil)
	if err != nil {
		p.log.Warn("the other end of a tunnel cannot be found", "to", to.host, "reason", err)
		if remote != nil {
			return Result{}
		}
		return Result{Status: 502, Text: err.Error()}
	}
	known := list
	if remote != nil {
		known = nil
	}
	if out.Blocks(w.Host, known) || !out.MayTunnelTo(w.Port) {
		p.log.Warn("connect to remote machine blocked", "host", w.Name)
		return Result{Status: 403, Text: textBlocked}
	}
	nc, err := dialAny(ctx, w, to.port, list)
	switch {
	case err == nil:
	case remote != nil:
		p.log.Warn("the proxy for a tunnel cannot be reached", "proxy", to.host, "reason", err)
		return Result{}
	default:
		p.log.Warn("the other end of a tunnel cannot be reached", "to", w.Name, "reason", err)
		return Result{Status: 503}
	}
	return j.tunnelOver(p, nc, remote)
}

// tunnelOver tells the client, or the other proxy, that the tunnel begins, and moves bytes until it ends.
func (j *Job) tunnelOver(p *Proxy, nc net.Conn, remote *program.Remote) Result {
	a := &j.current
	*a = attempt{Job: j, proxy: p, worker: j.Plan.Worker}
	a.conn = p.dialer.register(&backend{conn: wire.NewConn(nc, p.clock)})
	defer a.finish()
	x := j.X
	x.Response.Status, x.Response.Started = 200, true
	j.out = j.out[:0]
	if remote != nil {
		j.out = append(append(append(j.out, "CONNECT "...), x.Request.Target...), " HTTP/1.0\r\nProxy-agent: "...)
	} else {
		j.out = append(j.out, "HTTP/1.0 200 Connection Established\r\nProxy-agent: "...)
	}
	j.out = append(append(j.out, j.Plan.Host.Banner...), "\r\n\r\n"...)
	var err error
	if remote != nil {
		a.conn.conn.WriteBy(p.clock.Now().Add(a.worker.Settings.Timeout))
		_, err = a.conn.conn.Write(j.out)
	} else {
		err = j.Client.Write(j.out)
	}
	if err == nil {
		a.tunnel()
	}
	return Result{Drop: true, Tunnelled: true}
}
