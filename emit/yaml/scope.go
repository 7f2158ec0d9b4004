package yaml

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
)

// group is the codec of the items that stand under one key.
type group struct {
	// encode writes the longest prefix of a run of items that one value can hold, and returns its length.
	encode func(w *writer, run []ir.Item) (value *yaml.Node, n int)
	// decode reads a value; key is what it stands under.
	decode func(r *reader, key, value *yaml.Node) []ir.Item
	// schema describes a value in JSON Schema.
	schema func() schema
}

// The keys of the groups.
const (
	keyModules             = "modules"
	keyListen              = "listen"
	keyServerName          = "server_name"
	keyServerAlias         = "server_alias"
	keySites               = "sites"
	keyRoutes              = "routes"
	keyReverseCookies      = "reverse_cookies"
	keyFCGIVariables       = "fcgi_variables"
	keyMembers             = "members"
	keyProxySet            = "proxy_set"
	keyHealthTemplates     = "health_templates"
	keyHealthExprs         = "health_exprs"
	keyBalancers           = "balancers"
	keyBackends            = "backends"
	keyBackendsMatching    = "backends_matching"
	keyLocations           = "locations"
	keyLocationsMatching   = "locations_matching"
	keyDirectories         = "directories"
	keyDirectoriesMatching = "directories_matching"
	keyFiles               = "files"
	keyFilesMatching       = "files_matching"
	keySections            = "sections"
	keyRewrites            = "rewrites"
	keyRewriteMaps         = "rewrite_maps"
	keyEnvIf               = "env_if"
	keyEnv                 = "env"
	keyHeaders             = "headers"
	keyRequestHeaders      = "request_headers"
	keyRequire             = "require"
	keyAccess              = "access"
	keyLogFormats          = "log_formats"
	keyAccessLogs          = "access_logs"
	keyErrorDocuments      = "error_documents"
	keyAliases             = "aliases"
	keyMime                = "mime"
	keyFiltersByType       = "filters_by_type"
	keyVerbatim            = "verbatim"
)

// groups returns the codecs of all keys of a scope. Readers and writers carry them, since scopes hold scopes.
func groups() map[string]group {
	all := map[string]group{
		keyModules:         modules,
		keyListen:          listen,
		keyServerName:      serverName,
		keyServerAlias:     serverAlias,
		keySites:           sites,
		keyRoutes:          routes,
		keyReverseCookies:  reverseCookies,
		keyFCGIVariables:   fcgiVariables,
		keyMembers:         members,
		keyProxySet:        proxySet,
		keyHealthTemplates: healthTemplates,
		keyHealthExprs:     healthExprs,
		keySections:        sections,
		keyRewrites:        rewrites,
		keyRewriteMaps:     rewriteMaps,
		keyEnvIf:           envIf,
		keyEnv:             env,
		keyHeaders:         headers(false),
		keyRequestHeaders:  headers(true),
		keyRequire:         require,
		keyAccess:          access,
		keyLogFormats:      logFormats,
		keyAccessLogs:      accessLogs,
		keyErrorDocuments:  errorDocuments,
		keyAliases:         aliases,
		keyMime:            mime,
		keyFiltersByType:   filtersByType,
		keyVerbatim:        verbatim,
	}
	for _, kind := range namedKinds {
		all[kind.key] = kind.group()
	}
	maps.Copy(all, settings())
	return all
}

// keyOf returns the key that an item stands under, or "" for an item with an invalid name.
func keyOf(item ir.Item) string {
	switch item := item.(type) {
	case *ir.LoadModule:
		return keyModules
	case *ir.Listen:
		return keyListen
	case *ir.ServerName:
		return keyServerName
	case *ir.ServerAlias:
		return keyServerAlias
	case *ir.VirtualHost:
		return keySites
	case *ir.Section:
		return keyOfSection(item)
	case *ir.Switch:
		return switchKeys[item.Name]
	case *ir.Number:
		return numberKeys[item.Name]
	case *ir.Word:
		return wordKeys[item.Name]
	case *ir.Words:
		return wordsKeys[item.Name]
	case *ir.ProxyPass, *ir.ProxyPassReverse:
		return keyRoutes
	case *ir.ProxyPassReverseCookie:
		return keyReverseCookies
	case *ir.FCGISetEnvIf:
		return keyFCGIVariables
	case *ir.ProxySet:
		return keyProxySet
	case *ir.HealthTemplate:
		return keyHealthTemplates
	case *ir.HealthExpr:
		return keyHealthExprs
	case *ir.BalancerMember:
		return keyMembers
	case *ir.RewriteCond, *ir.RewriteRule:
		return keyRewrites
	case *ir.RewriteMap:
		return keyRewriteMaps
	case *ir.SetEnvIf:
		return keyEnvIf
	case *ir.SetEnv, *ir.EnvNames:
		return keyEnv
	case *ir.HeaderEdit:
		if item.Request {
			return keyRequestHeaders
		}
		return keyHeaders
	case *ir.Require:
		return keyRequire
	case *ir.AccessOrder, *ir.AccessRule:
		return keyAccess
	case *ir.LogFormat:
		return keyLogFormats
	case *ir.CustomLog:
		return keyAccessLogs
	case *ir.ErrorDocument:
		return keyErrorDocuments
	case *ir.Alias:
		return keyAliases
	case *ir.MimeEdit:
		return keyMime
	case *ir.FilterByType:
		return keyFiltersByType
	case *ir.Residue:
		return keyVerbatim
	}
	return ""
}

// scope adds the items of a scope to a mapping.
func (w *writer) scope(m *mapping, items []ir.Item) {
	used := map[string]int{}
	for len(items) > 0 {
		key := keyOf(items[0])
		group, ok := w.groups[key]
		if !ok {
			w.fail(items[0], "has no valid name")
			items = items[1:]
			continue
		}
		run := 1
		for run < len(items) && keyOf(items[run]) == key {
			run++
		}
		value, n := group.encode(w, items[:run])
		name := key
		if used[key]++; used[key] > 1 {
			name = key + "/" + strconv.Itoa(used[key])
		}
		m.add(name, value)
		items = items[n:]
	}
}

// scope reads the items of a scope from a mapping. own are the keys that belong to the section itself and are read by
// the caller; where says what it is, for messages.
func (r *reader) scope(node *yaml.Node, where string, own ...string) []ir.Item {
	var items []ir.Item
	for key, value := range pairs(node) {
		base, n, numbered := strings.Cut(key.Value, "/")
		if contains(own, key.Value) {
			continue
		}
		group, ok := r.groups[base]
		if !ok {
			r.unknownKey(key, where, append(names(r.groups), own...))
			continue
		}
		if i, err := strconv.Atoi(n); numbered && (err != nil || i < 2 || strconv.Itoa(i) != n) {
			r.fail(r.span(key), fmt.Sprintf("%q has no number behind the slash", key.Value),
				fmt.Sprintf("the second group of %s is called %q, the third %q", base, base+"/2", base+"/3"))
			continue
		}
		if r.depth > 0 && (base == keySites || base == keyListen) {
			r.fail(r.span(key), fmt.Sprintf("%s cannot stand in %s", base, where), "move it to the top level of the file")
			continue
		}
		items = append(items, group.decode(r, key, value)...)
	}
	return items
}

// inner reads the scope of a section.
func (r *reader) inner(node *yaml.Node, where string, own ...string) []ir.Item {
	if isNull(node) {
		return nil
	}
	r.depth++
	defer func() { r.depth-- }()
	return r.scope(node, where, own...)
}
