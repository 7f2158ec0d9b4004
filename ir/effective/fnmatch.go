package effective

import "strings"

// HasWildcard says whether httpd takes a path for a pattern: it has a *, a ? or a closed [ ].
func HasWildcard(s string) bool {
	open := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '*', '?':
			return true
		case '\\':
			i++
		case '[':
			open = true
		case ']':
			if open {
				return true
			}
		}
	}
	return false
}

// fnmatch is apr_fnmatch: * stands for any text, ? for one byte, [a-z] and [!a-z] for one of a set, \ takes the next byte
// literally. With pathname no wildcard matches a slash.
func fnmatch(pattern, s string, pathname bool) bool {
	// star and mark are where to go on when the text behind the last * does not match: it then takes one byte more.
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(s) {
		if p < len(pattern) && pattern[p] == '*' {
			star, mark = p, i
			p++
			continue
		}
		if n, ok := matchOne(pattern[p:], s[i], pathname); ok {
			p, i = p+n, i+1
			continue
		}
		if star < 0 || pathname && s[mark] == '/' {
			return false
		}
		mark++
		p, i = star+1, mark
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchOne compares one byte with the start of a pattern that does not begin with *, and returns how much of the pattern
// that took.
func matchOne(pattern string, c byte, pathname bool) (int, bool) {
	if pattern == "" {
		return 0, false
	}
	switch pattern[0] {
	case '?':
		return 1, !pathname || c != '/'
	case '[':
		if n, in := matchSet(pattern, c); n > 0 {
			return n, in && (!pathname || c != '/')
		}
	case '\\':
		if len(pattern) > 1 {
			return 2, pattern[1] == c
		}
	}
	return 1, pattern[0] == c
}

// matchSet compares a byte with a set at the start of a pattern; the length is 0 where the set is not closed.
func matchSet(pattern string, c byte) (n int, in bool) {
	i := 1
	negated := i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^')
	if negated {
		i++
	}
	for first := true; i < len(pattern); first = false {
		if pattern[i] == ']' && !first {
			return i + 1, in != negated
		}
		if pattern[i] == '\\' && i+1 < len(pattern) {
			i++
		}
		low, high := pattern[i], pattern[i]
		if i+2 < len(pattern) && pattern[i+1] == '-' && pattern[i+2] != ']' {
			high = pattern[i+2]
			i += 2
		}
		in = in || low <= c && c <= high
		i++
	}
	return 0, false
}

// wildcard compares a host name with a ServerAlias: * stands for any text, ? for one byte.
func wildcard(pattern, s string) bool {
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p, i = p+1, i+1
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
