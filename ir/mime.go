package ir

// MimeAction is a directive of mod_mime that says something about the extensions of files. The zero value is invalid.
type MimeAction string

// The directives.
const (
	MimeAddType            MimeAction = "AddType"
	MimeAddCharset         MimeAction = "AddCharset"
	MimeAddEncoding        MimeAction = "AddEncoding"
	MimeAddLanguage        MimeAction = "AddLanguage"
	MimeAddOutputFilter    MimeAction = "AddOutputFilter"
	MimeRemoveType         MimeAction = "RemoveType"
	MimeRemoveCharset      MimeAction = "RemoveCharset"
	MimeRemoveEncoding     MimeAction = "RemoveEncoding"
	MimeRemoveLanguage     MimeAction = "RemoveLanguage"
	MimeRemoveOutputFilter MimeAction = "RemoveOutputFilter"
)

// Removes says whether the directive takes back what another said, so that it has no value.
func (a MimeAction) Removes() bool {
	switch a {
	case MimeRemoveType, MimeRemoveCharset, MimeRemoveEncoding, MimeRemoveLanguage, MimeRemoveOutputFilter:
		return true
	case MimeAddType, MimeAddCharset, MimeAddEncoding, MimeAddLanguage, MimeAddOutputFilter:
	}
	return false
}

// MimeEdit says what files with an extension are, or how they are sent: `AddType text/x-log .log`.
type MimeEdit struct {
	Node
	// Action is the directive.
	Action MimeAction
	// Value is the type, charset, encoding, language, or the names of filters joined by semicolons; empty for a directive that
	// removes.
	Value string
	// Extensions has at least one entry, with or without a dot, as they are written.
	Extensions []string
}

func (*MimeEdit) item() {}
