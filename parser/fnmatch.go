package parser

// hasWildcard is apr_fnmatch_test: * or ?, or a [ with a ] somewhere behind it; a backslash takes the next byte's meaning.
func hasWildcard(s string) bool {
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

// matchComponent is apr_fnmatch with APR_FNM_PERIOD on one component of a path: a dot at the beginning of a name is matched
// by a dot alone.
func matchComponent(pattern, name string) bool {
	if len(name) > 0 && name[0] == '.' && (pattern == "" || pattern[0] != '.' && (pattern[0] != '\\' || len(pattern) < 2 || pattern[1] != '.')) {
		return false
	}
	p, n := 0, 0
	star, back := -1, 0
	for n < len(name) || p < len(pattern) {
		if p < len(pattern) && pattern[p] == '*' {
			star, back = p, n
			p++
			continue
		}
		if n < len(name) && p < len(pattern) {
			if width, ok := matchOne(pattern[p:], name[n]); ok {
				p += width
				n++
				continue
			}
		}
		if star < 0 || back >= len(name) {
			return false
		}
		back++
		p, n = star+1, back
	}
	return true
}

// matchOne matches a byte with the first element of a pattern, which is no *, and returns the width of the element.
func matchOne(pattern string, c byte) (width int, ok bool) {
	switch pattern[0] {
	case '?':
		return 1, true
	case '\\':
		if len(pattern) > 1 {
			return 2, pattern[1] == c
		}
	case '[':
		if width, ok, closed := matchSet(pattern, c); closed {
			return width, ok
		}
	}
	return 1, pattern[0] == c
}

// matchSet matches a byte with [set], [!set] or [^set]; a set that does not end is no set.
func matchSet(pattern string, c byte) (width int, ok, closed bool) {
	i := 1
	not := i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^')
	if not {
		i++
	}
	for first := i; i < len(pattern); {
		if pattern[i] == ']' && i > first {
			return i + 1, ok != not, true
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
	return 0, false, false
}

// setByte returns the byte at the beginning of a set, and its width with a backslash.
func setByte(s string) (c byte, width int) {
	if s[0] == '\\' && len(s) > 1 {
		return s[1], 2
	}
	return s[0], 1
}
