package program

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/internal/regex"
	"github.com/lbconf/lbconf/runtime/static"
)

// alias is a compiled Alias or AliasMatch.
type alias struct {
	path   string
	match  *regex.Regexp
	target string
}

// maxRanges is the default of MaxRanges (core: AP_DEFAULT_MAX_RANGES).
const maxRanges = 200

// files finds out which files a server has: those below DocumentRoot and those of aliases.
func (b *builder) files(h *Host, s *effective.Server) {
	h.root = strings.TrimRight(h.server.DocumentRoot, "/")
	h.serves = h.server.DocumentRoot != "" || len(s.Files.Aliases) > 0
	for _, item := range s.Files.Aliases {
		a := &alias{path: item.Path, target: b.path(s, item.Target)}
		if item.Regex != nil {
			re, err := regex.Compile(item.Regex, false)
			if err != nil && b.view.ServerOf(item) != s {
				continue // said where it stands
			}
			if err != nil {
				b.report.refuse(item, "the regular expression %q cannot be run: %v", item.Regex.Source, err)
				continue
			}
			a.match = re
		}
		h.aliases = append(h.aliases, a)
	}
	for _, sec := range s.Sections {
		h.serves = h.serves || len(sec.Files.Aliases) > 0
	}
	if !h.serves {
		return
	}
	file := s.Settings.Word(ir.WordTypesConfig)
	name := b.path(s, file.Value)
	if !file.IsSet() {
		name = "/etc/mime.types"
	}
	if h.types = b.types(name); h.types == nil {
		if file.IsSet() {
			b.report.refuse(file.By, "TypesConfig %s cannot be read, which httpd refuses: name a file of media types, as /etc/mime.types", file.Value)
		}
		h.types = static.CommonTypes()
	}
	if !b.loads("mime_module") {
		h.types = nil
	}
	h.listing, h.indexes = statusNotFound, b.loads("dir_module")
	if b.loads("autoindex_module") {
		h.listing = statusForbidden
	}
}

// types reads a file of media types once; nil for one that cannot be read.
func (b *builder) types(name string) static.Types {
	if types, known := b.typeFiles[name]; known {
		return types
	}
	var types static.Types
	if text, err := os.ReadFile(name); err == nil {
		types = static.ParseTypes(string(text))
	}
	b.typeFiles[name] = types
	return types
}

// loads says whether a module is there: in a configuration that does not say what it loads all are.
func (b *builder) loads(module string) bool {
	if !b.program.config.Server || slices.Contains(b.program.config.Assumed, module) {
		return true
	}
	for item := range ir.All(b.program.config.Items) {
		if load, ok := item.(*ir.LoadModule); ok && load.Module == module {
			return true
		}
	}
	return false
}

// fileRules compiles what holds for files after merging.
func (h *Host) fileRules(scope *effective.Scope) *static.Rules {
	s := scope.Settings
	r := &static.Rules{
		Types: h.types, Extensions: extensions(scope.Files.Mime), MaxRanges: rangesOf(s.Word(ir.WordMaxRanges).Value),
		PathInfo: clib.EqualFold(s.Word(ir.WordAcceptPathInfo).Value, "on"), ETag: etagParts(s), Listing: h.listing, Policy: policy(s),
	}
	if media := s.Word(ir.WordForceType).Value; !clib.EqualFold(media, "none") {
		r.ForceType = media
	}
	r.Charset = defaultCharset(s)
	if h.indexes {
		r.Slash, r.Index = s.Switch(ir.SwitchDirectorySlash).Value, []string{"index.html"}
		if names := s.Words(ir.WordsDirectoryIndex); names.IsSet() {
			r.Index = names.Value
		}
		if len(r.Index) == 1 && clib.EqualFold(r.Index[0], "disabled") {
			r.Index = nil
		}
	}
	return r
}

// defaultCharset is what AddDefaultCharset adds to types of text, or empty.
func defaultCharset(s *effective.Settings) string {
	switch word := s.Word(ir.WordAddDefaultCharset).Value; {
	case clib.EqualFold(word, "off"):
		return ""
	case clib.EqualFold(word, "on"):
		return "iso-8859-1"
	default:
		return word
	}
}

