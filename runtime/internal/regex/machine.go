package regex

import (
	"strings"

	"github.com/lbconf/lbconf/parser/pcre"
)

// maxSteps bounds the steps back of one match, as PCRE2's match limit does; httpd takes what exceeds it as no match.
const maxSteps = 10_000_000

// rememberAfter is the number of steps back after which failures are remembered, and maxMemory the bits for that.
const (
	rememberAfter = 20_000
	maxMemory     = 1 << 26
)

// frameKind says what a step back does.
type frameKind uint8

const (
	frameGo       frameKind = iota // go to pc at position a
	frameRegister                  // set register pc to a, and go further back
	frameRun                       // shorten the run of pc from a, down to b
	frameRunLazy                   // lengthen the run of pc from a, at most up to b
	frameFailed                    // remember bit a, and go further back
)

// frame is one thing to go back to.
type frame struct {
	kind frameKind
	pc   int32
	a, b int
}

// interval holds the positions behind a run from where the rest is known to fail.
type interval struct{ low, high int }

// machine runs a program over one subject.
type machine struct {
	prog     *program
	subject  string
	regs     []int
	stack    []frame
	steps    int
	remember int // steps after which failures are remembered
	memory   []uint64
	known    []interval
	aborted  bool
}

func newMachine(prog *program) *machine {
	return &machine{prog: prog, regs: make([]int, prog.regs), remember: rememberAfter}
}

// match finds the first match and leaves its groups in the registers.
func (m *machine) match(subject string) bool {
	m.subject, m.steps, m.aborted = subject, 0, false
	m.stack, m.memory, m.known = m.stack[:0], m.memory[:0], m.known[:0]
	for i := range m.regs {
		m.regs[i] = -1
	}
	for start := 0; ; start++ {
		if start = m.candidate(start); start < 0 {
			return false
		}
		m.regs[m.prog.startReg] = start
		if end, ok := m.run(0, start); ok {
			m.regs[1] = end
			return true
		}
		if m.aborted || m.prog.anchored {
			return false
		}
	}
}

// candidate returns the next position from which a match can begin, or -1.
func (m *machine) candidate(start int) int {
	switch {
	case start > len(m.subject):
		return -1
	case m.prog.anchored:
		if start > 0 || !strings.HasPrefix(m.subject, m.prog.prefix) {
			return -1
		}
		return 0
	case m.prog.prefix != "":
		i := strings.Index(m.subject[start:], m.prog.prefix)
		if i < 0 {
			return -1
		}
		return start + i
	case m.prog.anyFirst:
		return start
	}
	for ; start < len(m.subject); start++ {
		if m.prog.first.Has(m.subject[start]) {
			return start
		}
	}
	return -1
}

// push adds a frame.
func (m *machine) push(kind frameKind, pc, a, b int) {
	m.stack = append(m.stack, frame{kind, int32(pc), a, b})
}

// set changes a register so that a step back restores it.
func (m *machine) set(register, value int) {
	m.push(frameRegister, register, m.regs[register], 0)
	m.regs[register] = value
}

// remembering says whether failures are remembered, and prepares for it when it becomes time.
func (m *machine) remembering() bool {
	if m.steps < m.remember || m.prog.forgetful {
		return false
	}
	if len(m.known) == 0 {
		bits := m.prog.memos * (len(m.subject) + 1)
		if bits > maxMemory || m.prog.memos == 0 {
			return false
		}
		m.memory = append(m.memory[:0], make([]uint64, (bits+63)/64)...)
		for range m.prog.memos {
			m.known = append(m.known, interval{1, 0})
		}
	}
	return true
}

// failedBefore says whether going on from an instruction at a position has failed; if not, it arranges that a failure is
// remembered.
func (m *machine) failedBefore(memo, pos int) bool {
	bit := memo*(len(m.subject)+1) + pos
	if m.memory[bit>>6]&(1<<(bit&63)) != 0 {
		return true
	}
	m.push(frameFailed, 0, bit, 0)
	return false
}

// back goes to the last open choice above base. It returns where to go on, or false when there is none.
func (m *machine) back(base int) (pc, pos int, ok bool) {
	for len(m.stack) > base {
		if m.steps++; m.steps > maxSteps {
			m.aborted = true
			return 0, 0, false
		}
		top := len(m.stack) - 1
		f := &m.stack[top]
		switch f.kind {
		case frameGo:
			m.stack = m.stack[:top]
			return int(f.pc), f.a, true
		case frameRegister:
			m.regs[f.pc] = f.a
			m.stack = m.stack[:top]
		case frameFailed:
			m.memory[f.a>>6] |= 1 << (f.a & 63)
			m.stack = m.stack[:top]
		case frameRun:
			if pos, ok := m.shorten(f); ok {
				return int(f.pc) + 1, pos, true
			}
			m.stack = m.stack[:top]
		case frameRunLazy:
			in := &m.prog.code[f.pc]
			if f.a >= f.b || f.a >= len(m.subject) || !m.prog.sets[in.n].Has(m.subject[f.a]) {
				m.stack = m.stack[:top]
				continue
			}
			f.a++
			return int(f.pc) + 1, f.a, true
		}
	}
	return 0, 0, false
}

// shorten gives a byte of a run back, and more when the rest is known to fail from there.
func (m *machine) shorten(f *frame) (int, bool) {
	if len(m.known) > 0 {
		m.failedBehind(int(f.pc), f.a)
	}
	f.a--
	if len(m.known) > 0 {
		f.a = m.skipKnown(int(f.pc), f.a)
	}
	return f.a, f.a >= f.b
}

// failedBehind remembers that the rest fails behind a run that ends at a position.
func (m *machine) failedBehind(pc, pos int) {
	k := &m.known[m.prog.code[pc].memo]
	switch {
	case k.low > k.high:
		*k = interval{pos, pos}
	case pos == k.low-1:
		k.low = pos
	case pos == k.high+1:
		k.high = pos
	}
}

// skipKnown returns the next lower position from which the rest is not known to fail.
func (m *machine) skipKnown(pc, pos int) int {
	if k := m.known[m.prog.code[pc].memo]; k.low <= pos && pos <= k.high {
		return k.low - 1
	}
	return pos
}

// cut drops the choices above base and keeps what restores registers.
func (m *machine) cut(base int) {
	kept := m.stack[:base]
	for _, f := range m.stack[base:] {
		if f.kind == frameRegister {
			kept = append(kept, f)
		}
	}
	m.stack = kept
}

// undo drops the choices above base and restores the registers.
func (m *machine) undo(base int) {
	for len(m.stack) > base {
		top := len(m.stack) - 1
		if f := m.stack[top]; f.kind == frameRegister {
			m.regs[f.pc] = f.a
		}
		m.stack = m.stack[:top]
	}
}

// assertHolds tests a position.
func (m *machine) assertHolds(kind pcre.AssertionKind, pos int) bool {
	s := m.subject
	switch kind {
	case pcre.BeginText, pcre.BeginMatch:
		return pos == 0
	case pcre.BeginLine:
		return pos == 0 || s[pos-1] == '\n' && pos < len(s)
	case pcre.EndText:
		return pos == len(s)
	case pcre.EndTextOrFinalNewline:
		return pos == len(s) || pos == len(s)-1 && s[pos] == '\n'
	case pcre.EndLine:
		return pos == len(s) || s[pos] == '\n'
	case pcre.WordBoundary, pcre.NotWordBoundary:
		before := pos > 0 && pcre.IsWord(s[pos-1])
		after := pos < len(s) && pcre.IsWord(s[pos])
		return (before != after) == (kind == pcre.WordBoundary)
	}
	return false
}
