package server_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/parser/testenv"
	"github.com/lbconf/lbconf/runtime/internal/httpdtest"
	"github.com/lbconf/lbconf/runtime/server"
)

// startHTTPD runs httpd on configuration text until the test ends and returns its address. It has a thread for each of the
// requests that are sent at once.
func startHTTPD(t *testing.T, config string) string {
	t.Helper()
	return httpdtest.Start(t, "LoadModule reqtimeout_module "+testenv.Modules+"/mod_reqtimeout.so\nThreadsPerChild 64\nMaxRequestWorkers 64\n"+config).Addr
}

// exchangeCase is what a client sends and what the backend answers. In both, @ in a path stands for the case.
type exchangeCase struct {
	name     string
	request  string
	response string
	// end says that the backend closes the connection behind its response.
	end bool
	// uncounted leaves the line of the log out: httpd has read more or less when it writes it, in ways that are not worth
	// being equal to.
	uncounted bool
}

func get(fields ...string) string {
	head := "GET @ HTTP/1.1\r\nHost: front.test\r\n"
	for _, f := range fields {
		head += f + "\r\n"
	}
	return head + "\r\n"
}

func answered(lines ...string) string { return strings.Join(lines, "\r\n") }

func post(body string, fields ...string) string {
	head := "POST @ HTTP/1.1\r\nHost: front.test\r\n"
	for _, f := range fields {
		head += f + "\r\n"
	}
	return head + "\r\n" + body
}

// via puts a path before that of a request.
func via(path, request string) string { return strings.Replace(request, "@", path+"@", 1) }

