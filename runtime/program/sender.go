package program

import (
	"bytes"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/static"
)

// senderPrefix begins the handlers that send a request to a backend.
const senderPrefix = "proxy:"

// sender is SetHandler "proxy:URL": it sends requests for files to the URL with the name of the file behind it (mod_proxy:
// proxy_handler).
type sender struct {
	// url is what stands behind proxy:, where that has no expression, else expression makes the whole value.
	url        string
	expression *eval.Text
}

// lowerHandler is the value of SetHandler as httpd keeps it: in lower case, but for the path of a Unix socket and what follows
// (core: core_override_type).
func lowerHandler(value string) string {
	if strings.HasPrefix(value, senderPrefix+"unix") {
		return value
	}
	return clib.ToLower(value)
}

// newSender compiles a value of SetHandler; nil for one that sends requests nowhere.
func newSender(value string, server *eval.Server) (*sender, error) {
	if !clib.HasPrefixFold(value, senderPrefix) {
		return nil, nil //nolint:nilnil // nil is what a scope has without one
	}
	s := &sender{url: value[len(senderPrefix):]}
	if !strings.Contains(value, "%{") {
		return s, nil
	}
	var err error
	if s.expression, err = eval.ParseText(value, server); err != nil {
		return nil, err
	}
	return s, nil
}

// append appends the URL that the handler names, without the name of the file. ok is false for an expression that has come to
// name another handler.
func (s *sender) append(dst []byte, x *exchange.Exchange, p *Plan) (url []byte, ok bool) {
	if s.expression == nil {
		return append(dst, s.url...), true
	}
	var room eval.Room
	value := lowerHandler(string(s.expression.Append(nil, p.vars(x), &room)))
	p.SetHandler = value
	rest, ok := strings.CutPrefix(value, senderPrefix)
	return append(dst, rest...), ok
}

// sendFile completes the plan for a request that SetHandler "proxy:URL" sends to a backend. <Proxy> sections have no part in
// it, since httpd looks at the handler behind them.
func (h *Host) sendFile(x *exchange.Exchange, p *Plan, s *scope, to *sender, found static.Found) {
	url, ok := to.append(p.buf[:0], x, p)
	url = append(url, found.Name...)
	start := len(url)
	p.buf = append(url, senderPrefix...)
	p.File.Found = found
	if !ok || !sends(url) {
		p.respond(statusNotFound) // httpd goes on to its default handler, which would send the file itself
		return
	}
	p.Reverse = s.reverseFor(x, p)
	var c route.Canonical
	if status := p.target(x, s, &c, url, route.Decoded); status != 0 {
		p.respond(status)
		return
	}
	x.Filename, p.pathInfo = p.buf[start:], []byte(found.Rest)
	h.choose(x, p, &c, url, route.Decoded)
}

// sends says whether a URL can be that of a handler: one of a socket, or of a scheme that is served.
func sends(url []byte) bool {
	before, behind, _ := bytes.Cut(url, []byte(":"))
	scheme := clib.ToLower(string(before))
	return speaks(scheme) || scheme == "balancer" || scheme == "unix" && bytes.IndexByte(behind, '|') >= 0
}

// noHandler is the value of SetHandler that names none.
const noHandler = "none"

// handlerOf is the handler that holds: that of a rewrite rule, else that of the scope.
func (p *Plan) handlerOf(s *scope) (handler Handler, name string, to *sender) {
	if p.forced == "" {
		return s.handler, s.handlerName, s.sender
	}
	if url, sends := strings.CutPrefix(p.forced, senderPrefix); sends {
		to = &sender{url: url} // what looks like an expression is text of the client
	}
	return handlerNames[p.forced], p.forced, to
}

// judgeForced says what is wrong with a handler that a rewrite rule names by H.
func (b *builder) judgeForced(h *Host) func(beginning string, whole bool) string {
	return func(beginning string, whole bool) string {
		name := clib.ToLower(beginning)
		switch handler, known := handlerNames[name]; {
		case strings.HasPrefix(name, senderPrefix) && !h.serves:
			return "the flag H of RewriteRule sends the name of a file behind the URL, and no DocumentRoot says where files are: write DocumentRoot, or [P] and the URL"
		case strings.HasPrefix(name, senderPrefix), whole && (name == noHandler || name == "default-handler"):
			return ""
		case whole && known:
			b.program.handlers |= 1 << handler
			return ""
		}
		return "the flag H of RewriteRule names a handler that is not run by this server: leave it out"
	}
}

// surveySender reports a SetHandler "proxy:URL" that cannot be run.
func (b *builder) surveySender(item *ir.Word, in *ir.Section) {
	if isOfFiles(in) && !b.servesFiles() {
		b.report.ignore(item, "SetHandler stands in <%s>, and no files are served", in.Kind)
		return
	}
	if !b.hasFiles(item) {
		b.report.refuse(item, "SetHandler %s sends the name of the file behind the URL, and no DocumentRoot says where files are: write DocumentRoot, or ProxyPass for a URL with the path of the request", item.Value)
		return
	}
	if _, err := newSender(item.Value, &eval.Server{DocumentRoot: "/"}); err != nil {
		b.report.refuse(item, "the expression of SetHandler cannot be run: %v", err)
		return
	}
	target := lowerHandler(item.Value)[len(senderPrefix):]
	if socket, rest, found := strings.Cut(target, "|"); found && clib.HasPrefixFold(socket, "unix:") {
		target = rest
	}
	scheme, _, found := strings.Cut(target, ":")
	switch {
	case strings.Contains(scheme, "%{"):
	case !found, !sends([]byte(target)) && ir.DefaultPort(scheme) == 0 && scheme != "uwsgi":
		b.report.ignore(item, "no module of httpd speaks to %s, and it would send the files themselves: the path answers 404", item.Value[len(senderPrefix):])
	case !sends([]byte(target)):
		b.report.refuse(item, "SetHandler %s has the scheme %s, which this server does not speak: write http, https, ajp or fcgi", item.Value, scheme)
	}
}

// hasFiles says whether a server that an item holds for has local files.
func (b *builder) hasFiles(item ir.Item) bool {
	server := b.view.ServerOf(item)
	for _, h := range b.program.hosts {
		if h.serves && (server.IsMain() || h.scopes.server == server) {
			return true
		}
	}
	return false
}
