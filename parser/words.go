package parser

import (
	"github.com/lbconf/lbconf/parser/ast"
)

// isSpace is apr_isspace in the C locale.
func isSpace(c byte) bool {
	return c == ' ' || c-'\t' < 5
}

// trim returns the bounds of s without surrounding white space.
func trim(s string) (from, to int) {
	to = len(s)
	for from < to && isSpace(s[from]) {
		from++
	}
	for to > from && isSpace(s[to-1]) {
		to--
	}
	return from, to
}

// SplitWords splits arguments as httpd's ap_getword_conf does: words are separated by white space; one that begins with a
// quote ends at the same quote, or at the end of the line; in it a backslash escapes that quote and a backslash. Outside
// quotes, quotes are ordinary and two backslashes are one. What follows a closing quote begins a new word.
func SplitWords(args ast.Text) []Word { return appendWords(nil, args) }

// appendWords is SplitWords.
func appendWords(words []Word, args ast.Text) []Word {
	s := args.String()
	for i := skipSpace(s, 0); i < len(s); {
		w := wordEnd(s, i)
		words = append(words, w.word(args))
		i = skipSpace(s, w.next)
	}
	return words
}

// WordEnd returns where the word that begins at byte i of s ends, its quotes included. No white space stands at i.
func WordEnd(s string, i int) int { return wordEnd(s, i).next }

func skipSpace(s string, i int) int {
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	return i
}

// rawWord is where a word lies in a line.
type rawWord struct {
	// from and to bound the text without quotes; next is behind the word.
	from, to, next int
	quote          byte
	escapes        bool
	unterminated   bool
}

// wordEnd finds the word that begins at i, which is no white space.
func wordEnd(s string, i int) rawWord {
	quote := s[i]
	if quote != '"' && quote != '\'' {
		w := rawWord{from: i, to: i}
		for w.to < len(s) && !isSpace(s[w.to]) {
			if s[w.to] == '\\' && w.to+1 < len(s) && s[w.to+1] == '\\' {
				w.escapes = true
			}
			w.to++
		}
		w.next = w.to
		return w
	}
	w := rawWord{from: i + 1, to: i + 1, quote: quote}
	for w.to < len(s) && s[w.to] != quote {
		if s[w.to] == '\\' && w.to+1 < len(s) && (s[w.to+1] == quote || s[w.to+1] == '\\') {
			w.escapes = true
			w.to++
		}
		w.to++
	}
	w.next = min(w.to+1, len(s))
	w.unterminated = w.to >= len(s)
	w.to = min(w.to, len(s))
	return w
}

// word returns the word as a Text of line, in which it was found.
func (w rawWord) word(line ast.Text) Word {
	word := Word{Quoted: w.quote != 0, Unterminated: w.unterminated}
	if !w.escapes {
		word.Text = line.Slice(w.from, w.to)
		return word
	}
	s := line.String()
	var parts []ast.Text
	from := w.from
	for i := w.from; i < w.to; i++ {
		if s[i] != '\\' || i+1 >= w.to || (s[i+1] != '\\' && (w.quote == 0 || s[i+1] != w.quote)) {
			continue
		}
		if i > from {
			parts = append(parts, line.Slice(from, i))
		}
		i++
		from = i
	}
	parts = append(parts, line.Slice(from, w.to))
	word.Text = ast.Join(parts...)
	return word
}
