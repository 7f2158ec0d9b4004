package static

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// Links says which symbolic links are followed (core: Options).
type Links uint8

// The values of Links.
const (
	// LinksAll follows all: FollowSymLinks, the default.
	LinksAll Links = iota
	// LinksOfOwner follows those whose owner owns what they point at: SymLinksIfOwnerMatch.
	LinksOfOwner
	// LinksNone follows none.
	LinksNone
)

// Policy is what holds in one directory while a path is looked up.
type Policy struct {
	// Links are the symbolic links in the directory that are followed.
	Links Links
	// Override are the names of files with directives of their own that a directory may hold (core: AccessFileName), where
	// AllowOverride is not None. These are not run: a directory with one of them answers 500.
	Override []string
}

// careless says that a path can be looked up as a whole.
func (p *Policy) careless() bool { return p.Links == LinksAll && len(p.Override) == 0 }

// Found is what a path stands for.
type Found struct {
	// Name is the part of the path that exists, or the first part that does not.
	Name string
	// Rest is what follows Name: empty or with a slash in front (httpd: path_info).
	Rest string
	// Dir is the last directory of Name, or Name itself where that is one, without a final slash but for the root.
	Dir string
	// Info is that of a regular file or a directory; nil where nothing exists.
	Info fs.FileInfo
}

// IsDir says whether the path is that of a directory.
func (f *Found) IsDir() bool { return f.Info != nil && f.Info.IsDir() }

// Find looks a path up as httpd walks directories. The path is absolute and has neither dot segments nor runs of slashes.
// usual is what holds in all directories, unless at is given, which says what holds in one of them. The status is 0, 403
// for what must not be looked at or is neither a file nor a directory, or 500 for a directory with directives of its own.
func Find(path string, usual Policy, at func(dir string) Policy) (found Found, status int) {
	if at == nil && usual.careless() {
		info, err := os.Stat(path)
		switch {
		case err == nil && info.IsDir():
			return Found{Name: path, Dir: trimSlash(path), Info: info}, 0
		case err == nil && info.Mode().IsRegular() && !strings.HasSuffix(path, "/"):
			return Found{Name: path, Dir: parent(path), Info: info}, 0
		case err != nil && !missing(err):
			return Found{Name: path, Dir: parent(path)}, 403
		}
	}
	if at == nil {
		at = func(string) Policy { return usual }
	}
	return walk(path, at)
}

// missing says whether an error is that nothing stands at a path, or that a part of it is a file.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

func trimSlash(path string) string {
	if trimmed := strings.TrimRight(path, "/"); trimmed != "" {
		return trimmed
	}
	return "/"
}

func parent(path string) string { return trimSlash(path[:strings.LastIndexByte(path, '/')+1]) }

// walk looks at each part of a path in its turn.
func walk(path string, at func(dir string) Policy) (Found, int) {
	found := Found{Dir: "/", Name: "/"}
	info, err := os.Stat("/")
	if err != nil {
		return found, 403
	}
	found.Info = info
	for end := 0; ; {
		policy := at(found.Dir)
		if status := policy.override(found.Dir); status != 0 {
			return found, status
		}
		if end+1 >= len(path) {
			found.Name = path
			return found, 0
		}
		start := end + 1
		if end = strings.IndexByte(path[start:], '/'); end < 0 {
			end = len(path)
		} else {
			end += start
		}
		name := path[:end]
		info, status := policy.look(name)
		found.Name, found.Info = name, info
		switch {
		case status != 0:
			return found, status
		case info == nil || !info.IsDir():
			found.Rest = path[end:]
			return found, 0
		}
		found.Dir = name
	}
}

// look returns what stands at a name within a directory; nil where nothing does.
func (p *Policy) look(name string) (fs.FileInfo, int) {
	info, err := os.Lstat(name)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		link := info
		if p.Links == LinksNone {
			return nil, 403
		}
		if info, err = os.Stat(name); err != nil || p.Links == LinksOfOwner && !sameOwner(link, info) {
			return nil, 403 // also for one that points nowhere
		}
	}
	switch {
	case err != nil && missing(err):
		return nil, 0
	case err != nil:
		return nil, 403
	case !info.IsDir() && !info.Mode().IsRegular():
		return nil, 403 // to open a pipe or a device could take for ever
	}
	return info, 0
}

// sameOwner says whether a link belongs to whom what it points at does.
func sameOwner(link, target fs.FileInfo) bool {
	a, okA := link.Sys().(*syscall.Stat_t)
	b, okB := target.Sys().(*syscall.Stat_t)
	return okA && okB && a.Uid == b.Uid
}

// override is 500 for a directory that has directives of its own, which this server does not run, and 403 where that
// cannot be told.
func (p *Policy) override(dir string) int {
	for _, name := range p.Override {
		text, err := os.ReadFile(strings.TrimSuffix(dir, "/") + "/" + name)
		switch {
		case err != nil && missing(err):
			continue
		case err != nil:
			return 403
		case hasDirective(string(text)):
			return 500
		}
	}
	return 0
}

// hasDirective says whether a file of httpd's language holds more than comments and blank lines.
func hasDirective(text string) bool {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return true
		}
	}
	return false
}
