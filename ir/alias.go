package ir

import "github.com/lbconf/lbconf/parser/pcre"

// Alias maps a part of the URL space to files: `Alias /static /srv/static`.
type Alias struct {
	Node
	// Path is the URL path, or the text of the regular expression of an AliasMatch. It is empty inside a Location, whose path
	// then counts.
	Path string
	// Regex is the parsed pattern of an AliasMatch; nil otherwise.
	Regex *pcre.Pattern
	// Target is the file or folder; in an AliasMatch $1 to $9 stand for groups.
	Target string
}

func (*Alias) item() {}
