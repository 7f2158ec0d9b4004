package ast

import "strings"

// Quote returns a word so that httpd reads it back: as it is where that is possible, else in double quotes. It is not ok
// where no spelling exists: httpd replaces ${NAME} everywhere and has no escape for it, a line ends at a newline, white
// space is cut at its ends only outside quotes, and a NUL byte ends a line.
func Quote(word string) (string, bool) {
	if strings.ContainsAny(word, "\n\x00") || variable(word) {
		return "", false
	}
	if plain(word) {
		return word, true
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(word) {
		if c := word[i]; c == '"' || c == '\\' && escapes(word, i) {
			b.WriteByte('\\')
		}
		b.WriteByte(word[i])
	}
	b.WriteByte('"')
	return b.String(), true
}

// escapes reports whether the backslash at i must be doubled in double quotes: before a quote, before another one, and at
// the end. Any other stands for itself, so that patterns stay readable.
func escapes(word string, i int) bool {
	return i+1 == len(word) || word[i+1] == '"' || word[i+1] == '\\' || i > 0 && word[i-1] == '\\'
}

// plain reports whether a word needs no quotes: it has no white space, does not begin with a quote, with the # of a comment
// or the < of a section, and no two backslashes or one at the end, which would continue the line.
func plain(word string) bool {
	if word == "" || strings.ContainsRune("\"'#<", rune(word[0])) {
		return false
	}
	return !strings.ContainsAny(word, " \t\v\f\r>") && !strings.Contains(word, `\\`) && !strings.HasSuffix(word, `\`)
}

// variable reports whether httpd would look for a variable in a word. A name with a colon is never one, so that ${map:key}
// of mod_rewrite is safe.
func variable(word string) bool {
	for {
		_, rest, ok := strings.Cut(word, "${")
		if !ok {
			return false
		}
		name, _, ok := strings.Cut(rest, "}")
		if !ok {
			return false
		}
		if !strings.Contains(name, ":") {
			return true
		}
		word = rest
	}
}
