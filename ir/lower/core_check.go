package lower

import (
	"slices"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// coreChecks are those of core.
func coreChecks() map[string]check {
	return map[string]check{
		"AllowOverrideList":        checkAllowOverrideList,
		"CGIVar":                   checkCGIVar,
		"EnableMMAP":               switchedBy("parameter must be 'on' or 'off'"),
		"EnableSendfile":           switchedBy("parameter must be 'on' or 'off'"),
		"Error":                    stops,
		"ErrorLogFormat":           checkErrorLogFormat,
		"FlushMaxPipelined":        digits(-1, maxInt, "parameter must be a number between -1 and"),
		"FlushMaxThreshold":        digits(0, 1<<32-1, "parameter must be a number between 0 and"),
		"HostnameLookups":          keyword("parameter must be 'on', 'off', or 'double'", "On", "Off", "Double"),
		"LimitInternalRecursion":   checkRecursion,
		"LimitXMLRequestBody":      checkXMLBody,
		"MaxRangeOverlaps":         rangeLimit("MaxRangeOverlaps"),
		"MaxRangeReversals":        rangeLimit("MaxRangeReversals"),
		"Mutex":                    checkMutex,
		"Port":                     deprecated("Port was replaced with Listen in Apache 2.0", "Listen"),
		"ProtocolsHonorOrder":      switchedBy("ProtocolsHonorOrder must be 'on' or 'off'"),
		"ReadBufferSize":           digits(0, 1<<32-1, "parameter must be a number between 0 and"),
		"RegexDefaultOptions":      checkRegexOptions,
		"UseCanonicalPhysicalPort": switchedBy("parameter must be 'on' or 'off'"),
	}
}

// rangeLimit is a number above 0 or one of three words.
func rangeLimit(name string) check {
	return func(l *lowering, n *parser.Node) bool {
		const words = "'none', 'default', 'unlimited' or a positive integer"
		value := first(n).String()
		return contains([]string{"none", "default", "unlimited"}, value) || clib.Atoi(value) > 0 ||
			l.wrong(n, first(n), name+" requires "+words, "write none, default, unlimited or a number from 1")
	}
}

func checkAllowOverrideList(l *lowering, n *parser.Node) bool {
	i := slices.IndexFunc(n.Words, func(w parser.Word) bool { return clib.EqualFold(w.String(), "None") })
	return i < 0 || len(n.Words) == 1 || l.wrong(n, n.Words[i], "'None' not allowed with other directives in AllowOverrideList", "write None alone")
}

func checkCGIVar(l *lowering, n *parser.Node) bool {
	if first(n).String() != "REQUEST_URI" {
		return l.wrong(n, first(n), `Unrecognized CGI variable: "%s"`, "write REQUEST_URI")
	}
	return contains([]string{"current-uri", "original-uri"}, n.Words[1].String()) ||
		l.wrong(n, n.Words[1], "Valid rules for REQUEST_URI are 'current-uri' and 'original-uri'", "write current-uri or original-uri")
}

func checkRecursion(l *lowering, n *parser.Node) bool {
	for _, w := range n.Words {
		if w.String() != "" && clib.Atoi(w.String()) <= 0 {
			return l.wrong(n, w, "The recursion limit must be greater than zero.", "write a number from 1")
		}
	}
	return true
}

// checkXMLBody is a long that httpd multiplies by six.
func checkXMLBody(l *lowering, n *parser.Node) bool {
	const most = (1<<64 - 1 - 2) / 6
	switch size := clib.Atoi64(first(n).String()); {
	case size < 0:
		return l.wrong(n, first(n), "LimitXMLRequestBody requires a non-negative integer.", "write a number of bytes, or 0 for no limit")
	case uint64(size) > most:
		return l.wrong(n, first(n), "LimitXMLRequestBody must not exceed ", "write a number of bytes, or 0 for no limit")
	}
	return true
}

func checkRegexOptions(l *lowering, n *parser.Node) bool {
	for _, w := range n.Words {
		name := w.String()
		if clib.EqualFold(name, "none") {
			continue
		}
		if name != "" && (name[0] == '+' || name[0] == '-') {
			name = name[1:]
		}
		if !contains([]string{"ICASE", "DOTALL", "DOLLAR_ENDONLY"}, name) {
			return l.wrong(n, w, canonical(n)+": option '"+name+"' unknown", "write ICASE, DOTALL or DOLLAR_ENDONLY, with + or - before it")
		}
	}
	return true
}
