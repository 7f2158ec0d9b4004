package ir

import "github.com/lbconf/lbconf/parser/pcre"

// SetEnvIf is SetEnvIf, SetEnvIfNoCase, BrowserMatch or BrowserMatchNoCase of mod_setenvif. Those of a server are executed
// before anything else looks at the request, those of a section when its URL is mapped and before access is decided.
type SetEnvIf struct {
	Node
	// Attribute is what is looked at: Remote_Host, Remote_Addr, Server_Addr, Request_Method, Request_Protocol or Request_URI in
	// any case, else the name of a request field, or of a variable where no such field is there. With a character other than
	// letters, digits, - and _ it is a regular expression for the name of a field. BrowserMatch has User-Agent.
	Attribute string
	// Pattern is compared with the value, which is empty for what is missing.
	Pattern *pcre.Pattern
	// NoCase says that case does not count.
	NoCase bool
	// Assign is what is set when it matches, as it is written: NAME, NAME=VALUE or !NAME. It has at least one entry.
	Assign []string
}

// SetEnv sets a variable when a request was mapped and may pass (mod_env: SetEnv, in the fixups). A variable that is set
// already keeps its value.
type SetEnv struct {
	Node
	// Name is the variable.
	Name string
	// Value may be empty.
	Value string
}

// EnvNames is PassEnv or UnsetEnv of mod_env.
type EnvNames struct {
	Node
	// Unset says that it is UnsetEnv, which takes back what SetEnv and PassEnv set before; else it is PassEnv, which sets what
	// the environment of the server has.
	Unset bool
	// Names has at least one entry.
	Names []string
}

// AttributeIsPattern says whether the attribute of a SetEnvIf is a regular expression for the name of a request field:
// whether it has a character other than letters, digits, - and _ (mod_setenvif: is_header_regex).
func AttributeIsPattern(attribute string) bool {
	for i := range len(attribute) {
		c := attribute[i]
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return true
		}
	}
	return false
}

func (*SetEnvIf) item() {}
func (*SetEnv) item()   {}
func (*EnvNames) item() {}
