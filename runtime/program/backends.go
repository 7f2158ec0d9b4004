package program

import (
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// backendKey tells apart what a worker or balancer becomes in different servers: the timeout of the server counts where
// its own parameters say none, and the address that connections come from is the server's.
type backendKey[T any] struct {
	source  *T
	timeout time.Duration
	from    string
}

func keyOf[T any](source *T, s *effective.Server) backendKey[T] {
	return backendKey[T]{source, s.Settings.ProxyTimeout(), s.Settings.Word(ir.WordProxySourceAddress).Value}
}

// workers compiles the workers of a server. Virtual hosts share those of the main server, and their state.
func (b *builder) workers(h *Host, s *effective.Server, identity string) {
	h.unpooled = settingsOf(ir.DefaultWorker(), s, false)
	for _, w := range s.Workers {
		owner, known := b.owners[w]
		if !known {
			owner = identity
			b.owners[w] = owner
		}
		if worker := b.worker(w, s, upstream.Key{Server: owner, Worker: w.Name}, ir.StatusIgnore, !known); worker != nil {
			h.workers = append(h.workers, worker)
		}
	}
}

// worker compiles one worker; it is nil for one that cannot be used. first says that it was not compiled for another
// server before, so that its problems are reported once.
func (b *builder) worker(w *effective.Worker, s *effective.Server, key upstream.Key, extra ir.StatusFlags, first bool) *upstream.Worker {
	memo := keyOf(w, s)
	if known, ok := b.compiledWorkers[memo]; ok {
		return known
	}
	var worker *upstream.Worker
	if ok := !first || b.checkWorker(w); ok {
		worker = newWorker(b.program.table, w, s, key, extra, b.runtimeDir(s))
		worker.TLS = b.workerTLS(w, s)
		if size := b.receiveBuffer(w); size > 0 {
			worker.Settings.ReceiveBuffer = size
		}
		worker.Healthy = b.condition(w, first)
		b.program.upgrades = b.program.upgrades || worker.Settings.Upgrade != ""
	}
	b.compiledWorkers[memo] = worker
	return worker
}

// runtimeDir is where relative paths of Unix sockets count from (core: DefaultRuntimeDir).
func (b *builder) runtimeDir(s *effective.Server) string {
	return b.path(s, s.Settings.Word(ir.WordDefaultRuntimeDir).Value)
}

// socketPath is the path of a Unix socket of a URL; empty for none (httpd: ap_runtime_dir_relative).
func socketPath(written, runtimeDir string) string {
	switch {
	case written == "":
		return ""
	case filepath.IsAbs(written):
		return filepath.Clean(written)
	}
	return filepath.Join(runtimeDir, written)
}

// takeSocket takes unix:/path| off the URL that a rewrite rule made and sets Socket to the path. The status is 0, or that of
// httpd's answer where nothing can be reached by the URL.
func (p *Plan) takeSocket(url []byte) (_ []byte, status int) {
	if !clib.HasPrefixFold(url, "unix:") {
		return url, 0
	}
	socket, rest, ok := route.SplitSocket(url)
	switch {
	case !ok:
		return nil, statusBadRequest
	case socket == nil:
		return nil, statusInternal // unix is no scheme
	}
	if p.Socket = p.socket.path; p.Socket == "" || string(socket) != p.socket.written {
		p.socket.written = string(socket)
		p.socket.path = socketPath(p.socket.written, p.Host.runtimeDir)
		p.Socket = p.socket.path
	}
	return rest, 0
}

// receiveBuffer is what ProxyReceiveBufferSize says for a worker: that of the server that defines it, where it stands before
// the worker and the worker does not say otherwise; 0 for nothing.
func (b *builder) receiveBuffer(w *effective.Worker) int {
	if w.By == nil || w.Params.ReceiveBufferSize.Set {
		return 0
	}
	size := b.view.ServerOf(w.By).Settings.OwnNumber(ir.NumberProxyReceiveBufferSize)
	if !size.IsSet() || size.By.Head().Seq > w.By.Head().Seq {
		return 0
	}
	return int(size.Value)
}

func newWorker(table *upstream.Table, w *effective.Worker, s *effective.Server, key upstream.Key, extra ir.StatusFlags, runtimeDir string) *upstream.Worker {
	host, port := w.URL.Host, w.URL.PortNumber()
	if host == "" && w.URL.Socket != "" {
		host = "localhost" // as in the name of the worker
	}
	worker := &upstream.Worker{
		Name: w.Public(), Scheme: w.URL.Scheme, Host: host, Port: port, Addr: net.JoinHostPort(host, strconv.Itoa(port)),
		Authority: string(route.AppendAuthority(nil, []byte(host), port, ir.DefaultPort(w.URL.Scheme))),
		Socket:    socketPath(w.URL.Socket, runtimeDir), Path: w.URL.Path, Match: w.Match && strings.Contains(w.Name, "$"),
		Route: w.Params.Route.Value, Redirect: w.Params.Redirect.Value,
		Settings: settingsOf(*w.Params, s, w.Reusable()), Params: w.Params, HealthURI: w.Params.Health.URI.Value,
	}
	worker.Settings.Upgrade = upgradeOf(w.URL.Scheme, w.Params.Upgrade.Value)
	worker.State = upstream.State{
		Status: w.Params.Status.Value | extra,
		Factor: int32(w.Params.LoadFactor.Value), LBSet: w.Params.LBSet.Value, Check: checkOf(w),
	}
	worker.Slot = table.Slot(key, worker.State)
	return worker
}

// flushOf is what flushpackets says.
func flushOf(word string) upstream.Flush {
	switch {
	case clib.EqualFold(word, "on"):
		return upstream.FlushOn
	case clib.EqualFold(word, "auto"):
		return upstream.FlushAuto
	}
	return upstream.FlushOff
}

// speaks says whether backends of a scheme are served.
func speaks(scheme string) bool {
	switch scheme {
	case "http", "https", "ws", "wss", "ajp", "fcgi":
		return true
	}
	return false
}

// checkWorker reports what of a worker is not done.
func (b *builder) checkWorker(w *effective.Worker) bool {
	if !speaks(w.URL.Scheme) {
		b.report.refuse(w.By, "%s has the scheme %s, which this server does not speak: write http, https, ajp or fcgi", w.Name, w.URL.Scheme)
		return false
	}
	return true
}

// upgradeOf returns the protocols that a connection to a backend of that scheme may switch to.
func upgradeOf(scheme, upgrade string) string {
	if upgrade == "" && (scheme == "ws" || scheme == "wss") {
		return upstream.WebSocket
	}
	return upgrade
}

// settingsOf fills in what parameters leave open.
func settingsOf(p ir.Worker, s *effective.Server, reuse bool) upstream.Settings {
	timeout := s.Settings.ProxyTimeout()
	if p.Timeout.Set {
		timeout = p.Timeout.Value
	}
	connect := timeout
	if p.ConnectionTimeout.Set {
		connect = p.ConnectionTimeout.Value
	}
	settings := upstream.Settings{
		Secret: p.Secret.Value, BufferSize: p.IOBufferSize.Value, Flush: flushOf(p.FlushPackets.Value), FlushWait: p.FlushWait.Value,
		ConnectTimeout: connect, Timeout: timeout, Retry: p.Retry.Value, TTL: p.TTL.Value, Acquire: p.Acquire.Value,
		Ping: p.Ping.Value, Max: p.Max.Value, SMax: p.SMax.Value, Min: p.Min.Value, Reuse: reuse, KeepAlive: p.KeepAlive.Value,
		AddressTTL: p.AddressTTL.Value, ResponseFieldSize: p.ResponseFieldSize.Value, ReceiveBuffer: p.ReceiveBufferSize.Value,
	}
	settings.Source, _ = netip.ParseAddr(s.Settings.Word(ir.WordProxySourceAddress).Value) // the survey refuses what is none
	if settings.AddressTTL < 0 {
		settings.AddressTTL = -time.Second
	}
	if settings.ResponseFieldSize == 0 {
		settings.ResponseFieldSize = 8192
	}
	return settings
}

// balancers compiles the balancers of a server. Virtual hosts share those of the main server, and their state.
func (b *builder) balancers(h *Host, s *effective.Server, identity string) {
	h.byName = make(map[string]*upstream.Balancer, len(s.Balancers))
	for _, source := range s.Balancers {
		memo := keyOf(source, s)
		set, known := b.compiledBalancers[memo]
		if !known {
			set = b.balancerOf(source, s, identity)
			b.program.balancers = append(b.program.balancers, set)
			b.compiledBalancers[memo] = set
		}
		h.balancers = append(h.balancers, set)
		h.byName[source.Name] = set
	}
}

// balancerOf compiles a balancer with its members. The state of the members belongs to the server that defines them.
func (b *builder) balancerOf(source *effective.Balancer, s *effective.Server, identity string) *upstream.Balancer {
	first := source.Server == s
	if first {
		b.checkBalancer(source)
	}
	if source.Server.IsMain() {
		identity = ""
	}
	set := newBalancer(b.restoredParams(source))
	set.Server, set.Heartbeats = identity, b.program.heartbeat.Store
	kept, added := b.keptMembers(source)
	named := make(map[string]*upstream.Worker, len(source.Members))
	for i, m := range source.Members {
		// A member that has the name of another one shares all that httpd knows of that: such as two with the port 80 written.
		if twin := named[m.Name]; twin != nil {
			set.Members = append(set.Members, twin)
			continue
		}
		if kept[i] != nil {
			restored := *m
			restored.Params = &kept[i].Params
			m = &restored
		}
		key := upstream.Key{Server: identity, Balancer: source.Name, Worker: m.Name}
		if w := b.worker(m, s, key, 0, first); w != nil {
			set.Members = append(set.Members, w)
			named[m.Name] = w
			if kept[i] != nil {
				b.restore(w, kept[i])
			}
		}
	}
	b.restoreAdded(set, source, s, added)
	if b.program.keepIn != "" && b.keeps(source.Server) {
		b.program.kept = append(b.program.kept, keptBalancer{set, b.keptServer(source.Server)})
	}
	return set
}

func newBalancer(source *effective.Balancer) *upstream.Balancer {
	p := source.Params
	set := &upstream.Balancer{
		Name: source.Name, NoFailover: p.NoFailover.Value, ForceRecovery: p.ForceRecovery.Value,
		SemicolonDelimits: p.SemicolonPathDelim.Value, Timeout: p.Timeout.Value, MaxAttempts: source.MaxAttempts(),
		FailOnStatus: slices.Clone(p.FailOnStatus.Value), FailOnTimeout: p.FailOnTimeout.Value,
		Nonce: p.Nonce.Value, RandomNonce: !p.Nonce.Set, Growth: p.Growth.Value, Params: p,
	}
	set.StickyCookie, set.StickyParam, _ = strings.Cut(p.StickySession.Value, "|")
	if set.StickyParam == "" {
		set.StickyParam = set.StickyCookie
	}
	if sep := p.StickySeparator.Value; sep != "" {
		set.StickySeparator = sep[0]
	}
	set.Method, _ = upstream.MethodOf(p.LBMethod.Value) // checkBalancer refuses the others
	return set
}

// checkBalancer reports what httpd refuses in a balancer and what this server does not do.
func (b *builder) checkBalancer(source *effective.Balancer) {
	method := source.Params.LBMethod.Value
	if _, ok := upstream.MethodOf(method); !ok {
		b.report.refuse(source.By, "lbmethod=%s of %s is not run by this server: write byrequests, bytraffic, bybusyness or heartbeat", method, source.Name)
	}
	for _, m := range source.Misplaced {
		b.report.warn(m.By, "httpd refuses %s on %s, since it belongs to a member; it is applied to every member that does not say otherwise: write it on each BalancerMember", m.Param.Key, source.Name)
	}
	for _, w := range source.Discarded {
		b.report.ignore(w.By, "httpd drops the member %s, since the main server defines %s with members of its own", w.Name, source.Name)
	}
}
