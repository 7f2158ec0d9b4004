package static

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"
)

// TestRangesLieWithin: whatever a Range field says, what is sent lies within the file, in spans that do not touch when they
// stand in order, and is never longer than the file.
func TestRangesLieWithin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(0, 50).Draw(t, "size")
		one := rapid.OneOf(
			rapid.Custom(func(t *rapid.T) string {
				return fmt.Sprintf("%d-%d", rapid.IntRange(0, 60).Draw(t, "from"), rapid.IntRange(0, 60).Draw(t, "to"))
			}),
			rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("-%d", rapid.IntRange(0, 60).Draw(t, "last")) }),
			rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("%d-", rapid.IntRange(0, 60).Draw(t, "first")) }),
			rapid.StringMatching(`[0-9 ,+-]{0,4}`),
		)
		field := "bytes=" + strings.Join(rapid.SliceOfN(one, 1, 8).Draw(t, "ranges"), ",")
		most := rapid.IntRange(-1, 4).Draw(t, "most")
		spans, outside := parseRanges([]byte(field), size, most)
		sum := int64(0)
		for i, s := range spans {
			if s.start < 0 || s.end < s.start || s.end >= size {
				t.Fatalf("%s of %d bytes: span %d-%d", field, size, s.start, s.end)
			}
			if i > 0 && spans[i-1].start <= s.start && spans[i-1].end+1 >= s.start && spans[i-1].end <= s.end {
				t.Fatalf("%s of %d bytes: spans %v touch", field, size, spans)
			}
			sum += s.length()
		}
		if sum > size || outside && len(spans) > 0 || most >= 0 && len(spans) > most {
			t.Fatalf("%s of %d bytes, at most %d: %v, outside %v", field, size, most, spans, outside)
		}
	})
}

// TestFindRefusesWhatIsNoFile: a pipe is neither opened nor waited for, and without FollowSymLinks no link is followed at
// any place of a path, whichever way it is looked up.
func TestFindRefusesWhatIsNoFile(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Mkdir(dir+"/a", 0o755))
	must(os.WriteFile(dir+"/a/file", []byte("x"), 0o644))
	must(os.Symlink("file", dir+"/a/link"))
	must(os.Symlink("a", dir+"/folder"))
	must(syscall.Mkfifo(dir+"/pipe", 0o644))
	all, none := Policy{}, Policy{Links: LinksNone}
	for _, c := range []struct {
		path   string
		policy Policy
		status int
		name   string
		rest   string
		exists bool
	}{
		{"/a/file", all, 0, "/a/file", "", true},
		{"/a/file", none, 0, "/a/file", "", true},
		{"/a/file/x/y", all, 0, "/a/file", "/x/y", true},
		{"/a/", all, 0, "/a/", "", true},
		{"/a/", none, 0, "/a/", "", true},
		{"/nope/x", all, 0, "/nope", "/x", false},
		{"/a/link", all, 0, "/a/link", "", true},
		{"/a/link", none, 403, "/a/link", "", false},
		{"/folder/file", all, 0, "/folder/file", "", true},
		{"/folder/file", none, 403, "/folder", "", false},
		{"/pipe", all, 403, "/pipe", "", false},
		{"/pipe", none, 403, "/pipe", "", false},
	} {
		for _, at := range []func(string) Policy{nil, func(string) Policy { return c.policy }} {
			found, status := Find(dir+c.path, c.policy, at)
			if status != c.status || found.Name != dir+c.name || found.Rest != c.rest || (found.Info != nil) != c.exists {
				t.Errorf("%s with links %d: status %d, found %+v", c.path, c.policy.Links, status, found)
			}
		}
	}
}

// TestOpenSwapped: a link that takes the place of a folder behind the look at it leads nowhere, unless links are followed.
func TestOpenSwapped(t *testing.T) {
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"/public", "/secret"} {
		must(os.Mkdir(dir+name, 0o755))
		must(os.WriteFile(dir+name+"/file", []byte(name), 0o644))
	}
	found, status := Find(dir+"/public/file", Policy{}, nil)
	if status != 0 {
		t.Fatal(status)
	}
	must(os.Rename(dir+"/public", dir+"/gone"))
	must(os.Symlink("secret", dir+"/public"))
	for _, links := range []Links{LinksNone, LinksOfOwner} {
		if file, _, err := open(&found, &Policy{Links: links}); err == nil {
			t.Errorf("links %d: opened %s", links, file.Name())
			must(file.Close())
		}
	}
	file, _, err := open(&found, &Policy{})
	must(err)
	must(file.Close())
}
