package route

import "bytes"

// The statuses of AppendPath beside 0.
const (
	statusBadRequest = 400
	statusForbidden  = 403
	statusNotFound   = 404
	statusInternal   = 500
)

// Slashes says what becomes of a path with an encoded slash (core: AllowEncodedSlashes). The zero value is the default.
type Slashes uint8

// The values of AllowEncodedSlashes.
const (
	// SlashesRefused makes it a path that does not exist: Off.
	SlashesRefused Slashes = iota
	// SlashesDecoded makes it a slash: On.
	SlashesDecoded
	// SlashesKept leaves it in the decoded path as it is: NoDecode.
	SlashesKept
)

// AppendPath appends the path that httpd works with (r->uri) for the path of a request target: . and .. segments
// removed, runs of slashes merged if merge says so (MergeSlashes, default On), then percent-decoded. status is 0, or 400
// for a path that does not begin with a slash, leaves the root or has a broken escape, or 404 for an encoded NUL, and for an
// encoded slash where it is refused.
func AppendPath(dst, raw []byte, merge bool, slashes Slashes) (path []byte, status int) {
	start := len(dst)
	if dst, status = AppendEncodedPath(dst, raw, merge); status != 0 || bytes.IndexByte(raw, '%') < 0 {
		return dst, status
	}
	n, status := unescape(dst[start:], slashes)
	dst = dst[:start+n]
	if slashes == SlashesDecoded && status == 0 {
		// What was decoded may have made segments of dots; those that leave the root stay there.
		n, _ = normalize(dst[start:], merge, false)
		dst = dst[:start+n]
	}
	return dst, status
}

// AppendEncodedPath appends a path as AppendPath does, but for the escapes, of which only those of unreserved characters are
// decoded (mod_proxy: what mapping=encoded compares).
func AppendEncodedPath(dst, raw []byte, merge bool) (path []byte, status int) {
	if len(raw) == 1 && raw[0] == '*' {
		return append(dst, '*'), 0
	}
	if len(raw) == 0 || raw[0] != '/' {
		return dst, statusBadRequest
	}
	start := len(dst)
	dst = append(dst, raw...)
	if bytes.IndexByte(raw, '%') < 0 && !needsNormalising(raw) {
		return dst, 0
	}
	n, ok := normalize(dst[start:], merge, true)
	if !ok {
		return dst[:start], statusBadRequest
	}
	return dst[:start+n], 0
}

// needsNormalising says whether a path has an empty segment or one that begins with a dot.
func needsNormalising(path []byte) bool {
	for i := 1; i < len(path); i++ {
		if path[i-1] == '/' && (path[i] == '/' || path[i] == '.') {
			return true
		}
	}
	return false
}

// normalize rewrites a path in place as ap_normalize_path does and returns its new length. With decode escapes of unreserved
// characters are decoded, so that %2e counts as a dot.
func normalize(p []byte, merge, decode bool) (n int, ok bool) {
	ok = true
	at := func(i int) byte {
		if i < len(p) {
			return p[i]
		}
		return 0
	}
	w := 1
	for l := 1; l < len(p); {
		if decode && p[l] == '%' {
			if c, hex := unhex(at(l+1), at(l+2)); !hex {
				ok = false
			} else if isUnreserved(c) {
				l += 2
				p[l] = c
			}
		}
		if w == 0 || p[w-1] == '/' {
			if merge && p[l] == '/' {
				for at(l) == '/' {
					l++
				}
				continue
			}
			if p[l] == '.' {
				if end(at(l + 1)) {
					l = skipSegment(p, l+1)
					continue
				}
				if n := secondDot(p, l+1, decode); n > 0 && end(at(n)) {
					if w > 1 {
						for w--; w > 0 && p[w-1] != '/'; w-- {
						}
					} else {
						ok = false
					}
					l = skipSegment(p, n)
					continue
				}
			}
		}
		p[w] = p[l]
		w++
		l++
	}
	return w, ok
}

