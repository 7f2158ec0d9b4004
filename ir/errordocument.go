package ir

import "strings"

// ErrorDocument is what a client gets in the place of httpd's page for a status: `ErrorDocument 404 /missing.html`.
type ErrorDocument struct {
	Node
	// Status is one that httpd has a page for.
	Status int
	// Target is a text, a local path, a URL, or the word default. Kind tells which.
	Target string
}

// HasErrorPage says whether httpd has a page for a status, so that ErrorDocument takes it (core: ap_index_of_response).
func HasErrorPage(status int) bool {
	switch {
	case status >= 100 && status <= 103, status >= 200 && status <= 208, status >= 300 && status <= 308 && status != 306,
		status >= 400 && status <= 417, status >= 421 && status <= 424, status >= 500 && status <= 508:
		return true
	}
	switch status {
	case 226, 426, 428, 429, 431, 451, 510, 511:
		return true
	}
	return false
}

// ErrorTarget is what the target of an ErrorDocument is. The zero value is invalid.
type ErrorTarget uint8

// The targets, as core tells them apart.
const (
	// ErrorText is sent as it is.
	ErrorText ErrorTarget = iota + 1
	// ErrorPath is a path of the same server: the request goes on there, with the method GET.
	ErrorPath
	// ErrorURL is where the client is sent with 302.
	ErrorURL
	// ErrorDefault is httpd's own page.
	ErrorDefault
)

// Kind tells what the target is: what has a space in it is a text, whatever it begins with (core: set_error_document).
func (e *ErrorDocument) Kind() ErrorTarget {
	switch {
	case strings.Contains(e.Target, " "):
		return ErrorText
	case strings.HasPrefix(e.Target, "/"):
		return ErrorPath
	case isURL(e.Target):
		return ErrorURL
	case strings.EqualFold(e.Target, "default"):
		return ErrorDefault
	}
	return ErrorText
}

// isURL says whether a text begins with a scheme and a colon (core: ap_is_url).
func isURL(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '+', c == '-', c == '.':
		default:
			return i > 0 && c == ':'
		}
	}
	return false
}

func (*ErrorDocument) item() {}
