package program

import (
	"strings"
	"unsafe"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/fnmatch"
)

// nesting is the number of sections around a section.
func nesting(s *effective.Section) int {
	n := 0
	for at := s.Parent; at != nil; at = at.Parent {
		n++
	}
	return n
}

// directories puts the sections that cover a directory and, unless the name is empty, the file of that name in it. Regular
// expressions of directories see the whole path (httpd: ap_directory_walk, ap_file_walk).
func (k *pick) directories(c *scopes, dir, name string, p *Plan) {
	whole := dir
	if name != "" {
		whole = strings.TrimSuffix(dir, "/") + "/" + name
	}
	for _, s := range c.directory {
		if s.coversDirectory(dir, whole) {
			k.put(s)
		}
	}
	if name == "" {
		return
	}
	for _, s := range c.files {
		if around := s.source.Parent; around != nil && !k.inside(c, around) {
			continue
		}
		subject := unsafe.Slice(unsafe.StringData(name), len(name)) // which is only looked at
		if s.matches(subject, subject, p) {
			k.put(s)
		}
	}
}

// inside says whether the section around another one was put.
func (k *pick) inside(c *scopes, around *effective.Section) bool {
	for _, s := range c.directory {
		if s.source == around {
			return k.has(s)
		}
	}
	return false
}

// coversDirectory says whether a Directory section covers a directory: a wildcard stands for as many parts of its path as
// it has.
func (s *section) coversDirectory(dir, whole string) bool {
	if s.match != nil {
		_, ok := s.match.Match(whole, nil)
		return ok
	}
	pattern := s.directory
	if !fnmatch.HasWildcard(pattern) {
		return effective.MatchPath(pattern, dir)
	}
	for range strings.Count(dir, "/") - strings.Count(pattern, "/") {
		dir = dir[:strings.LastIndexByte(dir, '/')]
	}
	return fnmatch.Match(pattern, dir, true)
}

// locatedAlias is the Alias of the last Location that has one, as an absolute path, or empty.
func (c *scopes) locatedAlias(list []*effective.Section) string {
	target := ""
	for _, s := range list {
		if n := len(s.Files.Aliases); n > 0 && s.Section.Kind != ir.SectionProxy {
			target = c.host.absolute(s.Files.Aliases[0].Target)
		}
	}
	return target
}
