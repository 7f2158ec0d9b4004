package lower

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
)

// protocolHandlers are the directives of core that say what a request may be.
func protocolHandlers() map[string]handler {
	return map[string]handler{
		"LimitRequestLine":      checked(atoi(0, maxInt, `LimitRequestLine "%s" must be a non-negative integer`), number(ir.NumberLimitRequestLine)),
		"LimitRequestFields":    checked(atoi(0, maxInt, `LimitRequestFields "%s" must be a non-negative integer (0 = no limit)`), number(ir.NumberLimitRequestFields)),
		"LimitRequestFieldsize": checked(atoi(0, maxInt, `LimitRequestFieldsize "%s" must be a non-negative integer`), number(ir.NumberLimitRequestFieldsize)),
		"LimitRequestBody":      checked(parsable("LimitRequestBody argument is not parsable.", "LimitRequestBody requires a non-negative integer."), number(ir.NumberLimitRequestBody)),
		"MergeTrailers":         flag(ir.SwitchMergeTrailers),
		"StrictHostCheck":       flag(ir.SwitchStrictHostCheck),
		"HttpProtocolOptions":   lowerProtocolOptions,
		"RegisterHttpMethod":    lowerRegisterMethod,
	}
}

// lowerProtocolOptions is core: HttpProtocolOptions, whose words are looked at together with those above it in the server.
func lowerProtocolOptions(l *lowering, n *parser.Node, at place) ir.Item {
	var said []string
	for _, before := range at.before {
		if before.Is("HttpProtocolOptions") {
			said = append(said, texts(untilEmpty(before.Words))...)
		}
	}
	words := untilEmpty(n.Words)
	for _, w := range words {
		said = append(said, w.String())
		if err := ir.CheckProtocolOptions(said); err != nil {
			l.wrong(n, w, err.Error(), "write one of Strict and Unsafe, one of LenientMethods and RegisteredMethods, one of Allow0.9 and Require1.0")
			return nil
		}
	}
	return &ir.Words{Node: node(n), Name: ir.WordsHttpProtocolOptions, Values: texts(words)}
}

// lowerRegisterMethod is core: RegisterHttpMethod, which <Limit> and others know from then on.
func lowerRegisterMethod(l *lowering, n *parser.Node, _ place) ir.Item {
	words := untilEmpty(n.Words)
	for _, w := range words {
		l.methodNumber(w.String())
	}
	return &ir.Words{Node: node(n), Name: ir.WordsRegisterHttpMethod, Values: texts(words)}
}
