package parser

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/fnmatch"
)

// maxFolderDepth is how deep httpd follows folders in an included folder.
const maxFolderDepth = 20

// include does Include and IncludeOptional as ap_process_fnmatch_configs does.
func (l *loader) include(n *Node, optional bool, nodes []*Node) []*Node {
	if !l.arity(n, 1, "one argument, a file, a folder or a pattern of them") {
		return nodes
	}
	word := n.Words[0]
	inc := &including{loader: l, node: n, at: word.Text.All(), optional: optional, nodes: nodes}
	if len(l.chain) > l.limits.IncludeDepth {
		inc.tooDeep()
		return nodes
	}
	full := l.absolute(word.String())
	if !fnmatch.HasWildcard(full) {
		inc.path(full, 0)
		return inc.nodes
	}
	root := ""
	if path.IsAbs(full) {
		root, full = "/", strings.TrimLeft(full, "/")
	}
	inc.pattern(root, full)
	return inc.nodes
}

// absolute returns a path as httpd resolves it, relative to the ServerRoot.
func (l *loader) absolute(name string) string {
	full := name
	if !path.IsAbs(name) {
		full = path.Join(l.root, name)
	}
	clean := path.Clean(full)
	if strings.HasSuffix(name, "/") && clean != "/" {
		clean += "/"
	}
	return clean
}

// including is one Include at work.
type including struct {
	*loader
	node     *Node
	at       diag.Span
	optional bool
	nodes    []*Node
}

// path includes a file, or every file of a folder.
func (c *including) path(name string, depth int) {
	if c.exhausted() {
		return
	}
	info, err := c.fs.Stat(name)
	if err != nil {
		c.unreadable(name, err)
		return
	}
	if !info.IsDir() {
		c.read(name, info)
		return
	}
	if depth++; depth > maxFolderDepth {
		c.missing(fmt.Sprintf("%q lies more than %d folders deep", name, maxFolderDepth),
			"exceeds the maximum include directory nesting level of 20. You have probably a recursion somewhere.", "remove the symbolic link that leads back")
		return
	}
	entries, err := c.folder(name)
	if err != nil {
		c.unreadable(name, err)
		return
	}
	for _, entry := range entries {
		c.path(path.Join(name, entry), depth)
	}
}

// folder returns the names in a folder in the order of their bytes. Each reading counts as a file, so that folders that
// lead back to each other end.
func (c *including) folder(name string) ([]string, error) {
	c.files++
	entries, err := c.fs.ReadDir(name)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	slices.Sort(names)
	return names, nil
}

// pattern includes what matches the rest of a path below dir, a component at a time.
func (c *including) pattern(dir, rest string) {
	if c.exhausted() {
		return
	}
	first, more, deeper := strings.Cut(rest, "/")
	if !fnmatch.HasWildcard(first) {
		name := path.Join(dir, first)
		if deeper && more != "" {
			c.pattern(name, more)
		} else {
			c.path(name, 0)
		}
		return
	}
	if dir == "" {
		dir = "."
	}
	entries, err := c.folder(dir)
	if err != nil {
		if !c.optional || !errors.Is(err, fs.ErrNotExist) {
			c.noFolder(dir, err)
		}
		return
	}
	matched := false
	for _, entry := range entries {
		if !fnmatch.Name(first, entry) {
			continue
		}
		name := path.Join(dir, entry)
		if !deeper {
			matched = true
			c.path(name, 0)
			continue
		}
		if info, err := c.fs.Stat(name); err != nil || !info.IsDir() {
			continue
		}
		matched = true
		if more == "" {
			c.path(name, 0)
		} else {
			c.pattern(name, more)
		}
	}
	if !matched && !c.optional {
		c.missing(fmt.Sprintf("nothing in %q matches %q", dir, first),
			fmt.Sprintf("No matches for the wildcard '%s' in '%s', failing", first, dir), "write IncludeOptional if there may be none")
	}
}

