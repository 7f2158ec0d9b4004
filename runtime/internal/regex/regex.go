// Package regex matches the patterns of parser/pcre on bytes, with PCRE2's semantics: leftmost, first alternative first,
// groups as PCRE2 leaves them.
//
// A pattern of a common shape (^/a, ^/a/b$, ^/a/(.*)$, ^/x/?$, \.php$) is compared directly. Every other one is compiled
// to a small program for a backtracking matcher of our own. Go's regexp is not used: it counts characters instead of
// bytes, differs in the groups of nested loops, and allocates for each match. A match allocates nothing in the steady
// state. When a match takes long, positions that have failed are remembered, so that patterns without back-references
// need time in proportion to pattern and subject; the rest ends at a limit of steps, as in PCRE2, and counts as no
// match, as in httpd.
package regex

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/lbconf/lbconf/parser/pcre"
)

// Regexp is a compiled pattern. It is immutable and may be used by several goroutines at once.
type Regexp struct {
	groups int
	shape  shape
	prog   *program
	pool   *sync.Pool // of *machine
}

// Compile compiles a pattern; caseless is the flag NC, in addition to the pattern's own options. The error is a
// *pcre.Error with the place of what lbconf cannot execute, though httpd can.
func Compile(p *pcre.Pattern, caseless bool) (*Regexp, error) {
	if caseless && !p.Options.Caseless {
		o := p.Options
		o.Caseless = true
		var err error
		if p, err = p.WithOptions(o); err != nil {
			return nil, fmt.Errorf("read again without case: %w", err)
		}
	}
	re := &Regexp{groups: p.Groups()}
	if s, ok := shapeOf(p); ok {
		re.shape = s
		return re, nil
	}
	prog, err := compile(p)
	if err != nil {
		return nil, err
	}
	re.prog = prog
	re.pool = &sync.Pool{New: func() any { return newMachine(prog) }}
	return re, nil
}

// Match looks for the first match in the subject. It returns caps, overwritten from its start and grown as needed, with
// two offsets for the whole match and for each group, -1 for a group that took no part; false and caps[:0] when there is
// no match. Pass the returned slice to the next call.
func (re *Regexp) Match(subject string, caps []int) ([]int, bool) {
	if re.shape.kind != noShape {
		return re.shape.match(subject, caps[:0])
	}
	m, _ := re.pool.Get().(*machine)
	defer re.pool.Put(m)
	if !m.match(subject) {
		m.subject = ""
		return caps[:0], false
	}
	m.subject = ""
	caps = append(caps[:0], m.regs[:2*(re.groups+1)]...)
	caps[0] = m.regs[m.prog.startReg]
	return caps, true
}

// MatchBytes is Match for a subject in a buffer. The buffer must not change during the call and is not kept.
func (re *Regexp) MatchBytes(subject []byte, caps []int) ([]int, bool) {
	return re.Match(unsafe.String(unsafe.SliceData(subject), len(subject)), caps)
}