var exchangeCases = []exchangeCase{
	{name: "plain", request: get(), response: ok},
	{name: "HTTP/1.0", request: "GET @ HTTP/1.0\r\n\r\n", response: ok},
	{name: "HTTP/1.0 keep-alive", request: "GET @ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", response: ok},
	{name: "keep-alive asked for", request: get("Connection: Keep-Alive"), response: ok},
	{name: "close asked for", request: get("Connection: close"), response: ok},
	{name: "HTTP/0.9", request: "GET @\r\n", response: ok},
	{name: "pipelined", request: get("N: 1") + get("N: 2") + get("N: 3", "Connection: close"), response: ok, uncounted: true},
	{name: "fields: order, case, duplicates", request: get("x-B: 1", "A: 2", "X-b: 3", "Cookie: a=1", "cookie: b=2", "Empty:"), response: ok},
	{name: "fields: hop by hop", request: get("Connection: X-Mine, keep-alive", "X-Mine: 1", "Keep-Alive: 5", "TE: trailers", "Trailer: X", "Upgrade: h2c", "Proxy-Connection: x", "Proxy: y", "Under_score: z"), response: ok},
	{name: "fields: forwarded already", request: get("X-Forwarded-For: 1.2.3.4", "X-Forwarded-Host: other", "X-Forwarded-Server: s", "x-forwarded-proto: https"), response: ok},
	{name: "fields: folded", request: get("X: a\r\n  b\r\n\tc"), response: ok},
	{name: "fields: Via and Max-Forwards", request: get("Via: 1.0 x", "Max-Forwards: 7"), response: ok},
	{name: "Max-Forwards zero", request: get("Max-Forwards: 0"), response: ok, uncounted: true},
	{name: "Max-Forwards malformed", request: get("Max-Forwards: x"), response: ok, uncounted: true},
	{name: "Authorization", request: get("Authorization: Basic eDp5", "Proxy-Authorization: Basic eDp5"), response: ok},
	{name: "absolute target", request: "GET http://front.test@ HTTP/1.1\r\nHost: other.test\r\n\r\n", response: ok},
	{name: "unknown method", request: "FOO @ HTTP/1.1\r\nHost: a\r\n\r\n", response: ok},
	{name: "HEAD", request: "HEAD @ HTTP/1.1\r\nHost: a\r\n\r\n", response: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\n"},
	{name: "HEAD without a length", request: "HEAD @ HTTP/1.1\r\nHost: a\r\n\r\n", response: "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"},
	{name: "path: encoded", request: "GET @/%7Ea%20b%3Fc;d=%25?q=%20 HTTP/1.1\r\nHost: a\r\n\r\n", response: ok},
	{name: "path: dots and slashes", request: "GET @//a/./b/../c HTTP/1.1\r\nHost: a\r\n\r\n", response: ok},
	{name: "query only", request: "GET @? HTTP/1.1\r\nHost: a\r\n\r\n", response: ok},

	{name: "body with a length", request: post("hello", "Content-Length: 5"), response: ok},
	{name: "body of no length", request: post("", "Content-Length: 0"), response: ok},
	{name: "body in chunks", request: post("5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nT: 1\r\n\r\n", "Transfer-Encoding: chunked"), response: ok},
	{name: "body in chunks, empty", request: post("0\r\n\r\n", "Transfer-Encoding: chunked"), response: ok},
	{name: "body with both lengths", request: post("5\r\nhello\r\n0\r\n\r\n", "Content-Length: 5", "Transfer-Encoding: chunked"), response: ok},
	{name: "body of 20000 with a length", request: post(strings.Repeat("x", 20000), "Content-Length: 20000"), response: ok},
	{name: "body, two requests", request: post("hello", "Content-Length: 5") + get("N: 2"), response: ok, uncounted: true},
	{name: "body coded", request: post("0\r\n\r\n", "Transfer-Encoding: gzip, chunked"), response: ok},
	{name: "body malformed", request: post("x\r\n", "Transfer-Encoding: chunked"), response: ok, uncounted: true},
	{name: "PUT without a body", request: "PUT @ HTTP/1.1\r\nHost: a\r\n\r\n", response: ok},
	{name: "GET with a body", request: get("Content-Length: 2") + "ab", response: ok},
	{name: "Expect something else", request: post("", "Expect: x", "Content-Length: 0"), response: ok, uncounted: true},

	{name: "body of 20000 in chunks, with a length", request: via("/sendcl", post("4e20\r\n"+strings.Repeat("x", 20000)+"\r\n0\r\n\r\n", "Transfer-Encoding: chunked")), response: ok},
	{name: "HTTP/1.0 to the backend", request: via("/http10", get()), response: ok},
	{name: "HTTP/1.0 to the backend, body in chunks", request: via("/http10", post("4e20\r\n"+strings.Repeat("x", 20000)+"\r\n0\r\n\r\n", "Transfer-Encoding: chunked")), response: ok},
	{name: "HTTP/1.0 to the backend, Expect", request: via("/http10", post("hello", "Expect: 100-continue", "Content-Length: 5")), response: ok},
	{name: "no keep-alive to the backend", request: via("/nokeepalive", get()), response: ok},
	{name: "Expect without a body", request: get("Expect: 100-continue"), response: ok},
	{name: "Host kept", request: via("/preserve", get()), response: ok},
	{name: "Host kept, none sent", request: via("/preserve", "GET @ HTTP/1.0\r\n\r\n"), response: ok},
	{name: "member with a path", request: via("/pathed", get()), response: ok},
	{name: "no added fields", request: via("/plain", get("X-Forwarded-For: 1")), response: ok},
	{name: "nocanon", request: "GET /nocanon@/a%2Cb//c?d HTTP/1.1\r\nHost: a\r\n\r\n", response: ok},
	{name: "interim responses suppressed", request: via("/suppress", get()), response: "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok},
	{name: "interim responses all", request: via("/rfc", get()), response: "HTTP/1.1 100 Continue\r\n\r\n" + ok},

	{name: "response: fields", request: get(), response: answered("HTTP/1.1 200 OK", "x-B: 1", "A: 2", "X-b:3", "Content-Length: 2", "Content-Type: text/plain", "Set-Cookie: a=1", "B: 4", "set-cookie: b=2", "", "ok")},
	{name: "response: fields to a client that keeps", request: get("Connection: keep-alive"), response: answered("HTTP/1.1 200 OK", "Content-Type: text/plain", "Content-Length: 2", "X: y", "", "ok")},
	{name: "response: hop by hop", request: get(), response: answered("HTTP/1.1 200 OK", "Connection: X-Mine", "X-Mine: 1", "Keep-Alive: timeout=1", "Proxy-Authenticate: Basic", "TE: x", "Trailer: y", "Upgrade: h2c", "Proxy-Authorization: z", "Content-Length: 2", "", "ok")},
	{name: "response: Date and Server", request: get(), response: answered("HTTP/1.1 200 OK", "X: 1", "Server: mine", "Date: Sun, 06 Nov 1994 08:49:37 GMT", "Content-Length: 2", "", "ok")},
	{name: "response: old dates", request: get(), response: answered("HTTP/1.1 200 OK", "Date: Sunday, 06-Nov-94 08:49:37 GMT", "Expires: Sun Nov  6 08:49:37 1994", "Last-Modified: never", "Content-Length: 2", "", "ok")},
	{name: "response: chunked", request: get(), response: answered("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "X: 1", "", "2", "ok", "0", "T: 1", "", "")},
	{name: "response: chunked to HTTP/1.0", request: "GET @ HTTP/1.0\r\n\r\n", response: answered("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "", "2", "ok", "0", "", "")},
	{name: "response: chunked to one that keeps", request: get("Connection: keep-alive"), response: answered("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Content-Type: text/plain", "", "2", "ok", "0", "", "")},
	{name: "response: chunked to one that closes", request: get("Connection: close"), response: answered("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "", "2", "ok", "0", "", "")},
	{name: "response: both lengths", request: get(), response: answered("HTTP/1.1 200 OK", "Content-Length: 9", "Transfer-Encoding: chunked", "", "2", "ok", "0", "", "")},
	{name: "response: until the end", request: get(), response: answered("HTTP/1.1 200 OK", "", "ok"), end: true},
	{name: "response: until the end, HTTP/1.0", request: "GET @ HTTP/1.0\r\n\r\n", response: answered("HTTP/1.0 200 OK", "", "ok"), end: true},
	{name: "response: 204", request: get(), response: answered("HTTP/1.1 204 No Content", "X: y", "Content-Length: 0", "", "")},
	{name: "response: 304", request: get(), response: answered("HTTP/1.1 304 Not Modified", "ETag: x", "Content-Length: 5", "Content-Type: text/plain", "", "")},
	{name: "response: no reason", request: get(), response: answered("HTTP/1.1 200", "Content-Length: 2", "", "ok")},
	{name: "response: strange status", request: get(), response: answered("HTTP/1.1 999 Moo Moo", "Content-Length: 2", "", "ok")},
	{name: "response: 599 and others", request: get(), response: answered("HTTP/1.1 503 Busy", "Content-Length: 2", "", "ok")},
	{name: "response: 404", request: get("Connection: keep-alive"), response: answered("HTTP/1.1 404 Gone fishing", "Content-Length: 2", "", "ok")},
	{name: "response: 500", request: get("Connection: keep-alive"), response: answered("HTTP/1.1 500 Oops", "Content-Length: 2", "", "ok")},
	{name: "response: folded", request: get(), response: answered("HTTP/1.1 200 OK", "X: a", "  b", "\tc", "Content-Length: 2", "", "ok")},
	{name: "response: stray blank line", request: get(), response: "\r\n" + ok},
	{name: "response: line feeds", request: get(), response: "HTTP/1.1 200 OK\nX: 1\nContent-Length: 2\n\nok"},
	{name: "response: Location", request: get(), response: answered("HTTP/1.1 302 Found", "Location: http://BACKEND/x?y", "Content-Location: /y", "Content-Length: 0", "", "")},
	{name: "response: Location elsewhere", request: get(), response: answered("HTTP/1.1 302 Found", "Location: http://else.test/x", "Content-Length: 0", "", "")},
	{name: "response: 103", request: get(), response: "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok},
	{name: "response: 100 unasked", request: get(), response: "HTTP/1.1 100 Continue\r\n\r\n" + ok},
	{name: "response: 103 to HTTP/1.0", request: "GET @ HTTP/1.0\r\n\r\n", response: "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok},
	{name: "response: ten 103", request: get(), response: strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 10) + ok, end: true},
	{name: "response: 101 unasked", request: get(), response: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", end: true},
	{name: "response: none", request: get(), response: "", end: true},
	{name: "response: broken status line", request: get(), response: "HTTP/1.1 2", end: true},
	{name: "response: no status line", request: get(), response: "hello\r\nworld\r\n", end: true},
	{name: "response: head broken off", request: get(), response: "HTTP/1.1 200 OK\r\nX: 1\r\n", end: true},
	{name: "response: major version", request: get(), response: "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok", end: true},
	{name: "response: no colon", request: get(), response: "HTTP/1.1 200 OK\r\nbad\r\nContent-Length: 2\r\n\r\nok", end: true},
	{name: "response: field name with a space", request: get(), response: "HTTP/1.1 200 OK\r\nX Y: 1\r\nContent-Length: 2\r\n\r\nok", end: true, uncounted: true},
	{name: "response: field too long", request: get(), response: "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 9000) + "\r\nContent-Length: 2\r\n\r\nok", end: true},
	{name: "response: two lengths", request: get(), response: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", end: true},
	{name: "response: body too short", request: get(), response: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", end: true},
	{name: "response: chunk broken off", request: get(), response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nok", end: true},
	{name: "response: none to the second request", request: get("N: 1") + get("N: 2"), response: "", end: true, uncounted: true},

	{name: "refused: no Host", request: "GET @ HTTP/1.1\r\n\r\n", uncounted: true},
	{name: "refused: empty Host", request: "GET @ HTTP/1.1\r\nHost:\r\n\r\n", uncounted: true},
	{name: "refused: two Hosts", request: "GET @ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", uncounted: true},
	{name: "refused: bad Host", request: "GET @ HTTP/1.1\r\nHost: a/b\r\n\r\n", uncounted: true},
	{name: "refused: bad port", request: "GET @ HTTP/1.1\r\nHost: a:99999\r\n\r\n", uncounted: true},
	{name: "Host with an underscore", request: "GET @ HTTP/1.1\r\nHost: a_b:80\r\n\r\n", response: ok},
	{name: "Host as IPv6", request: "GET @ HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", response: ok},
	{name: "refused: no colon", request: "GET @ HTTP/1.1\r\nHost: a\r\nbad\r\n\r\n", uncounted: true},
	{name: "refused: space before the colon", request: "GET @ HTTP/1.1\r\nHost : a\r\n\r\n", uncounted: true},
	{name: "refused: control byte", request: "GET @ HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n", uncounted: true},
	{name: "refused: line feed", request: "GET @ HTTP/1.1\nHost: a\r\n\r\n", uncounted: true},
	{name: "refused: two spaces", request: "GET  @ HTTP/1.1\r\nHost: a\r\n\r\n", uncounted: true},
	{name: "refused: version", request: "GET @ HTTP/x\r\nHost: a\r\n\r\n", uncounted: true},
	{name: "version 1.2", request: "GET @ HTTP/1.2\r\nHost: a\r\n\r\n", response: ok},
	{name: "version 2.0", request: "GET @ HTTP/2.0\r\nHost: a\r\n\r\n", response: ok},
	{name: "refused: escape", request: "GET @/%zz HTTP/1.1\r\nHost: a\r\n\r\n", uncounted: true},
	{name: "refused: above the root", request: "GET /../x HTTP/1.1\r\nHost: a\r\n\r\n", uncounted: true},
	{name: "refused: encoded slash", request: "GET @/%2f HTTP/1.1\r\nHost: a\r\n\r\n", uncounted: true},
	{name: "refused: star", request: "GET * HTTP/1.1\r\nHost: a\r\n\r\n", uncounted: true},
	{name: "refused: relative", request: "GET x HTTP/1.1\r\nHost: a\r\n\r\n", uncounted: true},
	{name: "refused: fragment", request: "GET @#x HTTP/1.1\r\nHost: a\r\n\r\n", uncounted: true},
	{name: "refused: line too long", request: "GET @" + strings.Repeat("x", 8200) + " HTTP/1.1\r\nHost: a\r\n\r\n", uncounted: true},
	{name: "refused: field too long", request: get("X: " + strings.Repeat("x", 8200)), uncounted: true},
	{name: "refused: too many fields", request: get(strings.Split(strings.Repeat("X: y,", 100), ",")[:100]...), uncounted: true},
	{name: "refused: length", request: post("", "Content-Length: x"), uncounted: true},
	{name: "refused: coding", request: post("", "Transfer-Encoding: gzip"), uncounted: true},
	{name: "blank lines before", request: strings.Repeat("\r\n", 10) + get(), response: ok},
	{name: "refused: blank lines before", request: strings.Repeat("\r\n", 11) + get(), uncounted: true},

	{name: "own: not found", request: "GET /none HTTP/1.1\r\nHost: a\r\n\r\n"},
	{name: "own: not found, HEAD", request: "HEAD /none HTTP/1.1\r\nHost: a\r\n\r\n"},
	{name: "own: not found, keep-alive", request: "GET /none HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"},
	{name: "own: not found, HTTP/1.0", request: "GET /none HTTP/1.0\r\n\r\n"},
	{name: "own: not found, HTTP/0.9", request: "GET /none\r\n"},
	{name: "own: not found with a body, then another", request: "POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + get(), response: ok, uncounted: true},
	{name: "own: forbidden", request: "GET /deny HTTP/1.1\r\nHost: a\r\n\r\n"},
	{name: "own: redirect", request: "GET /redirect/%22x%3Cy?q HTTP/1.1\r\nHost: a:81\r\n\r\n"},
	{name: "own: redirect, permanent", request: "GET /permanent HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"},
	{name: "own: nobody listens", request: "GET /dead HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"},
	{name: "own: no such host", request: "GET /nohost HTTP/1.1\r\nHost: a\r\n\r\n"},
	{name: "own: no such host, HEAD", request: "HEAD /nohost HTTP/1.1\r\nHost: a\r\n\r\n"},
	{name: "own: balancer without usable members", request: "GET /deadbalancer HTTP/1.1\r\nHost: a\r\n\r\n"},
	{name: "balancer: failover of a body", request: via("/balancer", post("hello", "Content-Length: 5")), response: ok},
}

// TestAgainstHTTPD runs each exchange through httpd and through this server: what the client gets and what the backend
// got must be equal, but for the time and the name of the software.
func TestAgainstHTTPD(t *testing.T) {
	for name, settings := range map[string]string{
		"defaults":          "",
		"via, no keepalive": "ProxyVia On\nKeepAlive Off\n",
		"block":             "ProxyVia Block\nProxyMaxForwards 10\nMaxKeepAliveRequests 1\nKeepAliveTimeout 7\nServerAdmin me@front.test\nMergeSlashes Off\n",
	} {
		t.Run(name, func(t *testing.T) { compareWithHTTPD(t, settings) })
	}
}

func compareWithHTTPD(t *testing.T, settings string) {
	t.Helper()
	var got [2][][]string
	var mu sync.Mutex
	for i := range got {
		got[i] = make([][]string, len(exchangeCases))
	}
	which := 0
	backend := newBackend(t, func(_ int, request string) (string, bool) {
		number := caseNumber.FindStringSubmatch(request)
		if number == nil {
			return "HTTP/1.1 500 no number in the path\r\nContent-Length: 0\r\n\r\n", true
		}
		i, _ := strconv.Atoi(number[1])
		mu.Lock()
		got[which][i] = append(got[which][i], request)
		mu.Unlock()
		return exchangeCases[i].response, exchangeCases[i].end
	})
	for i := range exchangeCases {
		exchangeCases[i].response = strings.ReplaceAll(exchangeCases[i].response, "BACKEND", backend.addr)
	}
	config := settings + `
ServerName front.test
ProxyPass /b/ http://` + backend.addr + `/b/
ProxyPass /e/ http://` + backend.addr + `/e/ disablereuse=on
ProxyPassReverse /b/ http://` + backend.addr + `/
ProxyPass /dead http://127.0.0.1:1
ProxyPass /nohost http://no.such.host.invalid
<Proxy balancer://dead>
BalancerMember http://127.0.0.1:1
BalancerMember http://127.0.0.1:2
</Proxy>
ProxyPass /deadbalancer balancer://dead
<Proxy balancer://half>
BalancerMember http://127.0.0.1:1
BalancerMember http://` + backend.addr + `
</Proxy>
ProxyPass /balancer balancer://half
<Proxy balancer://pathed>
BalancerMember http://` + backend.addr + `/base
</Proxy>
ProxyPass /pathed balancer://pathed/more
ProxyPass /sendcl http://` + backend.addr + `/sendcl
ProxyPass /http10 http://` + backend.addr + `/http10
ProxyPass /nokeepalive http://` + backend.addr + `/nokeepalive
ProxyPass /preserve http://` + backend.addr + `/preserve
ProxyPass /plain http://` + backend.addr + `/plain
ProxyPass /nocanon http://` + backend.addr + `/nocanon nocanon
ProxyPass /suppress http://` + backend.addr + `/suppress
ProxyPass /rfc http://` + backend.addr + `/rfc
<Location /preserve>
ProxyPreserveHost On
</Location>
<Location /plain>
ProxyAddHeaders Off
</Location>
RewriteEngine On
RewriteRule ^/sendcl - [E=proxy-sendcl:1]
RewriteRule ^/http10 - [E=force-proxy-request-1.0:1]
RewriteRule ^/nokeepalive - [E=proxy-nokeepalive:1]
RewriteRule ^/suppress - [E=proxy-interim-response:Suppress]
RewriteRule ^/rfc - [E=proxy-interim-response:RFC]
RewriteRule ^/redirect/(.*) http://else.test/$1 [R]
RewriteRule ^/permanent http://else.test/ [R=301]
<Location /deny>
Require all denied
</Location>
CustomLog LOG "%U %r: %s %>s %b %B %k %X %R %f %I %O %{Host}i %{Content-Length}o %{Location}o %v %p"
`
	var results [2][]string
	var logs [2]string
	var software string
	for which = range results {
		var addr string
		logs[which] = filepath.Join(t.TempDir(), "access.log")
		config := strings.Replace(config, "LOG", logs[which], 1)
		if which == 0 {
			addr = startHTTPD(t, config)
			software = serverField.FindStringSubmatch(raw(addr, "GET /none HTTP/1.0\r\n\r\n"))[1]
		} else {
			_, addr = startWith(t, compile(t, config, nil), server.Options{Software: software})
		}
		results[which] = make([]string, len(exchangeCases))
		// Most of the time goes into waiting for what does not come, so many exchanges run at once.
		var running sync.WaitGroup
		slots := make(chan struct{}, 20)
		for i := range exchangeCases {
			slots <- struct{}{}
			running.Go(func() {
				path := fmt.Sprintf("/b/c%d", i)
				if exchangeCases[i].end {
					path = fmt.Sprintf("/e/c%d", i) // a connection that was closed a moment ago must not be used by others
				}
				request := strings.ReplaceAll(exchangeCases[i].request, "@", path)
				results[which][i] = raw(addr, request)
				<-slots
			})
		}
		running.Wait()
	}
	// A line is written when the connection is done with the response.
	within(t, func() error {
		if diff := cmp.Diff(logLines(t, logs[0]), logLines(t, logs[1])); diff != "" {
			return fmt.Errorf("access log (-httpd +lbconf):\n%s", diff)
		}
		return nil
	})
	for i, c := range exchangeCases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(lines(results[0][i]), lines(results[1][i])); diff != "" {
				t.Errorf("the client gets (-httpd +lbconf):\n%s", diff)
			}
			if diff := cmp.Diff(lines(strings.Join(got[0][i], "")), lines(strings.Join(got[1][i], ""))); diff != "" {
				t.Errorf("the backend got (-httpd +lbconf):\n%s", diff)
			}
		})
	}
}

// logLines returns the lines of an access log in an order that does not depend on time.
func logLines(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	masked := ownFile.ReplaceAllString(strings.Join(lines(string(text)), ""), "- -")
	return slices.DeleteFunc(slices.Sorted(strings.Lines(masked)), func(line string) bool {
		if number := caseNumber.FindStringSubmatch(line); number != nil {
			i, _ := strconv.Atoi(number[1])
			return exchangeCases[i].uncounted
		}
		return refused.MatchString(line) || strings.Contains(line, "/none HTTP/1.0") || strings.Contains(line, "POST /none")
	})
}

var (
	// How much of a request httpd has read when it refuses it is not worth being equal.
	refused    = regexp.MustCompile(`: (400|414|417) `)
	caseNumber = regexp.MustCompile(`/[be]/c(\d+)`)
	// A response of the server's own has a file in httpd.
	ownFile     = regexp.MustCompile(`- (/\S*/htdocs\S*|http:\S+)`)
	dateNow     = regexp.MustCompile(`(?m)^(Date|Expires): \w{3}, \d\d \w{3} 20\d\d .*$`)
	serverField = regexp.MustCompile(`(?m)^Server: (.*)\r$`)
)

// lines cuts text into lines with the masks for what may differ; a long run of one letter becomes its length.
func lines(text string) []string {
	text = dateNow.ReplaceAllString(text, "$1: <now>\r")
	text = regexp.MustCompile(`x{100,}`).ReplaceAllStringFunc(text, func(s string) string { return fmt.Sprintf("<x %d>", len(s)) })
	return strings.SplitAfter(text, "\n")
}
