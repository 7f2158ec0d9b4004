package rewrite

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/rewrite"
	"github.com/lbconf/lbconf/runtime/eval"
)

// Map is a compiled RewriteMap. It is safe for concurrent use.
type Map struct {
	name string
	// change is an internal function, which works on the text behind start; nil for a map with a file.
	change func(buf []byte, start int) []byte
	// inPlace says that it overwrites the key.
	inPlace bool
	file    *mapFile
	// pick chooses one of n alternatives, from 0; nil for a map without.
	pick func(n int) int
}

// MapOptions are what a map depends on.
type MapOptions struct {
	// Path makes a path of the configuration an absolute one.
	Path func(path string) string
	// Pick chooses one of n alternatives of a rnd: map, from 0.
	Pick func(n int) int
}

// CompileMap compiles a RewriteMap. The error says what cannot be run, or which file is missing.
func CompileMap(item *ir.RewriteMap, o MapOptions) (*Map, error) {
	source, problems := rewrite.ParseMapSource(item.Source)
	if refused := rewrite.Refused(problems); len(refused) > 0 {
		return nil, errors.New(refused[0].Message)
	}
	m := &Map{name: item.Name}
	switch source.Type {
	case rewrite.MapInternal:
		m.change, m.inPlace = internalMap(source.Argument), source.Argument != "escape"
		return m, nil
	case rewrite.MapRandom:
		m.pick = o.Pick
	case rewrite.MapText:
	case rewrite.MapDBM:
		return nil, fmt.Errorf("the map %s is a DBM file, which this server does not read: write it as a text file, as txt:FILE", item.Name)
	case rewrite.MapProgram:
		return nil, fmt.Errorf("the map %s is a program, which this server does not run: write what it answers into a text file, as txt:FILE", item.Name)
	case rewrite.MapDBD, rewrite.MapFastDBD:
		return nil, fmt.Errorf("the map %s asks a database, which this server does not: write what it answers into a text file, as txt:FILE", item.Name)
	}
	m.file = &mapFile{path: o.Path(source.Argument)}
	if _, err := os.Stat(m.file.path); err != nil {
		return nil, fmt.Errorf("the file of the map %s is not there (httpd: file for map %s not found:%s): create it or correct the path", item.Name, item.Name, m.file.path)
	}
	m.file.look()
	return m, nil
}

// lookUp replaces the key that the room of a state ends with, from start on, by its value; false where the map has none.
func (m *Map) lookUp(s *State, start int) bool {
	if m == nil {
		return false
	}
	if m.change != nil {
		s.buf = m.change(s.buf, start)
		return true
	}
	value := m.file.get(s.buf[start:], s.x.Start)
	if m.pick != nil {
		value = m.oneOf(value)
	}
	s.buf = append(s.buf[:start], value...)
	return value != ""
}

// oneOf chooses one of the alternatives between bars.
func (m *Map) oneOf(value string) string {
	n := 1
	for i := range len(value) {
		if value[i] == '|' {
			n++
		}
	}
	if n == 1 {
		return value
	}
	chosen, start := m.pick(n), 0
	for i := range len(value) {
		if value[i] != '|' {
			continue
		}
		if chosen == 0 {
			return value[start:i]
		}
		chosen, start = chosen-1, i+1
	}
	return value[start:]
}

func internalMap(name string) func(buf []byte, start int) []byte {
	switch name {
	case "tolower":
		return func(buf []byte, start int) []byte {
			for i := start; i < len(buf); i++ {
				buf[i] = clib.Lower(buf[i])
			}
			return buf
		}
	case "toupper":
		return func(buf []byte, start int) []byte {
			for i := start; i < len(buf); i++ {
				if c := buf[i]; 'a' <= c && c <= 'z' {
					buf[i] = c - 0x20
				}
			}
			return buf
		}
	case "escape":
		return func(buf []byte, start int) []byte {
			end := len(buf)
			buf = eval.AppendEscaped(buf, buf[start:end])
			return buf[:start+copy(buf[start:], buf[end:])]
		}
	}
	return unescape
}

// unescape is int:unescape: a percent sign without two digits stands for itself, and a zero byte ends the text
// (ap_unescape_url).
func unescape(buf []byte, start int) []byte {
	out := buf[:start]
	for i := start; i < len(buf); i++ {
		c := buf[i]
		if c == '%' && i+2 < len(buf) && isHex(buf[i+1]) && isHex(buf[i+2]) {
			c = hexValue(buf[i+1])<<4 | hexValue(buf[i+2])
			i += 2
		}
		if c == 0 {
			break
		}
		out = append(out, c)
	}
	return out
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// mapFile is a text file of keys and values. It is read again when its time of modification is another one.
type mapFile struct {
	path string
	// looked is when the file was looked at, in nanoseconds since 1970.
	looked  atomic.Int64
	content atomic.Pointer[mapContent]
	reading sync.Mutex
}

// mapContent is what was in the file.
type mapContent struct {
	modified time.Time
	values   map[string]string
}

// lookEvery is how long what is known of a file counts. httpd asks for each lookup.
const lookEvery = 10 * time.Millisecond

// get returns the value of a key, empty for none. now is the time of the request.
func (f *mapFile) get(key []byte, now time.Time) string {
	if at := now.UnixNano(); at-f.looked.Load() >= int64(lookEvery) {
		f.looked.Store(at)
		f.look()
	}
	return f.content.Load().values[string(key)]
}

// look reads the file if it changed. A file that cannot be read has no keys.
func (f *mapFile) look() {
	f.reading.Lock()
	defer f.reading.Unlock()
	info, err := os.Stat(f.path)
	if err != nil {
		f.content.Store(&mapContent{})
		return
	}
	if known := f.content.Load(); known != nil && known.values != nil && known.modified.Equal(info.ModTime()) {
		return
	}
	text, err := os.ReadFile(f.path)
	if err != nil {
		text = nil
	}
	f.content.Store(&mapContent{modified: info.ModTime(), values: parseMap(text)})
}

// mapLine is the size of a line of a map in bytes, its end included; httpd takes the rest for a line of its own.
const mapLine = 1023

// parseMap reads keys and values: the first two words of a line. The first line of a key counts, one without a value is no
// line, and neither is one that begins with white space or # (lookup_map_txtfile).
func parseMap(text []byte) map[string]string {
	values := map[string]string{}
	for len(text) > 0 {
		n := bytes.IndexByte(text[:min(len(text), mapLine)], '\n') + 1
		if n == 0 {
			n = min(len(text), mapLine)
		}
		line := text[:n]
		text = text[n:]
		if line[0] == '#' || isSpace(line[0]) {
			continue
		}
		key, rest := mapWord(line)
		value, _ := mapWord(bytes.TrimLeft(rest, whiteSpace))
		if _, taken := values[string(key)]; !taken && len(value) > 0 {
			values[string(key)] = string(value)
		}
	}
	return values
}

const whiteSpace = " \t\n\v\f\r"

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// mapWord splits text behind its first word. A zero byte ends the text.
func mapWord(text []byte) (word, rest []byte) {
	if i := bytes.IndexByte(text, 0); i >= 0 {
		text = text[:i]
	}
	if i := bytes.IndexAny(text, whiteSpace); i >= 0 {
		return text[:i], text[i:]
	}
	return text, nil
}
