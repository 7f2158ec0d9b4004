// Package subnet reads addresses and networks as httpd's directives and expressions take them (apr_ipsubnet_create):
// Require ip, Allow from, -ipmatch, -R.
package subnet

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

// The reasons for which httpd refuses a network, in its words.
var (
	// ErrAddress is an address that is none.
	ErrAddress = errors.New("The specified IP address is invalid.") //nolint:staticcheck,revive // httpd's text
	// ErrMask is a length of the prefix that is 0, too large or no number, or a mask that is no address.
	ErrMask = errors.New("The specified network mask is invalid.") //nolint:staticcheck,revive // httpd's text
)

// Subnet is a network. Its mask may have holes. The zero value contains every IPv6 address.
type Subnet struct {
	v4            bool
	network, mask [16]byte
}

// Parse reads an address, the first one to three numbers of an IPv4 address, an address with the length of its prefix (at
// least 1), or an IPv4 address with a mask. The error is ErrAddress or ErrMask.
func Parse(text string) (Subnet, error) {
	host, mask, masked := strings.Cut(text, "/")
	address, err := netip.ParseAddr(host)
	switch {
	case err == nil && address.Zone() != "":
		return Subnet{}, ErrAddress
	case err == nil && !masked:
		return of(address, ones(address.BitLen())), nil
	case err == nil:
		bits, ok := parseMask(mask, address)
		if !ok {
			return Subnet{}, ErrMask
		}
		return of(address, bits), nil
	case masked:
		return Subnet{}, ErrAddress
	}
	return parsePartial(host)
}

// parsePartial reads the first one to three numbers of an IPv4 address.
func parsePartial(text string) (Subnet, error) {
	numbers := strings.Split(strings.TrimSuffix(text, "."), ".")
	if len(numbers) > 3 {
		return Subnet{}, ErrAddress
	}
	var octets [4]byte
	for i, number := range numbers {
		n, err := strconv.ParseUint(number, 10, 8)
		if err != nil {
			return Subnet{}, ErrAddress
		}
		octets[i] = byte(n)
	}
	return of(netip.AddrFrom4(octets), ones(8*len(numbers))), nil
}

func parseMask(mask string, address netip.Addr) (bits [16]byte, ok bool) {
	if n, err := strconv.Atoi(mask); err == nil {
		return ones(n), 0 < n && n <= address.BitLen()
	}
	m, err := netip.ParseAddr(mask)
	if err != nil || !m.Is4() || !address.Is4() {
		return bits, false
	}
	octets := m.As4()
	copy(bits[:], octets[:])
	return bits, true
}

// ones returns a mask of n bits, which are 0 to 128.
func ones(n int) (mask [16]byte) {
	for i := range min(max(n, 0), 128) {
		mask[i/8] |= 0x80 >> (i % 8)
	}
	return mask
}

func of(address netip.Addr, mask [16]byte) Subnet {
	s := Subnet{v4: address.Is4(), network: bytesOf(address), mask: mask}
	for i := range s.network {
		s.network[i] &= mask[i]
	}
	return s
}

// bytesOf returns the bytes of an address; those of IPv4 stand first.
func bytesOf(address netip.Addr) (b [16]byte) {
	if address.Is4() {
		octets := address.As4()
		copy(b[:], octets[:])
		return b
	}
	return address.As16()
}

// Contains says whether an address lies in the network. An IPv4 address in an IPv6 one counts as the IPv4 address.
func (s Subnet) Contains(address netip.Addr) bool {
	address = address.Unmap()
	if address.Is4() != s.v4 {
		return false
	}
	b := bytesOf(address)
	for i := range b {
		if b[i]&s.mask[i] != s.network[i] {
			return false
		}
	}
	return true
}
