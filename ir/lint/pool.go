package lint

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
)

// unpooled is a rule with [P] whose requests httpd's default worker serves, each with a connection of its own, and what
// looks like an attempt at a worker for it.
type unpooled struct {
	proxyRule
	// block is a <Proxy> section for the target that defines no worker, or nil.
	block *ir.Section
	// worker is one that was probably meant for the rule and does not match its target, or nil.
	worker *effective.Worker
}

// unpooledRules returns the rules with [P] that have no worker. WebSockets and Unix sockets are left out, which gain
// nothing or little from one, and so is what may find a worker by the part of the target that varies.
func (p *Pass) unpooledRules() []unpooled { return p.facts.unpooled.get(p.findUnpooledRules) }

func (p *Pass) findUnpooledRules() []unpooled {
	var all []unpooled
	for rule := range p.proxyRules() {
		if !rule.fixed || !pools(rule.url) || rule.url.Socket != "" || rule.mayPool() {
			continue
		}
		u := unpooled{proxyRule: rule, block: bareBlock(rule, p.bareBlocks())}
		if u.block == nil {
			u.worker = p.usedWorkers().meantFor(rule)
		}
		all = append(all, u)
	}
	return all
}

// pools reports whether connections to the scheme are worth keeping.
func pools(u effective.URL) bool {
	switch u.Scheme {
	case "http", "https", "h2", "h2c", "ajp":
		return true
	}
	return false
}

// mayPool reports whether a worker matches the target, or matches it for some requests.
func (r proxyRule) mayPool() bool {
	target := r.target
	if r.server.WorkerFor(target) != nil {
		return true
	}
	if r.whole {
		return false
	}
	for _, w := range r.server.Workers {
		if strings.HasPrefix(w.Name, target) {
			return true
		}
	}
	return false
}

// blockKey is where a <Proxy> section for a URL is looked for.
type blockKey struct {
	server    *effective.Server
	authority string
}

// block is such a section with its URL as httpd compares it.
type block struct {
	section *ir.Section
	name    string
}

// bareBlocks are the <Proxy> sections of all servers for a URL that have neither parameters nor a ProxySet, in order. They are
// found by the address, so that a server may have ten thousand rules and as many sections.
func (p *Pass) bareBlocks() map[blockKey][]block {
	return p.whole.facts.blocks.get(p.whole.findBareBlocks)
}

func (p *Pass) findBareBlocks() map[blockKey][]block {
	all := map[blockKey][]block{}
	for _, s := range p.Servers {
		for section := range ir.Of[*ir.Section](s.Items) {
			if section.Kind != ir.SectionProxy || section.Regex != nil || len(section.Params) > 0 || strings.ContainsAny(section.Pattern, "*?[") {
				continue
			}
			if url, ok := effective.ParseURL(section.Pattern); ok && url.Host != "" && !url.IsBalancer() && !setsProxy(section) {
				key := blockKey{s, url.AuthorityOf(section.Pattern)}
				all[key] = append(all[key], block{section, url.StringOf(section.Pattern)})
			}
		}
	}
	return all
}

// bareBlock returns the first of the rule's server, or of the main server, whose URL is the beginning of the target; nil for
// none.
func bareBlock(r proxyRule, blocks map[blockKey][]block) *ir.Section {
	authority := r.target[:len(r.target)-len(r.url.Path)]
	for _, s := range []*effective.Server{r.server, r.server.View.Main()} {
		for _, b := range blocks[blockKey{s, authority}] {
			if strings.HasPrefix(r.target, b.name) {
				return b.section
			}
		}
	}
	return nil
}

// setsProxy reports whether the section holds a ProxySet, even one that httpd refuses.
func setsProxy(section *ir.Section) bool {
	for _, item := range section.Items {
		switch item := item.(type) {
		case *ir.ProxySet:
			return true
		case *ir.Residue:
			if clib.EqualFold(item.Name, "ProxySet") {
				return true
			}
		case *ir.LoadModule, *ir.Listen, *ir.ServerName, *ir.ServerAlias, *ir.VirtualHost, *ir.Section, *ir.Switch, *ir.Number,
			*ir.Word, *ir.Words, *ir.ProxyPass, *ir.ProxyPassReverse, *ir.ProxyPassReverseCookie, *ir.FCGISetEnvIf, *ir.BalancerMember, *ir.RewriteCond, *ir.RewriteRule,
			*ir.HeaderEdit, *ir.Require, *ir.AccessOrder, *ir.AccessRule, *ir.LogFormat, *ir.CustomLog, *ir.HealthTemplate, *ir.HealthExpr, *ir.SetEnvIf, *ir.SetEnv, *ir.EnvNames, *ir.RewriteMap, *ir.ErrorDocument, *ir.Alias, *ir.MimeEdit, *ir.FilterByType:
		}
	}
	return false
}

// usedWorkers are the workers that a mapping or a rule of any server uses. One that nobody uses was meant for something.
type usedWorkers map[*effective.Worker]bool

func (p *Pass) usedWorkers() usedWorkers { return p.whole.facts.used.get(p.whole.findUsedWorkers) }

func (p *Pass) findUsedWorkers() usedWorkers {
	used := usedWorkers{}
	for _, s := range p.Servers {
		for _, w := range s.Workers {
			isPass := func(by ir.Item) bool { _, ok := by.(*ir.ProxyPass); return ok }
			if isPass(w.By) || slices.ContainsFunc(w.Also, isPass) {
				used[w] = true
			}
		}
	}
	for rule := range p.proxyRules() {
		if w := rule.server.WorkerFor(rule.target); rule.fixed && w != nil {
			used[w] = true
			continue
		}
		for _, w := range rule.server.Workers {
			if !rule.fixed || strings.HasPrefix(w.Name, rule.target) {
				used[w] = true
			}
		}
	}
	for item := range ir.All(p.Config.Items) {
		if word, ok := item.(*ir.Word); ok && word.Name == ir.WordSetHandler {
			if target, ok := strings.CutPrefix(word.Value, "proxy:"); ok {
				used[p.View.ServerOf(item).WorkerFor(target)] = true
			}
		}
	}
	return used
}

// meantFor returns a worker that is all but the rule's: the same backend under another name of this machine, or one that
// nobody else uses and that differs in the port, the scheme or the path.
func (used usedWorkers) meantFor(r proxyRule) *effective.Worker {
	for _, w := range r.server.Workers {
		if w.Match || w.URL.Socket != "" || !pools(w.URL) {
			continue
		}
		sameHost := w.URL.Host == r.url.Host
		samePort := w.URL.PortNumber() == r.url.PortNumber()
		switch {
		case !sameHost && samePort && w.URL.Scheme == r.url.Scheme && isLoopback(w.URL.Host) && isLoopback(r.url.Host):
			return w
		case sameHost && !used[w]:
			return w
		}
	}
	return nil
}

func isLoopback(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}
