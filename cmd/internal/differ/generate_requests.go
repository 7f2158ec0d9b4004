package differ

import (
	"fmt"
	"slices"
	"strings"
)

// batch draws one request, or a few that are sent together.
func (d *draw) batch() Batch {
	b := Batch{Fresh: d.chance(30)}
	count := 1
	if d.chance(8) {
		count = 2 + d.IntN(3)
	}
	for range count {
		b.Requests = append(b.Requests, d.request())
	}
	return b
}

func (d *draw) request() Request {
	method := d.one("GET", "GET", "GET", "GET", "GET", "POST", "POST", "PUT", "HEAD", "HEAD", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "FOO", "TRACE")
	version := "HTTP/1.1"
	if d.chance(10) {
		version = "HTTP/1.0"
	}
	r := Request{Head: []string{fmt.Sprintf("%s %s %s", method, d.path(), version)}}
	if version == "HTTP/1.1" || d.chance(60) {
		r.Head = append(r.Head, "Host: "+d.host())
	}
	for range d.IntN(4) {
		if field := d.field(); method != "TRACE" || !strings.HasPrefix(field, "Max-Forwards") { // what is sent back is not compressed
			r.Head = append(r.Head, field)
		}
	}
	if method == "POST" || method == "PUT" || method == "PATCH" || d.chance(5) {
		d.body(&r)
	}
	r.Answers = append(r.Answers, d.answer())
	for r.Answers[len(r.Answers)-1].Close && d.chance(50) {
		r.Answers = append(r.Answers, d.answer())
	}
	return r
}

// path draws one that the configuration knows, or one beside it.
func (d *draw) path() string {
	var b strings.Builder
	if d.chance(3) {
		b.WriteString(d.one("http://front.test", "http://@front@", "http://other.test"))
	}
	p := d.prefix()
	switch d.IntN(12) {
	case 0:
		p = strings.TrimSuffix(p, "/")
	case 1:
		p += "x"
	case 2:
		p = strings.ToUpper(p)
	case 3:
		p = strings.Replace(p, "/", d.one("//", "/./", "/z/../", "/%2e/", "/%2f"), 1)
	case 4:
		if last := len(p) - 1; p[last] != '/' {
			p = p[:last] + fmt.Sprintf(d.one("%%%02x", "%%%02X"), p[last])
		}
	case 5:
		p = "/"
	case 6:
		p = d.one("/files/", "/files/a.txt", "/files/long.txt", "/a/page.html", "/none", "/new", "/index.html", "/r/x", "/files", "/files/empty.txt")
	}
	b.WriteString(p)
	for range d.IntN(4) {
		b.WriteString(d.one("/", "a", "b/c", ".txt", "%20", "%2F", "%2f", ";p=1", "%3F", "%25", "..", "/./", "//", "%C3%A4", "~", "+", "=", "&", "x", "%41", ",", "'", "%22", "%7Bx%7D", "!", "%5C", "|", "/12", "$1", "@", ":", "%3b", "(", "*", "^"))
	}
	if len(d.sticky) > 0 && d.chance(10) {
		b.WriteString(";" + d.one(d.sticky...) + "=" + d.route())
	}
	if d.chance(35) {
		b.WriteString("?" + d.one("", "a=b", "a=b&c=d", "q=%20x", "%", "x?y", "a=/../b", "url=http://x/y", "b", "%zz", "[a]", "a;b"))
		if len(d.sticky) > 0 && d.chance(20) {
			b.WriteString("&" + d.one(d.sticky...) + "=" + d.route())
		}
	}
	return b.String()
}

// route is the value of a session.
func (d *draw) route() string {
	return d.one("x.r1", "x.r2", ".r1", ".r3", "r1", "r2", "x_r2", "a.b.r1", "x.r9", "", ".", "x.r1!y")
}

func (d *draw) host() string {
	name := d.one(d.names...)
	return d.one(name, name, name, name, name+":80", "@front@", strings.ToUpper(name), "x.c.test", "other.test", name+".", "127.0.0.1", name+":8080")
}

