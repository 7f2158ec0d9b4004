package script

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Notation shows bytes of the wire as scripts write them: a line of text for each line that ends in CRLF, the rest spelled.
func Notation(wire []byte) string { return escape(wire) }

// escape shows bytes of the wire as text, one line of text per line of the wire. A line of text stands for a line that
// ends in CRLF. What is different is spelled: \n at the end of a line that ends in LF alone, and the last line, unless
// it is empty, has just the line end that is spelled in it, or none. unescape is the inverse.
func escape(wire []byte) string {
	var text strings.Builder
	for len(wire) > 0 {
		line, rest := wire, []byte(nil)
		if i := bytes.IndexByte(wire, '\n'); i >= 0 {
			line, rest = wire[:i+1], wire[i+1:]
		}
		content, crlf := bytes.CutSuffix(line, []byte("\r\n"))
		if last := len(rest) == 0; crlf && last && len(content) > 0 {
			content = line
		}
		escapeLine(&text, content)
		text.WriteByte('\n')
		wire = rest
	}
	return text.String()
}

func escapeLine(text *strings.Builder, line []byte) {
	for len(line) > 0 {
		r, size := utf8.DecodeRune(line)
		switch {
		case r == '\\':
			text.WriteString(`\\`)
		case r == '\n':
			text.WriteString(`\n`)
		case r == '\r':
			text.WriteString(`\r`)
		case r == '\t':
			text.WriteString(`\t`)
		case r == utf8.RuneError && size == 1, r < ' ', r == 0x7f:
			fmt.Fprintf(text, `\x%02x`, line[0])
		case !unicode.IsPrint(r):
			for _, b := range line[:size] {
				fmt.Fprintf(text, `\x%02x`, b)
			}
		default:
			text.Write(line[:size])
		}
		line = line[size:]
	}
}

// unescape turns text in the notation of escape into bytes. The error gives the line of an escape that does not exist.
func unescape(text string) ([]byte, error) {
	var wire []byte
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if text == "" {
		return nil, nil
	}
	for i, line := range lines {
		decoded, err := unescapeLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		wire = append(wire, decoded...)
		last := i == len(lines)-1
		if !bytes.HasSuffix(decoded, []byte("\n")) && (!last || len(decoded) == 0) {
			wire = append(wire, "\r\n"...)
		}
	}
	return wire, nil
}

func unescapeLine(line string) ([]byte, error) {
	var out []byte
	for {
		plain, rest, found := strings.Cut(line, `\`)
		out = append(out, plain...)
		if !found {
			return out, nil
		}
		switch {
		case strings.HasPrefix(rest, `\`):
			out, line = append(out, '\\'), rest[1:]
		case strings.HasPrefix(rest, "n"):
			out, line = append(out, '\n'), rest[1:]
		case strings.HasPrefix(rest, "r"):
			out, line = append(out, '\r'), rest[1:]
		case strings.HasPrefix(rest, "t"):
			out, line = append(out, '\t'), rest[1:]
		case strings.HasPrefix(rest, "x") && len(rest) >= 3:
			b, err := strconv.ParseUint(rest[1:3], 16, 8)
			if err != nil {
				return nil, fmt.Errorf(`\%s is no escape: after \x come two hexadecimal digits`, rest[:3])
			}
			out, line = append(out, byte(b)), rest[3:]
		default:
			return nil, fmt.Errorf(`\%.1s is no escape: write one of \n \r \t \xHH, or \\ for a backslash`, rest)
		}
	}
}
