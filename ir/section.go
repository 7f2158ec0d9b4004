package ir

import (
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/pcre"
)

// VirtualHost is `<VirtualHost addr…>`.
type VirtualHost struct {
	Node
	// Addresses has at least one entry.
	Addresses []Address
	// Items are what the section holds.
	Items []Item
}

// Address is one address of a VirtualHost.
type Address struct {
	// Host is an IP address without brackets, a name, "*" or "_default_", as it is written.
	Host string
	// Port is 0 where none or * is written: then every port counts.
	Port int
}

// SectionKind is the name of a section that selects requests. The zero value is invalid.
type SectionKind string

// The kinds of sections.
const (
	SectionProxy          SectionKind = "Proxy"
	SectionProxyMatch     SectionKind = "ProxyMatch"
	SectionLocation       SectionKind = "Location"
	SectionLocationMatch  SectionKind = "LocationMatch"
	SectionDirectory      SectionKind = "Directory"
	SectionDirectoryMatch SectionKind = "DirectoryMatch"
	SectionFiles          SectionKind = "Files"
	SectionFilesMatch     SectionKind = "FilesMatch"
	SectionIf             SectionKind = "If"
	SectionElseIf         SectionKind = "ElseIf"
	SectionElse           SectionKind = "Else"
	SectionRequireAll     SectionKind = "RequireAll"
	SectionRequireAny     SectionKind = "RequireAny"
	SectionRequireNone    SectionKind = "RequireNone"
)

// Section is a section that selects requests by URL, file or condition, or that groups Require directives.
type Section struct {
	Node
	// Kind is the name of the section.
	Kind SectionKind
	// Pattern is what it selects: a URL prefix, a path, a wildcard, the text of a regular expression or an expression.
	Pattern string
	// Regex is the parsed pattern of a …Match section or of one with ~; nil otherwise.
	Regex *pcre.Pattern
	// Tilde says that the section was written with ~, as in `<Location ~ "re">`.
	Tilde bool
	// Params are the key=value words of `<Proxy URL key=value>`.
	Params []Param
	// Items are what the section holds.
	Items []Item
}

// URL returns the pattern of a Proxy section as httpd compares it: without proxy: in front, which does not count.
func (s *Section) URL() string {
	if len(s.Pattern) >= len("proxy:") && clib.EqualFold(s.Pattern[:len("proxy:")], "proxy:") {
		return s.Pattern[len("proxy:"):]
	}
	return s.Pattern
}

// Children returns the items of the section.
func (s *Section) Children() []Item { return s.Items }

// Children returns the items of the virtual host.
func (v *VirtualHost) Children() []Item { return v.Items }

func (*VirtualHost) item() {}
func (*Section) item()     {}
