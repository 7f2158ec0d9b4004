// Package exchange is one request in flight: what the client asked, what it is answered, and what the stages between
// leave for each other and for the log.
//
// An Exchange is reused from request to request. Whatever it holds as bytes lies in the buffer that the head was read
// into or in the arena of the exchange, and is valid until Reset.
package exchange

import (
	"net/netip"
	"time"

	"github.com/lbconf/lbconf/runtime/wire"
)

// Exchange is one request in flight. It belongs to one goroutine.
type Exchange struct {
	// Client is the connection it came on.
	Client Client
	// Request is what was asked.
	Request Request
	// Response is what is answered.
	Response Response
	// Env are the environment variables of the request (httpd: subprocess_env), Notes its notes.
	Env, Notes Table
	// Handler is what produced the response (%R): "proxy-server" for a request that was proxied, else often empty.
	Handler string
	// Filename is "proxy:" and the backend's URL for a request that was proxied, or what rewrite rules made of the path when
	// they answered themselves (%f).
	Filename []byte
	// ServerName is the name of the virtual host that took the request (%v).
	ServerName string
	// Varied are the names of the fields of the request that decided about it, joined by commas: a response of the server's
	// own names them in Vary.
	Varied []byte
	// Start is when the head was read, Done when the response was sent.
	Start, Done time.Time
	// BytesIn and BytesOut count what went over the connection for this request, heads included (mod_logio: %I, %O).
	BytesIn, BytesOut int64
	// KeptAlive says that the connection stays open behind the response (%X).
	KeptAlive bool
	// Redirected is what was asked for before an ErrorDocument took its place; nil for none.
	Redirected *Redirected
	// Aborted says that the client was gone before the response was sent (%X).
	Aborted bool

	arena arena
}

// Redirected is a request in whose place another path of the server is answered.
type Redirected struct {
	// Path is the path as it was decoded.
	Path []byte
	// Query is what followed the question mark; HasQuery tells an empty one from none.
	Query    []byte
	HasQuery bool
}

// Client is the connection that a request came on.
type Client struct {
	// Remote is the address of the client, Local the one it connected to.
	Remote, Local netip.AddrPort
	// RemoteIP and LocalIP are their addresses as text, LocalPort is the port as text.
	RemoteIP, LocalIP, LocalPort string
	// ListenPort is the port as the configuration knows it, which differs from Local's when serve maps it.
	ListenPort uint16
	// Served is the number of requests that the connection carried before this one.
	Served int
	// Kept is how many heads of responses said that the connection is kept, that of this request included (httpd:
	// conn_rec.keepalives; %k is one less).
	Kept int
	// Name is the name of the client, where a rule of access asked for it; nil where none did.
	Name *ClientName
	// Secure says that the connection is TLS and that the virtual host of the request serves TLS, so that its URLs begin
	// with https.
	Secure bool
	// TLS is what is known of an encrypted connection; nil for a plain one.
	TLS *TLS
}

// ClientName is the name of a client. It is never changed.
type ClientName struct {
	// Text is what the address leads to, in lower case; empty for none.
	Text string
	// Confirmed says that the name leads back to the address.
	Confirmed bool
}

// Host returns the name of the client where one was looked up and found, else its address (httpd: ap_get_useragent_host with
// REMOTE_NAME).
func (c *Client) Host() string {
	if c.Name != nil && c.Name.Text != "" {
		return c.Name.Text
	}
	return c.RemoteIP
}

// Request is what was asked.
type Request struct {
	wire.RequestHead
	// RawPath is the path of the target as it was sent, without the query.
	RawPath []byte
	// Path is RawPath decoded, with slashes merged and dot segments resolved (httpd: r->uri).
	Path []byte
	// Query is what follows the question mark of the target; HasQuery tells an empty one from none.
	Query    []byte
	HasQuery bool
	// Hostname is the host that was asked for, in lower case, without port and trailing dot; empty when none was named.
	Hostname []byte
	// HostPort is the port that was named beside the host, or 0.
	HostPort uint16
	// Absolute says that the target was a URL.
	Absolute bool
}

// Protocol returns the version of the request as HTTP/1.1, HTTP/1.0 or HTTP/0.9 (httpd: r->protocol).
func (r *Request) Protocol() string {
	switch {
	case r.Simple:
		return "HTTP/0.9"
	case r.Minor == 0:
		return "HTTP/1.0"
	}
	return "HTTP/1.1"
}

