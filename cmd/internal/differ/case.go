// Package differ generates configurations of reverse proxies with requests and the answers of their backends, runs each
// on httpd and on lbconf, and compares what happened on the wire: what backends received, byte for byte, which of them,
// on a new connection or a kept one, and what the client got. A case that differs is shrunk to the lines that matter and
// written as a conformance script.
package differ

import (
	"slices"
	"strings"
)

// Case is a configuration and what is done with it. Its texts hold the placeholders of conformance scripts: @b1@ for the
// address of a backend, @front@ for that of the server.
type Case struct {
	// Frame is what every configuration begins with, and shrinking leaves alone. Conf is what follows.
	Frame, Conf []Node
	// Files are the local files, by their name below the DocumentRoot.
	Files map[string]string
	// Backends are the names of servers that answer, Dead those of addresses where nobody listens.
	Backends, Dead []string
	// Batches are sent one after the other.
	Batches []Batch
}

// Node is a directive, or a section with what stands in it.
type Node struct {
	// Line is the directive, or the opening line of the section.
	Line string
	// Inside is what the section holds.
	Inside []Node
	// Close is the closing line of a section, empty for a directive.
	Close string
}

// Batch is what a client sends at once: one request, or several that do not wait for each other's answers.
type Batch struct {
	// Fresh says that it goes on a connection of its own, and not on that of the batch before.
	Fresh bool
	// Requests are in the order in which they are sent.
	Requests []Request
}

// Request is a request of the client and what becomes of it at a backend.
type Request struct {
	// Head are the request line and the fields, without line ends.
	Head []string
	// Body is what follows the empty line, with the framing of chunks.
	Body string
	// Answers are given in turn to what reaches any backend because of it.
	Answers []Answer
}

// Answer is what a backend does with a request that it has read.
type Answer struct {
	// Head are the lines of the answer, without line ends, interim answers before it; none for a connection that is closed
	// without a byte.
	Head []string
	// Body is what follows the empty line, with the framing of chunks.
	Body string
	// Close says that the backend closes the connection behind it.
	Close bool
}

// Text is the configuration as a file.
func (c *Case) Text() string {
	var b strings.Builder
	writeNodes(&b, append(slices.Clip(c.Frame), c.Conf...), "")
	return b.String()
}

func writeNodes(b *strings.Builder, nodes []Node, indent string) {
	for _, n := range nodes {
		b.WriteString(indent + n.Line + "\n")
		if n.Close != "" {
			writeNodes(b, n.Inside, indent+"    ")
			b.WriteString(indent + n.Close + "\n")
		}
	}
}

// method is the word before the first blank of the request line.
func (r *Request) method() string {
	word, _, _ := strings.Cut(r.Head[0], " ")
	return word
}

// wire is what goes out.
func (r *Request) wire() string { return strings.Join(r.Head, "\r\n") + "\r\n\r\n" + r.Body }

// wire is what goes out; of an answer to HEAD the head alone.
func (a *Answer) wire(head bool) string {
	if len(a.Head) == 0 {
		return ""
	}
	text := strings.Join(a.Head, "\r\n") + "\r\n\r\n"
	if head {
		return text
	}
	return text + a.Body
}

// clone copies what shrinking changes.
func (c *Case) clone() *Case {
	d := *c
	d.Conf = cloneNodes(c.Conf)
	d.Batches = make([]Batch, len(c.Batches))
	for i, b := range c.Batches {
		b.Requests = slices.Clone(b.Requests)
		for k := range b.Requests {
			r := &b.Requests[k]
			r.Head, r.Answers = slices.Clone(r.Head), slices.Clone(r.Answers)
			for n := range r.Answers {
				r.Answers[n].Head = slices.Clone(r.Answers[n].Head)
			}
		}
		d.Batches[i] = b
	}
	return &d
}

func cloneNodes(nodes []Node) []Node {
	nodes = slices.Clone(nodes)
	for i := range nodes {
		nodes[i].Inside = cloneNodes(nodes[i].Inside)
	}
	return nodes
}
