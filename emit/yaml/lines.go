package yaml

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// lineIndex finds the byte that the YAML reader means by a line and a column: it counts columns in characters, and ends
// lines where Unicode does.
type lineIndex struct {
	src    []byte
	starts []int
	// strides holds, for a line that is longer than stride characters, the byte of every stride-th of them: JSON may come on
	// one line.
	strides map[int][]int
}

// stride is the number of characters between two bytes that are known.
const stride = 1 << 10

func newLineIndex(src []byte) lineIndex {
	index := lineIndex{src: src, starts: []int{0}, strides: map[int][]int{}}
	if bytes.HasPrefix(src, []byte("\ufeff")) {
		index.starts[0] = len("\ufeff")
	}
	column := 0
	for i := index.starts[0]; i < len(src); {
		c, size := utf8.DecodeRune(src[i:])
		if column++; column > stride && column%stride == 1 {
			line := len(index.starts)
			index.strides[line] = append(index.strides[line], i)
		}
		i += size
		begun := len(index.starts)
		switch c {
		case '\r':
			if i < len(src) && src[i] == '\n' {
				i++
			}
			index.starts = append(index.starts, i)
		case '\n', '\u0085', '\u2028', '\u2029':
			index.starts = append(index.starts, i)
		}
		if len(index.starts) > begun {
			column = 0
		}
	}
	return index
}

// offset returns the byte of a line and a column, both from 1.
func (x lineIndex) offset(line, column int) int {
	if line < 1 || line > len(x.starts) {
		return len(x.src)
	}
	at := x.starts[line-1]
	if n := min((column-1)/stride, len(x.strides[line])); n > 0 {
		at, column = x.strides[line][n-1], column-n*stride
	}
	for ; column > 1 && at < len(x.src); column-- {
		_, size := utf8.DecodeRune(x.src[at:])
		at += size
	}
	return at
}

// line returns the bytes of a line from its first letter on, without the line end. A line behind the end is the last one.
func (x lineIndex) line(line int) (start, end int) {
	line = max(1, min(line, len(x.starts)))
	start, end = x.starts[line-1], len(x.src)
	if line < len(x.starts) {
		end = x.starts[line]
	}
	text := string(x.src[start:end])
	trimmed := strings.TrimLeft(text, " \t")
	start += len(text) - len(trimmed)
	return start, start + len(strings.TrimRight(trimmed, "\r\n\u0085\u2028\u2029"))
}

// scalarEnd returns the byte behind a scalar that starts at a byte.
func (x lineIndex) scalarEnd(node *yaml.Node, start int) int {
	rest := x.src[start:]
	if len(rest) == 0 {
		return start
	}
	if bytes.HasPrefix(rest, []byte(node.Value)) && node.Value != "" {
		return start + len(node.Value)
	}
	switch quote := rest[0]; quote {
	case '"', '\'':
		for i := 1; i < len(rest); i++ {
			switch {
			case quote == '"' && rest[i] == '\\', quote == '\'' && rest[i] == quote && i+1 < len(rest) && rest[i+1] == quote:
				i++
			case rest[i] == quote:
				return start + i + 1
			}
		}
	}
	_, end := x.line(node.Line)
	return max(start, end)
}

// isText reports whether the source is UTF-8 without control characters, which YAML does not have.
func (r *reader) isText(src []byte) bool {
	for i := 0; i < len(src); {
		c, size := utf8.DecodeRune(src[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			r.fail(r.file.Span(i, i+1), fmt.Sprintf("byte 0x%02x is not UTF-8", src[i]), "write the file in UTF-8; a value with other bytes is written as !!binary and base64")
			return false
		case isControl(c):
			r.fail(r.file.Span(i, i+size), fmt.Sprintf("control character U+%04X", c), fmt.Sprintf(`write it in double quotes, as "\u%04x"`, c))
			return false
		}
		i += size
	}
	return true
}

// isControl reports what the YAML reader refuses outside of an escape.
func isControl(c rune) bool {
	switch {
	case c == '\t', c == '\n', c == '\r', c == '\u0085':
		return false
	case c < ' ', c >= 0x7f && c <= 0x9f:
		return true
	}
	return c == '\ufffe' || c == '\uffff'
}
