package health

import (
	"strconv"

	"github.com/lbconf/lbconf/runtime/upstream"
)

// appendRequest appends what a check asks a member, byte for byte as httpd does: a Host field that always names the port,
// and no other. The path of the member and the URI of the check are joined by a slash although the URI has one.
func appendRequest(dst []byte, w *upstream.Worker, method upstream.CheckMethod) []byte {
	verb, version := requestLine(method)
	dst = append(append(dst, verb...), ' ')
	if verb == "OPTIONS" {
		dst = append(dst, '*')
	} else {
		uri := w.Texts().CheckURI
		dst = append(dst, w.Path...)
		if w.Path != "" && uri != "" {
			dst = append(dst, '/')
		}
		dst = append(dst, uri...)
	}
	dst = append(append(dst, version...), "\r\nHost: "...)
	dst = append(append(dst, w.Host...), ':')
	return append(strconv.AppendInt(dst, int64(w.Port), 10), "\r\n\r\n"...)
}

// noted keeps in an answer what was asked.
func noted(answer *upstream.Answer, method upstream.CheckMethod) {
	verb, version := requestLine(method)
	answer.Method, answer.Minor = verb, int(version[len(version)-1]-'0')
}

// requestLine returns the verb of a method and the end of its request line; the verb is empty for a method that does not
// ask.
func requestLine(method upstream.CheckMethod) (verb, version string) {
	const http10, http11 = " HTTP/1.0", " HTTP/1.1"
	switch method {
	case upstream.CheckOptions:
		return "OPTIONS", http10
	case upstream.CheckHead:
		return "HEAD", http10
	case upstream.CheckGet:
		return "GET", http10
	case upstream.CheckOptions11:
		return "OPTIONS", http11
	case upstream.CheckHead11:
		return "HEAD", http11
	case upstream.CheckGet11:
		return "GET", http11
	case upstream.CheckNone, upstream.CheckTCP, upstream.CheckCPing:
	}
	return "", ""
}
