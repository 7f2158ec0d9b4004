package program

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/access"
	"github.com/lbconf/lbconf/runtime/accesslog"
	"github.com/lbconf/lbconf/runtime/environ"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/rewrite"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/static"
	"github.com/lbconf/lbconf/runtime/tlsconf"
	"github.com/lbconf/lbconf/runtime/upstream"
	"github.com/lbconf/lbconf/runtime/wire"
)

// maxPath bounds what a rewrite rule may make of a path in bytes: twice LimitRequestLine, whose default is 8190.
const maxPath = 2 * 8190

// resolverTimeout bounds the search for the name of a client. httpd waits as long as the resolver of the C library does.
const resolverTimeout = 5 * time.Second

// loopback is what httpd calls a server on a machine without a full name (AH00558).
const loopback = "127.0.0.1"

// noAdmin is what httpd says for a server without ServerAdmin.
const noAdmin = "[no address given]"

// Compile makes a program of a configuration, which must not be changed afterwards. The report lists what the program
// does not do; a server must not start with a program whose report is not OK.
func Compile(c *ir.Config, o Options) (*Program, *Report) {
	b := builder{
		view: effective.New(c), options: o, report: &Report{},
		program: &Program{sets: make(map[netip.AddrPort]*hostSet), table: o.Table, config: c}, typeFiles: make(map[string]static.Types),
		owners: make(map[*effective.Worker]string), seen: make(map[string]int),
		compiledWorkers:   make(map[backendKey[effective.Worker]]*upstream.Worker),
		compiledBalancers: make(map[backendKey[effective.Balancer]]*upstream.Balancer),
		tlsReported:       make(map[tlsProblem]bool),
		remotes:           make(map[*ir.Words]*Remote),
		resolved:          make(map[string][]netip.Addr),
	}
	if b.options.Pick == nil {
		b.options.Pick = rand.IntN
	}
	if b.options.Resolver == nil {
		b.options.Resolver = net.DefaultResolver
	}
	b.clients = &access.Names{Resolver: b.options.Resolver, Timeout: resolverTimeout}
	if b.options.LookupEnv == nil {
		b.options.LookupEnv = os.LookupEnv
	}
	if b.program.table == nil {
		b.program.table = upstream.NewTable()
	}
	if b.options.Log == nil {
		b.options.Log = slog.New(slog.DiscardHandler)
	}
	b.tls = b.tlsLoader()
	b.heartbeats()
	b.listens()
	b.bound()
	b.findHandlers(c.Items)
	b.loadKept()
	b.registered = registeredMethods(c.Items)
	for _, server := range b.view.Servers() {
		h := b.host(server)
		b.program.hosts = append(b.program.hosts, h)
		if server.IsMain() {
			b.program.main = h
		} else {
			b.program.placeHost(h, server, b.report)
		}
	}
	b.program.checksAtOnce = int(b.view.Main().Settings.Number(ir.NumberProxyHCTPsize).Value)
	label(b.program.hosts)
	b.program.mixes = slices.ContainsFunc(b.program.hosts, func(h *Host) bool {
		return !h.Settings.Rules.SameBodies(&b.program.main.Settings.Rules)
	})
	b.looksUp = looksUpNames(c.Items)
	b.survey(c.Items, nil)
	b.addresses()
	return b.program, b.report
}

// builder holds what the parts of a compilation share.
type builder struct {
	view    *effective.View
	options Options
	report  *Report
	// typeFiles are the files of media types that were read.
	typeFiles map[string]static.Types
	program   *Program
	// owners tells by which server a worker was defined, for the key of its state.
	owners map[*effective.Worker]string
	// clients finds the names of clients.
	clients *access.Names
	// registered are the methods that httpd knows.
	registered map[string]bool
	// looksUp says that HostnameLookups makes names of addresses somewhere.
	looksUp bool
	// compiledMaps are nil for what cannot be run.
	compiledMaps map[*ir.RewriteMap]*rewrite.Map
	// handles says that SetHandler names a handler of this server somewhere.
	handles bool
	// seen numbers virtual hosts that are alike.
	seen map[string]int

	// remotes are nil for what cannot be run; resolved are the addresses of names in the configuration.
	remotes  map[*ir.Words]*Remote
	resolved map[string][]netip.Addr
	// keeping is the state that balancers begin with, where it is not that of the configuration.
	keeping keeping

	tls         *tlsconf.Loader
	tlsReported map[tlsProblem]bool

	compiledWorkers   map[backendKey[effective.Worker]]*upstream.Worker
	compiledBalancers map[backendKey[effective.Balancer]]*upstream.Balancer
}

