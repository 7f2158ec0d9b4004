package proxy

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// TestNextName holds that the names of a Connection field come to an end, in their order, and hold nothing that ends one.
func TestNextName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := []byte(rapid.StringOfN(rapid.SampledFrom([]rune("ab\",; \t")), 0, 16, -1).Draw(t, "list"))
		for len(list) > 0 {
			name, rest := nextName(list)
			if len(rest) >= len(list) {
				t.Fatalf("%q leaves %q", list, rest)
			}
			if !bytes.Contains(list, name) || !bytes.ContainsRune(name, '"') && bytes.ContainsAny(name, ",; \t") {
				t.Fatalf("%q begins with %q", list, name)
			}
			list = rest
		}
	})
}

// TestNextWarning holds that warnings come to an end, lie in the text and begin with their code.
func TestNextWarning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(rapid.StringOfN(rapid.SampledFrom([]rune("123a \"\",\t")), 0, 30, -1).Draw(t, "text"))
		for {
			warning, date, rest := nextWarning(text)
			if warning == nil {
				return
			}
			if len(rest) >= len(text) || !bytes.Contains(text, warning) || !isDigit(warning[0]) || warning[len(warning)-1] != '"' || !bytes.Contains(warning, date) {
				t.Fatalf("%q gives %q of %q, and %q", text, warning, date, rest)
			}
			text = rest
		}
	})
}
