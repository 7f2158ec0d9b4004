package lint

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/diag"
)

var workerParamsIgnored = &Rule{
	ID:       "LB121",
	Name:     "worker-params-ignored",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "parameters of a ProxyPass that httpd drops, because another line has the worker already",
	Why: `The first line that names a backend defines its worker: the pool of connections with its timeouts and limits. A later
ProxyPass whose URL begins with the URL of that worker shares it, and the parameters of the later line are dropped. The
message about it (AH01146) appears in a virtual host only if a LogLevel stands above. The same happens with a worker of a
virtual host when the main server has one with the same URL: httpd finds the main server's first, and that of the virtual
host is never used. A Unix socket is such a parameter, too: the URL of its worker is what stands behind the "|". With
unix:/run/a.sock|http://localhost/ and unix:/run/b.sock|http://localhost/ every request goes to a.sock. URLs are compared as
they are written, against names without a default port: http://b/ is not the beginning of http://b:80/c.`,
	Bad: `ProxyPass "/app" "http://backend.example.com:8080/"
ProxyPass "/report" "http://backend.example.com:8080/report" timeout=600
`,
	Good: `ProxyPass "/report" "http://backend.example.com:8080/report" timeout=600
ProxyPass "/app" "http://backend.example.com:8080/"
`,
	Refs:  []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#workers"},
	Whole: true,
	Run: func(p *Pass) {
		inherited := map[string]*effective.Worker{}
		for _, s := range p.Servers {
			dead := sync.OnceValue(func() map[ir.Item]bool { return deadMappings(s) })
			for _, w := range ownWorkers(s) {
				checkShared(p, s, w, dead)
				checkSockets(p, w, dead)
				if first := inherited[w.Name]; first != nil && !s.IsMain() && w.Match == first.Match {
					checkInherited(p, w, first)
				}
				if s.IsMain() && inherited[w.Name] == nil {
					inherited[w.Name] = w
				}
			}
		}
	},
}

// ownWorkers returns the workers that the server defines itself.
func ownWorkers(s *effective.Server) []*effective.Worker {
	if s.IsMain() {
		return s.Workers
	}
	return s.Workers[len(s.View.Main().Workers):]
}

// deadMappings returns the ProxyPass directives that never run, which another rule reports.
func deadMappings(s *effective.Server) map[ir.Item]bool {
	dead := map[ir.Item]bool{}
	for _, found := range new(covers).shadows(s.Items, nil) {
		dead[found.later] = true
	}
	return dead
}

// checkShared reports the parameters of each directive that came too late.
func checkShared(p *Pass, s *effective.Server, w *effective.Worker, dead func() map[ir.Item]bool) {
	for rest := w.Ignored; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].By == rest[0].By {
			n++
		}
		var params []ir.Param
		for _, ignored := range rest[:n] {
			params = append(params, ignored.Param)
		}
		later, isPass := rest[0].By.(*ir.ProxyPass)
		rest = rest[n:]
		if params = changing(w, params); len(params) > 0 && isPass && !dead()[later] {
			reportShared(p, s, w, later, params)
		}
	}
}

// checkSockets reports directives whose requests go somewhere else than they say: to the socket, or the address, of the directive
// that defined the worker.
func checkSockets(p *Pass, w *effective.Worker, dead func() map[ir.Item]bool) {
	for pass := range ir.Of[*ir.ProxyPass](w.Also) {
		if url, ok := effective.ParseURL(pass.URL); ok && url.Socket != w.URL.Socket && !dead()[pass] {
			reportSocket(p, pass, url, w)
		}
	}
}

func reportSocket(p *Pass, pass *ir.ProxyPass, url effective.URL, w *effective.Worker) {
	reached := func(u effective.URL) string {
		if u.Socket == "" {
			return u.Authority()
		}
		return u.Socket
	}
	p.Report(diag.Diagnostic{
		Span:    passURL(pass),
		Message: fmt.Sprintf("nothing goes to %s: the worker %s is defined already, and goes to %s", reached(url), w.Name, reached(w.URL)),
		Label:   "goes to " + reached(w.URL),
		Related: []diag.Related{{Span: definitionOf(w), Message: "defines the worker"}},
		Notes: []diag.Note{
			{Kind: "effect", Text: "httpd compares workers by the URL behind the |"},
			{Kind: "help", Text: "give each socket a host of its own behind the |, such as http://one and http://two: the name is not resolved"},
		},
	})
}

