package ir

import (
	"iter"
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
)

// The lengths in bytes of what mod_proxy keeps of a worker: a longer host or path of a socket is refused, and of a longer name
// the beginning counts.
const (
	MaxWorkerHost   = 255
	MaxWorkerSocket = 95
	maxWorkerName   = 383
)

// WorkerName is the name under which mod_proxy finds a worker again.
type WorkerName struct {
	// Name is the URL, scheme and host in lower case, without the port of the scheme and without a Unix socket before it.
	Name string
	// Match says that a ProxyPassMatch or <ProxyMatch> defined the worker: $ and a digit stand for any text.
	Match bool
	// AnyHost says that such a reference stands in the host or the port.
	AnyHost bool
}

// Public is the name for logs and pages: with *** for a user and a password. It finds no more requests than the name does, since
// no request has a user in its URL.
func (w WorkerName) Public() string {
	scheme, rest, _ := strings.Cut(w.Name, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
		return scheme + "://***" + rest[at:]
	}
	return w.Name
}

// NameWorker returns the name of the worker that a URL defines, or what httpd says where it cannot (mod_proxy:
// ap_proxy_define_worker).
func NameWorker(url string, match bool) (w WorkerName, httpd string) {
	target, socket, isSocket := url, "", false
	if clib.HasPrefixFold(url, "unix:") && strings.Contains(url, "|") {
		local, rest, _ := strings.Cut(url, "|")
		if parsed, ok := ParseURI(local); ok {
			socket, _, _ = strings.Cut(parsed.Path, "?")
			target, isSocket = rest, true
		}
	}
	references, anyHost, written := "", false, target
	if match {
		target, references, anyHost = cutPortReferences(target)
	}
	parsed, ok := ParseURI(target)
	switch {
	case !ok:
		return w, "Unable to parse URL: " + url
	case parsed.Scheme == "", parsed.Host == "" && !isSocket:
		return w, "URL must be absolute!: " + url
	case parsed.Host == "":
		parsed.Host = "localhost"
	}
	parsed.Scheme, parsed.Host = clib.ToLower(parsed.Scheme), clib.ToLower(parsed.Host)
	parsed.Path = references + parsed.Path
	var room [128]byte
	name := written // which is kept anyway
	if text := parsed.appendTo(room[:0]); string(text) != written {
		name = string(text)
	}
	switch {
	case len(parsed.Host) > MaxWorkerHost:
		return w, "worker hostname (" + parsed.Host + ") too long"
	case len(socket) > MaxWorkerSocket:
		return w, "worker uds path (" + socket + ") too long"
	}
	return WorkerName{name[:min(len(name), maxWorkerName)], match, anyHost}, ""
}

// cutPortReferences takes $1 and what follows it off the port of a URL, since such a port is no number. anyHost says that there
// is a reference in the host or the port.
func cutPortReferences(url string) (rest, references string, anyHost bool) {
	scheme := strings.Index(url, "://")
	if scheme < 0 {
		return url, "", false
	}
	i := scheme + 3
	for i < len(url) && url[i] != ':' && url[i] != '/' {
		anyHost = anyHost || url[i] == '$'
		i++
	}
	if i >= len(url) || url[i] == '/' {
		return url, "", anyHost
	}
	for i++; i < len(url) && url[i] != '/'; i++ {
		if url[i] != '$' || i+1 >= len(url) || url[i+1] < '0' || url[i+1] > '9' {
			continue
		}
		end := i + 2
		for end < len(url) && url[end] != '/' {
			end++
		}
		return url[:i] + url[end:], url[i:end], true
	}
	return url, "", anyHost
}

// WorkerKey is what a worker is looked for with: a URL as it is written, so that a port counts even if it is that of the scheme,
// and of a Unix socket what stands behind the |.
type WorkerKey struct {
	// text is the URL, least the length of its scheme://host:port, which a name must cover.
	text  string
	least int
}

// WorkerKeyOf returns the key of a URL. It reports false for one that finds no worker, since it has no scheme and host.
func WorkerKeyOf(url string) (WorkerKey, bool) {
	target, ok := SocketTarget(url)
	_, rest, colon := strings.Cut(target, ":")
	if !ok || !colon || !strings.HasPrefix(rest, "//") || len(rest) == 2 {
		return WorkerKey{}, false
	}
	least := len(target)
	if slash := strings.IndexByte(rest[2:], '/'); slash >= 0 {
		least = len(target) - len(rest) + 2 + slash
	}
	if lower := clib.ToLower(target[:least]); lower != target[:least] {
		target = lower + target[least:]
	}
	return WorkerKey{target, least}, true
}

// Prefixes are the names that find a worker that is no match, the longest first.
func (k WorkerKey) Prefixes() iter.Seq[string] {
	return func(yield func(string) bool) {
		for n := min(len(k.text), maxWorkerName); n >= k.least && yield(k.text[:n]); n-- {
		}
	}
}

// Finds reports whether the URL has a worker of that name: one that begins it and covers scheme://host:port at least. A match
// with a reference in its host need not cover it.
func (k WorkerKey) Finds(w WorkerName) bool {
	if len(w.Name) > len(k.text) || len(w.Name) < k.least && !w.AnyHost {
		return false
	}
	if w.Match {
		return MatchWorkerName(k.text, w.Name)
	}
	return strings.HasPrefix(k.text, w.Name)
}

// SocketTarget takes unix:/path| off a URL, and reports false where what stands behind it has no colon. A bare scheme means
// localhost (mod_proxy: ap_proxy_de_socketfy).
func SocketTarget(url string) (string, bool) {
	if !clib.HasPrefixFold(url, "unix:") {
		return url, true
	}
	_, target, socket := strings.Cut(url[len("unix:"):], "|")
	if !socket {
		return url, true
	}
	_, behind, ok := strings.Cut(target, ":")
	switch {
	case !ok:
		return "", false
	case behind == "":
		return target + "//localhost", true
	case behind == "//":
		return target + "localhost", true
	}
	return target, true
}
