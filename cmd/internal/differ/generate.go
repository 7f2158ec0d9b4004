package differ

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// draw makes choices for one case.
type draw struct {
	*rand.Rand

	// prefixes are the paths that the configuration is about, balancers the names of its balancers.
	prefixes, balancers []string
	// backends answer, dead are addresses where nobody listens.
	backends, dead []string
	// names are the hosts that the configuration knows.
	names []string
	// sticky are the names of cookies and parameters with routes.
	sticky []string
	// workers are the URLs of backends that were mapped.
	workers []string
}

// Generate draws the case of a number: a configuration, and at least exchanges requests with their answers.
func Generate(seed, number uint64, exchanges int) *Case {
	d := &draw{Rand: rand.New(rand.NewPCG(seed, number)), backends: []string{"b1", "b2", "b3", "b4"}, dead: []string{"dead"}}
	for range 4 + d.IntN(4) {
		d.prefixes = append(d.prefixes, d.one("/a", "/a/", "/app", "/app/", "/app/v1", "/b/", "/b", "/c.d/", "/A", "/s/t/u/", "/files/", "/a-b_c", "/x", "/x/y"))
	}
	d.names = []string{"front.test"}
	c := &Case{Backends: d.backends, Dead: d.dead, Files: files()}
	c.Frame = d.frame()
	c.Conf = d.configuration()
	for n := 0; n < exchanges; {
		b := d.batch()
		c.Batches = append(c.Batches, b)
		n += len(b.Requests)
	}
	return c
}

// files are below the DocumentRoot of every case.
func files() map[string]string {
	return map[string]string{
		"index.html": "<p>index\n", "mime.types": "text/html html\ntext/plain txt\n", "files/a.txt": "0123456789abcdefghij\n", "files/index.html": "files\n", "a/page.html": "page\n",
		"errors/503.html": "sorry\n", "files/empty.txt": "", "files/long.txt": strings.Repeat("a line of text\n", 300),
	}
}

// chance is true in n of 100 cases.
func (d *draw) chance(n int) bool { return d.IntN(100) < n }

func (d *draw) one(words ...string) string { return words[d.IntN(len(words))] }

func (d *draw) backend() string { return "@" + d.one(d.backends...) + "@" }

func (d *draw) prefix() string { return d.one(d.prefixes...) }

// lines collects nodes.
type nodes []Node

func (n *nodes) add(format string, args ...any) {
	*n = append(*n, Node{Line: fmt.Sprintf(format, args...)})
}

func (n *nodes) section(kind, argument string, inside nodes) {
	*n = append(*n, Node{Line: "<" + kind + " " + argument + ">", Inside: inside, Close: "</" + kind + ">"})
}

// frame is what gives the server a name and files.
func (d *draw) frame() []Node {
	var n nodes
	n.add("ServerName %s", d.one("front.test", "front.test", "front.test:8080", "http://front.test"))
	n.add("DocumentRoot htdocs")
	n.add("TypesConfig htdocs/mime.types")
	n.section("Directory", "htdocs", nodes{{Line: "Require all granted"}})
	return n
}

// configuration is the main server, with virtual hosts in some cases.
func (d *draw) configuration() []Node {
	var n nodes
	for range d.IntN(4) {
		d.serverWide(&n)
	}
	for i := range d.IntN(3) {
		d.balancer(&n, fmt.Sprintf("c%d", i+1))
	}
	if d.chance(70) {
		d.server(&n)
		return n
	}
	for range d.IntN(3) {
		d.mapping(&n)
	}
	for _, name := range []string{"a.test", "b.test"}[:1+d.IntN(2)] {
		var host nodes
		host.add("ServerName %s", name)
		if d.chance(40) {
			host.add("ServerAlias %s", d.one("*.c.test", "x"+name, "c.test d.test", "?.test"))
		}
		d.names = append(d.names, name)
		for range d.IntN(3) {
			d.serverWide(&host)
		}
		d.server(&host)
		n.section("VirtualHost", "@front@", host)
	}
	return n
}

// server is what a server may hold, mappings before all.
func (d *draw) server(n *nodes) {
	if d.chance(40) {
		d.rewriting(n)
	}
	for range d.IntN(5) {
		switch d.IntN(9) {
		case 0, 1:
			d.environment(n)
		case 2, 3:
			d.header(n)
		case 4, 5:
			d.requestHeader(n)
		case 6:
			d.located(n)
		case 7:
			d.proxySection(n)
		case 8:
			d.scoped(n)
		}
	}
	for range 2 + d.IntN(5) {
		d.mapping(n)
	}
	for range d.IntN(4) {
		d.located(n)
	}
	for range d.IntN(4) {
		d.reverse(n, true)
	}
}

// serverWide draws what stands once in a server.
func (d *draw) serverWide(n *nodes) {
	switch d.IntN(24) {
	case 0:
		n.add("UseCanonicalName %s", d.one("On", "Off"))
	case 1:
		n.add("HttpProtocolOptions %s", d.one("Unsafe", "Strict LenientMethods", "Strict RegisteredMethods"))
	case 4, 5:
		n.add("AllowEncodedSlashes %s", d.one("On", "NoDecode", "Off"))
	case 7:
		n.add("LimitRequestFields %s", d.one("4", "6", "100"))
	case 8:
		n.add("LimitRequestFieldSize %s", d.one("60", "200"))
	case 9:
		n.add("LimitRequestLine %s", d.one("40", "100"))
	case 2:
		n.add("KeepAlive Off")
	case 3:
		n.add("MaxKeepAliveRequests %s", d.one("1", "2", "3", "0"))
	case 6:
		n.add("MergeSlashes %s", d.one("Off", "On"))
	case 10:
		n.add("ProxyErrorOverride On")
	case 11:
		n.add("TraceEnable %s", d.one("Off", "On", "extended"))
	case 12, 13:
		n.add("ProxyVia %s", d.one("On", "Full", "Block", "Off"))
	case 14:
		n.add("ProxyMaxForwards %s", d.one("0", "5", "-1"))
	case 15:
		n.add("ProxyBadHeader %s", d.one("IsError", "Ignore", "StartBody"))
	case 18:
		n.add("AddDefaultCharset %s", d.one("On", "utf-8", "Off"))
	case 20:
		n.add("ProxyTimeout 3")
	case 21:
		n.add("ServerAdmin admin@front.test")
	case 23:
		n.add("ProxyStatus %s", d.one("On", "Full"))
	}
}

// scoped draws a setting that may stand in a server and in a Location.
func (d *draw) scoped(n *nodes) {
	switch d.IntN(9) {
	case 0, 1:
		n.add("ProxyPreserveHost %s", d.one("On", "Off"))
	case 2:
		n.add("ProxyAddHeaders %s", d.one("Off", "On"))
	case 3, 4:
		n.add("ProxyErrorOverride %s", d.one("On", "On 404 503", "Off", "On 500 502 401", "On 404"))
	case 5, 6:
		n.add("ErrorDocument %s %s", d.one("404", "503", "502", "403", "500", "400", "413", "401"),
			d.one(`"plain text"`, `"text"`, "/errors/503.html", "/files/none", "http://other.test/x?y", "/a/page.html", "default", `"<b>bold</b>"`))
	case 7:
		n.add("Proxy100Continue %s", d.one("Off", "On"))
	case 8:
		n.add("AddDefaultCharset %s", d.one("On", "utf-8", "Off"))
	}
}