// changing returns the parameters that would make the worker another one.
func changing(w *effective.Worker, params []ir.Param) []ir.Param {
	return slices.DeleteFunc(params, func(param ir.Param) bool {
		changed := *w.Params
		return ir.ApplyWorker(&changed, param) != nil || changed == *w.Params
	})
}

func reportShared(p *Pass, s *effective.Server, w *effective.Worker, later *ir.ProxyPass, params []ir.Param) {
	d := ignoredParams(params, w)
	d.Notes = []diag.Note{{Kind: "effect", Text: fmt.Sprintf("requests to %s use the worker %s as it is defined above", later.URL, w.Name)}}
	url, ok := effective.ParseURL(later.URL)
	switch first, isPass := w.By.(*ir.ProxyPass); {
	case !ok || url.String() == w.Name:
		d.Notes = append(d.Notes, diag.Note{Kind: "help", Text: "write them where the worker is defined; both lines then have them"})
	default:
		d.Notes = append(d.Notes, diag.Note{Kind: "help", Text: "move the line above the other one: the longer URL first makes a worker of its own"})
		if isPass && isNext(s, first, later) {
			d.Fix = p.moveBefore(later, first, "define the worker of the longer URL first")
		}
	}
	p.Report(d)
}

// isNext reports whether later can change places with first: it takes none of its requests, and no other mapping stands
// between them.
func isNext(s *effective.Server, first, later *ir.ProxyPass) bool {
	if first.Path == "" || later.Path == "" {
		return false
	}
	var above covers
	above.add(later)
	if above.find(first) != nil {
		return false
	}
	at := sort.Search(len(s.Items), func(i int) bool { return s.Items[i].Head().Seq > first.Seq })
	for _, item := range s.Items[at:] {
		if _, isPass := item.(*ir.ProxyPass); isPass {
			return item == ir.Item(later)
		}
	}
	return false
}

// checkInherited reports the parameters of a virtual host's worker that the main server's of the same URL hides.
func checkInherited(p *Pass, w, first *effective.Worker) {
	if pass, ok := w.By.(*ir.ProxyPass); ok && w.URL.Socket != first.URL.Socket {
		reportSocket(p, pass, w.URL, first)
	}
	for by := range directivesOf(w) {
		params := slices.DeleteFunc(slices.Clone(paramsOf(by)), func(param ir.Param) bool {
			return ir.LookupParam(ir.ParamOfMapping, param.Key) != nil
		})
		if params = changing(first, params); len(params) == 0 {
			continue
		}
		d := ignoredParams(params, first)
		d.Notes = []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("httpd looks through the main server's workers first: that of this virtual host with the URL %s is never used", w.Name)},
			{Kind: "help", Text: "write them in the main server, or move its line into the virtual hosts that need it"},
		}
		p.Report(d)
	}
}

// ignoredParams is what both kinds of finding have.
func ignoredParams(params []ir.Param, w *effective.Worker) diag.Diagnostic {
	words := make([]string, len(params))
	for i, param := range params {
		words[i] = param.Key + "=" + param.Value
	}
	has := "has"
	if len(words) > 1 {
		has = "have"
	}
	return diag.Diagnostic{
		Span:    params[0].Span.To(params[len(params)-1].Span),
		Message: fmt.Sprintf("%s %s no effect: the worker %s is defined already", strings.Join(words, " "), has, w.Name),
		Label:   "dropped",
		Related: []diag.Related{{Span: definitionOf(w), Message: "defines the worker"}},
	}
}

// definitionOf is the place where a worker is defined: the URL of a ProxyPass or member, or a whole line.
func definitionOf(w *effective.Worker) diag.Span {
	if pass, ok := w.By.(*ir.ProxyPass); ok {
		return passURL(pass)
	}
	return w.By.Head().Origin.Span
}
