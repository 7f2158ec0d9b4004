package program

import (
	"bytes"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/access"
	"github.com/lbconf/lbconf/runtime/environ"
	"github.com/lbconf/lbconf/runtime/header"
	"github.com/lbconf/lbconf/runtime/internal/regex"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/static"
	"github.com/lbconf/lbconf/runtime/tlsconf"
	"github.com/lbconf/lbconf/runtime/trace"
)

// scope is what holds for a request: the server's defaults with the sections that cover it on top.
type scope struct {
	mapping  *mapping
	reverse  *route.Reverse
	access   *access.Rules
	open     bool
	headers  *header.List
	response *header.Response
	// conditions are executed before access is decided, variables are set behind that.
	conditions *environ.Conditions
	variables  *environ.Variables
	tls        *tlsconf.Backend
	// tlsStandard and tlsCertificates are SSLOptions StdEnvVars and ExportCertData.
	tlsStandard, tlsCertificates bool
	signature                    Signature
	trace                        *trace.Log
	preserveHost                 bool
	// interpolates says that ${NAME} is replaced where a directive has the word interpolate, interpolated are the
	// ProxyPassReverse and cookie directives where one has it.
	interpolates bool
	interpolated *interpolation
	// keepsSlashes says that %2F in a decoded path stays as it is.
	keepsSlashes bool
	// body bounds the body of a request that is not proxied; 0 is no bound.
	body         int64
	addForwarded bool
	continues    bool
	// webSocketOnly says that backends of ws and wss get nothing else (mod_proxy_wstunnel: ProxyWebsocketFallbackToProxyHttp Off).
	webSocketOnly bool
	rewrites      bool
	canonical     bool
	// handler is what SetHandler names, where it is one of this server's; handlerName is the name itself.
	handler     Handler
	handlerName string
	// sender is SetHandler "proxy:URL", or nil.
	sender *sender
	// files are the rules of local files, nil where the server has none; alias is the Alias of a Location.
	files *static.Rules
	alias string
	// generic says that applications of FastCGI are not php-fpm (mod_proxy_fcgi: ProxyFCGIBackendType), passAuth that they get
	// credentials (core: CGIPassAuth).
	generic, passAuth bool
	// fixes change the variables of applications (mod_proxy_fcgi: ProxyFCGISetEnvIf).
	fixes []*environFix
	// charset is what AddDefaultCharset adds, or empty.
	charset string
	// deflation is how responses are compressed; nil for not.
	deflation *Deflation
	// documents are by status; overrides says that a backend's errors are replaced, those of overridden or all.
	documents  map[int]*document
	overrides  bool
	overridden []int
}

// maxSections is how many sections of a server the cache of scopes tells apart; with more, scopes are merged per request.
const maxSections = 256

// maxScopes bounds the cache, since the client chooses which sections meet.
const maxScopes = 1024

// sectionSet is a set of sections by their index.
type sectionSet [maxSections / 64]uint64

// scopes merges sections and remembers the result for each set of them that was met.
type scopes struct {
	server *effective.Server
	host   *Host
	getenv func(name string) (string, bool)
	// tracer takes what LogLevel asks for.
	tracer   trace.Sink
	loader   *tlsconf.Loader
	base     *scope
	proxy    []*section
	location []*section
	// directory and files count for local files; they are there where the server has some.
	directory []*section
	files     []*section
	// usual is what holds for looking paths up, in all directories where uniform.
	usual   static.Policy
	uniform bool
	// located says that a Location has a mapping or turns the rewriting engine on or off, so that Location counts before
	// the request is mapped.
	located bool
	// edits says that a Location has Header directives or a ServerSignature, which count for a redirect of a rewrite rule too.
	edits bool
	// documented says that a Location has an ErrorDocument, which counts for what a rewrite rule answers too.
	documented bool

	mu     sync.Mutex
	merged atomic.Pointer[map[sectionSet]*scope]
}

// section is a Proxy or Location section that holds something.
type section struct {
	source  *effective.Section
	index   int
	match   *regex.Regexp
	mapping *mapping
	// names are the variables that named groups of match set, by their numbers.
	names []groupVariable
	// directory is the path of a Directory section as it is compared.
	directory string
}

