package golang

import (
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// names gives out identifiers of a package, each once. Two of them differ in more than case, since files are named after
// them.
type names struct {
	taken map[string]bool
	// last is the number behind the last identifier of a text.
	last map[string]int
}

func newNames() *names {
	n := &names{taken: make(map[string]bool), last: make(map[string]int)}
	for _, word := range []string{
		"main", "init", "config", "files", "ir", "diag", "daemon", "os", "time", "pcre", "rewrite", "c",
	} {
		n.taken[word] = true
	}
	return n
}

// longestName keeps identifiers readable.
const longestName = 48

// take returns an identifier that is like a text. What does not begin with a letter gets kind before it.
func (n *names) take(text, kind string) string {
	base := identifier(text)
	if base == "" || isDigit(rune(base[0])) {
		base = kind + base
	}
	name := base
	for n.taken[strings.ToLower(name)] || token.IsKeyword(name) || types.Universe.Lookup(name) != nil {
		n.last[base] = max(n.last[base], 1) + 1
		name = base + "_" + strconv.Itoa(n.last[base])
	}
	n.taken[strings.ToLower(name)] = true
	return name
}

// identifier writes the ASCII letters and digits of a text as one word in lower camel case. It may be empty, or begin with
// a digit.
func identifier(text string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !isLetter(r) && !isDigit(r) }) {
		switch {
		case b.Len() == 0:
			word = lowerFirst(word)
		case isDigit(rune(word[0])):
			word = "_" + word // 192.0.2.1 is not 192.02.1
		default:
			word = strings.ToUpper(word[:1]) + word[1:]
		}
		b.WriteString(word)
	}
	name := b.String()
	return name[:min(len(name), longestName)]
}

// lowerFirst puts the first word of a name into lower case: SSLProxy is sslProxy, Location is location.
func lowerFirst(word string) string {
	n := 0
	for n < len(word) && 'A' <= word[n] && word[n] <= 'Z' {
		n++
	}
	if n > 1 && n < len(word) && isLetter(rune(word[n])) {
		n-- // the last capital begins the next word
	}
	return strings.ToLower(word[:n]) + word[n:]
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

func isDigit(r rune) bool { return '0' <= r && r <= '9' }
