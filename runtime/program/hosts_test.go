package program_test

import (
	"net/netip"
	"testing"
)

// TestHost: an exact address hides the virtual hosts of *, the first one answers to a name that none has, and the main server
// where no address fits.
func TestHost(t *testing.T) {
	p := compile(t, `
ServerName main
<VirtualHost *:80>
ServerName first
ServerAlias *.w.test
</VirtualHost>
<VirtualHost *:80>
ServerName exact.w.test
ServerAlias b?d
</VirtualHost>
<VirtualHost 192.0.2.1:80>
ServerName ip
</VirtualHost>
<VirtualHost [2001:db8::1]:80>
ServerName six
</VirtualHost>
<VirtualHost *>
ServerName any
</VirtualHost>
`)
	for _, test := range []struct{ at, host, want string }{
		{"127.0.0.1:80", "first", "first"},
		{"127.0.0.1:80", "exact.w.test", "first"},
		{"127.0.0.1:80", "bad", "exact.w.test"},
		{"127.0.0.1:80", "nobody", "first"},
		{"127.0.0.1:80", "", "first"},
		{"192.0.2.1:80", "first", "ip"},
		{"[::ffff:192.0.2.1]:80", "first", "ip"},
		{"[2001:db8::1]:80", "x", "six"},
		{"127.0.0.1:81", "first", "any"},
	} {
		if got := p.Host(netip.MustParseAddrPort(test.at), []byte(test.host)).ServerName; got != test.want {
			t.Errorf("%s at %s: %s, want %s", test.host, test.at, got, test.want)
		}
	}
	none := compile(t, "ServerName main\n<VirtualHost 192.0.2.1:80>\nServerName ip\n</VirtualHost>")
	if got := none.Host(netip.MustParseAddrPort("127.0.0.1:80"), []byte("ip")).ServerName; got != "main" {
		t.Errorf("%s answers where no address fits", got)
	}
}
