package wire

import (
	"bytes"
	"testing"
)

func decodeAll(input []byte, f Framing, step int) (data, rest []byte, done bool, err error) {
	body := NewBody(f)
	for pos := 0; pos < len(input); {
		end := min(pos+step, len(input))
		for pos < end {
			piece, n, err := body.Decode(input[pos:end])
			data = append(data, piece...)
			pos += n
			if err != nil {
				return data, nil, false, err
			}
			if n == 0 && !body.Done() {
				panic("Decode makes no progress")
			}
			if body.Done() {
				return data, input[pos:], true, nil
			}
		}
	}
	return data, nil, body.Done(), nil
}

func TestDecodeChunks(t *testing.T) {
	tests := []struct{ name, input, data, rest, outcome string }{
		{"plain", "3\r\nabc\r\n0\r\n\r\nnext", "abc", "next", "done"},
		{"two chunks, capital digits, leading zeros", "3\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\n", "abc0123456789", "", "done"},
		{"extension", "3;a=\"b\"\r\nabc\r\n0\r\n\r\n", "abc", "", "done"},
		{"space behind the size", "3 \r\nabc\r\n0\r\n\r\n", "abc", "", "done"},
		{"trailer", "3\r\nabc\r\n0\r\nX: y\r\nZ: 1\r\n\r\nn", "abc", "n", "done"},
		{"not complete", "3\r\nab", "ab", "", "more"},
		{"no size", "\r\nabc", "", "", "error"},
		{"bad digit", "g\r\n", "", "", "error"},
		{"line feed alone", "3\nabc", "", "", "error"},
		{"data too long", "3\r\nabcd\r\n", "abc", "", "error"},
		{"size too large", "fffffffffffffffff\r\n", "", "", "error"},
		{"sign", "-1\r\n", "", "", "error"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for step := 1; step <= len(test.input); step++ {
				data, rest, done, err := decodeAll([]byte(test.input), Framing{Kind: FramingChunked}, step)
				outcome := "more"
				switch {
				case err != nil:
					outcome = "error"
				case done:
					outcome = "done"
				}
				if string(data) != test.data || string(rest) != test.rest || outcome != test.outcome {
					t.Fatalf("in steps of %d: %q, rest %q, %s (%v); want %q, %q, %s", step, data, rest, outcome, err, test.data, test.rest, test.outcome)
				}
			}
		})
	}
}

// FuzzChunks: what is written in chunks is read back, and no input makes the decoder panic or give more than it got.
func FuzzChunks(f *testing.F) {
	f.Add([]byte("3\r\nabc\r\n0\r\n\r\n"), 3)
	f.Add([]byte("hello"), 1)
	f.Fuzz(func(t *testing.T, input []byte, step int) {
		step = 1 + max(step, 0)%64
		if data, _, _, _ := decodeAll(input, Framing{Kind: FramingChunked}, step); len(data) > len(input) {
			t.Fatalf("%d bytes out of %d", len(data), len(input))
		}
		var coded []byte
		for pos := 0; pos < len(input); pos += step {
			coded = AppendChunk(coded, input[pos:min(pos+step, len(input))])
		}
		coded = append(coded, LastChunk...)
		if data, rest, done, err := decodeAll(coded, Framing{Kind: FramingChunked}, 1+step/2); !bytes.Equal(data, input) || len(rest) != 0 || !done || err != nil {
			t.Fatalf("%q came back as %q, rest %q, done %v, %v", input, data, rest, done, err)
		}
	})
}