func (d *draw) field() string {
	if len(d.sticky) > 0 && d.chance(30) {
		return d.one("Cookie: ", "Cookie: a=b; ", "cookie: c;") + d.one(d.sticky...) + "=" + d.route()
	}
	return d.one("X-Mode: a", "X-Mode: b", "X-Mode: "+d.one("A", "ab", "", "a, b"), "Cookie: a=b", "Cookie: c=d; e=f", "User-Agent: curl/8", "User-Agent: Mozilla/5.0", "Accept: */*", "Accept-Encoding: gzip", "Accept-Encoding: gzip, deflate, br",
		"Connection: close", "Connection: keep-alive", "Connection: X-Mode", "Connection: close, X-Mode", "Connection: Keep-Alive, TE", "TE: trailers", "TE: gzip", "Upgrade: h2c", "Keep-Alive: 300",
		"X-Forwarded-For: 10.1.2.3", "X-Forwarded-For: unknown, 10.9.9.9", "X-Forwarded-Host: outer.test", "X-Forwarded-Server: s", "X-Forwarded-Proto: https", "Via: 1.0 old", "Max-Forwards: 3", "Max-Forwards: 0", "Max-Forwards: 1",
		"Range: bytes=0-3", "Range: bytes=-5", "Range: bytes=2-", "Range: bytes=0-1,4-5", "If-None-Match: *", "If-None-Match: \"x\"", "If-Modified-Since: Thu, 29 Feb 2024 12:00:00 GMT", "If-Match: \"x\"", "If-Unmodified-Since: Thu, 01 Jan 1998 00:00:00 GMT",
		"If-Range: \"x\"", "Authorization: Basic eDp5", "Proxy-Authorization: Basic eDp5", "Proxy-Connection: keep-alive", "Cache-Control: no-cache", "Pragma: no-cache", "Expect: 100-continue", "Expect: x", "X-Multi: 1", "X-Multi: 2", "x-multi:3", "X-Empty:",
		"X-Long: "+strings.Repeat("y", 100+d.IntN(200)), "Referer: http://front.test/", "Content-Type: text/plain", "Proxy: x", "my_field: 1", "X-Tab:\ta\t", "X-High: \xc3\xa4", "Trailer: X-T", "Origin: null", "X.Dot: 1", "Host2: x", "Content-Encoding: gzip", "Date: Sun, 06 Nov 1994 08:49:37 GMT")
}

// body draws the body of a request and its framing.
func (d *draw) body(r *Request) {
	size := []int{0, 1, 5, 5, 10, 11, 100, 1000, 8191, 8192, 8193, 20000, 70000}[d.IntN(13)]
	text := strings.Repeat("x", size)
	switch d.IntN(10) {
	case 0, 1, 2:
		// A client that asks whether it may send does not send at once.
		r.Head = slices.DeleteFunc(r.Head, func(line string) bool { return strings.HasPrefix(line, "Expect: ") })
		r.Head = append(r.Head, "Transfer-Encoding: chunked")
		r.Body = d.chunks(text)
	case 3:
		if d.chance(30) {
			r.Head = append(r.Head, d.one("Transfer-Encoding: identity", "Transfer-Encoding: chunked\r\nContent-Length: 3", "Content-Length: 5\r\nContent-Length: 5"))
			r.Body = d.chunks("hello")
			return
		}
		fallthrough
	default:
		r.Head = append(r.Head, fmt.Sprintf("Content-Length: %d", size))
		r.Body = text
	}
}

// chunks cuts a body into chunks.
func (d *draw) chunks(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		n := len(text)
		if d.chance(50) {
			n = 1 + d.IntN(n)
		}
		fmt.Fprintf(&b, d.one("%x", "%X", "0%x", "%x;e=1")+"\r\n%s\r\n", n, text[:n])
		text = text[n:]
	}
	b.WriteString("0\r\n")
	if d.chance(10) {
		b.WriteString("X-T: 1\r\n")
	}
	b.WriteString("\r\n")
	return b.String()
}
