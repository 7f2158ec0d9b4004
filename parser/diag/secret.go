package diag

import (
	"regexp"
	"strings"
)

// secretValue is a word that may be quoted.
const secretValue = `("(?:[^"\\]|\\.)*"?|'[^']*'?|\S+)`

// secrets are what must not appear in a report, in any text; the groups are masked. They are the secret= of AJP workers,
// passwords among parameters (DBDParams), and passwords in URLs, which reach to the last @ of the authority; a user
// without a password is mostly a token.
var secrets = regexp.MustCompile(`(?i)"secret=((?:[^"\\]|\\.)*)|\bsecret=` + secretValue +
	`|\bpass(?:w|wd|word|phrase)?=([^\s,;&"']+)` +
	`|://(?:[^\s/:@"'?#]*:)?([^\s/"'?#]+)@`)

// secretLines are further secrets of a line of a configuration: what directives take that are given a password or a token.
// In other texts, what stands behind such a name is prose.
var secretLines = regexp.MustCompile(`(?i)^[\s'"-]*(?:[a-z]\w*(?:password|passphrase|secret)|setenv\s+"?\w*(?:passw|secret|token)\w*"?|` +
	`(?:header|requestheader)\s.*\b(?:set|setifempty|add|append|merge)\s+"?(?:(?:proxy-)?authorization|x-api-key|x-auth-token)"?)\s+` + secretValue)

// maskMargin is how far around the part of a text that is shown secrets are looked for: longer than the tokens in use.
const maskMargin = 2048

// secretBytes says of each byte of text[from:to] whether it belongs to a secret. A text that holds none gives nil.
func secretBytes(text string, from, to int, line bool) []bool {
	if !mayHoldSecret(text) {
		return nil
	}
	var hidden []bool
	hide := func(offset int, groups []int) {
		for g := 2; g+1 < len(groups); g += 2 {
			if groups[g] < 0 {
				continue
			}
			for i := max(groups[g]+offset, from); i < min(groups[g+1]+offset, to); i++ {
				if hidden == nil {
					hidden = make([]bool, to-from)
				}
				hidden[i-from] = true
			}
		}
	}
	start, end := max(from-maskMargin, 0), min(to+maskMargin, len(text))
	for _, m := range secrets.FindAllStringSubmatchIndex(text[start:end], -1) {
		hide(start, m)
	}
	if line {
		hide(0, secretLines.FindStringSubmatchIndex(text[:end]))
	}
	return hidden
}

// secretsOfLine is secretBytes for line[from:to], of which before and behind are the lines that a backslash joins with it.
func secretsOfLine(before, line, behind string, from, to int) []bool {
	whole := before + line
	if behind != "" {
		whole = before + strings.TrimSuffix(line, `\`) + behind
	}
	return secretBytes(whole, len(before)+from, len(before)+to, true)
}

// HoldsSecret reports whether lines of a configuration hold something that must not appear in a report.
func HoldsSecret(text string) bool {
	for line := range strings.Lines(joinLines(text)) {
		if secretBytes(line, 0, len(line), true) != nil {
			return true
		}
	}
	return false
}

// mayHoldSecret says quickly of most texts that they hold no secret: each has one of these in it.
func mayHoldSecret(text string) bool {
	for i := range len(text) {
		switch text[i] | 0x20 {
		case '@' | 0x20:
			return true
		case 's':
			if startsFold(text[i:], "secret") {
				return true
			}
		case 'p':
			if startsFold(text[i:], "pass") {
				return true
			}
		case 't':
			if startsFold(text[i:], "token") {
				return true
			}
		case 'a':
			if startsFold(text[i:], "authorization") || startsFold(text[i:], "api-key") {
				return true
			}
		}
	}
	return false
}

// startsFold reports whether text starts with a lower-case ASCII word, in any case of its letters.
func startsFold(text, word string) bool {
	if len(text) < len(word) {
		return false
	}
	for i := range len(word) {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != word[i] {
			return false
		}
	}
	return true
}