func (b *builder) listens() {
	for _, l := range b.view.Listens() {
		listen := Listen{Port: uint16(l.Port), Protocol: l.Protocol}
		if l.Address != "" {
			address, err := netip.ParseAddr(l.Address)
			if err != nil {
				b.report.refuse(l, "Listen %s names a host, which httpd resolves when it starts: write its IP address", l.Address)
				continue
			}
			listen.Address = address
		}
		b.program.listens = append(b.program.listens, listen)
	}
}

// bound is how many requests may be in work.
func (b *builder) bound() {
	bound := b.view.Bound()
	b.program.bound = bound.Requests
	for _, replaced := range bound.Changed {
		b.report.note(replaced.By, "%s", replaced.Message)
	}
}

func (b *builder) host(s *effective.Server) *Host {
	h := &Host{
		ServerName: b.serverName(s), ServerPort: serverPort(s), addresses: s.Addresses(), names: newHostSet(), table: b.program.table,
		merge: s.Settings.Switch(ir.SwitchMergeSlashes).Value, forwards: int(s.Settings.Number(ir.NumberProxyMaxForwards).Value),
		https:      s.Name != nil && s.Name.Scheme == "https",
		slashes:    valueOf(slashValues, s.Settings.EncodedSlashes().Value),
		BufferSize: int(min(s.Settings.Number(ir.NumberProxyIOBufferSize).Value, 1<<20)),
		badHeader:  valueOf(badHeaderValues, s.Settings.Word(ir.WordProxyBadHeader).Value),
		via:        valueOf(viaValues, s.Settings.Word(ir.WordProxyVia).Value), trace: valueOf(traceValues, s.Settings.Word(ir.WordTraceEnable).Value),
		methods: b.registered,
		Settings: Settings{
			Timeout: s.Settings.Timeout(), KeepAlive: s.Settings.Switch(ir.SwitchKeepAlive).Value,
			KeepAliveTimeout: s.Settings.KeepAliveTimeout(), OwnKeepAlive: s.Settings.OwnNumber(ir.NumberKeepAliveTimeout).IsSet(),
			MaxKeepAlive: int(s.Settings.Number(ir.NumberMaxKeepAliveRequests).Value),
			Reading: Reading{
				Handshake: s.Settings.ReadTimeout(ir.ReadHandshake).Value, Header: s.Settings.ReadTimeout(ir.ReadHeader).Value,
				Body: s.Settings.ReadTimeout(ir.ReadBody).Value,
			},
			Rules: b.protocol(s), Known: s.Settings.Switch(ir.SwitchStrictHostCheck).Value,
		},
	}
	h.names.add(h, s)
	admin := s.Settings.Word(ir.WordServerAdmin)
	h.ServerAdmin = admin.Value
	h.server = eval.Server{Admin: admin.Value, DocumentRoot: b.documentRoot(s)}
	if !admin.IsSet() {
		h.server.Admin = noAdmin
	}
	h.serverRoot = s.Settings.Word(ir.WordServerRoot).Value
	if h.serverRoot == "" {
		h.serverRoot = b.options.ServerRoot
	}
	h.runtimeDir = b.runtimeDir(s)
	b.files(h, s)
	b.software(h)
	identity := b.identity(s, h)
	h.tls = b.serverTLS(s)
	b.workers(h, s, identity)
	b.balancers(h, s, identity)
	b.mappings(h, s)
	h.conditions, h.clients = b.conditions(s), b.clients
	b.rules(h, s)
	h.scopes.build(b, h, s)
	h.pretranslates = len(h.encoded) > 0 || slices.ContainsFunc(h.scopes.location, (*section).pretranslates)
	b.forwardProxy(h, s)
	b.outward(h, s)
	b.logs(h, s)
	return h
}

// serverName is ServerName, else for a virtual host that of the main server, else the name of the machine.
func (b *builder) serverName(s *effective.Server) string {
	if name := s.ServerName(); name != "" {
		return name
	}
	for _, address := range s.Addresses() {
		if !effective.IsAnyAddress(address) {
			return address.Host
		}
	}
	if !s.IsMain() {
		return b.program.main.ServerName
	}
	// httpd takes the name of the machine only where that is a full one.
	if name := b.options.Hostname; strings.ContainsAny(name, ".:") {
		return name
	}
	return loopback
}

