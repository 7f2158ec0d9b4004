package route

import (
	"bytes"

	"github.com/lbconf/lbconf/parser/clib"
)

// SplitSocket splits unix:PATH|URL into the path of the socket, up to a ? or #, and the URL, to which a missing host is added:
// localhost. socket is nil for a URL of another form, which rest is then. ok is false, and rest nil, where the path is empty or
// has a host before it, or the URL no scheme (mod_proxy: fixup_uds_filename).
func SplitSocket(url []byte) (socket, rest []byte, ok bool) {
	if !clib.HasPrefixFold(url, "unix:") {
		return nil, url, true
	}
	socket, rest, found := bytes.Cut(url[len("unix:"):], []byte("|"))
	if !found {
		return nil, url, true
	}
	if end := bytes.IndexAny(socket, "?#"); end >= 0 {
		socket = socket[:end]
	}
	colon := bytes.IndexByte(rest, ':')
	if len(socket) == 0 || colon < 0 || bytes.HasPrefix(socket, []byte("//")) && !bytes.HasPrefix(socket, []byte("///")) {
		return nil, nil, false
	}
	scheme, path := rest[:colon], rest[colon+1:]
	switch {
	case len(path) == 0:
	case path[0] != '/':
		return socket, rest, true
	case len(path) > 1 && path[1] == '/':
		if len(path) > 2 && path[2] != '/' {
			return socket, rest, true
		}
		path = path[2:]
	}
	return socket, bytes.Join([][]byte{scheme, []byte("://localhost"), path}, nil), true
}
