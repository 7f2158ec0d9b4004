package static

// Rules are what holds for a file after merging. They are immutable.
type Rules struct {
	// Types are those of TypesConfig, Extensions what AddType and others say beside, by extension in lower case.
	Types      Types
	Extensions map[string]Extension
	// ForceType is the type of all files, or empty (core: ForceType).
	ForceType string
	// Charset is what AddDefaultCharset adds, or empty.
	Charset string
	// ETag are the parts of entity tags (core: FileETag).
	ETag ETagParts
	// MaxRanges bounds the ranges of a response; negative is no bound, 0 sends none (core: MaxRanges, default 200).
	MaxRanges int
	// PathInfo lets a path go on behind a file (core: AcceptPathInfo On).
	PathInfo bool
	// Index are the names that stand for a directory, in order (mod_dir: DirectoryIndex, default index.html).
	Index []string
	// Slash redirects to the name of a directory with a slash (mod_dir: DirectorySlash).
	Slash bool
	// Listing is the status of a directory without an index: 403, or 404 where httpd has no module to list it.
	Listing int
	// Policy holds in the directory.
	Policy Policy
}

// ETagParts is a set of what an entity tag is made of.
type ETagParts uint8

// The parts.
const (
	// ETagINode is the number of the file.
	ETagINode ETagParts = 1 << iota
	// ETagMTime is the time of the last change in microseconds.
	ETagMTime
	// ETagSize is the length in bytes.
	ETagSize
)
