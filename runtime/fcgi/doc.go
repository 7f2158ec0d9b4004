// Package fcgi is FastCGI as mod_proxy_fcgi speaks it to application servers: it makes the records of a request and reads
// those of a response and the head that a script wrote. It does not read or write by itself.
package fcgi
