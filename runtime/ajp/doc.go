// Package ajp is AJP 1.3 as mod_proxy_ajp speaks it to servlet containers: it makes the packets of a request and reads those
// of a response. It does not read or write by itself.
//
// A packet is two bytes of signature, two of length, and that many bytes, of which the first says what it is. Numbers are
// big-endian; a text is its length in two bytes, its bytes and a zero byte.
package ajp
