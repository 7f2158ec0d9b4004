package program

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/rewrite"
	"github.com/lbconf/lbconf/runtime/exchange"
)

// handlerNames are the names of SetHandler that this server runs.
var handlerNames = map[string]Handler{
	"balancer-manager":   HandlerBalancerManager,
	"server-status":      HandlerServerStatus,
	"server-info":        HandlerServerInfo,
	"prometheus-metrics": HandlerMetrics,
	"heartbeat":          HandlerHeartbeat,
}

// HandlerNames returns the names of SetHandler that this server runs, sorted.
func HandlerNames() []string { return slices.Sorted(maps.Keys(handlerNames)) }

// handlerName is the value of SetHandler that holds, in lower case as httpd keeps it; empty for none.
func handlerName(settings *effective.Settings) string {
	name := settings.Word(ir.WordSetHandler).Value
	if !strings.Contains(name, "%{") { // of an expression the value counts
		name = lowerHandler(name)
	}
	if name == noHandler {
		return ""
	}
	return name
}

// takes says whether the handler answers a method. What it does not answer is as if it had not been set, since httpd goes
// on to its default handler.
func (h Handler) takes(x *exchange.Exchange) bool {
	if h == HandlerHeartbeat {
		return true // it refuses by itself what is no POST
	}
	if h == HandlerBalancerManager {
		if _, ok := ManagerAPI(x.Request.Path); ok {
			return true // it says itself which methods there are
		}
	}
	switch string(x.Request.Method) {
	case "GET", "HEAD":
		return h != NoHandler
	case "POST":
		return h == HandlerBalancerManager
	}
	return false
}

// managerAPI begins what is below the path of balancer-manager for programs, which httpd does not have.
const managerAPI = "/api/v1"

// ManagerAPI says whether a path of balancer-manager is one for programs, and returns what follows the version: "" or a path
// that begins with a slash.
func ManagerAPI(path []byte) (rest []byte, ok bool) {
	_, rest, ok = bytes.Cut(path, []byte(managerAPI))
	return rest, ok && (len(rest) == 0 || rest[0] == '/')
}

// Runs says whether SetHandler names the handler anywhere in the configuration.
func (p *Program) Runs(h Handler) bool { return p.handlers&(1<<h) != 0 }

// findHandlers finds out whether a path may be answered by a handler.
func (b *builder) findHandlers(items []ir.Item) {
	for item := range ir.All(items) {
		if names(item) {
			b.handles = true
			return
		}
	}
}

// names says whether a directive may name a handler of this server: SetHandler, and a rewrite rule with H.
func names(item ir.Item) bool {
	if word, ok := item.(*ir.Word); ok {
		return word.Name == ir.WordSetHandler && handlerNames[clib.ToLower(word.Value)] != NoHandler
	}
	rule, ok := item.(*ir.RewriteRule)
	return ok && rule.Rule != nil && rule.Rule.Has(rewrite.FlagH)
}

// surveyHandler notes a SetHandler that is run and reports one that is not.
func (b *builder) surveyHandler(item *ir.Word, in *ir.Section) {
	name := clib.ToLower(item.Value)
	handler, known := handlerNames[name]
	switch {
	case name == noHandler:
	case strings.HasPrefix(name, senderPrefix):
		b.surveySender(item, in)
	case known && isOfFiles(in) && !b.servesFiles():
		b.report.ignore(item, "SetHandler stands in <%s>, and only that of a path is run: write it in <Location>", in.Kind)
	case known:
		b.program.handlers |= 1 << handler
	default:
		b.report.ignore(item, "the handler %s is not run by this server: its path answers 404", item.Value)
	}
}
