package yaml

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
)

// sites is VirtualHost: a mapping from labels to scopes. A label is for people: the ServerName of the site, or its
// address where it has none.
var sites = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		all, seen := newMapping(), map[string]bool{}
		for _, item := range run {
			host := item.(*ir.VirtualHost)
			if len(host.Addresses) == 0 {
				w.fail(item, "has no address")
			}
			label := siteLabel(host)
			for n := 2; seen[label]; n++ {
				label = fmt.Sprintf("%s (%d)", siteLabel(host), n)
			}
			seen[label] = true
			m := newMapping()
			m.add("address", addresses(host.Addresses))
			w.scope(m, host.Items)
			all.comment = w.origins.comment(item)
			all.add(label, m.node)
			w.mark(item, m.node)
		}
		return all.node, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		var items []ir.Item
		f, ok := r.fields(value, key.Value, `example.com: {address: "*:80", server_name: example.com}`)
		if !ok {
			return nil
		}
		for label, site := range pairs(f.node) {
			if host, ok := r.site(label, site); ok {
				items = append(items, host)
			}
		}
		return items
	},
	schema: func() schema {
		return mappingOf(withScope(props{"address": anyOf(ref("address"), listOf(ref("address")))}, "address"))
	},
}

func (r *reader) site(label, value *yaml.Node) (*ir.VirtualHost, bool) {
	where := fmt.Sprintf("site %q", label.Value)
	f, ok := r.fields(value, where, `{address: "*:80", server_name: example.com}`)
	if !ok {
		return nil, false
	}
	if !f.need("address", `address: "*:80"`) {
		r.inner(value, where, "address") // its key may be misspelt, and what else is wrong is said at once
		return nil, false
	}
	host := &ir.VirtualHost{Node: r.node("VirtualHost", label, nil), Addresses: r.addresses(f.value["address"])}
	host.Items = r.inner(value, where, "address")
	if plain, _, _ := strings.Cut(label.Value, " ("); !named(host) && plain != siteLabel(host) && len(host.Addresses) > 0 {
		r.fail(r.span(label), fmt.Sprintf("site %q has no server_name, and its label alone names nothing", label.Value),
			fmt.Sprintf("add server_name: %s, or call the site %q", label.Value, siteLabel(host)))
	}
	return host, len(host.Addresses) > 0
}

func named(host *ir.VirtualHost) bool {
	for range ir.Of[*ir.ServerName](host.Items) {
		return true
	}
	return false
}

func siteLabel(host *ir.VirtualHost) string {
	for name := range ir.Of[*ir.ServerName](host.Items) {
		return name.Host
	}
	var all []string
	for _, address := range host.Addresses {
		all = append(all, addressText(address))
	}
	return strings.Join(all, " ")
}

func addresses(all []ir.Address) *yaml.Node {
	nodes := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, address := range all {
		written := addressText(address)
		if back, ok := parseAddress(written); ok && back == address {
			nodes.Content = append(nodes.Content, text(written))
			continue
		}
		m := newMapping()
		m.node.Style = yaml.FlowStyle
		m.add("host", text(address.Host))
		m.add("port", integer(int64(address.Port)))
		nodes.Content = append(nodes.Content, m.node)
	}
	if len(nodes.Content) == 1 {
		return nodes.Content[0]
	}
	return nodes
}

func (r *reader) addresses(node *yaml.Node) []ir.Address {
	var all []ir.Address
	for _, entry := range r.entries(node, "address") {
		if entry.Kind == yaml.MappingNode {
			if f, ok := r.fields(entry, "address", `{host: "*", port: 80}`); ok && f.need("host", `host: "*"`) && f.need("port", "port: 80") {
				f.only("host", "port")
				port, err := strconv.ParseUint(f.text("port"), 10, 16)
				if err != nil {
					r.fail(r.span(f.value["port"]), "port is not a number", "write a number up to 65535, 0 for every port")
					continue
				}
				all = append(all, ir.Address{Host: f.text("host"), Port: int(port)})
			}
			continue
		}
		written, ok := r.scalar(entry, "address")
		if !ok {
			continue
		}
		address, ok := parseAddress(written)
		if !ok {
			r.fail(r.span(entry), fmt.Sprintf("%q is not the address of a site", written), `write it as "*:80", 192.0.2.1:80 or [::1]:443`)
			continue
		}
		all = append(all, address)
	}
	return all
}

func addressText(a ir.Address) string {
	if a.Port != 0 {
		return joinPort(a.Host, a.Port)
	}
	if strings.Contains(a.Host, ":") {
		return "[" + a.Host + "]"
	}
	return a.Host
}

// parseAddress reads host[:port]; * as a port is none, and an IPv6 address has brackets.
func parseAddress(written string) (ir.Address, bool) {
	if host, port, ok := splitPort(written); ok {
		return ir.Address{Host: host, Port: port}, host != ""
	}
	if inner, found := strings.CutPrefix(written, "["); found {
		host, found := strings.CutSuffix(inner, "]")
		return ir.Address{Host: host}, found
	}
	return ir.Address{Host: written}, written != "" && !strings.Contains(written, ":")
}
