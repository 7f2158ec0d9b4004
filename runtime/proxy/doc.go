// Package proxy sends a request to a backend and its response to the client as mod_proxy_http does: which fields go where
// and in which order, how bodies are framed, when another member of a balancer is tried, and what is answered when there
// is no response to pass on.
package proxy