// serverPort is the port of ServerName, 0 where that has none, or without ServerName that of the virtual host's first
// address.
func serverPort(s *effective.Server) int {
	if s.Name != nil {
		return s.Name.Port
	}
	if addresses := s.Addresses(); len(addresses) > 0 {
		return addresses[0].Port
	}
	return 0
}

// identity names a server across reloads.
func (b *builder) identity(s *effective.Server, h *Host) string {
	if s.IsMain() {
		return ""
	}
	name := h.ServerName
	if addresses := s.Addresses(); len(addresses) > 0 {
		name = fmt.Sprintf("%s:%d %s", addresses[0].Host, addresses[0].Port, name)
	}
	b.seen[name]++
	if n := b.seen[name]; n > 1 {
		name = fmt.Sprintf("%s #%d", name, n)
	}
	return name
}

// conditions compiles SetEnvIf outside of sections. What the main server has is reported with that.
func (b *builder) conditions(s *effective.Server) *environ.Conditions {
	own, env := s.Conditions, s.Env
	if main := b.view.Main(); !s.IsMain() {
		own, env = own[len(main.Conditions):], env[len(main.Env):]
	}
	b.environ(own, env)
	conditions, _ := environ.Compile(s.Conditions)
	return conditions
}

// looksUpNames says whether HostnameLookups is On or Double somewhere.
func looksUpNames(items []ir.Item) bool {
	for item := range ir.All(items) {
		if residue, ok := item.(*ir.Residue); ok && residue.Name == "HostnameLookups" && !clib.EqualFold(residue.Args, "off") {
			return true
		}
	}
	return false
}

// environ reports what of SetEnvIf and SetEnv is not run.
func (b *builder) environ(conditions [][]*ir.SetEnvIf, variables []ir.Item) {
	_, problems := environ.Compile(conditions)
	for _, p := range problems {
		b.report.refuse(p.Item, "%s", p.Message)
	}
	_, missing := environ.Merge(variables, b.options.LookupEnv)
	for _, p := range missing {
		b.report.ignore(p.Item, "%s", p.Message)
	}
}

// The words of directives that choose one of a few values, in lower case. The value of any other word is the zero one, the default.
var (
	traceValues     = map[string]TraceEnable{"off": TraceOff, "extended": TraceExtended}
	slashValues     = map[string]route.Slashes{"on": route.SlashesDecoded, "nodecode": route.SlashesKept}
	badHeaderValues = map[string]wire.BadHeader{"ignore": wire.BadHeaderIgnore, "startbody": wire.BadHeaderStartBody}
	viaValues       = map[string]Via{"on": ViaOn, "full": ViaFull, "block": ViaBlock}
)

// valueOf is what a word of a directive stands for, which has no case.
func valueOf[T any](values map[string]T, word string) T { return values[clib.ToLower(word)] }

func (b *builder) rules(h *Host, s *effective.Server) {
	if !s.Rewrite.Engine.Value || len(s.Rewrite.Rules) == 0 || !configuresRewriting(s) {
		return
	}
	var problems []rewrite.Problem
	h.rules, problems = rewrite.Compile(s.Rewrite.Rules, rewrite.Options{Server: &h.server, Maps: b.maps(s), MaxLength: maxPath, Handler: b.judgeForced(h)})
	for _, p := range problems {
		b.report.refuse(p.Item, "%s", p.Message)
	}
	b.program.upgrades = true // a rule may send a request to ws://
	for _, word := range s.Rewrite.Options.Value {
		switch clib.ToLower(word) {
		case "allowanyuri", "legacyprefixdocroot", "unsafeprefixstat":
			b.report.refuse(s.Rewrite.Options.By, "RewriteOptions %s is not run by this server: leave it out", word)
		}
	}
}

// maps compiles the RewriteMaps of a server.
func (b *builder) maps(s *effective.Server) map[string]*rewrite.Map {
	if len(s.Rewrite.Maps) == 0 {
		return nil
	}
	maps := make(map[string]*rewrite.Map, len(s.Rewrite.Maps))
	for name, item := range s.Rewrite.Maps {
		maps[name] = b.rewriteMap(s, item)
	}
	return maps
}

