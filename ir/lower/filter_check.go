package lower

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// filterChecks are those of modules that change the body of a response.
func filterChecks() map[string]check {
	return map[string]check{
		"BrotliAlterETag":                keyword("BrotliAlterETag accepts only 'AddSuffix', 'NoChange' and 'Remove'", "AddSuffix", "NoChange", "Remove"),
		"BrotliCompressionMaxInputBlock": atoi(16, 24, "BrotliCompressionMaxInputBlock must be between 16 and 24"),
		"BrotliCompressionQuality":       atoi(0, 11, "BrotliCompressionQuality must be between 0 and 11"),
		"BrotliCompressionWindow":        atoi(10, 24, "BrotliCompressionWindow must be between 10 and 24"),
		"BrotliFilterNote":               filterNote("Unknown BrotliFilterNote type '%s'"),
		"BufferSize":                     strtoff(1, maxOff, "BufferSize must be a size in bytes, and greater than zero"),
		"DeflateBufferSize":              atoi(1, maxInt, "DeflateBufferSize should be positive"),
		"DeflateFilterNote":              filterNote("Unknown note type %s"),
		"DeflateInflateLimitRequestBody": parsable("DeflateInflateLimitRequestBody is not parsable.", "DeflateInflateLimitRequestBody requires a non-negative integer."),
		"DeflateInflateRatioBurst":       atoi(1, maxInt, "DeflateInflateRatioBurst must be positive"),
		"DeflateInflateRatioLimit":       atoi(1, maxInt, "DeflateInflateRatioLimit must be positive"),
		"DeflateMemLevel":                atoi(1, 9, "DeflateMemLevel must be between 1 and 9"),
		"DeflateWindowSize":              atoi(1, 15, "DeflateWindowSize must be between 1 and 15"),
		"FilterProvider":                 checkFilterProvider,
		"KeptBodySize":                   digits(0, maxOff, "KeptBodySize must be a valid size in bytes, or zero."),
		"ModemStandard": keyword("mod_dialup: Unknown Modem Standard specified.",
			"V.21", "V.26bis", "V.27ter", "V.32", "V.34", "V.92"),
		"SSIEndTag":               withoutSpace("SSIEndTag may not contain any whitespaces"),
		"SSIStartTag":             withoutSpace("SSIStartTag may not contain any whitespaces"),
		"Substitute":              checkSubstitute,
		"SubstituteMaxLineLength": checkMaxLineLength,
		"XBitHack":                keyword("XBitHack must be set to Off, On, or Full", "Off", "On", "Full"),
	}
}

// smartFilterChecks are those of mod_filter about filters that the same section declares above.
func smartFilterChecks() map[string]placedCheck {
	return map[string]placedCheck{"FilterProtocol": checkFilterProtocol, "FilterTrace": checkFilterTrace}
}

// declares reports whether a section declares a filter above a directive, or gives it a provider; "" stands for any.
func (p place) declares(filter, provider string) bool {
	return slices.ContainsFunc(p.before, func(n *parser.Node) bool {
		switch {
		case first(n).String() != filter:
			return false
		case n.Is("FilterProvider") && len(n.Words) > 1:
			return provider == "" || clib.EqualFold(n.Words[1].String(), provider)
		}
		return n.Is("FilterDeclare") && provider == ""
	})
}

// checkFilterProtocol is filter [provider] protocol.
func checkFilterProtocol(l *lowering, n *parser.Node, at place) bool {
	name := first(n).String()
	switch {
	case !at.declares(name, ""):
		return l.wrong(n, first(n), "FilterProtocol: No such filter", "write FilterDeclare "+name+" above it, in the same section")
	case len(n.Words) == 3 && !at.declares(name, n.Words[1].String()):
		return l.wrong(n, n.Words[1], "FilterProtocol: No such provider for this filter", "write FilterProvider "+name+" "+n.Words[1].String()+" … above it")
	}
	return true
}

func checkFilterTrace(l *lowering, n *parser.Node, at place) bool {
	return at.declares(first(n).String(), "") || l.wrong(n, first(n), "Undeclared smart filter %s", "write FilterDeclare "+first(n).String()+" above it, in the same section")
}

// filterNote is [Ratio|Input|Output] name.
func filterNote(httpd string) check {
	return func(l *lowering, n *parser.Node) bool {
		return len(n.Words) < 2 || n.Words[1].String() == "" || keyword(httpd, "Ratio", "Input", "Output")(l, n)
	}
}

func withoutSpace(httpd string) check {
	return func(l *lowering, n *parser.Node) bool {
		return !strings.ContainsAny(first(n).String(), " \t\n\v\f\r") || l.wrong(n, first(n), httpd, "write it without white space")
	}
}

// checkFilterProvider is filter, provider and the condition under which it runs.
func checkFilterProvider(l *lowering, n *parser.Node) bool {
	return l.filterLoaded(n, n.Words[1], n.Words[1].String()) &&
		l.condition(n, n.Words[2].Text, "Error parsing FilterProvider expression:")
}

// checkSubstitute is s/pattern/text/flags with any letter in the place of the slashes.
func checkSubstitute(l *lowering, n *parser.Node) bool {
	w := first(n)
	text := w.String()
	if clib.Lower(text[0]) != 's' {
		return l.wrong(n, w, "Bad Substitute format, must be an s/// pattern", "write s/pattern/text/")
	}
	parts, ok := substitution(text)
	if !ok {
		return l.wrong(n, w, "Bad Substitute format, must be a complete s/// pattern", "write s/pattern/text/")
	}
	if strings.Trim(parts[2], "infqINFQ") != "" {
		return l.wrong(n, w, "Bad Substitute flag, only s///[infq] are supported", "write i, n, f and q behind the last "+text[1:2])
	}
	if strings.ContainsAny(parts[2], "nN") {
		return true
	}
	_, compiled := l.regex(n, parser.Word{Text: w.Text.Slice(2, 2+len(parts[0]))}, "Substitute could not compile regex")
	return compiled
}

// substitution returns pattern, text and flags. The letter behind the s ends the first two; in them it cannot stand.
func substitution(text string) (parts [3]string, ok bool) {
	if len(text) < 2 {
		return parts, false
	}
	delimiter := text[1:2]
	var closed bool
	if parts[0], parts[1], closed = strings.Cut(text[2:], delimiter); !closed || parts[0] == "" {
		return parts, false
	}
	parts[1], parts[2], _ = strings.Cut(parts[1], delimiter)
	return parts, true
}

func checkMaxLineLength(l *lowering, n *parser.Node) bool {
	number, rest, ok := clib.Strtoll(first(n).String())
	unit := rest == "" || len(rest) == 1 && strings.Contains("bBkKmMgG", rest)
	return ok && unit && number >= 0 || l.wrong(n, first(n),
		"SubstituteMaxLineLength must be a non-negative integer optionally suffixed with 'b', 'k', 'm' or 'g'.", "write a number of bytes, or one with b, k, m or g")
}
