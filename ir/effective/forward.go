package effective

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// Forward is what a server says about other servers as a forward proxy. Lists of a virtual host add to those of the main
// server (mod_proxy: merge_proxy_config), but for Remotes with ProxyPassInherit Off.
type Forward struct {
	// Remotes are ProxyRemote and ProxyRemoteMatch in order: the proxies that requests are sent on to.
	Remotes []*ir.Words
	// Direct are NoProxy: what no Remotes count for.
	Direct []*ir.Words
	// Blocked are ProxyBlock: what nothing is proxied to, whoever asks.
	Blocked []*ir.Words
	// Ports are AllowCONNECT; without any CONNECT may go to the ports 443 and 563.
	Ports []*ir.Words
}

// add takes up a directive that says something about other servers.
func (f *Forward) add(item *ir.Words) {
	if list := f.list(item.Name); list != nil {
		*list = append(*list, item)
	}
}

// list is where directives of a name are kept; nil for those that say nothing about other servers.
func (f *Forward) list(name ir.WordsName) *[]*ir.Words {
	switch name {
	case ir.WordsProxyRemote, ir.WordsProxyRemoteMatch:
		return &f.Remotes
	case ir.WordsNoProxy:
		return &f.Direct
	case ir.WordsProxyBlock:
		return &f.Blocked
	case ir.WordsAllowCONNECT:
		return &f.Ports
	case ir.WordsOptions, ir.WordsLogLevel, ir.WordsRewriteOptions, ir.WordsDirectoryIndex, ir.WordsFileETag, ir.WordsAllowOverride,
		ir.WordsAccessFileName, ir.WordsProxyErrorOverride, ir.WordsSSLProtocol, ir.WordsSSLProxyProtocol, ir.WordsSSLCipherSuite,
		ir.WordsSSLProxyCipherSuite, ir.WordsSSLOptions, ir.WordsRequestReadTimeout, ir.WordsHttpProtocolOptions,
		ir.WordsRegisterHttpMethod:
	}
	return nil
}

// inherit puts what the main server says before a virtual host's own; its other proxies count where ProxyPassInherit is On.
func (f *Forward) inherit(main *Forward, remotes bool) {
	if remotes {
		f.Remotes = concat(main.Remotes, f.Remotes)
	}
	f.Direct = concat(main.Direct, f.Direct)
	f.Blocked = concat(main.Blocked, f.Blocked)
	f.Ports = concat(main.Ports, f.Ports)
}

// OpenForwardProxy returns the ProxyRequests On by which a server fetches any URL for anybody who can reach it, and nil for
// a server that does not. What closes it is access of a Proxy section that covers every URL: a Location covers paths of
// the server itself, which a URL is not.
func (s *Server) OpenForwardProxy() *ir.Switch {
	requests := s.Settings.Switch(ir.SwitchProxyRequests)
	on, ok := requests.By.(*ir.Switch)
	if !ok || !requests.Value {
		return nil
	}
	var all []*Section
	for _, section := range s.Phase(PhaseProxy) {
		if section.coversAll() {
			all = append(all, section)
		}
	}
	scope := s.Scope(all...)
	guards := func(r *ir.Residue) bool { return r.Guards }
	if slices.ContainsFunc(scope.Residue, guards) || !scope.Access.AdmitsStrangers() {
		return nil
	}
	return on
}

// coversAll says whether a Proxy section matches every URL, by its text or by one of the usual expressions for that.
func (s *Section) coversAll() bool {
	if re := s.Section.Regex; re != nil {
		return slices.Contains([]string{"", ".", ".*", "^.*", ".*$", "^.*$", ".+", "^.+$", "^", "^(.*)$", "(.*)"}, re.Source)
	}
	return strings.Trim(s.Section.URL(), "*") == ""
}

// AdmitsStrangers says whether a client may pass of whom nothing is known but that it sends a GET: not its address, its
// name, its user or its environment.
func (a *Access) AdmitsStrangers() bool {
	require := len(a.Require) == 0 || anyGrants(a.Require)
	var order, satisfy string
	for _, o := range a.Orders {
		if o.Satisfy {
			satisfy = o.Value
		} else {
			order = o.Value
		}
	}
	if order == "" && len(a.Rules) == 0 {
		return require
	}
	compat := a.compatAdmits(order)
	if satisfy == "any" && len(a.Require) > 0 {
		return compat || require
	}
	return compat && require
}

// compatAdmits is AdmitsStrangers for Order, Allow and Deny.
func (a *Access) compatAdmits(order string) bool {
	var allowed, denied bool
	for _, rule := range a.Rules {
		for _, word := range rule.From {
			if !clib.EqualFold(word, "all") && !clib.HasPrefixFold(word, "env=!") {
				continue
			}
			if rule.Deny {
				denied = true
			} else {
				allowed = true
			}
		}
	}
	if order == "allow,deny" || order == "mutual-failure" {
		return allowed && !denied
	}
	return allowed || !denied
}

// verdict is what an authorization says of a stranger.
type verdict int

const (
	neutral verdict = iota
	denies
	grants
)

// anyGrants says whether one of the items grants, as the directives of a section together do.
func anyGrants(items []ir.Item) bool {
	return slices.ContainsFunc(items, func(item ir.Item) bool { return verdictOn(item) == grants })
}

// verdictOn is the verdict of a Require or of a section of them.
func verdictOn(item ir.Item) verdict {
	if section, ok := item.(*ir.Section); ok {
		return sectionVerdict(section)
	}
	require, ok := item.(*ir.Require)
	if !ok {
		return neutral
	}
	granted := require.Provider == "all" && len(require.Args) == 1 && clib.EqualFold(require.Args[0], "granted") ||
		require.Provider == "method" && slices.Contains(require.Args, "GET")
	switch {
	case granted && require.Not:
		return denies
	case granted:
		return grants
	case require.Not:
		return neutral
	}
	return denies
}

func sectionVerdict(section *ir.Section) verdict {
	result := neutral
	for _, item := range section.Items {
		v := verdictOn(item)
		switch {
		case section.Kind == ir.SectionRequireAll && v == denies:
			return denies
		case section.Kind == ir.SectionRequireNone && v == grants:
			return denies
		case section.Kind == ir.SectionRequireNone:
		case section.Kind == ir.SectionRequireAny && v == grants:
			return grants
		default:
			result = max(result, v)
		}
	}
	return result
}
