package program

import (
	"context"
	"net"
	"strings"

	"github.com/lbconf/lbconf/runtime/access"
)

// Resolver looks names up; *net.Resolver is one.
type Resolver = access.Resolver

// MachineName finds what httpd calls a server without ServerName on a machine: the full name that the address of its
// host name leads back to, else the host name where it is a full one, else the address. It is 127.0.0.1 where the host
// name has no address.
func MachineName(ctx context.Context, r Resolver, hostname string) string {
	addresses, err := r.LookupHost(ctx, hostname)
	if err != nil || len(addresses) == 0 {
		return loopback
	}
	if names, err := r.LookupAddr(ctx, addresses[0]); err == nil && len(names) > 0 {
		if name := strings.TrimSuffix(names[0], "."); strings.Contains(name, ".") {
			return name
		}
	}
	if strings.Contains(hostname, ".") {
		return hostname
	}
	return addresses[0]
}

var _ Resolver = (*net.Resolver)(nil)
