package effective

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/fnmatch"
)

// Phase is the place of a kind of section in the order of merging: later ones override earlier ones.
type Phase uint8

// The phases in the order of merging. For a proxied request PhaseProxy takes the place of PhaseDirectory and PhaseFiles.
const (
	// PhaseDirectory are Directory sections, the shortest path first, then Directory ~ and DirectoryMatch.
	PhaseDirectory Phase = iota + 1
	// PhaseProxy are Proxy and ProxyMatch sections in order.
	PhaseProxy
	// PhaseFiles are Files and FilesMatch sections in order.
	PhaseFiles
	// PhaseLocation are Location and LocationMatch sections in order, not by length.
	PhaseLocation
	// PhaseIf are If, ElseIf and Else sections, those of the server before those inside other sections.
	PhaseIf
)

// Section is a section that selects requests, with what it holds.
type Section struct {
	// Section is the section of the configuration.
	Section *ir.Section
	// Server is where it stands; a virtual host that inherits it keeps that.
	Server *Server
	// Parent is the section around it; nil outside.
	Parent *Section
	// Phase is its place in the order of merging.
	Phase Phase
	// Settings are those that the section sets itself.
	Settings *Settings
	// Mapping is its last ProxyPass, which is the one that counts; nil where it has none.
	Mapping *Mapping
	// Worker and Balancer are what ProxySet, BalancerMember or the words of a <Proxy URL> section define or change in it; nil
	// where nothing does: a <Proxy URL> that only restricts access makes no worker.
	Worker   *Worker
	Balancer *Balancer
	// Reverses are its ProxyPassReverse directives.
	Reverses []*Reverse
	// Cookies are its ProxyPassReverseCookieDomain and ProxyPassReverseCookiePath directives.
	Cookies []*ir.ProxyPassReverseCookie
	// Rewrite are its rules.
	Rewrite Rewrite
	// Headers are its Header and RequestHeader directives.
	Headers []*ir.HeaderEdit
	// Files is what it says about files, filters and error pages.
	Files Files
	// Conditions are its SetEnvIf directives, Env its SetEnv, PassEnv and UnsetEnv.
	Conditions []*ir.SetEnvIf
	Env        []ir.Item
	// Residue is what it holds and nobody models.
	Residue []*ir.Residue

	access *Access
}

// Matcher decides whether a section with a regular expression matches a subject, or whether an If section's condition
// holds: the view knows no engine for either.
type Matcher func(s *Section, subject string) bool

func newSection(s *Server, item *ir.Section, parent *Section) *Section {
	return &Section{Section: item, Server: s, Parent: parent, Phase: phaseOf(item.Kind), Settings: &Settings{}}
}

func phaseOf(kind ir.SectionKind) Phase {
	switch kind {
	case ir.SectionDirectory, ir.SectionDirectoryMatch:
		return PhaseDirectory
	case ir.SectionProxy, ir.SectionProxyMatch:
		return PhaseProxy
	case ir.SectionFiles, ir.SectionFilesMatch:
		return PhaseFiles
	case ir.SectionLocation, ir.SectionLocationMatch:
		return PhaseLocation
	case ir.SectionIf, ir.SectionElseIf, ir.SectionElse, ir.SectionRequireAll, ir.SectionRequireAny, ir.SectionRequireNone:
	}
	return PhaseIf
}

func isRequireSection(kind ir.SectionKind) bool {
	return kind == ir.SectionRequireAll || kind == ir.SectionRequireAny || kind == ir.SectionRequireNone
}

