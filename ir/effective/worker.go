package effective

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
)

// Worker is one backend as mod_proxy keeps it: a pool of connections with its parameters. It is immutable; its state at run
// time belongs to the runtime.
type Worker struct {
	// WorkerName is what httpd calls it. Where it cannot call it anything, which lowering reports, it is the URL.
	ir.WorkerName
	// URL is the URL of its directive in its parts.
	URL ir.URL
	// Params are the merged parameters. Workers without any share httpd's defaults, so that they must not be changed.
	Params *ir.Worker
	// By is the directive or section that defined it: *ir.ProxyPass, *ir.ProxySet, *ir.BalancerMember or *ir.Section.
	By ir.Item
	// Also are further directives that share it, in order.
	Also []ir.Item
	// Ignored are the parameters of those that httpd drops, since the worker was there already.
	Ignored []Ignored
	// Balancer is the balancer that it is a member of; nil for a worker of its own.
	Balancer *Balancer
}

// Ignored is a parameter that has no effect because another directive defined the worker.
type Ignored struct {
	// By is the directive that carries it.
	By ir.Item
	// Param is the parameter.
	Param ir.Param
}

// Reusable says whether connections are kept: enablereuse and disablereuse where they are written; else a worker of
// ProxyPassMatch with $1 in its URL keeps none, and neither does one of FastCGI. With $1 in the host or port nothing helps, the
// address is another one each time.
func (w *Worker) Reusable() bool {
	if w.URL.Scheme == "fcgi" && !w.Params.Reuse.Set {
		return false
	}
	if w.AnyHost {
		return false
	}
	if w.Params.Reuse.Set {
		return w.Params.Reuse.Value
	}
	if w.Params.AddressTTL.Set && w.Params.AddressTTL.Value == 0 {
		return false
	}
	return !w.Match || !strings.Contains(w.Name, "$")
}

// WorkerFor returns the worker that a request for the target URL would use: of those whose name is a byte prefix of the URL
// and covers at least scheme://host:port the longest, the first of two alike. It is nil where httpd takes the default
// reverse worker, which keeps no connection. Unlike a directive a request has no port that is its scheme's.
func (s *Server) WorkerFor(target string) *Worker {
	url, ok := ir.ParseURL(target)
	if !ok || len(s.Workers) == 0 {
		return nil
	}
	return findWorker(s.Workers, url.StringOf(target), anyWorker)
}

// workerKind says which workers a search looks at.
type workerKind uint8

const (
	anyWorker workerKind = iota
	prefixWorker
	matchWorker
)

// kindOf is the kind that a directive defines, and looks for, which takes a pattern or not.
func kindOf(match bool) workerKind {
	if match {
		return matchWorker
	}
	return prefixWorker
}

// findWorker is ap_proxy_get_worker_ex.
func findWorker(workers []*Worker, target string, kind workerKind) *Worker {
	if len(workers) == 0 {
		return nil
	}
	key, ok := ir.WorkerKeyOf(target)
	if !ok {
		return nil
	}
	var best *Worker
	for _, w := range workers {
		if best != nil && len(w.Name) <= len(best.Name) || kind == prefixWorker && w.Match || kind == matchWorker && !w.Match {
			continue
		}
		if key.Finds(w.WorkerName) {
			best = w
		}
	}
	return best
}

// defineWorker returns a new worker for a target; nil where that is no URL.
func defineWorker(target string, match bool, by ir.Item) *Worker {
	url, ok := ir.ParseURL(target)
	if !ok {
		return nil
	}
	name, httpd := ir.NameWorker(target, match)
	if httpd != "" {
		name = ir.WorkerName{Name: url.StringOf(target), Match: match}
	}
	return &Worker{WorkerName: name, URL: url, Params: &defaultWorker, By: by}
}

// defaultWorker is what nearly all workers of a large configuration have.
var defaultWorker = ir.DefaultWorker()

// NewMember returns a worker that no directive defines, with httpd's defaults; nil where target is no URL. It is what
// balancer-manager adds to a running balancer.
func NewMember(target string) *Worker { return defineWorker(target, false, nil) }

// apply sets parameters. A parameter that httpd refuses leaves the worker as it is: lowering reported it.
func (w *Worker) apply(params []ir.Param) {
	if len(params) == 0 {
		return
	}
	own := *w.Params
	for _, p := range params {
		if err := ir.ApplyWorker(&own, p); err != nil {
			continue
		}
	}
	w.Params = &own
}

// share records that a directive uses a worker which is there already, and that its parameters are dropped.
func (w *Worker) share(by ir.Item, params []ir.Param) {
	w.Also = append(w.Also, by)
	for _, p := range params {
		if ir.LookupParam(ir.ParamOfMapping, p.Key) == nil {
			w.Ignored = append(w.Ignored, Ignored{by, p})
		}
	}
}

// proxySet is the ProxySet directive: in a section it defines what it names, elsewhere that must be there.
func (s *Server) proxySet(item *ir.ProxySet, sec *Section) {
	url, kind := item.URL, anyWorker
	if url == "" {
		kind = prefixWorker
		if sec != nil {
			url, kind = sec.Section.URL(), kindOf(sec.Section.Regex != nil && !sec.Section.Tilde)
		}
	}
	s.setParams(url, item.Params, item, kind, sec)
}

// proxySectionParams takes the key=value words of <Proxy URL key=value>, which httpd reads behind what is in the section.
func (s *Server) proxySectionParams(item *ir.Section, sec *Section) {
	if len(item.Params) > 0 {
		s.setParams(item.URL(), item.Params, item, prefixWorker, sec)
	}
}

// setParams sets parameters of what a URL names. What a section names, of which the kind is known, it defines.
func (s *Server) setParams(url string, params []ir.Param, by ir.Item, kind workerKind, sec *Section) {
	define := kind != anyWorker
	if ir.IsBalancerURL(url) {
		b := s.ownBalancer(url)
		if b == nil && define {
			b = s.defineBalancer(url, by)
		}
		if b != nil {
			b.apply(by, params)
			if sec != nil {
				sec.Balancer = b
			}
			return
		}
	} else if w := s.ownWorker(url, by, kind); w != nil {
		w.apply(s.withTemplates(params))
		if w.By != by {
			w.Also = append(w.Also, by)
		}
		if sec != nil {
			sec.Worker = w
		}
		return
	}
	if set, ok := by.(*ir.ProxySet); ok {
		s.Unresolved = append(s.Unresolved, set)
	}
}

func (s *Server) ownWorker(url string, by ir.Item, kind workerKind) *Worker {
	w := s.findWorker(url, kind)
	if w == nil && kind != anyWorker {
		if w = defineWorker(url, kind == matchWorker, by); w != nil {
			s.Workers = append(s.Workers, w)
		}
	}
	return w
}