func rangesOf(word string) int {
	switch clib.ToLower(word) {
	case "default":
		return maxRanges
	case "none":
		return 0
	case "unlimited":
		return -1
	}
	n, err := strconv.Atoi(word)
	if err != nil {
		return maxRanges
	}
	return n
}

// etagParts is FileETag, default MTime Size. With signs it changes what it was.
func etagParts(s *effective.Settings) static.ETagParts {
	const usual = static.ETagMTime | static.ETagSize
	named := map[string]static.ETagParts{
		"inode": static.ETagINode, "mtime": static.ETagMTime, "size": static.ETagSize, "all": usual | static.ETagINode,
	}
	words := s.Words(ir.WordsFileETag)
	if !words.IsSet() || len(words.Value) == 0 {
		return usual
	}
	parts := static.ETagParts(0)
	for i, word := range words.Value {
		word = clib.ToLower(word)
		switch part := named[strings.TrimLeft(word, "+-")]; {
		case strings.HasPrefix(word, "-"):
			if i == 0 {
				parts = usual
			}
			parts &^= part
		case strings.HasPrefix(word, "+"):
			if i == 0 {
				parts = usual
			}
			parts |= part
		default:
			parts |= part
		}
	}
	return parts
}

// policy is what holds in a directory while a path is looked up.
func policy(s *effective.Settings) static.Policy {
	p := static.Policy{}
	switch on := s.Options(); {
	case on["followsymlinks"]:
	case on["symlinksifownermatch"]:
		p.Links = static.LinksOfOwner
	default:
		p.Links = static.LinksNone
	}
	override := s.Words(ir.WordsAllowOverride)
	none := override.IsSet() && !slices.ContainsFunc(override.Value, func(word string) bool {
		return !clib.EqualFold(word, "none") && !clib.HasPrefixFold(word, "nonfatal=")
	})
	if !none {
		p.Override = []string{".htaccess"}
		if names := s.Words(ir.WordsAccessFileName); names.IsSet() {
			p.Override = names.Value
		}
	}
	return p
}

// extensions merges the directives of mod_mime: of those of one action and extension the last one counts.
func extensions(edits []*ir.MimeEdit) map[string]static.Extension {
	all := make(map[string]static.Extension, len(edits))
	for _, edit := range edits {
		for _, name := range edit.Extensions {
			name = clib.ToLower(strings.TrimPrefix(name, "."))
			e := all[name]
			switch edit.Action {
			case ir.MimeAddType, ir.MimeRemoveType:
				e.Type, e.Typed = edit.Value, true
			case ir.MimeAddCharset, ir.MimeRemoveCharset:
				e.Charset = edit.Value
			case ir.MimeAddEncoding, ir.MimeRemoveEncoding:
				e.Encoding = edit.Value
			case ir.MimeAddLanguage, ir.MimeRemoveLanguage:
				e.Language = edit.Value
			case ir.MimeAddOutputFilter, ir.MimeRemoveOutputFilter:
				e.Filters = edit.Value
			}
			all[name] = e
		}
	}
	return all
}

// cleanDirectory is the path of a Directory section as it is compared: absolute, without dot segments, runs of slashes and
// a final one.
func (h *Host) cleanDirectory(pattern string) string { return trimSlash(h.absolute(pattern)) }

func trimSlash(path string) string {
	if len(path) > 1 {
		return strings.TrimRight(path, "/")
	}
	return path
}

// policies finds out whether one policy holds in all directories, which is what most configurations say for the root, and
// then is enough to look a path up as a whole.
func (c *scopes) policies() {
	root := c.compile(c.atRoot())
	c.usual, c.uniform = root.files.Policy, true
	for _, sec := range c.directory {
		same := c.compile(append(c.atRoot(), sec.source)).files.Policy
		if same.Links != c.usual.Links || !slices.Equal(same.Override, c.usual.Override) {
			c.uniform = c.uniform && sec.directory == "/" && sec.match == nil
		}
	}
}

// atRoot are the sections of the root directory.
func (c *scopes) atRoot() []*effective.Section {
	var list []*effective.Section
	for _, sec := range c.directory {
		if sec.match == nil && sec.directory == "/" {
			list = append(list, sec.source)
		}
	}
	return list
}

// policyAt is what holds in one directory.
func (c *scopes) policyAt(dir string) static.Policy {
	k := c.pick()
	k.directories(c, dir, "", nil)
	return c.picked(&k).files.Policy
}
