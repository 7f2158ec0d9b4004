package differ

import (
	"fmt"
	"strings"
)

// answer draws what a backend does.
func (d *draw) answer() Answer {
	if d.chance(3) {
		return Answer{Close: true}
	}
	status := d.one("200 OK", "200 OK", "200 OK", "200 OK", "200 OK", "200 OK", "201 Created", "204 No Content", "206 Partial Content", "301 Moved Permanently", "302 Found", "303 See Other", "304 Not Modified", "307 Temporary Redirect",
		"400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "404 Nothing here", "405 Method Not Allowed", "410 Gone", "413 Too large", "418 I'm a teapot", "500 Oops", "502 Bad", "503 Busy", "504 Late", "599 Odd", "200", "299 Fine", "503 Service Unavailable")
	version := "HTTP/1.1"
	if d.chance(6) {
		version = "HTTP/1.0"
	}
	var a Answer
	if d.chance(5) {
		a.Head = append(a.Head, d.one("HTTP/1.1 100 Continue", "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload", "HTTP/1.1 102 Processing"), "")
	}
	a.Head = append(a.Head, version+" "+status)
	a.Head = append(a.Head, "Content-Type: "+d.one("text/html", "text/plain", "text/plain; charset=utf-8", "application/json"))
	for range d.IntN(5) {
		a.Head = append(a.Head, d.answerField())
	}
	if strings.HasPrefix(status, "30") && status[2] != '4' || status[:3] == "201" {
		a.Head = append(a.Head, "Location: "+d.location())
	}
	if status[:3] == "401" && d.chance(80) {
		a.Head = append(a.Head, `WWW-Authenticate: Basic realm="r"`)
	}
	d.answerBody(&a, status[:3], version)
	return a
}

// location is a URL that a ProxyPassReverse may fit.
func (d *draw) location() string {
	host := "http://" + d.backend()
	urls := []string{host + "/", host + "/B/x?y=z", host + "/Bx", host, host + "/B", "/B/x", "//" + d.backend() + "/B/x", "http://other.test/B", strings.ToUpper(host) + "/B/x", "https" + strings.TrimPrefix(host, "http") + "/B", "x/y", "", host + "/a?u=" + host + "/", host + "/M/1", "?q"}
	if len(d.balancers) > 0 {
		urls = append(urls, "balancer://"+d.one(d.balancers...)+"/P/x", "http://"+d.one(d.balancers...)+"/P")
	}
	return d.one(urls...)
}

func (d *draw) answerField() string {
	return d.one("Content-Type: text/html", "Content-Type: text/plain; charset=utf-8", "Content-Type: text/plain", "Content-Type: application/json", "Set-Cookie: a=b; Path=/B/; Domain=back.test", "Set-Cookie: c=d; path=/", "set-cookie: e=f; path=/B; domain=b.back.test; HttpOnly",
		"Set-Cookie: g=h;Path=/a/x;Secure", "X-Out: b", "X-Out: ab, cb", "X-B: 1", "Cache-Control: no-store", "Cache-Control: max-age=1", "ETag: \"x\"", "ETag: W/\"y\"", "Last-Modified: Thu, 01 Jan 1998 00:00:00 GMT", "Vary: Accept", "Vary: accept-encoding",
		"Server: b/1", "Date: Sun, 06 Nov 1994 08:49:37 GMT", "Expires: Thu, 01 Jan 1998 00:00:00 GMT", "Expires: -1", "Via: 1.1 inner", "X-Multi: 1", "X-Multi: 2", "x-multi: 3", "Content-Location: "+d.location(), "URI: "+d.location(), "Destination: "+d.location(), "Link: <http://"+d.backend()+"/B/x>; rel=x",
		"Refresh: 1; url=http://"+d.backend()+"/B/", "Connection: X-B", "Connection: keep-alive", "Keep-Alive: timeout=3", "Proxy-Connection: close", "Trailer: X-T", "Upgrade: h2c", "Accept-Ranges: bytes", "Content-Range: bytes 0-1/2", "Allow: GET", "Age: 3",
		"X-Folded: a\r\n  b\r\n\tc", "X-Empty:", "Content-Encoding: gzip", "Content-Encoding: br", "Warning: 110 x", "Pragma: no-cache", "TE: x", "Strict-Transport-Security: max-age=1", "X-High: \xc3\xa4", "Proxy-Authenticate: Basic realm=x", "Content-Language: en", "X-Under_score: 1",
		"X-Long: "+strings.Repeat("y", 150))
}

// answerBody draws the body and its framing.
func (d *draw) answerBody(a *Answer, status, version string) {
	size := []int{0, 1, 2, 5, 20, 200, 600, 5000, 8192, 30000}[d.IntN(10)]
	if d.chance(50) {
		size = 2 + d.IntN(30)
	}
	text := strings.Repeat("y", size)
	switch status {
	case "204", "304":
		if d.chance(20) {
			a.Head = append(a.Head, "Content-Length: "+d.one("0", "5"))
		}
		d.ending(a)
		return
	}
	switch {
	case d.chance(25) && version == "HTTP/1.1":
		a.Head = append(a.Head, "Transfer-Encoding: chunked")
		a.Body = d.chunks(text)
		d.ending(a)
	case d.chance(10):
		a.Body, a.Close = text, true
		if d.chance(50) {
			a.Head = append(a.Head, "Connection: close")
		}
	case d.chance(3) && size > 100: // of a small one mod_deflate waits for the end
		a.Head = append(a.Head, fmt.Sprintf("Content-Length: %d", size+3))
		a.Body, a.Close = text, true
	default:
		a.Head = append(a.Head, fmt.Sprintf("Content-Length: %d", size))
		a.Body = text
		d.ending(a)
	}
	if strings.HasPrefix(version, "HTTP/1.0") {
		a.Close = true
	}
}

// ending may close the connection, with a word about it or without.
func (d *draw) ending(a *Answer) {
	if d.chance(6) {
		a.Head, a.Close = append(a.Head, "Connection: close"), true
	} else if d.chance(2) {
		a.Close = true
	}
}
