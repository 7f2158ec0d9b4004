package rewrite

import (
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/lbconf/lbconf/parser/clib"
)

// FlagName is a flag of RewriteRule.
type FlagName uint8

// The flags of RewriteRule, by their short names.
const (
	// FlagB is B, backrefescaping: percent-escape what $N and %N insert.
	FlagB FlagName = iota
	// FlagBCTLS is BCTLS: as B, for control characters and spaces only.
	FlagBCTLS
	// FlagBNE is BNE=chars: characters that B leaves alone.
	FlagBNE
	// FlagBNP is BNP, backrefernoplus: B writes a space as %20.
	FlagBNP
	// FlagC is C, chain: without a match, skip the rules chained to this one.
	FlagC
	// FlagCO is CO, cookie=NAME:VALUE:DOMAIN…: set a cookie.
	FlagCO
	// FlagDPI is DPI, discardpath: drop PATH_INFO.
	FlagDPI
	// FlagE is E, env=NAME:VALUE or !NAME: set or unset an environment variable.
	FlagE
	// FlagEND is END: stop, for good.
	FlagEND
	// FlagF is F, forbidden: answer 403.
	FlagF
	// FlagG is G, gone: answer 410.
	FlagG
	// FlagH is H, handler=NAME: set the handler.
	FlagH
	// FlagL is L, last: stop this pass.
	FlagL
	// FlagN is N, next[=MAX]: begin again, at most MAX times, 32000 by default.
	FlagN
	// FlagNC is NC, nocase: match without regard to case.
	FlagNC
	// FlagNE is NE, noescape: do not escape the result.
	FlagNE
	// FlagNS is NS, nosubreq: not for subrequests.
	FlagNS
	// FlagP is P, proxy: forward to the URL.
	FlagP
	// FlagPT is PT, passthrough: let ProxyPass and Alias see the result.
	FlagPT
	// FlagQSA is QSA, qsappend: append the request's query.
	FlagQSA
	// FlagQSD is QSD, qsdiscard: drop the request's query.
	FlagQSD
	// FlagQSL is QSL, qslast: split the query at the last question mark.
	FlagQSL
	// FlagR is R, redirect[=CODE]: redirect, by default with 302.
	FlagR
	// FlagS is S, skip=N: skip the next N rules.
	FlagS
	// FlagT is T, type=MIME: set the type.
	FlagT
	// FlagUNC is UNC: keep leading slashes of the result.
	FlagUNC
	// FlagUnsafeAllow3F is UnsafeAllow3F: allow a question mark that came from %3F.
	FlagUnsafeAllow3F
	// FlagUnsafePrefixStat is UnsafePrefixStat: try a computed first segment as a file path.
	FlagUnsafePrefixStat

	flagCount
)

// valueUse says what a flag does with a value.
type valueUse uint8

const (
	takesNone valueUse = iota
	takesOptional
	takesRequired // httpd accepts its absence, but the flag does nothing then
)

type flagInfo struct {
	short, long string
	value       valueUse
}

// info returns what is known about a flag.
func (f FlagName) info() flagInfo {
	return [flagCount]flagInfo{
		FlagB: {"B", "backrefescaping", takesOptional}, FlagBCTLS: {"BCTLS", "", takesNone},
		FlagBNE: {"BNE", "", takesRequired}, FlagBNP: {"BNP", "backrefernoplus", takesNone},
		FlagC: {"C", "chain", takesNone}, FlagCO: {"CO", "cookie", takesRequired}, FlagDPI: {"DPI", "discardpath", takesNone},
		FlagE: {"E", "env", takesRequired}, FlagEND: {"END", "", takesNone}, FlagF: {"F", "forbidden", takesNone},
		FlagG: {"G", "gone", takesNone}, FlagH: {"H", "handler", takesRequired}, FlagL: {"L", "last", takesNone},
		FlagN: {"N", "next", takesOptional}, FlagNC: {"NC", "nocase", takesNone}, FlagNE: {"NE", "noescape", takesNone},
		FlagNS: {"NS", "nosubreq", takesNone}, FlagP: {"P", "proxy", takesNone}, FlagPT: {"PT", "passthrough", takesNone},
		FlagQSA: {"QSA", "qsappend", takesNone}, FlagQSD: {"QSD", "qsdiscard", takesNone}, FlagQSL: {"QSL", "qslast", takesNone},
		FlagR: {"R", "redirect", takesOptional}, FlagS: {"S", "skip", takesRequired}, FlagT: {"T", "type", takesRequired},
		FlagUNC: {"UNC", "", takesNone}, FlagUnsafeAllow3F: {"UnsafeAllow3F", "", takesNone},
		FlagUnsafePrefixStat: {"UnsafePrefixStat", "", takesNone},
	}[f]
}

// String returns the short name, such as "L".
func (f FlagName) String() string { return f.info().short }

// Long returns the long name, such as "last", or the short one when there is no other.
func (f FlagName) Long() string {
	if long := f.info().long; long != "" {
		return long
	}
	return f.info().short
}

// flagNames returns all flags of RewriteRule in the order of their names.
func flagNames() []FlagName {
	names := make([]FlagName, flagCount)
	for i := range names {
		names[i] = FlagName(i)
	}
	return names
}

// flagByName finds a flag by its short or long name in any case.
func flagByName(written string) (FlagName, bool) {
	if clib.EqualFold(written, "D") {
		return FlagDPI, true
	}
	for _, f := range flagNames() {
		info := f.info()
		if clib.EqualFold(written, info.short) || info.long != "" && clib.EqualFold(written, info.long) {
			return f, true
		}
	}
	return 0, false
}

// suggestFlag returns "; did you mean X" for a name that is close to a flag, else a list of the flags.
func suggestFlag(written string) string {
	best, distance := "", 3
	for _, f := range flagNames() {
		for _, name := range []string{f.String(), f.Long()} {
			if len(name) < 3 || len(written) < 3 {
				continue
			}
			if d := levenshtein.ComputeDistance(clib.ToLower(written), clib.ToLower(name)); d < distance && d < len(written) {
				best, distance = name, d
			}
		}
	}
	if best != "" {
		return "; did you mean " + best + "?"
	}
	names := make([]string, 0, flagCount)
	for _, f := range flagNames() {
		names = append(names, f.String())
	}
	return "; the flags are " + strings.Join(names, " ")
}
