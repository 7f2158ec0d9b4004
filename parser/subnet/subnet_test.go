package subnet

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

// TestParse pins what httpd 2.4.71 takes as Require ip and what it says of the others.
func TestParse(t *testing.T) {
	for _, test := range []struct {
		text    string
		in, out string // addresses, separated by blanks
		err     error
	}{
		{text: "10.1.2.3", in: "10.1.2.3 ::ffff:10.1.2.3", out: "10.1.2.4 ::a01:203"},
		{text: "10", in: "10.0.0.1 10.255.0.1", out: "11.0.0.1"},
		{text: "10.1", in: "10.1.0.1", out: "10.2.0.1"},
		{text: "10.1.", in: "10.1.0.1", out: "10.2.0.1"},
		{text: "10.1.2.3/16", in: "10.1.9.9", out: "10.2.0.0"},
		{text: "10.1.2.3/255.255.0.0", in: "10.1.9.9", out: "10.2.0.0"},
		{text: "10.1.2.3/255.0.255.0", in: "10.9.2.9", out: "10.1.3.3"},
		{text: "fe80::/10", in: "fe80::1 febf::1", out: "fec0::1 254.128.0.1"},
		{text: "::1", in: "::1", out: "::2 127.0.0.1"},
		{text: "0.0.0.0/0", err: ErrMask},
		{text: "::/0", err: ErrMask},
		{text: "10.1.2.3/33", err: ErrMask},
		{text: "10.1.2.3/x", err: ErrMask},
		{text: "::1/255.0.0.0", err: ErrMask},
		{text: "10.1/16", err: ErrAddress},
		{text: "10.256", err: ErrAddress},
		{text: "1.2.3.4.5", err: ErrAddress},
		{text: "fe80::1%eth0", err: ErrAddress},
		{text: "", err: ErrAddress},
		{text: "/8", err: ErrAddress},
		{text: "host.example", err: ErrAddress},
	} {
		s, err := Parse(test.text)
		if !errors.Is(err, test.err) {
			t.Errorf("Parse(%q): error %v, want %v", test.text, err, test.err)
			continue
		}
		for address := range strings.FieldsSeq(test.in) {
			if !s.Contains(netip.MustParseAddr(address)) {
				t.Errorf("%s does not contain %s", test.text, address)
			}
		}
		for address := range strings.FieldsSeq(test.out) {
			if s.Contains(netip.MustParseAddr(address)) {
				t.Errorf("%s contains %s", test.text, address)
			}
		}
	}
}
