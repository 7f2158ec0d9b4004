package program

import (
	"maps"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/rewrite"
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
func (h Handler) takes(method []byte) bool {
	if h == HandlerHeartbeat {
		return true // what is no POST is refused by itself
	}
	switch string(method) {
	case "GET", "HEAD":
		return h != NoHandler
	case "POST":
		return h == HandlerBalancerManager
	}
	return false
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
	switch item := item.(type) {
	case *ir.Word:
		return item.Name == ir.WordSetHandler && handlerNames[clib.ToLower(item.Value)] != NoHandler
	case *ir.RewriteRule:
		return item.Rule != nil && item.Rule.Has(rewrite.FlagH)
	}
	return false
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
