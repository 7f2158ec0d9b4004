package emit

import (
	"strings"

	"github.com/lbconf/lbconf/parser/rewrite"
)

// JoinRewrite writes the arguments of RewriteRule or RewriteCond with as few quotes and spaces as they need. ok is false
// for words that mod_rewrite cannot be given: it knows no escape for a quote.
func JoinRewrite(args rewrite.Args) (text string, ok bool) {
	ok = true
	var b strings.Builder
	for i, word := range []rewrite.Word{args.First, args.Second, args.Flags} {
		if !word.Present {
			continue
		}
		written := word.Text
		if words, isList := RewriteFlags(written); isList && i == 2 {
			written = "[" + strings.Join(words, ",") + "]"
		}
		// A first argument that stands alone must be quoted.
		quoted, fits := QuoteRewrite(written, i == 0 && !args.Second.Present)
		ok = ok && fits
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(quoted)
	}
	if args.Rest.Present {
		b.WriteString(" " + args.Rest.Text)
	}
	return b.String(), ok
}

// QuoteRewrite writes a word so that mod_rewrite reads it back: it knows no escapes in quotes, and outside of them a
// backslash only keeps a following space. forced asks for quotes in any case. ok is false where no writing does it.
func QuoteRewrite(word string, forced bool) (quoted string, ok bool) {
	if strings.ContainsAny(word, "\n\x00") {
		return word, false
	}
	for _, quoted := range []string{word, `"` + word + `"`, "'" + word + "'"} {
		// A bare word keeps a space behind a backslash, but not at the end of a line.
		if quoted == word && (forced || strings.ContainsAny(word, " \t\v\f\r")) {
			continue
		}
		// Another word behind it shows whether a final backslash takes the space.
		args, problems := rewrite.SplitArgs(quoted + " -")
		if len(problems) == 0 && args.First.Text == word && args.Second.Text == "-" && !args.Flags.Present {
			return quoted, true
		}
	}
	return word, false
}

// RewriteFlags returns the entries of [P,L]. ok is false where it is no list of entries that are not empty.
func RewriteFlags(written string) (words []string, ok bool) {
	inner, opens := strings.CutPrefix(written, "[")
	inner, closes := strings.CutSuffix(inner, "]")
	if !opens || !closes {
		return nil, false
	}
	if inner == "" {
		return nil, true
	}
	words = strings.Split(inner, ",")
	for i, word := range words {
		words[i] = strings.Trim(word, " \t\n\v\f\r")
		if words[i] == "" || strings.Contains(word, "]") {
			return nil, false
		}
	}
	return words, true
}
