package program

import (
	"bytes"
	"os"
	"strconv"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/route"
)

// CGI sets the variables that an application of CGI gets, among those of the request (httpd: ap_add_common_vars and
// ap_add_cgi_vars), and lets ProxyFCGISetEnvIf change them.
func (p *Plan) CGI(x *exchange.Exchange) {
	if p.scope.generic {
		x.Filename = withoutBackend(x.Filename)
	}
	if p.Worker != nil && p.Worker.Slot == nil {
		x.Env.SetString("proxy-nokeepalive", "1") // mod_proxy says so of a backend that no worker describes
	}
	p.fieldVariables(x)
	p.serverVariables(x)
	p.requestVariables(x)
	p.fixVariables(x)
}

// withoutBackend is what follows scheme and host of the URL of a backend.
func withoutBackend(filename []byte) []byte {
	const prefix = "proxy:fcgi://"
	if rest, ok := bytes.CutPrefix(filename, []byte(prefix)); ok {
		if at := bytes.IndexByte(rest, '/'); at >= 0 {
			return rest[at:]
		}
	}
	return filename
}

// fieldVariables makes variables of the fields of the request. Those with credentials are left out unless CGIPassAuth says
// otherwise, and Proxy always: HTTP_PROXY means something else to many programs.
func (p *Plan) fieldVariables(x *exchange.Exchange) {
	for _, field := range x.Request.Fields {
		switch name := field.Name; {
		case clib.EqualFold(name, "Content-Type"):
			x.Env.Set("CONTENT_TYPE", field.Value)
		case clib.EqualFold(name, "Content-Length"):
			x.Env.Set("CONTENT_LENGTH", field.Value)
		case clib.EqualFold(name, "Proxy"):
		case (clib.EqualFold(name, "Authorization") || clib.EqualFold(name, "Proxy-Authorization")) && !p.scope.passAuth:
		default:
			if variable := fieldVariable(name); variable != "" {
				x.Env.Set(variable, field.Value)
			}
		}
	}
}

// fieldVariable is the name of the variable of a field; empty for one whose name has other characters than letters, digits
// and hyphens.
func fieldVariable(name []byte) string {
	const prefix = "HTTP_"
	variable := append(make([]byte, 0, len(prefix)+len(name)), prefix...)
	for _, c := range name {
		switch {
		case c == '-':
			variable = append(variable, '_')
		case 'a' <= c && c <= 'z':
			variable = append(variable, c-'a'+'A')
		case 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
			variable = append(variable, c)
		default:
			return ""
		}
	}
	return string(variable)
}

// serverVariables says who asks whom.
func (p *Plan) serverVariables(x *exchange.Exchange) {
	for _, name := range [...]string{"PATH", "LD_LIBRARY_PATH"} {
		if _, taken := x.Env.Get(name); taken {
			continue
		}
		if value, ok := os.LookupEnv(name); ok {
			x.Env.SetString(name, value)
		}
	}
	h, c := p.Host, &x.Client
	x.Env.Set("SERVER_SIGNATURE", p.AppendSignature(nil, "", h.server.Software))
	x.Env.SetString("SERVER_SOFTWARE", h.server.Software)
	x.Env.Set("SERVER_NAME", AppendHTML(nil, string(route.AppendAuthority(nil, p.Self.Name, 0, 0))))
	x.Env.SetString("SERVER_ADDR", c.LocalIP)
	x.Env.Set("SERVER_PORT", strconv.AppendInt(nil, int64(p.Self.Port), 10))
	if c.Name != nil && c.Name.Text != "" {
		x.Env.SetString("REMOTE_HOST", c.Name.Text)
	}
	x.Env.SetString("REMOTE_ADDR", c.RemoteIP)
	x.Env.SetString("DOCUMENT_ROOT", h.server.DocumentRoot)
	x.Env.SetString("REQUEST_SCHEME", p.Self.Scheme)
	x.Env.SetString("CONTEXT_PREFIX", "")
	x.Env.SetString("CONTEXT_DOCUMENT_ROOT", h.server.DocumentRoot)
	x.Env.SetString("SERVER_ADMIN", h.Admin())
	x.Env.Set("SCRIPT_FILENAME", x.Filename)
	x.Env.Set("REMOTE_PORT", strconv.AppendInt(nil, int64(c.Remote.Port()), 10))
	if before := x.Redirected; before != nil {
		x.Env.Set("REDIRECT_URL", before.Path)
		if before.HasQuery {
			x.Env.Set("REDIRECT_QUERY_STRING", before.Query)
		}
	}
}

