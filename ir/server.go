package ir

// LoadModule names a module: `LoadModule proxy_module modules/mod_proxy.so`.
type LoadModule struct {
	Node
	// Module is the identifier: "proxy_module".
	Module string
	// File is the path of the object, relative to the ServerRoot.
	File string
}

// Listen opens a port: `Listen 127.0.0.1:8080`.
type Listen struct {
	Node
	// Address is an IP address, without brackets, or empty for all.
	Address string
	// Port is 1 to 65535.
	Port int
	// Protocol is the second argument in lower case, or empty: "https".
	Protocol string
}

// ServerName names a server: `ServerName https://example.com:8443`.
type ServerName struct {
	Node
	// Scheme is "http", "https" or empty.
	Scheme string
	// Host is the name as it is written.
	Host string
	// Port is 0 where none is written.
	Port int
}

// ServerAlias gives a virtual host further names; * and ? are wildcards.
type ServerAlias struct {
	Node
	// Names has at least one entry.
	Names []string
}

func (*LoadModule) item()  {}
func (*Listen) item()      {}
func (*ServerName) item()  {}
func (*ServerAlias) item() {}
