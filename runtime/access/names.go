package access

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/exchange"
)

// Resolver looks names up; *net.Resolver is one.
type Resolver interface {
	LookupHost(ctx context.Context, host string) ([]string, error)
	LookupAddr(ctx context.Context, address string) ([]string, error)
}

// Names asks a resolver for the names of clients, each connection at most once. The zero value knows no names.
type Names struct {
	// Resolver answers; nil for none.
	Resolver Resolver
	// Timeout bounds the questions of one lookup together; 0 is no bound.
	Timeout time.Duration
}

// client returns the name that the address of a client leads to and that leads back to it, in lower case; empty where there
// is none (httpd: ap_get_useragent_host with REMOTE_DOUBLE_REV). The connection remembers it.
func (n *Names) client(c *exchange.Client) string {
	if c.Name == nil {
		c.Name = n.lookUp(c.Remote.Addr())
	}
	if !c.Name.Confirmed {
		return ""
	}
	return c.Name.Text
}

func (n *Names) lookUp(address netip.Addr) *exchange.ClientName {
	name := &exchange.ClientName{}
	if n == nil || n.Resolver == nil {
		return name
	}
	ctx, cancel := n.context()
	defer cancel()
	names, err := n.Resolver.LookupAddr(ctx, address.Unmap().String())
	if err != nil || len(names) == 0 {
		return name
	}
	name.Text = clib.ToLower(strings.TrimSuffix(names[0], "."))
	name.Confirmed = n.leadsTo(ctx, name.Text, address)
	return name
}

func (n *Names) context() (context.Context, context.CancelFunc) {
	if n.Timeout <= 0 {
		return context.WithCancel(context.Background())
	}
	return context.WithTimeout(context.Background(), n.Timeout)
}

// leadsTo says whether a name has an address.
func (n *Names) leadsTo(ctx context.Context, name string, address netip.Addr) bool {
	if n == nil || n.Resolver == nil || name == "" {
		return false
	}
	addresses, err := n.Resolver.LookupHost(ctx, name)
	return err == nil && slices.ContainsFunc(addresses, func(text string) bool {
		found, err := netip.ParseAddr(text)
		return err == nil && found.Unmap() == address.Unmap()
	})
}

// hosts is Require host: the client's name is one of them or ends in one (mod_authz_host).
type hosts []string

func (h hosts) decide(x *Request) verdict {
	name := x.Names.client(x.Client)
	if name != "" && slices.ContainsFunc(h, func(domain string) bool { return inDomain(domain, name) }) {
		return granting
	}
	return denying
}

// inDomain says whether a host is a domain or in it: nogood.com is not in good.com.
func inDomain(domain, host string) bool {
	at := len(host) - len(domain)
	if at < 0 || !clib.EqualFold(host[at:], domain) {
		return false
	}
	return at == 0 || domain != "" && domain[0] == '.' || host[at-1] == '.'
}

// forwardNames is Require forward-dns: one of the names leads to the client.
type forwardNames []string

func (f forwardNames) decide(x *Request) verdict {
	for _, name := range f {
		ctx, cancel := x.Names.context()
		found := x.Names.leadsTo(ctx, name, x.Client.Remote.Addr())
		cancel()
		if found {
			return granting
		}
	}
	return denying
}

// names reads the words of Require host and forward-dns. What stands behind # is a comment (AH10121).
func (c *compiler) names(r *ir.Require) []string {
	var names []string
	for _, word := range r.Args {
		if strings.Contains(word, "%{") {
			c.problem(r, "Require %s %s is an expression, which this server does not evaluate: write names", r.Provider, word)
		}
		name, _, comment := strings.Cut(word, "#")
		if name != "" {
			names = append(names, name)
		}
		if comment {
			break
		}
	}
	return names
}
