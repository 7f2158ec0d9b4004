package ir

// HeaderAction is what Header and RequestHeader do. The zero value is invalid.
type HeaderAction string

// The actions of mod_headers.
const (
	HeaderAdd        HeaderAction = "add"
	HeaderSet        HeaderAction = "set"
	HeaderSetIfEmpty HeaderAction = "setifempty"
	HeaderAppend     HeaderAction = "append"
	HeaderMerge      HeaderAction = "merge"
	HeaderUnset      HeaderAction = "unset"
	HeaderEcho       HeaderAction = "echo"
	HeaderNote       HeaderAction = "note"
	HeaderEditFirst  HeaderAction = "edit"
	HeaderEditAll    HeaderAction = "edit*"
)

// HeaderEdit is one Header or RequestHeader directive.
type HeaderEdit struct {
	Node
	// Request says that it is RequestHeader.
	Request bool
	// Always says that it works on the table that error responses have too.
	Always bool
	// OnSuccess says that the default table was named.
	OnSuccess bool
	// Action is what it does.
	Action HeaderAction
	// Name is the header field, or the pattern of echo.
	Name string
	// Value is the format, the note's name, or the pattern of an edit; empty for unset and echo.
	Value string
	// Replacement is the last argument of an edit.
	Replacement string
	// Condition is the last argument as it is written: env=VAR, env=!VAR, expr=…, early, or empty.
	Condition string
}

func (*HeaderEdit) item() {}
