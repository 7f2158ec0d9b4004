// Package wire is HTTP/1.1 on the wire, on both sides of a proxy: heads, framing and bodies, and the connections they
// come from.
//
// Heads are parsed in place. Names and values are parts of the buffer that was read into, in the order, the case and the
// number in which they were sent; nothing is canonicalised, since httpd keeps all that and backends see it. What httpd
// refuses is refused with the status that it answers.
package wire