// rewriteMap compiles a map, which several servers can share. What is wrong with it is reported once.
func (b *builder) rewriteMap(s *effective.Server, item *ir.RewriteMap) *rewrite.Map {
	compiled, known := b.compiledMaps[item]
	if known {
		return compiled
	}
	compiled, err := rewrite.CompileMap(item, rewrite.MapOptions{
		Path: func(path string) string { return b.path(s, path) }, Pick: b.options.Pick,
	})
	if err != nil {
		b.report.refuse(item, "%v", err)
	}
	if b.compiledMaps == nil {
		b.compiledMaps = make(map[*ir.RewriteMap]*rewrite.Map)
	}
	b.compiledMaps[item] = compiled
	return compiled
}

// configuresRewriting says whether a server has a directive of mod_rewrite. A virtual host that has none shares the
// configuration of the main server, and then runs no rules at all, not even those that it would inherit.
func configuresRewriting(s *effective.Server) bool {
	if s.IsMain() {
		return true
	}
	return slices.ContainsFunc(s.Items, func(item ir.Item) bool {
		switch item := item.(type) {
		case *ir.RewriteRule, *ir.RewriteCond, *ir.RewriteMap:
			return true
		case *ir.Switch:
			return item.Name == ir.SwitchRewriteEngine
		case *ir.Words:
			return item.Name == ir.WordsRewriteOptions
		case *ir.LoadModule, *ir.Listen, *ir.ServerName, *ir.ServerAlias, *ir.VirtualHost, *ir.Section, *ir.Number, *ir.Word,
			*ir.ProxyPass, *ir.ProxyPassReverse, *ir.ProxyPassReverseCookie, *ir.FCGISetEnvIf, *ir.ProxySet, *ir.BalancerMember, *ir.HeaderEdit, *ir.Require, *ir.AccessOrder,
			*ir.AccessRule, *ir.LogFormat, *ir.CustomLog, *ir.HealthTemplate, *ir.HealthExpr, *ir.SetEnvIf, *ir.SetEnv, *ir.EnvNames, *ir.ErrorDocument, *ir.Alias, *ir.MimeEdit, *ir.FilterByType, *ir.Residue:
		}
		return false
	})
}

func (b *builder) logs(h *Host, s *effective.Server) {
	canonical := clib.EqualFold(s.Settings.Word(ir.WordUseCanonicalName).Value, "on")
	h.logs = &accesslog.Set{Server: accesslog.Server{Name: h.ServerName, Port: h.ServerPort, Canonical: canonical}}
	for _, item := range s.Logs {
		if log, ok := b.log(h, s, item); ok {
			h.logs.Logs = append(h.logs.Logs, log)
		}
	}
}

func (b *builder) log(h *Host, s *effective.Server, item *ir.CustomLog) (*accesslog.Log, bool) {
	if strings.HasPrefix(item.Target, "|") {
		b.report.refuse(item, "an access log through a program (%s) is not written by this server: name a file", item.Target)
		return nil, false
	}
	text := s.LogFormat(item)
	format, err := accesslog.CompileFormat(text)
	if err != nil {
		b.report.refuse(item, "%v", err)
		return nil, false
	}
	if text != "" && text == item.Format && !strings.ContainsAny(text, "% ") {
		b.report.note(item, "no LogFormat has the nickname %s, so that this word is each line of the log: write LogFormat \"…\" %s", text, text)
	}
	log := &accesslog.Log{Path: b.path(s, item.Target), Format: format}
	if err := log.SetCondition(item.Condition, &h.server); err != nil {
		b.report.refuse(item, "%v", err)
		return nil, false
	}
	return log, true
}

// documentRoot is the DocumentRoot as an absolute path, or empty.
func (b *builder) documentRoot(s *effective.Server) string {
	root := s.Settings.Word(ir.WordDocumentRoot).Value
	if root == "" {
		return ""
	}
	root = b.path(s, root)
	if path, err := filepath.Abs(root); err == nil {
		return path
	}
	return root
}

// path resolves a path of the configuration against ServerRoot.
func (b *builder) path(s *effective.Server, path string) string {
	root := s.Settings.Word(ir.WordServerRoot).Value
	if root == "" {
		root = b.options.ServerRoot
	}
	if strings.HasPrefix(path, "/") || root == "" {
		return path
	}
	return strings.TrimSuffix(root, "/") + "/" + path
}
