package yaml

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// modules is LoadModule: a mapping from identifiers to files.
var modules = group{
	encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
		m, seen := newMapping(), map[string]bool{}
		for i, item := range run {
			module := item.(*ir.LoadModule)
			if seen[module.Module] {
				return m.node, i
			}
			seen[module.Module] = true
			m.comment = w.origins.comment(item)
			file := text(module.File)
			m.add(module.Module, file)
			w.mark(item, file)
		}
		return m.node, len(run)
	},
	decode: func(r *reader, key, value *yaml.Node) []ir.Item {
		f, ok := r.fields(value, key.Value, "proxy_module: modules/mod_proxy.so")
		if !ok {
			return nil
		}
		var items []ir.Item
		for id := range pairs(f.node) {
			items = append(items, &ir.LoadModule{Node: f.at("LoadModule", id.Value), Module: id.Value, File: f.text(id.Value)})
		}
		return items
	},
	schema: func() schema { return mappingOf(ref("text")) },
}

// listen is Listen: "127.0.0.1:8080 https", or a list of such texts.
var listen = oneOrMore(
	func(_ *writer, l *ir.Listen) *yaml.Node {
		written := listenText(l)
		if back, ok := parseListen(written); ok && back.Address == l.Address && back.Port == l.Port && back.Protocol == l.Protocol {
			return text(written)
		}
		m := newMapping()
		m.text("address", l.Address)
		m.add("port", integer(int64(l.Port)))
		m.text("protocol", l.Protocol)
		return m.node
	},
	func(r *reader, what string, value *yaml.Node) (*ir.Listen, bool) {
		if value.Kind == yaml.MappingNode {
			f, ok := r.fields(value, what, "{address: 127.0.0.1, port: 8080}")
			if !ok || !f.need("port", "port: 8080") {
				return nil, false
			}
			f.only("address", "port", "protocol")
			port, ok := r.port(f.value["port"], "port")
			return &ir.Listen{Node: f.head("Listen"), Address: f.text("address"), Port: port, Protocol: f.text("protocol")}, ok
		}
		written, ok := r.scalar(value, what)
		if !ok {
			return nil, false
		}
		l, ok := parseListen(written)
		if !ok {
			r.fail(r.span(value), fmt.Sprintf("%q is not an address with a port", written), "write it as 8080, 127.0.0.1:8080 or [::1]:8443 https")
			return nil, false
		}
		l.Node = r.node("Listen", value, nil)
		return l, true
	},
	func() schema {
		return anyOf(ref("text"), object(props{"address": ref("text"), "port": ref("port"), "protocol": ref("text")}, "port"))
	},
)

func listenText(l *ir.Listen) string {
	written := strconv.Itoa(l.Port)
	if l.Address != "" {
		written = joinPort(l.Address, l.Port)
	}
	if l.Protocol != "" {
		written += " " + l.Protocol
	}
	return written
}

func parseListen(written string) (*ir.Listen, bool) {
	address, protocol, found := strings.Cut(written, " ")
	host, port, ok := splitPort(address)
	if !ok && !strings.Contains(address, ":") {
		host, port, ok = splitPort(":" + address)
	}
	return &ir.Listen{Address: host, Port: port, Protocol: protocol}, ok && port > 0 && found == (protocol != "")
}

// serverName is ServerName: "https://example.com:8443".
var serverName = single(
	func(_ *writer, s *ir.ServerName) *yaml.Node {
		written := serverNameText(s)
		if back, ok := parseServerName(written); ok && back.Scheme == s.Scheme && back.Host == s.Host && back.Port == s.Port {
			return text(written)
		}
		m := newMapping()
		m.node.Style = yaml.FlowStyle
		m.text("scheme", s.Scheme)
		m.add("host", text(s.Host))
		if s.Port != 0 {
			m.add("port", integer(int64(s.Port)))
		}
		return m.node
	},
	func(r *reader, key, value *yaml.Node) (*ir.ServerName, bool) {
		if value.Kind == yaml.MappingNode {
			return r.serverName(key, value)
		}
		written, ok := r.scalar(value, key.Value)
		if !ok {
			return nil, false
		}
		s, ok := parseServerName(written)
		if !ok {
			r.fail(r.span(value), fmt.Sprintf("%q is not the name of a server", written), "write it as example.com or https://example.com:8443")
			return nil, false
		}
		s.Node = r.node("ServerName", key, value)
		return s, true
	},
	func() schema {
		return anyOf(ref("text"), object(props{"scheme": ref("text"), "host": ref("text"), "port": ref("port")}, "host"))
	},
)

func (r *reader) serverName(key, value *yaml.Node) (*ir.ServerName, bool) {
	f, ok := r.fields(value, key.Value, "{host: example.com, port: 8443}")
	if !ok || !f.need("host", "host: example.com") {
		return nil, false
	}
	f.only("scheme", "host", "port")
	s := &ir.ServerName{Node: r.node("ServerName", key, value), Scheme: f.text("scheme"), Host: f.text("host")}
	if f.has("port") {
		s.Port, ok = r.port(f.value["port"], "port")
	}
	return s, ok
}

func serverNameText(s *ir.ServerName) string {
	written := s.Host
	if s.Port != 0 {
		written += ":" + strconv.Itoa(s.Port)
	}
	if s.Scheme != "" {
		written = s.Scheme + "://" + written
	}
	return written
}

// parseServerName reads [scheme://]host[:port]. An IPv6 address keeps its brackets, as in httpd.
func parseServerName(written string) (*ir.ServerName, bool) {
	s := &ir.ServerName{Host: written}
	if scheme, rest, found := strings.Cut(written, "://"); found {
		s.Scheme, s.Host = clib.ToLower(scheme), rest
	}
	if i := strings.LastIndexByte(s.Host, ':'); i >= 0 && !strings.HasSuffix(s.Host, "]") {
		port, err := strconv.ParseUint(s.Host[i+1:], 10, 16)
		if err != nil || port == 0 {
			return nil, false
		}
		s.Host, s.Port = s.Host[:i], int(port)
	}
	return s, s.Host != ""
}

// serverAlias is ServerAlias: a name or a list of them.
var serverAlias = single(
	func(_ *writer, a *ir.ServerAlias) *yaml.Node { return textOrList(a.Names) },
	func(r *reader, key, value *yaml.Node) (*ir.ServerAlias, bool) {
		all, ok := r.texts(value, key.Value)
		if ok && len(all) == 0 {
			r.fail(r.span(value), key.Value+" has no names", "write at least one name")
			return nil, false
		}
		return &ir.ServerAlias{Node: r.node("ServerAlias", key, value), Names: all}, ok
	},
	func() schema { return ref("texts") },
)

// joinPort writes a host and a port; an IPv6 address gets brackets.
func joinPort(host string, port int) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(port)
}

// splitPort is the inverse of joinPort. * as a port is 0.
func splitPort(address string) (host string, port int, ok bool) {
	i := strings.LastIndexByte(address, ':')
	if i < 0 {
		return "", 0, false
	}
	host = address[:i]
	if inner, found := strings.CutPrefix(host, "["); found {
		host, ok = strings.CutSuffix(inner, "]")
		if !ok {
			return "", 0, false
		}
	} else if strings.Contains(host, ":") {
		return "", 0, false
	}
	if address[i+1:] == "*" {
		return host, 0, true
	}
	n, err := strconv.ParseUint(address[i+1:], 10, 16)
	return host, int(n), err == nil
}
