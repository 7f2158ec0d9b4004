package lint

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/parser/diag"
)

var ssrfMissingSlash = &Rule{
	ID:       "LB151",
	Name:     "ssrf-missing-slash",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "no slash between the host of a target and what the client sent: it can name another host",
	Why: `mod_rewrite and ProxyPassMatch put the text of a group into the target as it is. Where it follows the host or port
directly and can begin with something else than a slash, it becomes part of them: with "^/(.*)" and
"http://backend:8080$1" the request GET /@10.0.0.1/ asks the host 10.0.0.1, and with "^/app(.*)" so does
GET /app@10.0.0.1/. Whoever reaches the proxy reaches what the proxy reaches: the network behind it, the services on
127.0.0.1, the metadata service of a cloud. "^(.*)$" is no such case outside of a Directory: a path begins with a slash.`,
	Bad: `RewriteEngine On
RewriteRule "^/(.*)" "http://backend.example.com:8080$1" [P]
<Proxy "http://backend.example.com:8080">
    ProxySet connectiontimeout=5
</Proxy>
`,
	Good: `RewriteEngine On
RewriteRule "^/(.*)" "http://backend.example.com:8080/$1" [P]
<Proxy "http://backend.example.com:8080">
    ProxySet connectiontimeout=5
</Proxy>
`,
	Refs: []string{
		"https://httpd.apache.org/docs/2.4/rewrite/flags.html#flag_p",
		"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassmatch",
	},
	Run: func(p *Pass) {
		for _, a := range p.openAuthorities() {
			if a.continues() {
				reportMissingSlash(p, a)
			}
		}
	},
}

func reportMissingSlash(p *Pass, a openAuthority) {
	at := a.refSpan(p)
	d := diag.Diagnostic{
		Span:    at,
		Message: fmt.Sprintf("%s directly behind %s can name another host: no slash stands between them", a.ref.written, a.before),
		Label:   `no "/" before it`,
	}
	sample, effect := "@10.0.0.1", "10.0.0.1"
	if !a.ref.holds("@") {
		sample, effect = ".example.net", a.before+".example.net"
	}
	text := "the client chooses the host that is asked"
	if prefix := a.prefix(); prefix != "" {
		text = fmt.Sprintf("GET %s%s/ is sent to %s", prefix, sample, effect)
	}
	d.Notes = []diag.Note{{Kind: "effect", Text: text}}
	if !a.endsSegment() {
		d.Notes = append(d.Notes, diag.Note{Kind: "help", Text: "let the group begin with the slash, and with nothing else: (/.*)?$"})
		p.Report(d)
		return
	}
	d.Notes = append(d.Notes, diag.Note{Kind: "help", Text: fmt.Sprintf("write %s/%s", a.before, a.ref.written)})
	if at != a.span {
		insert := diag.Span{Start: at.Start, End: at.Start}
		d.Fix = &diag.Fix{Safe: true, Message: "put a slash behind the host", Edits: []diag.Edit{{Span: insert, Text: "/"}}}
	}
	p.Report(d)
}

// endsSegment reports whether the pattern takes the slash in front of the group, so that the target lacks one.
func (a *openAuthority) endsSegment() bool {
	return strings.HasSuffix(a.prefix(), "/") || !a.wholePath() && strings.HasPrefix(a.ref.written, "$")
}

// prefix is what paths begin with that the group of the reference takes the rest of; empty where that is not known.
func (a *openAuthority) prefix() string {
	if a.pattern == nil || !strings.HasPrefix(a.ref.written, "$") || !a.wholePath() {
		return ""
	}
	return shapeOf(a.pattern).prefix
}
