package static

import (
	"io"
	"os"
)

// piece is a part of a body: a text, or size bytes of the file from an offset on.
type piece struct {
	text string
	from int64
	size int64
}

// parts is a body made of pieces. It closes its file.
type parts struct {
	file   *os.File
	pieces []piece
}

func (p *parts) size() int64 {
	n := int64(0)
	for _, one := range p.pieces {
		n += one.size + int64(len(one.text))
	}
	return n
}

// Read implements io.Reader.
func (p *parts) Read(to []byte) (int, error) {
	for len(p.pieces) > 0 {
		one := &p.pieces[0]
		if one.text != "" {
			n := copy(to, one.text)
			one.text = one.text[n:]
			return n, nil
		}
		if one.size == 0 {
			p.pieces = p.pieces[1:]
			continue
		}
		n, err := p.file.ReadAt(to[:min(int64(len(to)), one.size)], one.from)
		one.from += int64(n)
		one.size -= int64(n)
		if n > 0 {
			err = nil
		}
		return n, err
	}
	return 0, io.EOF
}

// Close closes the file.
func (p *parts) Close() error { return p.file.Close() }

// Whole returns the file, to be read from where it stands, where the body is one piece of it; nil otherwise.
func (p *parts) Whole() *os.File {
	if len(p.pieces) != 1 || p.pieces[0].text != "" {
		return nil
	}
	if _, err := p.file.Seek(p.pieces[0].from, io.SeekStart); err != nil {
		return nil
	}
	return p.file
}
