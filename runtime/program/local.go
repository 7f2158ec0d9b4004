package program

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/internal/regex"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/static"
)

// directoryHandler is what httpd calls the handler of a directory (%R).
const directoryHandler = "httpd/unix-directory"

// maxIndexes bounds how deep an index may be that is a directory itself.
const maxIndexes = 10

// local completes the plan for a request that is not proxied, on a server with local files. rewritten is what a rule made
// of the path where it is to be taken for a file, or nil.
func (h *Host) local(x *exchange.Exchange, p *Plan, rewritten []byte) {
	name, status := h.fileName(p, rewritten)
	var found static.Found
	if status == 0 {
		at := h.scopes.policyAt
		if h.scopes.uniform {
			at = nil
		}
		found, status = static.Find(name, h.scopes.usual, at)
	}
	base := ""
	if !found.IsDir() && len(found.Name) > len(found.Dir) {
		base = found.Name[strings.LastIndexByte(found.Name, '/')+1:]
	}
	s := h.scopes.findFile(p.path, found.Dir, base, p)
	p.scope = s
	p.use(s)
	h.self(p, s, x.Request.Hostname, x.Request.HostPort, x.Client.Secure)
	if name != "" {
		x.Filename = x.CopyString(found.Name)
	}
	if found.IsDir() {
		x.Handler = directoryHandler
	}
	if p.depth == 0 {
		s.conditions.Run(x, p.path, &p.environ)
	}
	if status == 0 && !h.allows(x, p, s) {
		status = statusForbidden
	}
	if status != 0 {
		p.respond(status)
		return
	}
	s.variables.Apply(x)
	handler, name, sender := p.handlerOf(s)
	p.SetHandler = name
	other := sender == nil && name != "" && handler == NoHandler && name != "default-handler" && name != noHandler
	// Fields are edited where no index took the request over, which has edits of its own (mod_dir comes before mod_headers).
	if !handler.takes(x) && !other && found.IsDir() && h.indexes && h.index(x, p, s) {
		return
	}
	s.headers.Apply(x, &p.header)
	switch {
	case handler.takes(x):
		p.Kind, p.Handler = Handle, handler
		return
	case sender != nil:
		h.sendFile(x, p, s, sender, found)
		return
	case other:
		p.respond(statusNotFound) // what another module would make of the file must not be sent as it is
		return
	}
	h.plainFile(x, p, s, found)
}

// plainFile lets the file be sent, or says what becomes of a directory.
func (h *Host) plainFile(x *exchange.Exchange, p *Plan, s *scope, found static.Found) {
	if method := string(x.Request.Method); found.IsDir() && (method == "GET" || method == "HEAD") {
		p.respond(h.listing) // nothing lists a directory in answer to another method
		return
	}
	p.Kind, p.Handler = Handle, HandlerFile
	p.File = static.File{Found: found, Rules: s.files, NoTrace: h.trace == TraceOff, Methods: h.methods}
	switch {
	case found.IsDir():
		p.File.Kind.Type = directoryType
	default: // of a file that is not there OPTIONS tells the type, too
		p.File.Kind = s.files.KindOf(found.Name)
		if found.Info != nil && clib.HasPrefixFold(p.File.Kind.Type, programTypes) {
			p.respond(statusNotFound) // the source of a program
		}
	}
}

// directoryType is what mod_mime says of a directory, which OPTIONS shows.
const directoryType = "httpd/unix-directory"

// allows says whether access rules let the request pass.
func (h *Host) allows(x *exchange.Exchange, p *Plan, s *scope) bool {
	if s.open {
		return true
	}
	p.access.Client, p.access.Names = &x.Client, h.clients
	p.access.Method, p.access.Env = x.Request.Method, &x.Env
	p.access.Vars = p.vars(x)
	return s.access.Allow(&p.access)
}

// fileName is the path of the file that a request is for: that of an alias, else one below DocumentRoot. The status is 404
// where there is none.
func (h *Host) fileName(p *Plan, rewritten []byte) (string, int) {
	path := p.path
	if rewritten != nil {
		return h.rewrittenName(string(rewritten))
	}
	if early := h.scopes.find(path, nil, p); early.alias != "" {
		if strings.Contains(early.alias, "%{") {
			return "", statusNotFound // an expression
		}
		return early.alias, 0
	}
	for _, a := range h.aliases {
		if target, ok := a.apply(path, p); ok {
			return h.absolute(target), 0
		}
	}
	return h.below(string(path))
}

// below is the file for a path below DocumentRoot.
func (h *Host) below(path string) (string, int) {
	if h.root == "" && h.server.DocumentRoot == "" {
		return "", statusNotFound
	}
	return h.root + path, 0
}

