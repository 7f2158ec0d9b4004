package admin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// manager is the handler of mod_proxy_balancer.
type manager struct {
	server *server.Server
	// nonce is that of balancers whose configuration names none.
	nonce string
	pages *pages
	log   *slog.Logger
	// changing is held while something is changed, so that what a program has seen is still so when it changes it.
	changing sync.Mutex
	// token guards the paths for programs; empty leaves them to Require.
	token []byte
}

// Handle implements server.Handler: it shows the balancers of the server that took the request, and changes what a form
// says. As in httpd parameters count only when the request comes from a page of this server (Referer), and change
// something only with the nonce of the balancer.
func (m *manager) Handle(x *exchange.Exchange, p *program.Plan, body io.Reader) exchange.Content {
	for _, b := range p.Host.Balancers() {
		b.Sync()
	}
	if rest, ok := program.ManagerAPI(x.Request.Path); ok {
		return m.answer(x, p.Host, string(rest), body)
	}
	params, err := readParams(x, body)
	if err != nil {
		x.Response.Status = 400
		if errors.Is(err, errTooLong) {
			x.Response.Status = 413
		}
		return exchange.Content{}
	}
	page := &managerPage{host: p.Host, manager: m}
	if len(params) > 0 && !cameFromHere(x, p) {
		m.log.Warn("balancer-manager: the parameters are ignored, since the Referer is no page of this server", "client", x.Client.RemoteIP)
		params = nil
		page.Foreign = true
	}
	page.choose(params)
	post := string(x.Request.Method) == "POST"
	if page.balancer != nil {
		switch {
		case m.nonceFits(page.balancer, params):
			change := change{host: p.Host, balancer: page.balancer, worker: page.worker, params: params}
			m.changing.Lock()
			err = m.apply(x, &change)
			m.changing.Unlock()
			page.Changes, page.Changed = change.done, post
		case post:
			page.WrongNonce = true
		}
	}
	if err != nil {
		x.Response.Status = 400
		page.Failure = err.Error()
	}
	if _, ok := params["xml"]; ok && err == nil {
		return text(x, "text/xml", appendXML(nil, p.Host.Balancers(), m.nonceOf))
	}
	page.fill(x, p)
	return m.pages.render(x, "manager.html", "Load Balancer Manager for "+string(p.Self.Name), true, page)
}

// apply makes a change hold and writes it to the log. The caller holds changing.
func (m *manager) apply(x *exchange.Exchange, c *change) error {
	err := c.apply()
	if c.added {
		m.server.Rewatch()
	}
	for _, done := range c.done {
		log := m.log.With("client", x.Client.RemoteIP, "balancer", c.balancer.Name)
		if done.Worker != "" {
			log = log.With("worker", done.Worker)
		}
		log.Info("balancer-manager: changed", "setting", done.Setting, "from", done.From, "to", done.To)
	}
	return err
}

// nonceOf returns the nonce of a balancer; empty is one that cannot be changed.
func (m *manager) nonceOf(b *upstream.Balancer) string {
	if b.RandomNonce {
		return m.nonce
	}
	return b.Nonce
}

func (m *manager) nonceFits(b *upstream.Balancer, params map[string]string) bool {
	nonce := m.nonceOf(b)
	return nonce != "" && params["nonce"] == nonce
}

// errTooLong is a form that is longer than any of this page.
var errTooLong = errors.New("the form is too long")

// maxForm bounds a form in bytes. httpd reads 1024 and forgets the rest.
const maxForm = 16 << 10

// readParams reads the parameters: those of the query that select something for GET, all of the form for POST.
func readParams(x *exchange.Exchange, body io.Reader) (map[string]string, error) {
	if string(x.Request.Method) != "POST" {
		return parseParams(string(x.Request.Query), "w", "b", "nonce", "xml"), nil
	}
	form, err := io.ReadAll(io.LimitReader(body, maxForm+1))
	if err != nil {
		return nil, fmt.Errorf("the form cannot be read: %w", err)
	}
	if len(form) > maxForm {
		return nil, errTooLong
	}
	return parseParams(string(form)), nil
}

// parseParams reads key=value pairs; the last of a key counts. Values are decoded twice, as mod_proxy_balancer does, since
// its own forms hold the names of workers encoded; a + stays one. only are the keys that count, or none for all.
func parseParams(s string, only ...string) map[string]string {
	params := make(map[string]string)
	for pair := range strings.SplitSeq(s, "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		key, value = unescape(key), unescape(unescape(value))
		known := len(only) == 0
		for _, k := range only {
			known = known || k == key
		}
		if known {
			params[key] = value
		}
	}
	return params
}

// unescape decodes what is encoded and leaves what is not as it is; a NUL ends the text.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			c = hexValue(s[i+1])<<4 | hexValue(s[i+2])
			i += 2
		}
		if c == 0 {
			break
		}
		b.WriteByte(c)
	}
	return b.String()
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// cameFromHere says whether the Referer names the host that the client calls this server.
func cameFromHere(x *exchange.Exchange, p *program.Plan) bool {
	referer := x.Request.Fields.Get("Referer")
	if referer == nil {
		return false
	}
	authority := route.SplitTarget(referer).Authority
	authority = authority[bytes.LastIndexByte(authority, '@')+1:]
	host, _ := splitHost(string(authority))
	return host != "" && clib.EqualFold(unbracket(host), unbracket(string(p.Self.Name)))
}

// unbracket takes the brackets off an IPv6 address.
func unbracket(host string) string { return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]") }

// splitHost cuts the port off an authority.
func splitHost(authority string) (host, port string) {
	end := strings.LastIndexByte(authority, ':')
	if end < 0 || end < strings.LastIndexByte(authority, ']') {
		return authority, ""
	}
	return authority[:end], authority[end+1:]
}

// choose finds the balancer and the worker that the parameters name. As in httpd a worker is the member whose name is the
// longest that the URL begins with.
func (page *managerPage) choose(params map[string]string) {
	name, ok := params["b"]
	if !ok {
		return
	}
	name = clib.ToLower("balancer://" + name)
	if i := strings.IndexByte(name[len("balancer://"):], '/'); i >= 0 {
		name = name[:len("balancer://")+i]
	}
	for _, b := range page.host.Balancers() {
		if b.Name == name {
			page.balancer = b
		}
	}
	if url, ok := params["w"]; ok && page.balancer != nil {
		page.worker = program.Member(page.balancer, url)
	}
}