// end says whether c ends a segment; 0 stands for the end of the path.
func end(c byte) bool { return c == '/' || c == 0 }

func skipSegment(p []byte, i int) int {
	if i < len(p) {
		return i + 1
	}
	return i
}

// secondDot returns the offset behind a dot at i, or with decode behind %2e there, or 0.
func secondDot(p []byte, i int, decode bool) int {
	switch {
	case i < len(p) && p[i] == '.':
		return i + 1
	case decode && i+2 < len(p) && p[i] == '%' && p[i+1] == '2' && p[i+2]|0x20 == 'e':
		return i + 3
	}
	return 0
}

// unescape decodes percent escapes in place. A NUL that was encoded makes the path one that does not exist, and so does a slash
// that is refused.
func unescape(p []byte, slashes Slashes) (n, status int) {
	w := 0
	for i := 0; i < len(p); i++ {
		c := p[i]
		if c == '%' {
			if i+2 >= len(p) {
				return 0, statusBadRequest
			}
			decoded, ok := unhex(p[i+1], p[i+2])
			if !ok {
				return 0, statusBadRequest
			}
			if decoded == 0 || decoded == '/' && slashes == SlashesRefused {
				status = statusNotFound
			}
			if decoded == '/' && slashes == SlashesKept {
				w += copy(p[w:], p[i:i+2])
				c = p[i+2]
			} else {
				c = decoded
			}
			i += 2
		}
		p[w] = c
		w++
	}
	return w, status
}

func unhex(a, b byte) (byte, bool) {
	hi, ok1 := hexValue(a)
	lo, ok2 := hexValue(b)
	return hi<<4 | lo, ok1 && ok2
}

func hexValue(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func isUnreserved(c byte) bool {
	return isAlnum(c) || c == '-' || c == '.' || c == '_' || c == '~'
}

// Target is a request target in its parts. Fields lie in the target.
type Target struct {
	// Scheme and Authority are of the absolute form; empty otherwise.
	Scheme, Authority []byte
	// Path is as it was sent: "/a%20b"; it is "/" for an absolute form without one.
	Path []byte
	// Query is what follows the first question mark. HasQuery says that there is one.
	Query    []byte
	HasQuery bool
}

var rootPath = []byte("/")

// skipSlashes returns a request target without all but the last of the slashes that it begins with: httpd drops them,
// whatever MergeSlashes says (httpd: ap_parse_uri).
func skipSlashes(target []byte) []byte {
	for len(target) > 1 && target[0] == '/' && target[1] == '/' {
		target = target[1:]
	}
	return target
}

// AppendMerged appends a path with each run of slashes as one (httpd: ap_no2slash).
func AppendMerged(dst, path []byte) []byte {
	for i, c := range path {
		if c != '/' || i == 0 || path[i-1] != '/' {
			dst = append(dst, c)
		}
	}
	return dst
}

// SplitTarget splits a request target. Anything else than the origin form, the absolute form and * keeps its text in
// Path, which AppendPath refuses.
func SplitTarget(target []byte) Target {
	var t Target
	rest := skipSlashes(target)
	if len(rest) > 0 && rest[0] != '/' {
		if i := bytes.Index(rest, []byte("://")); i > 0 && isScheme(rest[:i]) {
			t.Scheme = rest[:i]
			rest = rest[i+3:]
			end := bytes.IndexAny(rest, "/?")
			if end < 0 {
				end = len(rest)
			}
			t.Authority, rest = rest[:end], rest[end:]
			if len(rest) == 0 || rest[0] == '?' {
				t.Path = rootPath
			}
		}
	}
	path := rest
	if i := bytes.IndexByte(rest, '?'); i >= 0 {
		path, t.Query, t.HasQuery = rest[:i], rest[i+1:], true
	}
	if t.Path == nil {
		t.Path = path
	}
	return t
}

func isScheme(s []byte) bool {
	for _, c := range s {
		if !isAlnum(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return len(s) > 0
}
