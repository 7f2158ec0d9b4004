package program

import (
	"crypto/rand"
	"io/fs"
	"net/netip"
	"os"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/tlsconf"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// machineFiles are the files of the machine.
type machineFiles struct{}

func (machineFiles) ReadFile(name string) ([]byte, error)       { return os.ReadFile(name) }
func (machineFiles) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(name) }

// TLS returns how connections to a local address are encrypted, nil where they are not. The port is that of Host.
func (p *Program) TLS(local netip.AddrPort) *tlsconf.Address {
	if set := p.setFor(local); set != nil {
		return set.tls
	}
	return p.mainTLS
}

// TLS returns the TLS of the server.
func (h *Host) TLS() *tlsconf.Server { return h.tls }

// Alone says that its address has no other virtual host, so that a name changes nothing.
func (p *Program) Alone(local netip.AddrPort) bool {
	set := p.setFor(local)
	return set == nil || len(set.hosts) == 1
}

// tlsLoader returns what reads certificates.
func (b *builder) tlsLoader() *tlsconf.Loader {
	files := b.options.Files
	if files == nil {
		files = machineFiles{}
	}
	main := b.view.Main()
	return tlsconf.NewLoader(files, func(path string) string { return b.path(main, path) }, rand.Reader)
}

// tlsProblems reports problems of TLS, each once: a virtual host inherits those of the main server.
func (b *builder) tlsProblems(problems []tlsconf.Problem) {
	for _, p := range problems {
		key := tlsProblem{p.Item, p.Message}
		if p.Item == nil || b.tlsReported[key] {
			continue
		}
		b.tlsReported[key] = true
		if p.Ignored {
			b.report.ignore(p.Item, "%s", p.Message)
		} else {
			b.report.refuse(p.Item, "%s", p.Message)
		}
	}
}

type tlsProblem struct {
	item    ir.Item
	message string
}

// serverTLS compiles how connections to a server are encrypted.
func (b *builder) serverTLS(s *effective.Server) *tlsconf.Server {
	compiled, problems := b.tls.CompileServer(s)
	b.tlsProblems(problems)
	return compiled
}

// addresses makes the TLS of each address once its virtual hosts are known.
func (b *builder) addresses() {
	if !b.report.OK() {
		return
	}
	if main := b.program.main; main.tls.Enabled {
		b.program.mainTLS = tlsconf.NewAddress([]*tlsconf.Server{main.tls}, func([]byte) *tlsconf.Server { return main.tls })
	}
	for _, set := range b.program.sets {
		servers := make([]*tlsconf.Server, len(set.hosts))
		for i, h := range set.hosts {
			servers[i] = h.tls
			if !set.hosts[0].tls.Enabled && h.tls.Enabled {
				b.unreachableTLS(h, set.hosts[0])
			}
		}
		if servers[0].Enabled {
			set.tls = tlsconf.NewAddress(servers, func(name []byte) *tlsconf.Server { return set.find(name).tls })
		}
	}
}

// unreachableTLS reports a virtual host whose connections are plain because those of the first of its address are.
func (b *builder) unreachableTLS(h, first *Host) {
	for i, other := range b.program.hosts {
		if other != h {
			continue
		}
		if item := b.view.Servers()[i].Settings.Word(ir.WordSSLEngine).By; item != nil {
			b.report.ignore(item, "SSLEngine on has no effect: the first virtual host of the address, %s, does not set it, and it decides for all", first.ServerName)
		}
	}
}

// backendTLS compiles how connections to backends are encrypted in a scope; nil where SSLProxyEngine is Off.
func (b *builder) backendTLS(s *effective.Settings) *tlsconf.Backend {
	compiled, problems := b.tls.CompileBackend(s)
	b.tlsProblems(problems)
	return compiled
}

// workerTLS is what holds for a worker by itself, for what no request sends to it.
func (b *builder) workerTLS(w *effective.Worker, s *effective.Server) *tlsconf.Backend {
	if !upstream.IsTLS(w.URL.Scheme) {
		return nil
	}
	return b.backendTLS(settingsFor(w, s))
}

// workerTLS is that of a worker that comes later.
func (c *scopes) workerTLS(w *effective.Worker) *tlsconf.Backend {
	if !upstream.IsTLS(w.URL.Scheme) {
		return nil
	}
	compiled, _ := c.loader.CompileBackend(settingsFor(w, c.server)) // its files were judged with their sections
	return compiled
}

// settingsFor are the settings of a server with the Proxy sections for a worker, or for the balancer of a member.
func settingsFor(w *effective.Worker, s *effective.Server) *effective.Settings {
	name := w.Name
	if w.Balancer != nil {
		name = w.Balancer.Name
	}
	return s.Scope(s.Matching(effective.PhaseProxy, name, nil)...).Settings
}

// exportTLS sets the variables of mod_ssl in the environment of a request.
func (s *scope) exportTLS(x *exchange.Exchange) {
	if x.Client.TLS == nil || !x.Client.Secure {
		return
	}
	x.Env.SetString("HTTPS", "on")
	if name := x.Client.TLS.Name; name != "" {
		x.Env.SetString("SSL_TLS_SNI", name)
	}
	if !s.tlsStandard && !s.tlsCertificates {
		return
	}
	for _, v := range x.Client.TLS.Variables() {
		if v.Export == exchange.ExportStandard && s.tlsStandard || v.Export == exchange.ExportCertificate && s.tlsCertificates {
			x.Env.SetString(v.Name, v.Value)
		}
	}
}
