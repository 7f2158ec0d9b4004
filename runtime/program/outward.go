package program

import (
	"context"
	"encoding/base64"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/runtime/internal/regex"
)

// Outward is what a server says about where requests may go: through which other proxies, and where not at all. It is
// immutable; the zero value says nothing.
type Outward struct {
	remotes []*Remote
	direct  []direct
	blocked []blocked
	ports   []portRange
	// domain is added to names of hosts without one; empty for none (mod_proxy: ProxyDomain).
	domain string
}

// Remote is another proxy that requests are sent on to (mod_proxy: ProxyRemote, ProxyRemoteMatch).
type Remote struct {
	// Host and Port are where it is.
	Host string
	Port int
	// Credentials is what Proxy-Authorization says to it; empty for what the client said.
	Credentials string
	// Agent is what Proxy-agent says to it: the name of this software.
	Agent string

	what  string
	match *regex.Regexp
}

// Takes says whether requests for a URL go to the proxy. scheme is that of the URL before a balancer chose a member.
func (r *Remote) Takes(scheme, url string) bool {
	switch {
	case r.match != nil:
		_, ok := r.match.MatchBytes([]byte(url), nil)
		return ok
	case r.what == "*":
		return true
	case strings.Contains(r.what, ":"):
		return clib.HasPrefixFold(url, r.what)
	}
	return clib.EqualFold(scheme, r.what)
}

// blocked is a word of ProxyBlock with the addresses that it had when the configuration was read.
type blocked struct {
	part      string
	addresses []netip.Addr
}

// portRange is a word of AllowCONNECT.
type portRange struct{ first, last int }

// The ports that CONNECT may go to without AllowCONNECT (mod_proxy_connect: those of https and snews).
var tunnelPorts = []portRange{{443, 443}, {563, 563}}

// MayTunnelTo says whether CONNECT may go to a port.
func (o *Outward) MayTunnelTo(port int) bool {
	ports := o.ports
	if len(ports) == 0 {
		ports = tunnelPorts
	}
	return slices.ContainsFunc(ports, func(r portRange) bool { return r.first <= port && port <= r.last })
}

// Relays says whether there are other proxies that requests may be sent on to.
func (o *Outward) Relays() bool { return len(o.remotes) > 0 }

// BlocksAny says whether there are hosts that nothing is sent to (mod_proxy: ProxyBlock).
func (o *Outward) BlocksAny() bool { return len(o.blocked) > 0 }

// Blocks says whether nothing is sent to a host with these addresses, which may be unknown.
func (o *Outward) Blocks(host string, addresses []netip.Addr) bool {
	for i := range o.blocked {
		b := &o.blocked[i]
		if strings.HasPrefix(b.part, "*") || strings.Contains(host, b.part) {
			return true
		}
		for _, address := range addresses {
			if slices.Contains(b.addresses, address) {
				return true
			}
		}
	}
	return false
}

// Remotes returns the proxies that requests may be sent on to, in order; none where NoProxy names the host that the request is
// for. lookUp finds the addresses of that.
func (o *Outward) Remotes(host string, lookUp func(host string) []netip.Addr) []*Remote {
	if len(o.remotes) == 0 || slices.ContainsFunc(o.direct, func(t direct) bool { return t.covers(host, lookUp) }) {
		return nil
	}
	return o.remotes
}

// outward compiles what a server says about where requests may go.
func (b *builder) outward(h *Host, s *effective.Server) {
	o := &h.out
	for _, item := range s.Forward.Remotes {
		if r := b.remote(item, h.Banner); r != nil {
			o.remotes = append(o.remotes, r)
		}
	}
	for _, word := range wordsOf(s.Forward.Direct) {
		o.direct = append(o.direct, directOf(word, b.resolves))
	}
	for _, word := range wordsOf(s.Forward.Blocked) {
		o.blocked = append(o.blocked, blocked{word, b.resolves(word)})
	}
	for _, word := range wordsOf(s.Forward.Ports) {
		if word == "" {
			break // httpd reads no further
		}
		o.ports = append(o.ports, portsOf(word))
	}
	o.domain = s.Settings.Word(ir.WordProxyDomain).Value
}

func wordsOf(items []*ir.Words) []string {
	var all []string
	for _, item := range items {
		all = append(all, item.Values...)
	}
	return all
}

// remote compiles a ProxyRemote, once for all servers that have it.
func (b *builder) remote(item *ir.Words, agent string) *Remote {
	if r, known := b.remotes[item]; known {
		return r
	}
	r := newRemote(item.Values, agent)
	if r != nil && item.Name == ir.WordsProxyRemoteMatch {
		pattern, err := pcre.Parse(item.Values[0])
		if err == nil {
			r.match, err = regex.Compile(pattern, false)
		}
		if err != nil {
			b.report.refuse(item, "the regular expression %q cannot be run: %v", item.Values[0], err)
			r = nil
		}
	}
	b.remotes[item] = r
	return r
}