// Response is what is answered.
type Response struct {
	// Status is the code of the status line.
	Status int
	// First is the status for which the response stands in, as that of an ErrorDocument does; 0 for most (%<s).
	First int
	// Reason is the text of the status line behind the code.
	Reason []byte
	// Fields are the fields as they are sent, without Date and Server and what the connection adds.
	Fields wire.Fields
	// Always is how many of Fields, from the first on, are in the table of httpd that errors have too: those that a script
	// wrote. Header directives tell the tables apart.
	Always int
	// BodyBytes is the number of bytes of the body that were sent, without chunk framing (%B).
	BodyBytes int64
	// ContentType is the type of the response as sent, for ap_expr and the log.
	ContentType []byte
	// OwnConnection says that Fields have a Connection field, to which what the connection says itself is to be joined.
	OwnConnection bool
	// Started says that the head was sent, so that no other response can be.
	Started bool
}

// Reset forgets the request and keeps the connection and all room.
func (x *Exchange) Reset() {
	x.Request.Reset()
	x.Request = Request{RequestHead: x.Request.RequestHead}
	x.Response = Response{Fields: x.Response.Fields[:0]}
	x.Env.Reset()
	x.Notes.Reset()
	x.Handler, x.Filename, x.ServerName, x.Varied = "", nil, "", nil
	x.Start, x.Done = time.Time{}, time.Time{}
	x.BytesIn, x.BytesOut = 0, 0
	x.KeptAlive, x.Aborted, x.Redirected = false, false, nil
	x.arena.reset()
}

// Alloc returns n bytes of the arena, valid until Reset. Their content is undefined.
func (x *Exchange) Alloc(n int) []byte { return x.arena.alloc(n) }

// Copy returns a copy of b in the arena, valid until Reset.
func (x *Exchange) Copy(b []byte) []byte {
	c := x.arena.alloc(len(b))
	copy(c, b)
	return c
}

// Vary adds names of fields of the request, joined by commas, to those that decided about it.
func (x *Exchange) Vary(names []byte) {
	switch {
	case len(names) == 0:
	case len(x.Varied) == 0:
		x.Varied = x.Copy(names)
	default:
		x.Varied = append(append(append(x.Alloc(len(x.Varied) + 2 + len(names))[:0], x.Varied...), ", "...), names...)
	}
}

// CopyString returns a copy of s in the arena, valid until Reset.
func (x *Exchange) CopyString(s string) []byte {
	c := x.arena.alloc(len(s))
	copy(c, s)
	return c
}

// arena hands out room for one request. A block that is full is left to what points into it.
type arena struct{ block []byte }

// arenaBlock is the size of a block in bytes. It holds what a request with some rewriting needs.
const arenaBlock = 4096

func (a *arena) alloc(n int) []byte {
	if len(a.block)+n > cap(a.block) {
		a.block = make([]byte, 0, max(arenaBlock, n))
	}
	start := len(a.block)
	a.block = a.block[:start+n]
	return a.block[start : start+n : start+n]
}

func (a *arena) reset() {
	if cap(a.block) > arenaBlock {
		a.block = nil
	}
	a.block = a.block[:0]
}

// MergeFields joins fields of one name into the first, with ", " between the values, as httpd does before anything looks
// at them. Joined values lie in the arena of x.
func (r *Request) MergeFields(x *Exchange) {
	for i := 0; i < len(r.Fields); i++ {
		first := &r.Fields[i]
		for j := i + 1; j < len(r.Fields); j++ {
			if wire.EqualFoldBytes(first.Name, r.Fields[j].Name) {
				r.Fields = mergeInto(r.Fields, i, j, x)
				break
			}
		}
	}
}

// mergeInto joins field j and those of its name behind it into field i.
func mergeInto(fields wire.Fields, i, j int, x *Exchange) wire.Fields {
	size := len(fields[i].Value)
	for _, f := range fields[j:] {
		if wire.EqualFoldBytes(f.Name, fields[i].Name) {
			size += 2 + len(f.Value)
		}
	}
	joined := append(x.Alloc(size)[:0], fields[i].Value...)
	kept := fields[:j]
	for _, f := range fields[j:] {
		if wire.EqualFoldBytes(f.Name, fields[i].Name) {
			joined = append(append(joined, ", "...), f.Value...)
		} else {
			kept = append(kept, f)
		}
	}
	fields[i].Value = joined
	return kept
}
