// Package fnmatch holds httpd's wildcards: apr_fnmatch, which sections and Include use, and the simpler form of
// ServerAlias.
package fnmatch

import "strings"

// HasWildcard says whether httpd takes a text for a pattern (apr_fnmatch_test): it has a * or a ?, or a [ with a ]
// somewhere behind it. A backslash takes the next byte's meaning.
func HasWildcard(s string) bool {
	bracket := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '*', '?':
			return true
		case '\\':
			i++
		case '[':
			bracket = true
		case ']':
			if bracket {
				return true
			}
		}
	}
	return false
}

// Match is apr_fnmatch: * stands for any text, ? for one byte, [a-z] and [!a-z] for one of a set, and a backslash makes
// the next byte literal. With pathname no wildcard matches a slash.
func Match(pattern, s string, pathname bool) bool {
	return match(pattern, s, func(element string, c byte) (int, bool) {
		width, ok := matchOne(element, c)
		if pathname && c == '/' && (element[0] == '?' || element[0] == '[' && width > 1) {
			ok = false
		}
		return width, ok
	}, pathname)
}

// Name is Match for one name of a folder (APR_FNM_PERIOD): a dot at its beginning is matched by a dot alone.
func Name(pattern, name string) bool {
	if strings.HasPrefix(name, ".") && !strings.HasPrefix(pattern, ".") && !strings.HasPrefix(pattern, `\.`) {
		return false
	}
	return Match(pattern, name, false)
}

// Host compares a host name with a ServerAlias (ap_strcmp_match): * stands for any text, ? for one byte, and every other
// byte for itself.
func Host[T ~string | ~[]byte](pattern string, name T) bool {
	return match(pattern, name, func(element string, c byte) (int, bool) {
		return 1, element[0] == '?' || element[0] == c
	}, false)
}

// match walks a pattern along a text. one compares a byte with the element at the start of a pattern, which is no *, and
// returns the width of the element.
func match[T ~string | ~[]byte](pattern string, s T, one func(element string, c byte) (width int, ok bool), pathname bool) bool {
	// star and mark are where to go on when the text behind the last * does not match: it then takes one byte more.
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(s) {
		if p < len(pattern) && pattern[p] == '*' {
			star, mark = p, i
			p++
			continue
		}
		if p < len(pattern) {
			if width, ok := one(pattern[p:], s[i]); ok {
				p, i = p+width, i+1
				continue
			}
		}
		if star < 0 || pathname && s[mark] == '/' {
			return false
		}
		mark++
		p, i = star+1, mark
	}
	return strings.Trim(pattern[p:], "*") == ""
}

func matchOne(pattern string, c byte) (width int, ok bool) {
	switch pattern[0] {
	case '?':
		return 1, true
	case '\\':
		if len(pattern) > 1 {
			return 2, pattern[1] == c
		}
	case '[':
		if width, ok := matchSet(pattern, c); width > 0 {
			return width, ok
		}
	}
	return 1, pattern[0] == c
}

// matchSet compares a byte with [set], [!set] or [^set]. The width is 0 for a set that does not end, which is no set.
func matchSet(pattern string, c byte) (width int, ok bool) {
	i := 1
	not := i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^')
	if not {
		i++
	}
	for first := i; i < len(pattern); {
		if pattern[i] == ']' && i > first {
			return i + 1, ok != not
		}
		low, n := setByte(pattern[i:])
		i += n
		high := low
		if i+1 < len(pattern) && pattern[i] == '-' && pattern[i+1] != ']' {
			high, n = setByte(pattern[i+1:])
			i += 1 + n
		}
		ok = ok || low <= c && c <= high
	}
	return 0, false
}

// setByte returns the byte at the beginning of a set, and its width with a backslash.
func setByte(s string) (c byte, width int) {
	if s[0] == '\\' && len(s) > 1 {
		return s[1], 2
	}
	return s[0], 1
}