// newRemote reads the words of a ProxyRemote; nil for those that lowering refuses.
func newRemote(words []string, agent string) *Remote {
	if len(words) < 2 {
		return nil
	}
	scheme, rest, ok := strings.Cut(words[1], "://")
	if !ok {
		return nil
	}
	host, port, written := strings.Cut(rest, ":")
	r := &Remote{Host: clib.ToLower(strings.TrimRight(host, "/")), Port: ir.DefaultPort(clib.ToLower(scheme)), Agent: agent, what: words[0]}
	if written {
		r.Port = clib.Atoi(port)
	}
	if !strings.Contains(r.what, ":") {
		r.what = clib.ToLower(r.what)
	}
	if len(words) > 2 {
		r.Credentials = "Basic " + base64.StdEncoding.EncodeToString([]byte(words[2]))
	}
	return r
}

// portsOf reads a word of AllowCONNECT, which lowering has judged.
func portsOf(word string) portRange {
	first, last, two := strings.Cut(word, "-")
	if !two {
		last = first
	}
	return portRange{clib.Atoi(first), clib.Atoi(last)}
}

// resolves returns the addresses that a word of the configuration has now.
func (b *builder) resolves(word string) []netip.Addr {
	if address, err := netip.ParseAddr(word); err == nil {
		return []netip.Addr{address.Unmap()}
	}
	if known, ok := b.resolved[word]; ok {
		return known
	}
	ctx, cancel := context.WithTimeout(context.Background(), resolverTimeout)
	defer cancel()
	found, err := b.options.Resolver.LookupHost(ctx, word)
	var list []netip.Addr
	for _, text := range found {
		if address, bad := netip.ParseAddr(text); err == nil && bad == nil {
			list = append(list, address.Unmap())
		}
	}
	b.resolved[word] = list
	return list
}

// direct is a word of NoProxy (mod_proxy: set_proxy_dirconn).
type direct struct {
	// network is valid for addresses; else text is a domain with a dot before it, or a part of names, or with whole a name.
	network netip.Prefix
	text    string
	whole   bool
}

// directOf reads a word of NoProxy. A name counts as a whole where it has an address.
func directOf(word string, resolves func(string) []netip.Addr) direct {
	if network, ok := networkOf(word); ok {
		return direct{network: network}
	}
	name := strings.TrimRight(word, ".")
	switch {
	case strings.Trim(word, nameBytes) != "":
		return direct{text: word}
	case strings.HasPrefix(word, "."):
		return direct{text: clib.ToLower(name)}
	case len(resolves(word)) > 0:
		return direct{text: clib.ToLower(name), whole: true}
	}
	return direct{text: word}
}

// nameBytes are the bytes of names of hosts.
const nameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."

// networkOf reads an IPv4 address, its first numbers, or either with /bits. Without bits the numbers up to the last that is not
// 0 count (mod_proxy: ap_proxy_is_ipaddr).
func networkOf(word string) (netip.Prefix, bool) {
	numbers, mask, masked := strings.Cut(word, "/")
	var octets [4]byte
	fields := strings.Split(strings.TrimSuffix(numbers, "."), ".")
	if len(fields) > 4 || len(fields) == 4 && strings.HasSuffix(numbers, ".") {
		return netip.Prefix{}, false
	}
	bits := 0
	for i, field := range fields {
		n, err := strconv.ParseUint(field, 0, 8)
		if base := strings.ToLower(field); err != nil || strings.HasPrefix(base, "0b") || strings.HasPrefix(base, "0o") || strings.Contains(base, "_") {
			return netip.Prefix{}, false
		}
		if octets[i] = byte(n); n != 0 {
			bits = 8 * (i + 1)
		}
	}
	if masked {
		n, err := strconv.ParseUint(mask, 10, 8)
		if err != nil || n > 32 {
			return netip.Prefix{}, false
		}
		bits = int(n)
	} else if bits == 0 {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(netip.AddrFrom4(octets), bits).Masked(), true
}

// covers says whether the word names a host.
func (t *direct) covers(host string, lookUp func(host string) []netip.Addr) bool {
	bare := strings.TrimRight(host, ".")
	switch {
	case host == "":
		return false
	case t.network.IsValid():
		if address, err := netip.ParseAddr(host); err == nil {
			return t.network.Contains(address.Unmap())
		}
		return slices.ContainsFunc(lookUp(host), t.network.Contains)
	case t.whole:
		return clib.EqualFold(bare, t.text)
	case strings.HasPrefix(t.text, ".") && strings.Trim(t.text, nameBytes) == "":
		return len(bare) > len(t.text) && clib.EqualFold(bare[len(bare)-len(t.text):], t.text)
	}
	return strings.Contains(host, t.text)
}