// build compiles the sections of a server.
func (c *scopes) build(b *builder, h *Host, s *effective.Server) {
	c.server, c.host, c.getenv, c.tracer, c.loader = s, h, b.options.LookupEnv, b.options.Trace, b.tls
	b.backendTLS(s.Settings)
	compiled := make(map[*effective.Mapping]*mapping)
	phases := []effective.Phase{effective.PhaseProxy, effective.PhaseLocation}
	if h.serves {
		phases = append(phases, effective.PhaseDirectory, effective.PhaseFiles)
	} else if b.handles {
		phases = append(phases, effective.PhaseDirectory) // which guards what a handler answers
	}
	for _, phase := range phases {
		for _, source := range s.Phase(phase) {
			sec := c.section(b, source, compiled)
			if sec == nil {
				continue
			}
			switch phase {
			case effective.PhaseProxy:
				c.proxy = append(c.proxy, sec)
			case effective.PhaseDirectory:
				c.directory = append(c.directory, sec)
			case effective.PhaseFiles:
				c.files = append(c.files, sec)
			case effective.PhaseLocation, effective.PhaseIf:
				c.location = append(c.location, sec)
				c.located = c.located || sec.mapping != nil || len(sec.names) > 0 || source.Settings.Own(ir.SwitchProxyPassInterpolateEnv) || source.Settings.Own(ir.SwitchRewriteEngine) || source.Settings.Own(ir.SwitchProxyWebsocketFallbackToProxyHttp) || source.Settings.Words(ir.WordsLogLevel).IsSet()
				c.edits = c.edits || len(source.Headers) > 0 || source.Settings.Word(ir.WordServerSignature).IsSet()
				c.documented = c.documented || len(source.Files.Documents) > 0
			}
		}
	}
	slices.SortStableFunc(c.files, func(a, b *section) int { return nesting(a.source) - nesting(b.source) })
	if n := c.count(); n > maxSections {
		b.report.ignore(s.Sections[0].Section, "%d sections hold for one server: beyond %d they are merged anew for each request, which is slow", n, maxSections)
	}
	c.base = c.compile(nil)
	c.merged.Store(&map[sectionSet]*scope{})
	if h.serves {
		c.policies()
	}
}

// section compiles one section; it is nil for one that changes nothing for a request.
func (c *scopes) section(b *builder, source *effective.Section, compiled map[*effective.Mapping]*mapping) *section {
	sec := &section{source: source, index: c.count(), directory: c.host.cleanDirectory(source.Section.Pattern)}
	if source.Mapping != nil {
		m, known := compiled[source.Mapping]
		if !known {
			m = b.mapping(source.Mapping)
			compiled[source.Mapping] = m
		}
		sec.mapping = m
	}
	if pattern := source.Section.Regex; pattern != nil {
		re, err := regex.Compile(pattern, false)
		if err != nil {
			b.report.refuse(source.Section, "the regular expression %q cannot be run: %v", pattern.Source, err)
			return nil
		}
		sec.match, sec.names = re, groupVariables(pattern)
	}
	if _, problems := access.Compile(source.Access(), &c.host.server); len(problems) > 0 && source.Server == c.server {
		for _, p := range problems {
			b.report.refuse(p.Item, "%s", p.Message)
		}
	}
	b.backendTLS(c.server.Scope(source).Settings)
	if source.Server == c.server {
		b.environ([][]*ir.SetEnvIf{source.Conditions}, source.Env)
	}
	if len(source.Rewrite.Rules) > 0 && source.Server == c.server && (source.Rewrite.Engine.Value || !source.Rewrite.Engine.IsSet()) {
		b.report.refuse(source.Rewrite.Rules[0].Rule, "RewriteRule inside <%s> is not run by this server: write it outside of the section, with the path in its pattern", source.Section.Kind)
	}
	return sec
}

// pretranslates says whether the section has a mapping of paths that are not decoded.
func (s *section) pretranslates() bool { return s.mapping != nil && s.mapping.encoded }

// matches says whether the section covers a subject. A pattern sees the slashes of a path as they are, text sees runs of
// them as one where the path was not merged before (httpd: ap_location_walk), so that //a does not pass by a section for /a.
func (s *section) matches(subject, merged []byte, p *Plan) bool {
	if s.match != nil {
		var ok bool
		p.groups, ok = s.match.MatchBytes(subject, p.groups)
		if ok && len(s.names) > 0 {
			setGroups(p.env, s.names, subject, p.groups)
		}
		return ok
	}
	// The section only looks at the text.
	return s.source.Match(unsafe.String(unsafe.SliceData(merged), len(merged)), nil)
}

var twoSlashes = []byte("//")

// find returns the scope of the Proxy sections that cover target, where that is not nil, and of the Location sections
// that cover path.
func (c *scopes) find(path, target []byte, p *Plan) *scope {
	if len(c.location) == 0 && (target == nil || len(c.proxy) == 0) {
		return c.base
	}
	k := c.pick()
	if target != nil {
		k.add(c.proxy, target, target, p)
	}
	k.locations(c, path, p)
	return c.picked(&k)
}

// findFile returns the scope of the sections that cover a file in a directory, and of the Location sections that cover
// path. name is empty for a directory.
func (c *scopes) findFile(path []byte, dir, name string, p *Plan) *scope {
	k := c.pick()
	k.directories(c, dir, name, p)
	k.locations(c, path, p)
	return c.picked(&k)
}

// pick is a set of sections in the making: a list where there are too many for a set.
type pick struct {
	set   sectionSet
	list  []*effective.Section
	large bool
	found bool
}

func (c *scopes) pick() pick { return pick{large: c.count() > maxSections} }

// count is the number of sections of all phases.
func (c *scopes) count() int {
	return len(c.proxy) + len(c.location) + len(c.directory) + len(c.files)
}

func (k *pick) put(s *section) {
	k.found = true
	if k.large {
		k.list = append(k.list, s.source)
	} else {
		k.set[s.index/64] |= 1 << (s.index % 64)
	}
}

