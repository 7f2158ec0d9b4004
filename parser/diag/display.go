package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The widths of an excerpt, in bytes of the source: longer lines are cut around their first mark.
const (
	longLine  = 160
	cutBefore = 50
	cutBehind = 100
	tabWidth  = 4
	longText  = 2000
	masked    = "***"
)

// displayed is a line as it is shown.
type displayed struct {
	text string
	// columns holds the column of each byte from first on, and of the one behind the last.
	columns []int
	first   int
}

// column returns the column at which a byte is shown; bytes that were cut off stand at the edges.
func (d displayed) column(offset int) int {
	return d.columns[min(max(offset-d.first, 0), len(d.columns)-1)]
}

// display returns a line as it is shown: cut around the marks if it is long, tabs as spaces, control bytes escaped, secrets
// masked. before and behind are what continues it: a secret may begin in one line and end in another.
func display(before, line, behind string, marks []mark) displayed {
	from, to := window(line, marks)
	hidden := secretsOfLine(before, line, behind, from, to)
	d := displayed{first: from, columns: make([]int, 0, to-from+1)}
	var b strings.Builder
	width := 0
	write := func(s string, w int) {
		b.WriteString(s)
		width += w
	}
	if from > 0 {
		write("…", 1)
	}
	for i := from; i < to; {
		r, size := utf8.DecodeRuneInString(line[i:])
		for range size {
			d.columns = append(d.columns, width)
		}
		switch {
		case hidden != nil && hidden[i-from]:
			if i == from || !hidden[i-from-1] {
				write(masked, len(masked))
			}
		case r == '\t':
			n := tabWidth - width%tabWidth
			write(strings.Repeat(" ", n), n)
		default:
			s, w := printable(line[i:i+size], r)
			write(s, w)
		}
		i += size
	}
	d.columns = append(d.columns, width)
	if to < len(line) {
		b.WriteString("…")
	}
	d.text = strings.TrimRight(b.String(), " ")
	return d
}

// window returns which bytes of a line are shown; it cuts no character in two.
func window(line string, marks []mark) (from, to int) {
	to = len(line)
	if to <= longLine {
		return 0, to
	}
	anchor := 0
	for i, m := range marks {
		if i == 0 || m.primary {
			anchor = m.from
		}
	}
	from = min(max(anchor-cutBefore, 0), to)
	to = min(from+cutBefore+cutBehind, to)
	for from > 0 && !utf8.RuneStart(line[from]) && from > anchor-cutBefore-utf8.UTFMax {
		from--
	}
	for to < len(line) && to > from+cutBehind && !utf8.RuneStart(line[to]) {
		to--
	}
	return from, to
}

// printable returns how a character is shown, and how wide.
func printable(raw string, r rune) (string, int) {
	if r == utf8.RuneError && len(raw) == 1 || r < ' ' || r == 0x7f {
		return fmt.Sprintf(`\x%02x`, raw[0]), 4
	}
	if !unicode.IsPrint(r) && r != ' ' {
		s := fmt.Sprintf(`\u{%x}`, r)
		return s, len(s)
	}
	switch {
	case unicode.Is(unicode.Mn, r):
		return raw, 0
	case wide(r):
		return raw, 2
	}
	return raw, 1
}

// wide reports whether a terminal shows a character in two columns.
func wide(r rune) bool {
	return 0x1100 <= r && r <= 0x115f || 0x2e80 <= r && r <= 0xa4cf || 0xac00 <= r && r <= 0xd7a3 ||
		0xf900 <= r && r <= 0xfaff || 0xfe30 <= r && r <= 0xfe4f || 0xff00 <= r && r <= 0xff60 || 0x1f300 <= r && r <= 0x1faff
}

// Clean returns a text that is safe to print: control characters escaped, secrets masked, on one line, and not longer than
// people read.
func Clean(s string) string { return clean(s, false) }

// CleanLine is Clean for a directive of a configuration, in which more is a secret: what follows the names of directives
// that take a password or a token.
func CleanLine(s string) string { return clean(s, true) }

func clean(s string, line bool) string {
	if plainText(s, line) {
		return s
	}
	s = joinLines(s) // a secret that is quoted from a source may go on in its next line
	whole := s
	if len(s) > longText {
		s = s[:longText]
	}
	hidden := secretBytes(whole, 0, len(s), line)
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case hidden != nil && hidden[i]:
			if i == 0 || !hidden[i-1] {
				b.WriteString(masked)
			}
		case r == '\t':
			b.WriteByte(' ')
		default:
			shown, _ := printable(s[i:i+size], r)
			b.WriteString(shown)
		}
		i += size
	}
	if len(s) < len(whole) {
		b.WriteString("…")
	}
	return b.String()
}

// plainText reports whether clean has nothing to do.
func plainText(s string, line bool) bool {
	if len(s) > longText {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return secretBytes(s, 0, len(s), line) == nil
}
