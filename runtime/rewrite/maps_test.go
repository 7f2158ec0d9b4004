package rewrite

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/exchange"
)

// TestParseMap holds how httpd reads a line, the limit of its length included.
func TestParseMap(t *testing.T) {
	long := strings.Repeat("k", 1017)
	text := "a 1\n#b 2\n c 3\nd\t4 5\na 6\ne\ne 7\nf  \r\ng 8\r\n" + long + " v2345678 9\nz\x00 1\nlast 10"
	want := map[string]string{"a": "1", "d": "4", "e": "7", "g": "8", long: "v2345", "678": "9", "last": "10"}
	if diff := cmp.Diff(want, parseMap([]byte(text))); diff != "" {
		t.Errorf("map (-want +got):\n%s", diff)
	}
}

// TestRandomMap: the alternative is the one that was picked, also an empty one.
func TestRandomMap(t *testing.T) {
	picked := 0
	m := &Map{pick: func(int) int { return picked }}
	var got []string
	for picked = range 4 {
		got = append(got, m.oneOf("a||c|d"))
	}
	if !slices.Equal(got, []string{"a", "", "c", "d"}) || m.oneOf("alone") != "alone" {
		t.Errorf("picked %q", got)
	}
}

// TestMapFile: a file is read again when it changes, has no keys while it is away, and a lookup allocates nothing.
func TestMapFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "map.txt")
	write := func(text string, modified time.Time) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, modified, modified); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	write("key old\n", now)
	m, err := CompileMap(&ir.RewriteMap{Name: "m", Source: "txt:" + path}, MapOptions{Path: func(path string) string { return path }})
	if err != nil {
		t.Fatal(err)
	}
	var s State
	s.x = &exchange.Exchange{Start: now}
	lookUp := func() string {
		s.buf = append(s.buf[:0], "before key"...)
		m.lookUp(&s, len("before "))
		return string(s.buf)
	}
	if got := lookUp(); got != "before old" {
		t.Errorf("first lookup: %q", got)
	}
	write("key new\n", now.Add(time.Second))
	if got := lookUp(); got != "before old" {
		t.Errorf("in the same moment: %q", got)
	}
	s.x.Start = now.Add(time.Second)
	if got := lookUp(); got != "before new" {
		t.Errorf("after a change: %q", got)
	}
	if allocs := testing.AllocsPerRun(100, func() {
		s.buf = append(s.buf[:0], "key"...)
		m.lookUp(&s, 0)
	}); allocs > 0 {
		t.Errorf("%v allocations a lookup", allocs)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s.x.Start = now.Add(2 * time.Second)
	if got := lookUp(); got != "before " {
		t.Errorf("without a file: %q", got)
	}
}
