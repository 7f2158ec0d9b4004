package lower

import (
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// httpChecks are those of mod_http2, mod_remoteip and mod_expires.
func httpChecks() map[string]check {
	checks := map[string]check{
		"H2MaxSessionStreams":    atoi(1, maxInt, "value must be > 0"),
		"H2WindowSize":           atoi(1024, maxInt, "value must be >= 1024"),
		"H2MinWorkers":           atoi(1, maxInt, "value must be > 0"),
		"H2MaxWorkers":           atoi(1, maxInt, "value must be > 0"),
		"H2MaxWorkerIdleSeconds": interval("Invalid idle limit value"),
		"H2StreamMaxMemSize":     atoi(1024, maxInt, "value must be >= 1024"),
		"H2MaxDataFrameLen":      atoi(0, maxInt, "value must be 0 or larger"),
		"H2MaxHeaderBlockLen":    atoi(0, maxInt, "value must be 0 or larger"),
		"H2MaxStreamErrors":      atoi(0, maxInt, "value must be 0 or larger"),
		"H2StreamTimeout":        interval("Invalid timeout value"),
		"H2Padding":              all(atoi(0, maxInt, "number of bits must be >= 0"), atoi(0, 8, "number of bits must be <= 8")),
		"H2PushDiarySize":        checkPushDiarySize,
		"H2PushPriority":         checkPushPriority,
		"H2PushResource":         checkPushResource,
		"H2EarlyHint":            checkEarlyHint,

		"RemoteIPInternalProxy":           checkRemoteIP,
		"RemoteIPTrustedProxy":            checkRemoteIP,
		"RemoteIPProxyProtocolExceptions": checkProxyProtocolExceptions,

		"ExpiresByType":  checkExpiresByType,
		"ExpiresDefault": checkExpiresDefault,
	}
	for _, name := range []string{
		"H2CopyFiles", "H2Direct", "H2EarlyHints", "H2ModernTLSOnly", "H2OutputBuffering", "H2ProxyRequests", "H2Push", "H2Upgrade", "H2WebSockets",
	} {
		checks[name] = switchedBy("value must be On or Off")
	}
	return checks
}

func checkPushDiarySize(l *lowering, n *parser.Node) bool {
	size := clib.Atoi(first(n).String())
	var httpd string
	switch {
	case size < 0:
		httpd = "value must be >= 0"
	case size&(size-1) != 0:
		httpd = "value must a power of 2"
	case size > 1<<15:
		httpd = "value must <= 65536"
	default:
		return true
	}
	return l.wrong(n, first(n), httpd, "write 0 or a power of 2 up to 32768")
}

// checkPushPriority is type [After|Before|Interleaved] [weight], or type and weight.
func checkPushPriority(l *lowering, n *parser.Node) bool {
	dependency, weight := n.Words[1], parser.Word{}
	if len(n.Words) > 2 {
		weight = n.Words[2]
	} else if s := dependency.String(); s[0] >= '0' && s[0] <= '9' {
		dependency, weight = weight, dependency
	}
	switch s := dependency.String(); {
	case s != "" && !contains([]string{"After", "Before", "Interleaved"}, s):
		return l.wrong(n, dependency, "dependency must be one of 'After', 'Before' or 'Interleaved'", "write After, Before or Interleaved")
	case clib.EqualFold(s, "Before") && weight.String() != "":
		return l.wrong(n, weight, "dependency 'Before' does not allow a weight", "remove the weight")
	case weight.String() != "" && clib.Atoi(weight.String()) < 1:
		return l.wrong(n, weight, "weight must be a number >= 1", "write a number from 1 to 256")
	}
	return true
}

// checkPushResource is [add] path [critical].
func checkPushResource(l *lowering, n *parser.Node) bool {
	words := n.Words
	if clib.EqualFold(first(n).String(), "add") {
		words = words[1:]
	} else if len(words) > 2 {
		return l.wrong(n, words[2], "too many parameter", "write H2PushResource [add] path [critical]")
	}
	if len(words) > 1 && !clib.EqualFold(words[1].String(), "critical") {
		return l.wrong(n, words[1], "unknown last parameter", "write critical, or leave it out")
	}
	return true
}

// checkEarlyHint is name and value of a field.
func checkEarlyHint(l *lowering, n *parser.Node) bool {
	value := strings.TrimLeft(n.Words[1].String(), " \t\n\v\f\r")
	if value == "" {
		return l.wrong(n, n.Words[1], "Early Hint header value must not be empty/only space", "write the value of the field")
	}
	if strings.IndexFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) >= 0 {
		return l.wrong(n, n.Words[1], "Early Hint header value contains invalid characters", "remove the control characters")
	}
	return true
}

