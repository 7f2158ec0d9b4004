package static

import (
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
)

// Types are media types by extension in lower case, without the dot (mod_mime: TypesConfig).
type Types map[string]string

// ParseTypes reads the form of mime.types: a type and its extensions on each line, # begins a comment at the start of a
// line.
func ParseTypes(text string) Types {
	types := make(Types)
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		for _, extension := range words[1:] {
			types[clib.ToLower(extension)] = words[0]
		}
	}
	return types
}

// Extension is what a configuration says about files with an extension, beside TypesConfig.
type Extension struct {
	// Type is the media type where Typed says that there is one; an empty one takes back that of TypesConfig (mod_mime:
	// AddType, RemoveType).
	Type  string
	Typed bool
	// Charset, Encoding and Language are those of AddCharset, AddEncoding and AddLanguage, or empty.
	Charset, Encoding, Language string
	// Filters are the names of output filters, joined by semicolons (mod_mime: AddOutputFilter).
	Filters string
}

// Kind is what a file is.
type Kind struct {
	// Type is the media type with its parameters, or empty.
	Type string
	// Encoding and Languages are the values of Content-Encoding and Content-Language, or empty.
	Encoding, Languages string
	// Filters are the names of output filters, joined by semicolons.
	Filters string
}

// KindOf tells what a file is by the extensions of its name, which may be several in any order (mod_mime: find_ct). Dots
// in front of a name belong to the name.
func (r *Rules) KindOf(name string) Kind {
	var kind Kind
	charset := ""
	name = strings.TrimLeft(name[strings.LastIndexByte(name, '/')+1:], ".")
	_, rest, _ := strings.Cut(name, ".")
	for extension := range strings.SplitSeq(rest, ".") {
		if extension == "" {
			continue
		}
		extension = clib.ToLower(extension)
		own := r.Extensions[extension]
		if t, ok := r.Types[extension]; ok && !own.Typed {
			kind.Type = t
		}
		if own.Typed && own.Type != "" {
			kind.Type = own.Type
		}
		if own.Charset != "" {
			charset = own.Charset
		}
		kind.Languages = join(kind.Languages, ", ", own.Language)
		kind.Encoding = join(kind.Encoding, ", ", own.Encoding)
		kind.Filters = join(kind.Filters, ";", own.Filters)
	}
	if kind.Type != "" && charset != "" {
		kind.Type = withCharset(kind.Type, charset)
	}
	if r.ForceType != "" {
		kind.Type = r.ForceType
	}
	return kind
}

func join(list, separator, more string) string {
	if list == "" || more == "" {
		return list + more
	}
	return list + separator + more
}

// withCharset replaces the charset of a media type.
func withCharset(media, charset string) string {
	parts := strings.Split(media, ";")
	set := false
	for i, part := range parts[1:] {
		if name, _, _ := strings.Cut(strings.TrimSpace(part), "="); clib.EqualFold(name, "charset") {
			parts[i+1], set = " charset="+charset, true
		}
	}
	if !set {
		parts = append(parts, " charset="+charset)
	}
	return strings.Join(parts, ";")
}

// WithDefaultCharset returns the type that is sent for a media type: with the charset of AddDefaultCharset where it is
// text/plain or text/html and names none (core: ap_make_content_type).
func WithDefaultCharset(media, charset string) string {
	if charset == "" || media == "" || strings.Contains(clib.ToLower(media), "charset=") {
		return media
	}
	base, _, _ := strings.Cut(media, ";")
	if base = strings.TrimSpace(base); !clib.EqualFold(base, "text/html") && !clib.EqualFold(base, "text/plain") {
		return media
	}
	return media + "; charset=" + charset
}

// CommonTypes are those of a machine without a file of types.
func CommonTypes() Types {
	return ParseTypes(`
text/html html htm
text/css css
text/plain txt text log
text/csv csv
text/javascript js mjs
text/xml xml
application/json json
application/pdf pdf
application/zip zip
application/gzip gz
application/wasm wasm
application/xhtml+xml xhtml
image/gif gif
image/jpeg jpeg jpg
image/png png
image/svg+xml svg
image/webp webp
image/vnd.microsoft.icon ico
font/woff woff
font/woff2 woff2
video/mp4 mp4
audio/mpeg mp3
`)
}
