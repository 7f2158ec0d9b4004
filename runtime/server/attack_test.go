package server_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/runtime/server"
)

// attackConfig puts rewriting, access rules and header edits behind requests that mean to get past them.
const attackConfig = `
ServerName front.test
RewriteEngine On
RewriteRule ^/redir/(.*) http://else.test/$1 [R,NE]
RewriteRule ^/redirq/(.*) http://else.test/?$1 [R]
RewriteRule ^/env/([^/]*)(.*) - [E=PART:$1]
RewriteRule ^/host/(.*) http://$1/ [P]
RewriteRule ^/p/([^/]*)(.*) http://BACKEND/b$2?$1 [P]
RewriteRule ^/pt(/.*) $1 [PT]
<Location /env>
RequestHeader set X-Part "%{PART}e"
RequestHeader append X-Second "%{PART}e"
</Location>
<Location /b/secret>
Require all denied
</Location>
<LocationMatch "^/b/hidden">
Require all denied
</LocationMatch>
<Location "/b/glob*/in">
Require all denied
</Location>
<Location /preserve>
ProxyPreserveHost On
</Location>
ProxyPass /b/ http://BACKEND/b/
ProxyPass /e/ http://BACKEND/e/ disablereuse=on
ProxyPass /env/ http://BACKEND/env/
ProxyPass /preserve/ http://BACKEND/preserve/
ProxyPass /raw/ http://BACKEND/raw/ nocanon
<VirtualHost *>
ServerName front.test
</VirtualHost>
<VirtualHost *>
ServerName other.test
<Location />
Require all denied
</Location>
</VirtualHost>
`

func ask(target string, fields ...string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: front.test\r\n" + joinFields(fields) + "\r\n"
}

func joinFields(fields []string) string {
	var text strings.Builder
	for _, f := range fields {
		text.WriteString(f + "\r\n")
	}
	return text.String()
}