// has says whether a section was put.
func (k *pick) has(s *section) bool {
	if k.large {
		return slices.Contains(k.list, s.source)
	}
	return k.set[s.index/64]&(1<<(s.index%64)) != 0
}

func (k *pick) add(sections []*section, subject, merged []byte, p *Plan) {
	for _, s := range sections {
		if s.matches(subject, merged, p) {
			k.put(s)
		}
	}
}

func (k *pick) locations(c *scopes, path []byte, p *Plan) {
	merged := path
	// httpd leaves the slashes of a URL alone, and with MergeSlashes On, which has merged those of the client, those of rules.
	if !c.host.merge && len(path) > 0 && path[0] == '/' && bytes.Contains(path, twoSlashes) {
		p.merged = route.AppendMerged(p.merged[:0], path)
		merged = p.merged
	}
	k.add(c.location, path, merged, p)
}

// picked returns the scope of a set of sections.
func (c *scopes) picked(k *pick) *scope {
	switch {
	case !k.found:
		return c.base
	case k.large:
		return c.compile(k.list)
	}
	if merged := (*c.merged.Load())[k.set]; merged != nil {
		return merged
	}
	return c.remember(k.set)
}

// remember merges a set that was not met before.
func (c *scopes) remember(set sectionSet) *scope {
	var list []*effective.Section
	for _, sections := range [...][]*section{c.proxy, c.directory, c.files, c.location} {
		for _, s := range sections {
			if set[s.index/64]&(1<<(s.index%64)) != 0 {
				list = append(list, s.source)
			}
		}
	}
	merged := c.compile(list)
	c.mu.Lock()
	defer c.mu.Unlock()
	old := *c.merged.Load()
	if len(old) >= maxScopes {
		return merged
	}
	next := make(map[sectionSet]*scope, len(old)+1)
	maps.Copy(next, old)
	next[set] = merged
	c.merged.Store(&next)
	return merged
}

// compile merges sections, in the order of merging, on top of what holds in the server.
func (c *scopes) compile(list []*effective.Section) *scope {
	merged := c.server.Scope(list...)
	rules, _ := access.Compile(merged.Access, &c.host.server) // what cannot be decided denies, and was reported with its section
	conditions, _ := environ.Compile(merged.Conditions)
	variables, _ := environ.Merge(merged.Env, c.getenv)
	// Problems with these are found by the survey.
	headers, _ := header.Compile(merged.Headers, &c.host.server)
	response, _ := header.CompileResponse(merged.Headers, len(c.server.Headers), &c.host.server)
	backends, _ := c.loader.CompileBackend(merged.Settings)
	s := &scope{
		tls: backends, tlsStandard: merged.Settings.SSLOption("StdEnvVars"), tlsCertificates: merged.Settings.SSLOption("ExportCertData"),
		headers: headers, response: response, access: rules, open: rules.IsOpen(), conditions: conditions, variables: variables,
		trace:         traceOf(c.tracer, merged.Settings),
		signature:     signatureOf(merged.Settings.Word(ir.WordServerSignature).Value),
		body:          merged.Settings.Number(ir.NumberLimitRequestBody).Value,
		preserveHost:  merged.Settings.Switch(ir.SwitchProxyPreserveHost).Value,
		addForwarded:  merged.Settings.Switch(ir.SwitchProxyAddHeaders).Value,
		continues:     merged.Settings.Switch(ir.SwitchProxy100Continue).Value,
		webSocketOnly: !merged.Settings.Switch(ir.SwitchProxyWebsocketFallbackToProxyHttp).Value,
		rewrites:      merged.Settings.Switch(ir.SwitchRewriteEngine).Value,
		canonical:     clib.EqualFold(merged.Settings.Word(ir.WordUseCanonicalName).Value, "on"),
		interpolates:  merged.Settings.Switch(ir.SwitchProxyPassInterpolateEnv).Value,
		reverse:       c.reverse(merged),
		keepsSlashes:  c.host.slashes == route.SlashesKept && !slices.ContainsFunc(list, resetsSlashes),
	}
	if s.interpolates {
		s.interpolated = newInterpolation(merged)
	}
	s.generic = clib.EqualFold(merged.Settings.Word(ir.WordProxyFCGIBackendType).Value, "generic")
	s.passAuth = merged.Settings.Switch(ir.SwitchCGIPassAuth).Value
	s.fixes, _ = compileFixes(merged.Env, &c.host.server)
	s.handlerName = handlerName(merged.Settings)
	s.handler = handlerNames[s.handlerName]
	s.sender, _ = newSender(s.handlerName, &c.host.server) // the survey reports what cannot be run
	s.deflation = deflation(merged)
	s.charset = defaultCharset(merged.Settings)
	s.documents = c.documents(&merged.Files)
	s.overrides, s.overridden = merged.Settings.ErrorOverride()
	if c.host.serves {
		s.files = c.host.fileRules(merged)
		s.alias = c.locatedAlias(list)
	}
	if merged.Mapping != nil {
		for _, sec := range c.location {
			if sec.source.Mapping == merged.Mapping {
				s.mapping = sec.mapping
			}
		}
	}
	return s
}
