package lower

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
)

// parseAddrPort is apr_parse_addr_port: host:port, [address]:port, a port, or a host, of which there is no port then. What
// is no port is part of the host. It is not ok for a port beyond 1 to 65535, for a colon without a host before it, and for
// brackets without an IPv6 address in them. The host is without its brackets.
func parseAddrPort(text string) (host string, port int, ok bool) {
	digits := len(strings.TrimRight(text, "0123456789"))
	host = text
	switch {
	case digits == 0 && text != "":
		port = clib.Atoi(text)
		return "", port, port >= 1 && port <= 65535
	case digits < len(text) && text[digits-1] == ':':
		host, port = text[:digits-1], clib.Atoi(text[digits:])
		if host == "" || port < 1 || port > 65535 {
			return "", 0, false
		}
	}
	if !strings.HasPrefix(host, "[") {
		return host, port, true
	}
	inside, closed := strings.CutSuffix(host[1:], "]")
	address, err := netip.ParseAddr(inside)
	return inside, port, closed && err == nil && address.Is6()
}

// bindable says that a system may know the address of a host. Names are not resolved here; a number that is none, a colon in
// what is no IPv6 address, white space and a backslash no system resolves.
func bindable(host string) bool {
	switch {
	case host == "" || strings.HasPrefix(host, "/"): // every address, or a socket of the system
		return true
	case strings.Contains(host, ":"):
		_, err := netip.ParseAddr(host)
		return err == nil
	case strings.Trim(host, "0123456789.") == "":
		return isInetAton(host)
	}
	return !strings.ContainsAny(host, " \t\n\v\f\r\\")
}

// isInetAton says that digits and dots are an IPv4 address as inet_aton reads one: one to four numbers, octal behind a 0,
// of which the last one fills what is left of 32 bits.
func isInetAton(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) > 4 {
		return false
	}
	for i, part := range parts {
		base, bits := 10, 8
		if len(part) > 1 && part[0] == '0' {
			base = 8
		}
		if i == len(parts)-1 {
			bits = 8 * (5 - len(parts))
		}
		if _, err := strconv.ParseUint(part, base, bits); err != nil {
			return false
		}
	}
	return true
}