// rewrittenName is the file that a rule without [PT] means: its path counts from DocumentRoot, with or without that in
// front. One that begins with another folder of the machine, which httpd would take for that folder's file, is not found.
func (h *Host) rewrittenName(path string) (string, int) {
	if path == "" || path[0] != '/' {
		return "", statusBadRequest
	}
	if path = filepath.Clean(path) + trailing(path); h.root != "" && (path == h.root || strings.HasPrefix(path, h.root+"/")) {
		return path, 0
	}
	first, _, _ := strings.Cut(path[1:], "/")
	if _, err := os.Lstat("/" + first); first != "" && err == nil {
		return "", statusNotFound
	}
	return h.below(path)
}

func trailing(path string) string {
	if len(path) > 1 && strings.HasSuffix(path, "/") {
		return "/"
	}
	return ""
}

// absolute is a path of the configuration as an absolute one without dot segments; a final slash stays.
func (h *Host) absolute(path string) string {
	if !strings.HasPrefix(path, "/") && h.serverRoot != "" {
		path = h.serverRoot + "/" + path
	}
	clean, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if clean == "/" {
		return clean
	}
	return clean + trailing(path)
}

// apply returns the file that an alias makes of a path.
func (a *alias) apply(path []byte, p *Plan) (string, bool) {
	if a.match == nil {
		n := route.MatchPrefix(path, a.path)
		if n == 0 {
			return "", false
		}
		return a.target + string(path[n:]), true
	}
	groups, ok := a.match.MatchBytes(path, p.groups)
	if p.groups = groups; !ok {
		return "", false
	}
	return string(regex.Expand(nil, a.target, string(path), groups)), true
}

// index answers a request for a directory with a redirect to its name with a slash, or as a request for its index is
// answered. It returns false where there is none (mod_dir: fixup_dir).
func (h *Host) index(x *exchange.Exchange, p *Plan, s *scope) bool {
	path := x.Request.Path
	if len(path) == 0 || path[len(path)-1] != '/' {
		if !s.files.Slash || isCareful(x) {
			return false
		}
		p.respond(statusMoved)
		p.Location = h.withSlash(x, p)
		return true
	}
	if p.depth >= maxIndexes {
		p.respond(statusInternal)
		return true
	}
	last := 0
	for _, name := range s.files.Index {
		target := name
		if !strings.HasPrefix(name, "/") {
			target = string(path) + name
		}
		status := h.tryIndex(x, p, []byte(target))
		if status == 0 {
			return true
		}
		if status != statusNotFound {
			last = status
		}
	}
	if last != 0 {
		p.respond(last)
	}
	return last != 0
}

// isCareful says that a client which cannot do with redirects of what is no GET is spared them (mod_dir: redirect-carefully).
func isCareful(x *exchange.Exchange) bool {
	if method := string(x.Request.Method); method == "GET" || method == "HEAD" {
		return false
	}
	_, careful := x.Env.Get("redirect-carefully")
	return careful
}

// tryIndex decides about a path as if it had been asked for by GET, as the subrequests of httpd do, and takes the plan over
// where that is a file, is proxied or redirected, for which it returns 0.
func (h *Host) tryIndex(x *exchange.Exchange, p *Plan, path []byte) int {
	request, filename, handler, varied := x.Request, x.Filename, x.Handler, x.Varied
	request.Query = x.Copy(request.Query) // rules made it in room of the plan
	env := x.Env
	restore := func() {
		x.Request, x.Filename, x.Handler, x.Varied, x.Env = request, filename, handler, varied, env
	}
	try := func(plan *Plan) {
		x.Request.Method, x.Handler = methodGet, ""
		x.Request.Path, x.Request.RawPath = nil, route.AppendEscapedPath(nil, path)
		h.decide(x, plan)
	}
	sub := &Plan{depth: p.depth + 1}
	x.Request.Fields, x.Env = slices.Clone(request.Fields), env.Clone() // what is done to them counts once
	try(sub)
	status := statusNotFound
	switch {
	case sub.Kind == Forward && (sub.File.Found.Name == "" || sub.File.Found.Info != nil && !sub.File.Found.IsDir()),
		sub.Kind == Handle && (sub.Handler != HandlerFile || sub.File.Found.Info != nil && !sub.File.Found.IsDir()):
		restore()
		p.depth++
		try(p)
		x.Request.Method = request.Method
		return 0
	case sub.Kind == Respond && sub.Status/100 == 3: // the folder is redirected there
		restore()
		p.respond(sub.Status)
		p.Location = x.Copy(sub.Location)
		return 0
	case sub.Kind == Respond:
		status = sub.Status
	case sub.Kind == Handle:
	}
	restore()
	return status
}

var methodGet = []byte("GET")

// withSlash is the URL of the request with a slash behind its path. A subrequest knows no port of the Host field.
func (h *Host) withSlash(x *exchange.Exchange, p *Plan) []byte {
	self := p.Self
	if p.depth > 0 {
		self.Port = cmp.Or(h.ServerPort, ir.DefaultPort(self.Scheme))
	}
	url := append(eval.AppendEscaped(route.AppendSelf(nil, &self), x.Request.Path), '/')
	if x.Request.HasQuery {
		url = append(append(url, '?'), x.Request.Query...)
	}
	return url
}
