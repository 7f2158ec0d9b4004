package program

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/ir"
)

// TestNoProxyWords: what httpd's ap_proxy_is_ipaddr and its kin make of words.
func TestNoProxyWords(t *testing.T) {
	known := func(host string) []netip.Addr {
		if host == "known.test" {
			return []netip.Addr{netip.MustParseAddr("10.9.8.7")}
		}
		return nil
	}
	for _, test := range []struct{ word, covers, spares string }{
		{"10.", "10.0.0.1 10.255.0.1 known.test", "11.0.0.1 010.example x10. 110.0.0.1"},
		{"10", "10.1.2.3", "11.0.0.1"},
		{"10.0.0.0", "10.1.2.3", "11.0.0.1"},
		{"10.9.8.7", "10.9.8.7 known.test", "10.9.8.8 unknown.test"},
		{"10.9.8.77/29", "10.9.8.72 10.9.8.79", "10.9.8.80"},
		{"10.9/32", "10.9.0.0", "10.9.0.1"},
		{"0.0.0.0/0", "1.2.3.4 known.test", "unknown.test"},
		{"0x0B.", "11.2.3.4", "10.2.2.3"},
		{"0x0a.1", "10.1.2.3", "10.2.2.3"},
		{"0.0", "a0.0b", "1.2.3.4"},
		{"10.9.8.7/33", "x10.9.8.7/33y", "10.9.8.7"},
		{"1.2.3.4.5", "1.2.3.4.5", "1.2.3.4"},
		{".example.test", "a.example.test b.a.EXAMPLE.test. x.example.test", "example.test xexample.test .example.test"},
		{".example.test.", "a.example.test", "example.test"},
		{"known.test", "known.test KNOWN.test known.test.", "a.known.test known.test.x"},
		{"unknown.test", "unknown.test a.unknown.test.x", "UNKNOWN.test"},
		{"a/b", "xa/by", "ab"},
	} {
		word := directOf(test.word, known)
		for host := range strings.FieldsSeq(test.covers) {
			if !word.covers(host, known) {
				t.Errorf("NoProxy %s does not cover %s", test.word, host)
			}
		}
		for host := range strings.FieldsSeq(test.spares) {
			if word.covers(host, known) {
				t.Errorf("NoProxy %s covers %s", test.word, host)
			}
		}
	}
}

// TestNoProxyNetworks: a network covers the addresses that it contains, however it is written, and nothing panics at a word.
func TestNoProxyNetworks(t *testing.T) {
	none := func(string) []netip.Addr { return nil }
	rapid.Check(t, func(t *rapid.T) {
		octets := rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "octets")
		address := netip.AddrFrom4([4]byte(octets))
		bits := rapid.IntRange(0, 32).Draw(t, "bits")
		network := netip.PrefixFrom(address, bits)
		word := directOf(network.String(), none)
		other := netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "other")))
		if !word.covers(address.String(), none) || word.covers(other.String(), none) != network.Contains(other) {
			t.Fatalf("%s covers %s: %v", network, other, word.covers(other.String(), none))
		}
		text := rapid.StringOf(rapid.SampledFrom([]rune("0123456789./xa-"))).Draw(t, "word")
		odd := directOf(text, none)
		odd.covers(address.String(), none)
	})
}

// TestProxyRemotes: what is read of ProxyRemote and what it takes.
func TestProxyRemotes(t *testing.T) {
	for _, test := range []struct {
		words        []string
		host         string
		port         int
		takes, never string
	}{
		{[]string{"*", "http://P.test:3128"}, "p.test", 3128, "http://a/ ftp://b/", ""},
		{[]string{"HTTP", "http://p.test"}, "p.test", 80, "http://a/", "https://a/"},
		{[]string{"http://a/x", "https://p.test/"}, "p.test", 443, "http://A/xyz http://a/x", "http://a/ ws://a/x"},
	} {
		r := newRemote(test.words, "agent")
		if r.Host != test.host || r.Port != test.port || r.Agent != "agent" || r.Credentials != "" {
			t.Errorf("%q is %+v", test.words, r)
		}
		for _, urls := range []string{test.takes, test.never} {
			for url := range strings.FieldsSeq(urls) {
				scheme, _, _ := strings.Cut(url, ":")
				if r.Takes(scheme, url) != slices.Contains(strings.Fields(test.takes), url) {
					t.Errorf("%q and %s", test.words, url)
				}
			}
		}
	}
}

// TestTunnelPorts: AllowCONNECT takes the place of httpd's own two ports.
func TestTunnelPorts(t *testing.T) {
	var o Outward
	for port := range 65536 {
		if o.MayTunnelTo(port) != (port == 443 || port == 563) {
			t.Fatalf("port %d", port)
		}
	}
	for _, word := range wordsOf([]*ir.Words{{Values: []string{"10-12", "7"}}, {Values: []string{"20-19", "0-1"}}}) {
		o.ports = append(o.ports, portsOf(word))
	}
	for port := range 65536 {
		if o.MayTunnelTo(port) != (port <= 1 || port == 7 || 10 <= port && port <= 12) {
			t.Fatalf("port %d", port)
		}
	}
}
