package daemon

import (
	"strings"
	"testing"
)

func TestParseListen(t *testing.T) {
	for _, test := range []struct {
		options []string
		port    uint16
		address string
		err     string
	}{
		{options: []string{"127.0.0.1:8080"}, port: 8080, address: "127.0.0.1:8080"},
		{options: []string{"443=[::1]:8443"}, port: 443, address: "[::1]:8443"},
		{options: []string{"80=:0"}, port: 80, address: ":0"},
		{options: []string{"8080"}, err: "write it as ADDR:PORT"},
		{options: []string{"http=:80"}, err: `"http" is no port`},
		{options: []string{"0=:80"}, err: `"0" is no port`},
		{options: []string{"80=:8080", "80=:8081"}, err: "port 80 is at :8080 already"},
	} {
		mapping, err := ParseListen(test.options)
		switch {
		case test.err != "":
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%q: error %v, want %q", test.options, err, test.err)
			}
		case err != nil:
			t.Errorf("%q: %v", test.options, err)
		case mapping[test.port] != test.address:
			t.Errorf("%q: %v", test.options, mapping)
		}
	}
}
