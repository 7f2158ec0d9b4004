package lint

import (
	"fmt"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

var proxyBlockNoWorker = &Rule{
	ID:       "LB102",
	Name:     "proxy-block-no-worker",
	Class:    diag.Defect,
	Severity: diag.Warning,
	Title:    "<Proxy> section for the backend of a [P] rule that defines no worker",
	Why: `A <Proxy "URL"> section defines a worker, which keeps connections, only if it has a parameter: a ProxySet in it or a
key=value word behind the URL. One with nothing but Require or Order grants access, as it says, and leaves the requests of a
RewriteRule with [P] to httpd's default worker, which opens a new connection for each request. For ProxyPass such a section
is fine: ProxyPass defines the worker itself.`,
	Bad: `RewriteEngine On
RewriteRule "^/app/(.*)" "http://backend.example.com:8080/app/$1" [P]
<Proxy "http://backend.example.com:8080">
    Require all granted
</Proxy>
`,
	Good: `RewriteEngine On
RewriteRule "^/app/(.*)" "http://backend.example.com:8080/app/$1" [P]
<Proxy "http://backend.example.com:8080">
    Require all granted
    ProxySet connectiontimeout=5
</Proxy>
`,
	Refs:  []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#workers"},
	Whole: true,
	Run: func(p *Pass) {
		if len(p.bareBlocks()) == 0 {
			return
		}
		var blocks []*ir.Section
		rules := map[*ir.Section][]unpooled{}
		for _, rule := range p.unpooledRules() {
			if rule.block == nil {
				continue
			}
			if rules[rule.block] == nil {
				blocks = append(blocks, rule.block)
			}
			rules[rule.block] = append(rules[rule.block], rule)
		}
		for _, block := range blocks {
			reportBlock(p, block, rules[block])
		}
	},
}

// mostRelated bounds how many places a finding names.
const mostRelated = 3

func reportBlock(p *Pass, block *ir.Section, rules []unpooled) {
	d := diag.Diagnostic{
		Span:    block.Origin.Arg(0),
		Message: fmt.Sprintf("this section defines no worker: each request to %s opens a new connection", rules[0].url.Authority()),
		Label:   "no parameter, no worker",
		Notes: []diag.Note{
			{Kind: "effect", Text: `httpd's default worker connects, sends "Connection: close" and disconnects, for every request`},
			{Kind: "help", Text: "add a ProxySet to the section, such as ProxySet connectiontimeout=5"},
		},
	}
	for _, rule := range rules[:min(len(rules), mostRelated)] {
		d.Related = append(d.Related, diag.Related{Span: rule.hostSpan(p), Message: "this rule finds no worker"})
	}
	d.Fix = p.insertAfter(block, "define a worker in the section", "    ProxySet connectiontimeout=5")
	p.Report(d)
}
