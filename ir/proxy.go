package ir

import (
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/pcre"
)

// ProxyPass maps a path to a backend: `ProxyPass "/app" "http://b:8080/app" timeout=5`.
type ProxyPass struct {
	Node
	// Path is the local path or the text of the regular expression; empty inside a Location, whose path counts.
	Path string
	// Regex is the parsed path of ProxyPassMatch and `ProxyPass ~`; nil otherwise.
	Regex *pcre.Pattern
	// Tilde says that the expression was written with ~.
	Tilde bool
	// Exclude says that the target is !: the path is not proxied.
	Exclude bool
	// URL is the target; empty for an exclusion.
	URL string
	// Params are the worker's or balancer's parameters.
	Params []Param
	// NoCanon, Interpolate and NoQuery are the bare words of that name.
	NoCanon, Interpolate, NoQuery bool
}

// ProxyPassReverse rewrites the URLs in response headers: `ProxyPassReverse "/app" "http://b:8080/app"`.
type ProxyPassReverse struct {
	Node
	// Path is the local path; empty inside a Location.
	Path string
	// URL is the backend's URL or a path.
	URL string
	// Interpolate is the bare word of that name.
	Interpolate bool
}

// ProxyPassReverseCookie rewrites an attribute of the cookies that a backend sets: `ProxyPassReverseCookiePath "/app" "/"`,
// `ProxyPassReverseCookieDomain "back.test" "www.example.com"`.
type ProxyPassReverseCookie struct {
	Node
	// Domain says that it is about the attribute Domain, not about Path.
	Domain bool
	// Internal is how the backend's value begins, Public is what takes the place of the whole value.
	Internal, Public string
	// Interpolate says that there is a third word, whatever it is.
	Interpolate bool
}

// ProxySet sets parameters of a worker or balancer.
type ProxySet struct {
	Node
	// URL names it; empty inside a `<Proxy URL>` section, whose URL counts.
	URL string
	// Params has at least one entry.
	Params []Param
}

// BalancerMember adds a member to a balancer.
type BalancerMember struct {
	Node
	// Balancer is the balancer's URL; empty inside a `<Proxy balancer://name>` section.
	Balancer string
	// URL is the member's.
	URL string
	// Params are the worker's parameters.
	Params []Param
}

// Param is one key=value word of ProxyPass, BalancerMember, ProxySet or <Proxy>.
type Param struct {
	// Key is in lower case.
	Key string
	// Value is as it is written; what httpd makes of it is said by the types Worker and Balancer.
	Value string
	// Span is the whole word.
	Span diag.Span
}

// FCGISetEnvIf is ProxyFCGISetEnvIf of mod_proxy_fcgi: it changes a variable that an application gets, where a condition
// holds.
type FCGISetEnvIf struct {
	Node
	// Condition is an expression as it is written.
	Condition string
	// Name is the variable; Unset says that it is taken away.
	Name  string
	Unset bool
	// Value is an expression for a text, in which $1 is what the condition captured. It may be empty.
	Value string
}

func (*FCGISetEnvIf) item()           {}
func (*ProxyPass) item()              {}
func (*ProxyPassReverse) item()       {}
func (*ProxyPassReverseCookie) item() {}
func (*ProxySet) item()               {}
func (*BalancerMember) item()         {}