// requestVariables says what is asked for.
func (p *Plan) requestVariables(x *exchange.Exchange) {
	r := &x.Request
	x.Env.SetString("GATEWAY_INTERFACE", "CGI/1.1")
	x.Env.SetString("SERVER_PROTOCOL", r.Protocol())
	x.Env.Set("REQUEST_METHOD", r.Method)
	x.Env.Set("QUERY_STRING", r.Query)
	x.Env.Set("REQUEST_URI", askedFor(r.Line))
	info := p.pathInfo
	if len(info) == 0 {
		x.Env.Set("SCRIPT_NAME", r.Path)
		return
	}
	x.Env.Set("SCRIPT_NAME", r.Path[:withoutPathInfo(r.Path, info)])
	x.Env.Set("PATH_INFO", info)
	x.Env.Set("PATH_TRANSLATED", p.Host.translated(x, p, info))
}

// askedFor is the target in a request line.
func askedFor(line []byte) []byte {
	parts := bytes.Fields(line)
	if len(parts) < 2 {
		return nil
	}
	return parts[1]
}

// withoutPathInfo returns how much of a path is the name of the script: what is before that part of its end that the path
// information has too (httpd: ap_find_path_info).
func withoutPathInfo(path, info []byte) int {
	u, i := len(path), len(info)
	for {
		if u--; u < 0 {
			break
		}
		if i--; i < 0 || path[u] != info[i] {
			break
		}
		if info[i] == '/' {
			for u > 0 && path[u-1] == '/' {
				u--
			}
		}
	}
	u = max(u, 0)
	for u < len(path) && path[u] != '/' {
		u++
	}
	return u
}

// translated is where the path information would lead to, were it asked for.
func (h *Host) translated(x *exchange.Exchange, p *Plan, info []byte) []byte {
	path, room := p.path, p.buf // which the URL of the request itself lies in
	defer func() { p.path, p.buf = path, room }()
	for _, m := range h.mappings {
		p.path, p.buf = info, nil
		url, form, hit := m.apply(x, p, p.scope)
		if url != nil {
			if canonical, status := route.AppendCanonical([]byte("proxy:"), new(route.Canonical), url, nil, false, form); status == 0 {
				return canonical
			}
		}
		if hit {
			break
		}
	}
	return append([]byte(h.root), info...)
}

// NotePathInfo takes the path information out of the path of a backend, as the variable proxy-fcgi-pathinfo wants it
// (mod_proxy_fcgi: proxy_fcgi_canon).
func (p *Plan) NotePathInfo(x *exchange.Exchange, path []byte) {
	if x.Env.Len() == 0 {
		return
	}
	kind, set := x.Env.Get("proxy-fcgi-pathinfo")
	if !set {
		return
	}
	var dot int
	switch {
	case clib.EqualFold(kind, "full"): // found on the disk, where a path of a backend never is
		return
	case clib.EqualFold(kind, "first-dot"):
		dot = bytes.IndexByte(path, '.')
	case clib.EqualFold(kind, "last-dot"):
		dot = bytes.LastIndexByte(path, '.')
	default:
		p.pathInfo = x.Copy(path)
		if clib.EqualFold(kind, "unescape") {
			p.pathInfo = eval.AppendUnescaped(nil, p.pathInfo)
		}
		return
	}
	if dot < 0 {
		return
	}
	if slash := bytes.IndexByte(path[dot:], '/'); slash >= 0 {
		p.pathInfo = eval.AppendUnescaped(nil, path[dot+slash:])
	}
}

// environFix is a compiled ProxyFCGISetEnvIf.
type environFix struct {
	when  *eval.Condition
	name  string
	unset bool
	value *eval.Text // nil for an empty one
}

// compileFixes compiles the ProxyFCGISetEnvIf directives among items. What this server cannot evaluate is left out; problem is
// the last reason for that.
func compileFixes(items []ir.Item, server *eval.Server) (fixes []*environFix, problem error) {
	for _, item := range items {
		source, ok := item.(*ir.FCGISetEnvIf)
		if !ok {
			continue
		}
		fix := &environFix{name: source.Name, unset: source.Unset}
		var err error
		if fix.when, err = eval.ParseCondition(source.Condition, server); err == nil && source.Value != "" {
			fix.value, err = eval.ParseText(source.Value, server)
		}
		if err != nil {
			problem = err
			continue
		}
		fixes = append(fixes, fix)
	}
	return fixes, problem
}

// fixVariables runs ProxyFCGISetEnvIf.
func (p *Plan) fixVariables(x *exchange.Exchange) {
	if len(p.scope.fixes) == 0 {
		return
	}
	vars := eval.Context{
		Exchange: x, Server: &p.Host.server, Self: &p.Self, Filename: x.Filename, Query: x.Request.Query, Fields: x.Response.Fields,
	}
	var room eval.Room
	for _, fix := range p.scope.fixes {
		switch {
		case !fix.when.Holds(&vars, &room):
		case fix.unset:
			x.Env.Unset(fix.name)
		case fix.value == nil:
			x.Env.SetString(fix.name, "")
		default:
			x.Env.Set(fix.name, fix.value.AppendMatched(nil, &vars, &room))
		}
	}
}