// checkRemoteIP is addresses, networks and names, which are not resolved here.
func checkRemoteIP(l *lowering, n *parser.Node) bool {
	for _, w := range n.Words {
		text := w.String()
		address, mask, masked := strings.Cut(text, "/")
		number := strings.Contains(address, ":") || strings.Trim(address, "0123456789.") == ""
		switch {
		case text == "":
			return true // the end of the list
		case number:
			if problem := addressProblem(text); problem != "" {
				if address == "" {
					problem = "Invalid argument"
				}
				return l.wrong(n, w, "RemoteIP: Error parsing IP %s ("+problem+" error) for "+canonical(n), addressHelp)
			}
		case masked:
			return l.wrong(n, w, "RemoteIP: Error parsing IP %s the subnet /"+mask+" is invalid for "+canonical(n), addressHelp)
		}
	}
	return true
}

const addressHelp = "write 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32"

func checkProxyProtocolExceptions(l *lowering, n *parser.Node) bool {
	if len(n.Words) == 0 {
		return l.wrong(n, first(n), canonical(n)+" requires an argument", addressHelp)
	}
	for i, w := range n.Words {
		if i == len(n.Words)-1 && w.String() == "" {
			break // the end of the arguments
		}
		if addressProblem(w.String()) != "" {
			address, _, _ := strings.Cut(w.String(), "/")
			return l.wrong(n, w, "ip address '"+address+"' appears to be invalid", addressHelp)
		}
	}
	return true
}

func checkExpiresByType(l *lowering, n *parser.Node) bool {
	if !strings.Contains(first(n).String(), "/") {
		return l.wrong(n, first(n), "Invalid mimetype: should contain a slash", "write a type such as text/css")
	}
	return l.expires(n, n.Words[1])
}

func checkExpiresDefault(l *lowering, n *parser.Node) bool { return l.expires(n, first(n)) }

// expires is A or M with a number of seconds, which httpd does not look at, or a base with numbers and their units.
func (l *lowering) expires(n *parser.Node, w parser.Word) bool {
	text := w.String()
	if strings.HasPrefix(text, "A") || strings.HasPrefix(text, "M") {
		return true
	}
	var words []string
	for _, part := range parser.SplitWords(w.Text) {
		words = append(words, part.String())
	}
	problem := "unrecognised <base> ''"
	if len(words) > 0 {
		problem = "unrecognised <base> '" + words[0] + "'"
		if strings.ContainsAny(words[0][:1], "nNaAmM") {
			problem = periods(words[1:])
		}
	}
	return problem == "" || l.wrong(n, w, "bad expires code, "+problem, `write "access plus 1 month", "modification plus 5 hours 3 minutes" or A3600`)
}

// periods is what httpd says to [plus] (number unit)…, or nothing.
func periods(words []string) string {
	if len(words) > 0 && clib.Lower(words[0][0]) == 'p' {
		words = words[1:]
	}
	for ; len(words) > 0; words = words[2:] {
		if c := words[0][0]; c < '0' || c > '9' {
			return "numeric value expected <num> '" + words[0] + "'"
		}
		if len(words) < 2 {
			return "missing <type>"
		}
		if !isPeriod(words[1]) {
			return "unrecognised <type>'" + words[1] + "'"
		}
	}
	return ""
}

// isPeriod says that the first letters of a word are those of a unit; of months and minutes two letters count.
func isPeriod(word string) bool {
	return strings.ContainsRune("ywdhs", rune(clib.Lower(word[0]))) || clib.HasPrefixFold(word, "mo") || clib.HasPrefixFold(word, "mi")
}
