package wire

// Rules say what a request may be.
type Rules struct {
	// Line is the longest request line in bytes (core: LimitRequestLine, default 8190).
	Line int
	// Field is the longest field in bytes, and the longest line with the size of a chunk (core: LimitRequestFieldSize,
	// default 8190).
	Field int
	// Fields is the largest number of fields (core: LimitRequestFields, default 100); 0 is no limit.
	Fields int
	// Unsafe takes what is no HTTP but was usual once: lines that end with a line feed alone, several spaces in the request
	// line, control bytes that end no line (core: HttpProtocolOptions Unsafe).
	Unsafe bool
	// Versioned refuses HTTP/0.9 (core: HttpProtocolOptions Require1.0).
	Versioned bool
	// Methods are those that are known, where others are refused; nil takes any (core: HttpProtocolOptions
	// RegisteredMethods).
	Methods map[string]bool
}

// DefaultRules returns httpd's.
func DefaultRules() *Rules { return &Rules{Line: 8190, Field: 8190, Fields: 100} }

// SameBodies says whether bodies are read by two sets of rules in one way.
func (r *Rules) SameBodies(other *Rules) bool {
	return r.Field == other.Field && r.Fields == other.Fields && r.Unsafe == other.Unsafe
}