// read reads a file and executes it in place.
func (c *including) read(name string, info fs.FileInfo) {
	if !info.Mode().IsRegular() && name != "/dev/null" {
		c.notRead(fmt.Sprintf("%q is no regular file", name), "name a file or a folder")
		return
	}
	if size := info.Size(); size > c.limits.FileBytes {
		c.notRead(fmt.Sprintf("%q is %d bytes long; %d is the most for one file", name, size, c.limits.FileBytes), "raise the limit with --max-input if the file is right")
		return
	}
	source, ok := c.cache[name]
	if !ok {
		source.src, source.err = c.fs.ReadFile(name)
		c.cache[name] = source
	}
	if source.err != nil {
		c.unreadable(name, source.err)
		return
	}
	if c.bytes+int64(len(source.src)) > c.limits.TotalBytes {
		c.full = true
		c.notRead(fmt.Sprintf("with %q the input is larger than %d bytes", name, c.limits.TotalBytes), "this and what is included behind it is not read; raise the limit with --max-input if that is right")
		return
	}
	c.nodes = c.file(name, source.src, c.node.Span(), c.nodes)
}

// exhausted reports whether no further file may be read, and says so the first time.
func (c *including) exhausted() bool {
	if c.files < c.limits.Files && !c.full {
		return false
	}
	if !c.full {
		c.full = true
		c.notRead(fmt.Sprintf("the input has more than %d files", c.limits.Files), "this and what is included behind it is not read; look for an Include that leads back to itself")
	}
	c.skip(c.node.Item, 1, "the limits of an input are exhausted", len(c.nodes))
	return true
}

func (c *including) missing(message, httpd, advice string) {
	d := refusal(c.at, "", "%s", message)
	d.Code, d.Name = codeInclude, "include-missing"
	c.report(with(d, httpdSays("%s", httpd), help("%s", advice)))
}

func (c *including) notRead(message, advice string) {
	d := unknown(c.at, "not read", "%s", message)
	d.Code, d.Name = codeInclude, "include-missing"
	c.report(with(d, help("%s", advice)))
}

// unreadable reports why a file cannot be opened. What only we may not read, httpd may: it starts as root.
func (c *including) unreadable(name string, err error) {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, errTooLarge):
		c.notRead(fmt.Sprintf("%q cannot be read: %v", name, reason(err)), "run lbconf as a user who may read it, or make it readable")
	case c.optional:
	default:
		advice := "write the path of a file that exists, or IncludeOptional if it may be missing"
		if !path.IsAbs(c.node.Words[0].String()) {
			advice += fmt.Sprintf("; relative paths belong to the ServerRoot, which is %q here (set it with -d)", c.root)
		}
		c.missing(fmt.Sprintf("%q cannot be opened: %v", name, reason(err)), "Could not open configuration file "+name, advice)
	}
}

func (c *including) noFolder(dir string, err error) {
	if errors.Is(err, fs.ErrPermission) {
		c.unreadable(dir, err)
		return
	}
	c.missing(fmt.Sprintf("the folder %q cannot be opened: %v", dir, reason(err)), "Could not open directory "+dir, "create the folder, or write IncludeOptional if it may be missing")
}

// reason returns the error without the path that the message has already.
func reason(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}

// tooDeep reports an Include below the last level; where a file was reached from itself, at the Include that closes the
// first such round.
func (c *including) tooDeep() {
	d := refusal(c.at, "", "Include lies more than %d files deep", c.limits.IncludeDepth)
	d.Code, d.Name = codeInclude, "include-missing"
	advice := "include fewer files from files"
	if round := c.round(); round != nil {
		names := make([]string, len(round))
		for i, inc := range round {
			names[i] = inc.name
			if 0 < i && i < len(round)-1 {
				d = related(d, inc.at, "includes %s", inc.name)
			}
		}
		d.Span = round[len(round)-1].at
		d.Message = "Include leads back to itself: " + strings.Join(names, " → ")
		d.Label = "includes " + names[0] + " again"
		advice = "remove one Include of the round, or put the contents of the file into <IfDefine !SEEN> with a Define SEEN"
	}
	c.report(with(d, httpdSays("Exceeded maximum include depth of %d, There appears to be a recursion.", c.limits.IncludeDepth), help("%s", advice)))
}

// round returns the files from the first one that is included again to where it is; nil where there is none.
func (c *including) round() []inclusion {
	first := map[string]int{}
	for i, inc := range c.chain {
		if start, ok := first[inc.name]; ok {
			return c.chain[start : i+1]
		}
		first[inc.name] = i
	}
	return nil
}
