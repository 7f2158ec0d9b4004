package route_test

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/runtime/route"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// TestPathLaws holds what the rest of the server relies on: a path that passes begins with a slash, has no dot segment,
// no empty segment and no escape left that would hide one, and is appended behind what was there.
func TestPathLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := "/" + rapid.StringOfN(rapid.SampledFrom([]rune("/.%2eE0a5fF~;x")), 0, 20, -1).Draw(t, "path")
		before := []byte("kept")
		slashes := rapid.SampledFrom([]route.Slashes{route.SlashesRefused, route.SlashesDecoded, route.SlashesKept}).Draw(t, "slashes")
		got, status := route.AppendPath(before, []byte(raw), true, slashes)
		if !bytes.HasPrefix(got, before) {
			t.Fatalf("%q lost what was there", got)
		}
		if status != 0 {
			return
		}
		path := string(got[len(before):])
		if !strings.HasPrefix(path, "/") || strings.Contains(path, "//") {
			t.Fatalf("%q became %q", raw, path)
		}
		for segment := range strings.SplitSeq(path[1:], "/") {
			if segment == "." || segment == ".." {
				t.Fatalf("%q became %q", raw, path)
			}
		}
	})
}

// TestEscapedPathLaws holds that an escaped path is clean and decodes to what it was.
func TestEscapedPathLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := append([]byte("/"), rapid.SliceOfN(rapid.ByteRange(1, 255), 0, 20).Draw(t, "path")...)
		escaped := route.AppendEscapedPath(nil, raw)
		if !route.IsClean(escaped) || bytes.ContainsAny(escaped, "?#\"<>") {
			t.Fatalf("%q became %q", raw, escaped)
		}
		if back, status := route.AppendPath(nil, escaped, false, route.SlashesRefused); status == 0 && !bytes.Contains(raw, []byte("/.")) && !bytes.Equal(back, raw) {
			t.Fatalf("%q became %q, then %q", raw, escaped, back)
		}
	})
}

// TestMatchServletLaws holds that what is covered lies in the path, that sections see a clean path, and that a path without
// parameters and dots is covered as MatchPrefix says.
func TestMatchServletLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		uri := "/" + rapid.StringOfN(rapid.SampledFrom([]rune("/ab.;=")), 0, 12, -1).Draw(t, "uri")
		path := "/" + rapid.StringOfN(rapid.SampledFrom([]rune("/ab")), 0, 6, -1).Draw(t, "path")
		n, clean := route.MatchServlet([]byte("kept"), []byte(uri), path)
		if n < 0 || n > len(uri) {
			t.Fatalf("%d of %q", n, uri)
		}
		if n > 0 && (!bytes.HasPrefix(clean, []byte("kept/")) || bytes.ContainsAny(clean, ";") || bytes.Contains(clean, []byte("//"))) {
			t.Fatalf("%q became %q", uri, clean)
		}
		if !strings.ContainsAny(uri, ".;") && !strings.Contains(uri, "//") && !strings.Contains(path, "//") {
			if want := route.MatchPrefix([]byte(uri), path); (n > 0) != (want > 0) {
				t.Fatalf("%q of %q is %d, and %d for MatchPrefix", path, uri, n, want)
			}
		}
	})
}

// TestMatchPrefixLaws holds that a match covers whole segments and never more than there is.
func TestMatchPrefixLaws(t *testing.T) {
	letters := rapid.SampledFrom([]rune("/ab"))
	rapid.Check(t, func(t *rapid.T) {
		uri := "/" + rapid.StringOfN(letters, 0, 8, -1).Draw(t, "uri")
		path := "/" + rapid.StringOfN(letters, 0, 6, -1).Draw(t, "path")
		n := route.MatchPrefix([]byte(uri), path)
		if n < 0 || n > len(uri) {
			t.Fatalf("%d of %q", n, uri)
		}
		if n > 0 && !strings.HasSuffix(path, "/") && n < len(uri) && uri[n] != '/' {
			t.Fatalf("%q matches %q in the middle of a segment", path, uri)
		}
		if route.MatchPrefix([]byte(path), path) != len(path) {
			t.Fatalf("%q does not match itself", path)
		}
	})
}

func TestFindWorker(t *testing.T) {
	var workers []*upstream.Worker
	for _, name := range []string{"http://h", "http://h/PM", "http://h/PM", "http://h:81/a", "http://$1/x"} {
		workers = append(workers, &upstream.Worker{Name: name, Match: strings.Contains(name, "$")})
	}
	for url, want := range map[string]int{
		"http://H/": 0, "http://h:80/x": 0, "http://h/PM": 1, "http://h/PMX?q": 1, "http://h/pm": 0, "http://h:81/": -1,
		"http://h:81/abc": 3, "http://o/xyz": 4, "http://o/xy": 4, "http://other/x": -1, "http://o/yyy": -1, "http://hh/": -1,
	} {
		var c route.Canonical
		if _, status := route.AppendCanonical(nil, &c, []byte(url), nil, false, route.Whole); status != 0 {
			t.Fatalf("%s: %d", url, status)
		}
		got := -1
		for i, w := range workers {
			if w == route.FindWorker(workers, &c) {
				got = i
			}
		}
		if got != want {
			t.Errorf("%s is served by %d, want %d", url, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("http://u:p@h:80/a?b"))
	f.Add([]byte("//[::1]:8"))
	f.Add([]byte("/%2e./%"))
	f.Add([]byte("unix:/s|http://h/"))
	f.Add([]byte("[::1]:443"))
	f.Fuzz(func(t *testing.T, text []byte) {
		target := route.SplitTarget(text)
		if path, status := route.AppendPath(nil, target.Path, true, route.SlashesRefused); status == 0 && len(path) == 0 {
			t.Errorf("%q has an empty path", text)
		}
		if name, port, ok := route.ParseHost(nil, text); ok && (len(name) == 0 || port < 0 || port > 65535) {
			t.Errorf("%q is the host %q, %d", text, name, port)
		}
		if host, port, ok := route.SplitAuthority(text); ok && (len(host) == 0 || port < 0 || port > 65535 || bytes.ContainsAny(host, "/@ \r\n")) {
			t.Errorf("%q is a tunnel to %q, %d", text, host, port)
		}
		socket, rest, ok := route.SplitSocket(text)
		if ok && socket != nil && (len(socket) == 0 || !bytes.Contains(rest, []byte(":"))) || ok && socket == nil && !bytes.Equal(rest, text) {
			t.Errorf("%q is the socket %q and %q", text, socket, rest)
		}
		var c route.Canonical
		if _, status := route.AppendCanonical(nil, &c, text, nil, false, route.Decoded); status == 0 && (c.Path >= len(c.URL) || c.URL[c.Path] != '/' || len(c.Host) == 0) {
			t.Errorf("%q is %q", text, c.URL)
		}
	})
}

// TestAppendMerged holds that merging leaves no run of slashes and changes nothing else.
func TestAppendMerged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.StringOfN(rapid.SampledFrom([]rune("/ab")), 0, 12, -1).Draw(t, "path")
		got := string(route.AppendMerged(nil, []byte(path)))
		want := path
		for strings.Contains(want, "//") {
			want = strings.ReplaceAll(want, "//", "/")
		}
		if got != want {
			t.Fatalf("%q became %q, want %q", path, got, want)
		}
	})
}