// add takes an item of the section that concerns nothing outside it.
func (s *Section) add(item ir.Item) {
	switch item := item.(type) {
	case *ir.Switch, *ir.Number, *ir.Word, *ir.Words:
		if isMerging(item) {
			accessOf(&s.access).setMerging(item)
		}
		s.Settings.add(item)
		s.Rewrite.Engine = s.Settings.Switch(ir.SwitchRewriteEngine)
		s.Rewrite.Options = s.Settings.Words(ir.WordsRewriteOptions)
	case *ir.ProxyPassReverse:
		s.Reverses = append(s.Reverses, newReverse(item, s))
	case *ir.ProxyPassReverseCookie:
		s.Cookies = append(s.Cookies, item)
	case *ir.RewriteCond, *ir.RewriteRule:
		s.Rewrite.add(item)
	case *ir.HeaderEdit:
		s.Headers = append(s.Headers, item)
	case *ir.ErrorDocument, *ir.MimeEdit, *ir.FilterByType, *ir.Alias:
		s.Files.add(item)
	case *ir.Require, *ir.AccessOrder, *ir.AccessRule:
		accessOf(&s.access).add(item)
	case *ir.HealthTemplate, *ir.HealthExpr: // belongs to the server
	case *ir.SetEnvIf:
		s.Conditions = append(s.Conditions, item)
	case *ir.SetEnv, *ir.EnvNames, *ir.FCGISetEnvIf:
		s.Env = append(s.Env, item)
	case *ir.Residue:
		s.Residue = append(s.Residue, item)
	case *ir.LoadModule, *ir.Listen, *ir.ServerName, *ir.ServerAlias, *ir.VirtualHost, *ir.Section, *ir.ProxyPass, *ir.ProxySet,
		*ir.BalancerMember, *ir.RewriteMap, *ir.LogFormat, *ir.CustomLog:
	}
}

// Access returns the rules of access that the section itself sets.
func (s *Section) Access() Access { return s.access.get() }

// Match says whether the section covers a subject: the decoded path for Location, the target URL for Proxy, the path of a
// file for Directory, a file's name for Files. regex decides for a regular expression and for If; where it is nil these do
// not match.
func (s *Section) Match(subject string, regex Matcher) bool {
	if s.Section.Regex != nil || s.Phase == PhaseIf {
		return regex != nil && regex(s, subject)
	}
	pattern := s.Section.Pattern
	switch s.Phase {
	case PhaseProxy:
		pattern = s.Section.URL()
		if fnmatch.HasWildcard(pattern) {
			return fnmatch.Match(pattern, subject, false)
		}
		return strings.HasPrefix(subject, pattern)
	case PhaseFiles:
		if fnmatch.HasWildcard(pattern) {
			return fnmatch.Match(pattern, subject, false)
		}
		return subject == pattern
	case PhaseLocation, PhaseDirectory:
		return MatchPath(pattern, subject)
	case PhaseIf:
	}
	return false
}

// MatchPath compares a path with the argument of a Location: with a wildcard as a whole, where a wildcard does not match a
// slash, else as a prefix that ends at a segment.
func MatchPath(pattern, path string) bool {
	if fnmatch.HasWildcard(pattern) {
		return fnmatch.Match(pattern, path, true)
	}
	if !strings.HasPrefix(path, pattern) {
		return false
	}
	rest := path[len(pattern):]
	return rest == "" || rest[0] == '/' || strings.HasSuffix(pattern, "/")
}

// Phase returns the sections of a phase in the order of merging, those of the main server first.
func (s *Server) Phase(phase Phase) []*Section {
	var all []*Section
	for _, sec := range s.Sections {
		if sec.Phase == phase {
			all = append(all, sec)
		}
	}
	if phase == PhaseDirectory {
		slices.SortStableFunc(all, func(a, b *Section) int { return directoryRank(a) - directoryRank(b) })
	}
	if phase == PhaseIf {
		slices.SortStableFunc(all, func(a, b *Section) int { return depth(a) - depth(b) })
	}
	return all
}

// directoryRank is the number of slashes; regular expressions come behind all paths, and are sorted in the same way (core:
// reorder_sorter).
func directoryRank(s *Section) int {
	if s.Section.Regex != nil {
		return 1<<30 + strings.Count(s.Section.Pattern, "/")
	}
	return strings.Count(strings.TrimRight(s.Section.Pattern, "/"), "/")
}

func depth(s *Section) int {
	n := 0
	for p := s.Parent; p != nil; p = p.Parent {
		n++
	}
	return n
}

// Matching returns the sections of a phase that cover a subject, in the order of merging.
func (s *Server) Matching(phase Phase, subject string, regex Matcher) []*Section {
	var all []*Section
	for _, sec := range s.Phase(phase) {
		if sec.Match(subject, regex) {
			all = append(all, sec)
		}
	}
	return all
}
