package rewrite

import (
	"slices"

	"github.com/lbconf/lbconf/parser/clib"
)

// VarKind says where a variable's value comes from.
type VarKind uint8

// The kinds of variable.
const (
	// NoVar names nothing that mod_rewrite knows: it is always empty.
	NoVar VarKind = iota
	// ServerVar is a variable by its name, such as REQUEST_URI.
	ServerVar
	// HeaderVar is a request header: %{HTTP:Name}, or a name of its own such as HTTP_HOST.
	HeaderVar
	// EnvVar is %{ENV:name}: notes, then the request's environment, then the process's.
	EnvVar
	// SSLVar is %{SSL:name}.
	SSLVar
	// LookAheadURI is %{LA-U:variable}: its value after a subrequest for the URI.
	LookAheadURI
	// LookAheadFile is %{LA-F:variable}: its value after a subrequest for the file.
	LookAheadFile
)

// Variable is the inside of %{…}.
type Variable struct {
	Kind VarKind
	// Name is the variable in capitals for a ServerVar, the header's name for a HeaderVar, the text behind the colon
	// for EnvVar and SSLVar, and the whole text for NoVar.
	Name string
	// Of is what a look-ahead asks for, else nil.
	Of *Variable
}

// parseVariable reads the inside of %{…}. Names have no case, except behind a colon.
func parseVariable(text string) Variable {
	v := Variable{Name: text}
	if len(text) < 4 {
		return v
	}
	switch {
	case text[3] == ':':
		if len(text) == 4 {
			return v
		}
		switch clib.ToUpper(text[:3]) {
		case "ENV":
			return Variable{Kind: EnvVar, Name: text[4:]}
		case "SSL":
			return Variable{Kind: SSLVar, Name: text[4:]}
		}
		return v
	case len(text) > 4 && text[4] == ':':
		return prefixedVariable(text)
	}
	name := clib.ToUpper(text)
	if header, ok := headerVariable(name); ok {
		return Variable{Kind: HeaderVar, Name: header}
	}
	if slices.Contains(serverVariables(), name) {
		return Variable{Kind: ServerVar, Name: name}
	}
	return v
}

// prefixedVariable reads HTTP:name, LA-U:variable and LA-F:variable.
func prefixedVariable(text string) Variable {
	rest := text[5:]
	if rest == "" {
		return Variable{Name: text}
	}
	var kind VarKind
	switch clib.ToUpper(text[:4]) {
	case "HTTP":
		return Variable{Kind: HeaderVar, Name: rest}
	case "LA-U":
		kind = LookAheadURI
	case "LA-F":
		kind = LookAheadFile
	default:
		return Variable{Name: text}
	}
	of := parseVariable(rest)
	return Variable{Kind: kind, Name: rest, Of: &of}
}

// headerVariable returns the header behind a variable that has a name of its own.
func headerVariable(name string) (string, bool) {
	switch name {
	case "HTTP_HOST":
		return "Host", true
	case "HTTP_ACCEPT":
		return "Accept", true
	case "HTTP_COOKIE":
		return "Cookie", true
	case "HTTP_FORWARDED":
		return "Forwarded", true
	case "HTTP_REFERER":
		return "Referer", true
	case "HTTP_USER_AGENT":
		return "User-Agent", true
	case "HTTP_PROXY_CONNECTION":
		return "Proxy-Connection", true
	}
	return "", false
}

func serverVariables() []string {
	return []string{
		"API_VERSION", "AUTH_TYPE", "CONN_REMOTE_ADDR", "CONTEXT_DOCUMENT_ROOT", "CONTEXT_PREFIX", "DOCUMENT_ROOT", "HTTPS",
		"IPV6", "IS_SUBREQ", "PATH_INFO", "QUERY_STRING", "REMOTE_ADDR", "REMOTE_HOST", "REMOTE_IDENT", "REMOTE_PORT",
		"REMOTE_USER", "REQUEST_FILENAME", "REQUEST_METHOD", "REQUEST_SCHEME", "REQUEST_URI", "SCRIPT_FILENAME",
		"SCRIPT_GROUP", "SCRIPT_USER", "SERVER_ADDR", "SERVER_ADMIN", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL",
		"SERVER_SOFTWARE", "THE_REQUEST", "TIME", "TIME_DAY", "TIME_HOUR", "TIME_MIN", "TIME_MON", "TIME_SEC", "TIME_WDAY",
		"TIME_YEAR",
	}
}