var attacks = []exchangeCase{
	{name: "HTTP/1.0 in chunks", request: "POST @ HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + get(), response: ok},
	{name: "HTTP/1.0 both lengths", request: "POST @ HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + get(), response: ok},
	{name: "both lengths, pipelined", request: post("0\r\n\r\n"+get(), "Content-Length: 5", "Transfer-Encoding: chunked"), response: ok},
	{name: "chunked twice", request: post("0\r\n\r\n", "Transfer-Encoding: chunked, chunked"), response: ok},
	{name: "chunked, identity", request: post("0\r\n\r\n", "Transfer-Encoding: chunked, identity"), response: ok},
	{name: "identity", request: post("hello", "Transfer-Encoding: identity", "Content-Length: 5"), response: ok},
	{name: "empty coding", request: post("hello", "Transfer-Encoding:", "Content-Length: 5"), response: ok},
	{name: "two coding fields", request: post("0\r\n\r\n", "Transfer-Encoding: x", "Transfer-Encoding: chunked"), response: ok},
	{name: "chunked with parameter", request: post("0\r\n\r\n", "Transfer-Encoding: chunked;a=b"), response: ok},
	{name: "chunked quoted", request: post("0\r\n\r\n", "Transfer-Encoding: \"chunked\""), response: ok},
	{name: "chunked with a comma", request: post("0\r\n\r\n", "Transfer-Encoding: ,chunked,"), response: ok},
	{name: "CHUNKED", request: post("0\r\n\r\n", "Transfer-Encoding: CHUNKED"), response: ok},
	{name: "coding behind a tab", request: post("0\r\n\r\n", "Transfer-Encoding:\tchunked"), response: ok},
	{name: "coding with vertical tab", request: post("0\r\n\r\n", "Transfer-Encoding: \x0bchunked"), response: ok},
	{name: "coding folded", request: post("0\r\n\r\n", "Transfer-Encoding:", " chunked"), response: ok},
	{name: "length twice", request: post("hello", "Content-Length: 5", "Content-Length: 5"), response: ok},
	{name: "length list", request: post("hello", "Content-Length: 5, 5"), response: ok},
	{name: "length plus", request: post("hello", "Content-Length: +5"), response: ok},
	{name: "length minus", request: post("hello", "Content-Length: -5"), response: ok},
	{name: "length hex", request: post("hello", "Content-Length: 0x5"), response: ok},
	{name: "length empty", request: post("hello", "Content-Length:"), response: ok},
	{name: "length zeroes", request: post("hello", "Content-Length: 0005"), response: ok},
	{name: "length huge", request: post("hello", "Content-Length: 9223372036854775808"), response: ok},
	{name: "length folded", request: post("hello", "Content-Length: 5", " 0"), response: ok},
	{name: "trailer with a line feed", request: post("0\r\nX: y\n\n"+get(), "Transfer-Encoding: chunked"), response: ok, uncounted: true},
	{name: "trailer without a colon", request: post("0\r\nbad\r\n\r\n"+get(), "Transfer-Encoding: chunked"), response: ok, uncounted: true},
	{name: "trailer with control", request: post("0\r\nX: \x01\r\n\r\n"+get(), "Transfer-Encoding: chunked"), response: ok, uncounted: true},
	{name: "trailer folded", request: post("0\r\nX: a\r\n b\r\n\r\n"+get(), "Transfer-Encoding: chunked"), response: ok, uncounted: true},
	{name: "trailer folded first", request: post("0\r\n b\r\n\r\n"+get(), "Transfer-Encoding: chunked"), response: ok, uncounted: true},
	{name: "trailers, too many", request: post("0\r\n"+strings.Repeat("X: y\r\n", 101)+"\r\n"+get(), "Transfer-Encoding: chunked"), response: ok, uncounted: true},
	{name: "trailers, as many as fields may be", request: post("0\r\n"+strings.Repeat("X: y\r\n", 100)+"\r\n"+get(), "Transfer-Encoding: chunked"), response: ok, uncounted: true},
	{name: "trailer with a request", request: post("0\r\nGET /b/c0 HTTP/1.1\r\nHost: a\r\n\r\n", "Transfer-Encoding: chunked"), response: ok, uncounted: true},
	{name: "chunk line feed", request: post("5\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), response: ok},
	{name: "chunk data too long", request: post("3\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), response: ok},
	{name: "chunk minus", request: post("-1\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), response: ok},
	{name: "chunk 0x", request: post("0x5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), response: ok},
	{name: "chunk overflow", request: post("10000000000000005\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), response: ok},
	{name: "chunk overflow 2", request: post("ffffffffffffffff\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), response: ok},
	{name: "chunk many zeroes", request: post(strings.Repeat("0", 40)+"5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), response: ok},
	{name: "chunk leading space", request: post(" 5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), response: ok},
	{name: "chunk extension CR", request: post("5;a\rb\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), response: ok},
	{name: "chunk extension LF", request: post("5;a\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), response: ok},
	{name: "chunk size, space, digit", request: post("5 5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), response: ok},
	{name: "chunk extension too long", request: post("5;"+strings.Repeat("a", 9000)+"\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), response: ok},
	{name: "refused, then another", request: "GET @ HTTP/1.1\r\nHost: a/b\r\n\r\n" + get(), response: ok},
	{name: "refused by its Expect, then another", request: get("Expect: x") + get(), response: ok},
	{name: "refused by its line, then another", request: "GET @ HTTP/x\r\nHost: a\r\n\r\n" + get(), response: ok},
	{name: "carriage return in the target", request: "GET @/\rx HTTP/1.1\r\nHost: a\r\n\r\n", response: ok},
	{name: "carriage return in a value", request: get("X: a\rY: b"), response: ok},
	{name: "two carriage returns", request: get("X: a\r"), response: ok},
	{name: "NUL in a value", request: get("X: a\x00b"), response: ok},
	{name: "empty field name", request: get(": a"), response: ok},
	{name: "field name in quotes", request: get("\"X\": a"), response: ok},
	{name: "upgrade", request: get("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x"), response: ok},
	{name: "upgrade h2c", request: get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), response: ok},
	{name: "h2 preface", request: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", response: ok},
	{name: "nominated host", request: get("Connection: Host, Content-Length, X-Forwarded-For"), response: ok},
	{name: "nominated length", request: post("hello", "Connection: Content-Length", "Content-Length: 5"), response: ok},
	{name: "nominated coding", request: post("5\r\nhello\r\n0\r\n\r\n", "Connection: Transfer-Encoding", "Transfer-Encoding: chunked"), response: ok},
	{name: "absolute with user", request: "GET http://u:p@front.test/preserve@ HTTP/1.1\r\nHost: other.test\r\n\r\n", response: ok},
	{name: "absolute in capitals", request: "GET HTTP://FRONT.test:80/preserve@ HTTP/1.1\r\nHost: other.test\r\n\r\n", response: ok},
	{name: "absolute with a dot", request: "GET http://front.test./preserve@ HTTP/1.1\r\nHost: other.test\r\n\r\n", response: ok},
	{name: "absolute with another port", request: "GET http://front.test:8080/preserve@ HTTP/1.1\r\nHost: other.test\r\n\r\n", response: ok},
	{name: "absolute IPv6", request: "GET http://[::1]:8080/preserve@ HTTP/1.1\r\nHost: other.test\r\n\r\n", response: ok},
	{name: "absolute https", request: "GET https://front.test/preserve@ HTTP/1.1\r\nHost: other.test\r\n\r\n", response: ok},
	{name: "absolute without a Host", request: "GET http://front.test/preserve@ HTTP/1.0\r\n\r\n", response: ok},
	{name: "absolute, bad Host", request: "GET http://front.test@ HTTP/1.1\r\nHost: a/b\r\n\r\n", response: ok},
	{name: "absolute, empty Host", request: "GET http://front.test@ HTTP/1.1\r\nHost:\r\n\r\n", response: ok},
	{name: "absolute secret", request: "GET http://front.test/b/secret@ HTTP/1.1\r\nHost: a\r\n\r\n", response: ok},

	{name: "redirect with line ends", request: ask("/redir/a%0d%0aX:%20y"), response: ok},
	{name: "redirect with line ends in the query", request: ask("/redirq/a%0d%0aX:%20y"), response: ok},
	{name: "redirect with NUL", request: ask("/redir/a%00b"), response: ok},
	{name: "redirect with tab", request: ask("/redir/a%09b"), response: ok},
	{name: "variable with line ends", request: ask("/env/a%0d%0aX:%20y@"), response: ok},
	{name: "variable with control", request: ask("/env/a%01%7f%09b@"), response: ok},
	{name: "proxied query with line ends", request: ask("/p/a%0d%0aX:%20y@"), response: ok},
	{name: "proxied query with space", request: ask("/p/a%20b@"), response: ok},
	{name: "proxied host with line ends", request: ask("/host/[::1%25%0d%0aX:%20y]@"), response: ok},
	{name: "proxied path with line ends", request: ask("@/a%0d%0aX:%20y"), response: ok},
	{name: "raw path with line ends", request: ask("/raw@/a%0d%0aX:%20y"), response: ok},

	{name: "secret", request: ask("/b/secret@"), response: ok},
	{name: "raw path with slashes in front", request: ask("//raw@/a//b"), response: ok},
	{name: "secret: slashes", request: ask("/b//secret@"), response: ok},
	{name: "secret: slashes first", request: ask("//b/secret@"), response: ok},
	{name: "secret: dot", request: ask("/b/./secret@"), response: ok},
	{name: "secret: dots", request: ask("/b/x/../secret@"), response: ok},
	{name: "secret: encoded dots", request: ask("/b/x/%2e%2e/secret@"), response: ok},
	{name: "secret: encoded dots 2", request: ask("/b/x/.%2E/secret@"), response: ok},
	{name: "secret: encoded letter", request: ask("/b/%73ecret@"), response: ok},
	{name: "secret: double encoded", request: ask("/b/%2573ecret@"), response: ok},
	{name: "secret: semicolon", request: ask("/b/secret;x@"), response: ok},
	{name: "secret: semicolon in front", request: ask("/b;x/secret@"), response: ok},
	{name: "secret: dots and semicolon", request: ask("/b/x/..;/secret@"), response: ok},
	{name: "secret: case", request: ask("/b/SECRET@"), response: ok},
	{name: "secret: encoded slash", request: ask("/b%2fsecret@"), response: ok},
	{name: "secret: backslash", request: ask("/b\\secret@"), response: ok},
	{name: "secret: question mark", request: ask("/b/%3f/../secret@"), response: ok},
	{name: "secret: fragment", request: ask("/b/secret%23@"), response: ok},
	{name: "secret: trailing dot", request: ask("/b/secret./@"), response: ok},
	{name: "secret: NUL", request: ask("/b/secret%00@"), response: ok},
	{name: "secret: rewritten", request: ask("/pt/b/secret@"), response: ok},
	{name: "secret: rewritten, dot", request: ask("/pt/b/%2e/secret@"), response: ok},
	{name: "secret: rewritten, slashes", request: ask("/pt/b//secret@"), response: ok},
	{name: "secret: rewritten, double encoded", request: ask("/pt/b/%252e/secret@"), response: ok},
	{name: "secret: rewritten, double encoded dots", request: ask("/pt/b/x/%252e%252e/secret@"), response: ok},
	{name: "hidden: slashes", request: ask("/b//hidden@"), response: ok},
	{name: "hidden: letter", request: ask("/b/%68idden@"), response: ok},
	{name: "hidden: slashes first", request: ask("//b/hidden@"), response: ok},
	{name: "Host in capitals", request: "GET @ HTTP/1.1\r\nHost: FRONT.Test.:080\r\n\r\n", response: ok},
	{name: "Host with a user", request: "GET @ HTTP/1.1\r\nHost: u@front.test\r\n\r\n", response: ok},
	{name: "Host with a comma", request: "GET @ HTTP/1.1\r\nHost: a,b\r\n\r\n", response: ok},
	{name: "Host with a zone", request: "GET @ HTTP/1.1\r\nHost: [::1%25lo]\r\n\r\n", response: ok},

	{name: "Host 0", request: "GET @ HTTP/1.1\r\nHost: front.test:\r\n\r\n", response: ok},
	{name: "Host 1", request: "GET @ HTTP/1.1\r\nHost: front.test:0\r\n\r\n", response: ok},
	{name: "Host 2", request: "GET @ HTTP/1.1\r\nHost: front.test:00080\r\n\r\n", response: ok},
	{name: "Host 3", request: "GET @ HTTP/1.1\r\nHost: front.test:+80\r\n\r\n", response: ok},
	{name: "Host 4", request: "GET @ HTTP/1.1\r\nHost: front.test:80:80\r\n\r\n", response: ok},
	{name: "Host 5", request: "GET @ HTTP/1.1\r\nHost: [::1\r\n\r\n", response: ok},
	{name: "Host 6", request: "GET @ HTTP/1.1\r\nHost: [::1]x\r\n\r\n", response: ok},
	{name: "Host 7", request: "GET @ HTTP/1.1\r\nHost: [::ffff:1.2.3.4]\r\n\r\n", response: ok},
	{name: "Host 8", request: "GET @ HTTP/1.1\r\nHost: [1.2.3.4]\r\n\r\n", response: ok},
	{name: "Host 9", request: "GET @ HTTP/1.1\r\nHost: 1.2.3.4\r\n\r\n", response: ok},
	{name: "Host 10", request: "GET @ HTTP/1.1\r\nHost: 1.2.3\r\n\r\n", response: ok},
	{name: "Host 11", request: "GET @ HTTP/1.1\r\nHost: 01.2.3.4\r\n\r\n", response: ok},
	{name: "Host 12", request: "GET @ HTTP/1.1\r\nHost: 0x7f000001\r\n\r\n", response: ok},
	{name: "Host 13", request: "GET @ HTTP/1.1\r\nHost: front.test%00\r\n\r\n", response: ok},
	{name: "Host 14", request: "GET @ HTTP/1.1\r\nHost: front..test\r\n\r\n", response: ok},
	{name: "Host 15", request: "GET @ HTTP/1.1\r\nHost: .front.test\r\n\r\n", response: ok},
	{name: "Host 16", request: "GET @ HTTP/1.1\r\nHost: front.test..\r\n\r\n", response: ok},
	{name: "Host 17", request: "GET @ HTTP/1.1\r\nHost: -\r\n\r\n", response: ok},
	{name: "Host 18", request: "GET @ HTTP/1.1\r\nHost: _\r\n\r\n", response: ok},
	{name: "Host 19", request: "GET @ HTTP/1.1\r\nHost: *\r\n\r\n", response: ok},
	{name: "Host 20", request: "GET @ HTTP/1.1\r\nHost: a\tb\r\n\r\n", response: ok},
	{name: "Host 21", request: "GET @ HTTP/1.1\r\nHost: a;b\r\n\r\n", response: ok},
	{name: "Host 22", request: "GET @ HTTP/1.1\r\nHost: a\x80b\r\n\r\n", response: ok},
	{name: "Host 23", request: "GET @ HTTP/1.1\r\nHost: front.test#\r\n\r\n", response: ok},
	{name: "Host 24", request: "GET @ HTTP/1.1\r\nHost: front.test?x\r\n\r\n", response: ok},
	{name: "Host 25", request: "GET @ HTTP/1.1\r\nHost: http://front.test\r\n\r\n", response: ok},
	{name: "Host 26", request: "GET @ HTTP/1.1\r\nHost: other.test\r\n\r\n", response: ok},
	{name: "Host 27", request: "GET @ HTTP/1.1\r\nHost: OTHER.test.\r\n\r\n", response: ok},
	{name: "Host 28", request: "GET @ HTTP/1.1\r\nHost: other.test:80\r\n\r\n", response: ok},
	{name: "Host 29", request: "GET @ HTTP/1.1\r\nHost: other.test.:0080\r\n\r\n", response: ok},
	{name: "target 0", request: ask("/b/secret@?/../x"), response: ok},
	{name: "target 1", request: ask("/b?/../secret@"), response: ok},
	{name: "target 2", request: ask("/b/x%2f..%2fsecret@"), response: ok},
	{name: "target 3", request: ask("/b/%2e%2e%2fsecret@"), response: ok},
	{name: "target 4", request: ask("/b/%c0%ae%c0%ae/secret@"), response: ok},
	{name: "target 5", request: ask("/b/%u002fsecret@"), response: ok},
	{name: "target 6", request: ask("/b/@%"), response: ok},
	{name: "target 7", request: ask("/b/@%2"), response: ok},
	{name: "target 8", request: ask("/b/@/..."), response: ok},
	{name: "target 9", request: ask("/b/secret/..@"), response: ok},
	{name: "target 10", request: ask("/b/@/secret/..;/.."), response: ok},
	{name: "target 11", request: ask("/b/x/%2E./secret@"), response: ok},
	{name: "target 12", request: ask("/b/x//../secret@"), response: ok},
	{name: "target 13", request: ask("/b/x//..//secret@"), response: ok},
	{name: "target 14", request: ask("/b/./././/secret@"), response: ok},
	{name: "target 15", request: ask("/b/secret%09@"), response: ok},
	{name: "target 16", request: ask("/b/secret%20@"), response: ok},
	{name: "target 17", request: ask("/b/secret/@"), response: ok},
	{name: "target 18", request: ask("/b/secret//@"), response: ok},
	{name: "target 19", request: ask("/b%c2%a0/secret@"), response: ok},
	{name: "target 20", request: ask("/%62/secret@"), response: ok},
	{name: "target 21", request: ask("/b/%2Fsecret@"), response: ok},
	{name: "target 22", request: ask("/B/secret@"), response: ok},
	{name: "target 23", request: ask("/b/glob1/in@"), response: ok},
	{name: "target 24", request: ask("/b/glob//1/in@"), response: ok},
	{name: "target 25", request: ask("/b/glob%2a/in@"), response: ok},
	{name: "target 26", request: ask("/b/glob/../globx/in@"), response: ok},
	{name: "target 27", request: ask("//b//secret@"), response: ok},
	{name: "target 28", request: ask("/../b/secret@"), response: ok},
	{name: "target 29", request: ask("/b/../../b/secret@"), response: ok},
	{name: "target 30", request: ask("/b/secret%5c@"), response: ok},
	{name: "target 31", request: ask("/b/secret%25@"), response: ok},
	{name: "target 32", request: ask("/b/secret%3b@"), response: ok},
	{name: "target 33", request: ask("/b/hidden%00@"), response: ok},
	{name: "target 34", request: ask("/x/../b/hidden@"), response: ok},
	{name: "target 35", request: ask("/b/./hidden@"), response: ok},
	{name: "target 36", request: ask("/b/%2e/hidden@"), response: ok},
	{name: "target 37", request: ask("/b/%2fhidden@"), response: ok},
	{name: "target 38", request: ask("/only/../b/secret@"), response: ok},

	{name: "response: length nominated", request: get(), response: answered("HTTP/1.1 200 OK", "Connection: Content-Length", "Content-Length: 2", "", "ok"), end: true},
	{name: "response: coding nominated", request: get(), response: answered("HTTP/1.1 200 OK", "Connection: Transfer-Encoding", "Transfer-Encoding: chunked", "", "2", "ok", "0", "", "")},
	{name: "response: two lengths", request: get(), response: answered("HTTP/1.1 200 OK", "Content-Length: 2", "Content-Length: 9", "", "ok"), end: true},
	{name: "response: HEAD, bad length", request: "HEAD @ HTTP/1.1\r\nHost: a\r\n\r\n", response: answered("HTTP/1.1 200 OK", "Content-Length: x", "", ""), end: true},
	{name: "response: HEAD, both", request: "HEAD @ HTTP/1.1\r\nHost: a\r\n\r\n", response: answered("HTTP/1.1 200 OK", "Content-Length: 5", "Transfer-Encoding: chunked", "", ""), end: true},
	{name: "response: HEAD, body", request: "HEAD @ HTTP/1.1\r\nHost: a\r\n\r\n", response: ok, end: true},
	{name: "response: 304, body", request: get(), response: "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok", end: true},
	{name: "response: 204, chunked", request: get(), response: answered("HTTP/1.1 204 No", "Transfer-Encoding: chunked", "", "2", "ok", "0", "", ""), end: true},
	{name: "response: identity", request: get(), response: answered("HTTP/1.1 200 OK", "Transfer-Encoding: identity", "Content-Length: 2", "", "ok"), end: true},
	{name: "response: gzip, chunked", request: get(), response: answered("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked", "", "2", "ok", "0", "", ""), end: true},
	{name: "response: two codings", request: get(), response: answered("HTTP/1.1 200 OK", "Transfer-Encoding: gzip", "Transfer-Encoding: chunked", "", "2", "ok", "0", "", ""), end: true},
	{name: "response: two codings 2", request: get(), response: answered("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "", "2", "ok", "0", "", ""), end: true},
	{name: "response: HTTP/1.0 in chunks", request: get(), response: answered("HTTP/1.0 200 OK", "Transfer-Encoding: chunked", "", "2", "ok", "0", "", ""), end: true},
	{name: "response: reason with CR", request: get(), response: answered("HTTP/1.1 200 O\rX: y", "Content-Length: 2", "", "ok"), end: true},
	{name: "response: reason with control", request: get(), response: answered("HTTP/1.1 200 O\x01\x7f\tK", "Content-Length: 2", "", "ok"), end: true},
	{name: "response: reason with tab", request: get(), response: answered("HTTP/1.1 200 O\tK", "Content-Length: 2", "", "ok"), end: true},
	{name: "response: reason with obs-text", request: get(), response: answered("HTTP/1.1 200 O\xffK", "Content-Length: 2", "", "ok"), end: true},
	{name: "response: value with CR", request: get(), response: answered("HTTP/1.1 200 OK", "X: a\rY: b", "Content-Length: 2", "", "ok"), end: true},
	{name: "response: no space behind the code", request: get(), response: answered("HTTP/1.1 200OK", "Content-Length: 2", "", "ok"), end: true},
	{name: "response: four digits", request: get(), response: answered("HTTP/1.1 2000 OK", "Content-Length: 2", "", "ok"), end: true},
	{name: "response: trailer bad", request: get(), response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nbad\n\n", end: true},
	{name: "response: 103 with CR", request: get(), response: "HTTP/1.1 103 E\rX: y\r\nA: b\r\n\r\n" + ok, end: true},
	{name: "response: bytes behind", request: get("N: 1") + get("N: 2"), response: ok + "HTTP/1.1 200 Evil\r\nContent-Length: 0\r\n\r\n"},
	{name: "response: Set-Cookie nominated", request: get(), response: answered("HTTP/1.1 200 OK", "Connection: Set-Cookie, Date", "Set-Cookie: a=b", "Content-Length: 2", "", "ok"), end: true},
}

// TestAttacksAgainstHTTPD: what means to be read in two ways is read in httpd's.
func TestAttacksAgainstHTTPD(t *testing.T) {
	for name, settings := range map[string]string{"defaults": "", "slashes kept": "MergeSlashes Off\n"} {
		t.Run(name, func(t *testing.T) { compareAttacks(t, settings) })
	}
}

func compareAttacks(t *testing.T, settings string) {
	t.Helper()
	var mu sync.Mutex
	which := 0
	var got [2][]string
	for i := range got {
		got[i] = make([]string, len(attacks))
	}
	backend := newBackend(t, func(_ int, request string) (string, bool) {
		number := caseNumber.FindStringSubmatch(request)
		if number == nil {
			t.Errorf("engine %d: the backend got %q", which, request)
			return "HTTP/1.1 500 no number in the path\r\nContent-Length: 0\r\n\r\n", true
		}
		i, _ := strconv.Atoi(number[1])
		mu.Lock()
		got[which][i] += request
		mu.Unlock()
		return attacks[i].response, attacks[i].end
	})
	var results [2][]string
	for which = range results {
		config := settings + strings.ReplaceAll(attackConfig, "BACKEND", backend.addr) +
			"CustomLog " + filepath.Join(t.TempDir(), "access.log") + " %r\n"
		var addr, software string
		if which == 0 {
			addr = startHTTPD(t, config)
			software = serverField.FindStringSubmatch(raw(addr, "GET /none HTTP/1.0\r\n\r\n"))[1]
		} else {
			_, addr = startWith(t, compile(t, config, nil), server.Options{Software: software})
		}
		results[which] = make([]string, len(attacks))
		var running sync.WaitGroup
		slots := make(chan struct{}, 20)
		for i := range attacks {
			slots <- struct{}{}
			running.Go(func() {
				path := fmt.Sprintf("/b/c%d", i)
				if attacks[i].end {
					path = fmt.Sprintf("/e/c%d", i)
				}
				results[which][i] = raw(addr, strings.ReplaceAll(attacks[i].request, "@", path))
				<-slots
			})
		}
		running.Wait()
		if which == 0 {
			for i := range results[0] {
				results[0][i] = strings.ReplaceAll(results[0][i], software, "httpd")
			}
		}
	}
	for i, c := range attacks {
		t.Run(c.name, func(t *testing.T) {
			if c.uncounted { // the text of the page is not worth being equal
				results[0][i], results[1][i] = firstLine(results[0][i]), firstLine(results[1][i])
			}
			if diff := cmp.Diff(lines(results[0][i]), lines(strings.ReplaceAll(results[1][i], "lbconf", "httpd"))); diff != "" {
				t.Errorf("the client gets (-httpd +lbconf):\n%s", diff)
			}
			if diff := cmp.Diff(lines(got[0][i]), lines(got[1][i])); diff != "" {
				t.Errorf("the backend got (-httpd +lbconf):\n%s", diff)
			}
		})
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
