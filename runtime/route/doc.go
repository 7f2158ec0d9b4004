// Package route holds what httpd does with names and paths: which virtual host a request is for, what its target means,
// where ProxyPass sends it, how the URL for the backend is written and how a backend's URL in a response becomes one of
// the front.
//
// Functions that make text append it to a slice of the caller, so that a request costs no allocation.
package route
