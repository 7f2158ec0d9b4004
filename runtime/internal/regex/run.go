package regex

import (
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/pcre"
)

// run executes the program from an instruction and a position up to the opMatch of its level, and returns where the
// match ends. The choices that it leaves on the stack are the caller's to drop. The loop is one function because it is
// the hot path.
func (m *machine) run(pc, pos int) (end int, ok bool) {
	base := len(m.stack)
	code, s := m.prog.code, m.subject
	for {
		in := &code[pc]
		hit := false
		switch in.op {
		case opMatch:
			return pos, true
		case opFail:
		case opByte:
			if hit = pos < len(s) && s[pos] == in.b; hit {
				pos++
				pc++
			}
		case opText:
			text := m.prog.texts[in.n]
			if hit = strings.HasPrefix(s[pos:], text); hit {
				pos += len(text)
				pc++
			}
		case opTextFold:
			text := m.prog.texts[in.n]
			if hit = clib.HasPrefixFold(s[pos:], text); hit {
				pos += len(text)
				pc++
			}
		case opSet:
			if hit = pos < len(s) && m.prog.sets[in.n].Has(s[pos]); hit {
				pos++
				pc++
			}
		case opRun, opRunAll, opRunLazy:
			pos, hit = m.enterRun(pc, pos)
			pc++
		case opSplit:
			if m.remembering() && m.failedBefore(in.memo, pos) {
				break
			}
			m.push(frameGo, in.y, pos, 0)
			pc, hit = in.x, true
		case opJump:
			pc, hit = in.x, true
		case opOpen:
			m.set(2*(m.prog.groups+1)+in.n, pos)
			pc, hit = pc+1, true
		case opClose:
			m.set(2*in.n, m.regs[2*(m.prog.groups+1)+in.n])
			m.set(2*in.n+1, pos)
			pc, hit = pc+1, true
		case opLoopEnter:
			m.set(in.n, pos)
			pc, hit = pc+1, true
		case opLoopEnd:
			hit = true
			if m.regs[in.n] == pos {
				pc = in.y
			} else {
				pc++
			}
		case opAssert:
			hit = m.assertHolds(in.kind, pos)
			pc++
		case opNested:
			height := len(m.stack)
			if end, ok := m.run(in.x, pos); ok {
				m.cut(height)
				pc, pos, hit = in.y, end, true
			}
		case opLook:
			hit = m.look(in, pos)
			pc = in.y
		case opIfLook:
			hit = true
			if m.look(in, pos) {
				pc = in.y
			} else {
				pc = in.min
			}
		case opBack:
			hit = pos >= in.n
			pos -= in.n
			pc++
		case opBackRef, opBackRefFold:
			var size int
			if size, hit = m.backReference(in, pos); hit {
				pos += size
				pc++
			}
		case opKeep:
			m.set(m.prog.startReg, pos)
			pc, hit = pc+1, true
		case opIfSet:
			hit = true
			if m.groupSet(in.n) >= 0 {
				pc = in.x
			} else {
				pc = in.y
			}
		}
		if hit && !m.aborted {
			continue
		}
		if m.aborted {
			return 0, false
		}
		if pc, pos, hit = m.back(base); !hit {
			return 0, false
		}
	}
}

// enterRun takes the bytes of a run and opens the choice of its length.
func (m *machine) enterRun(pc, pos int) (int, bool) {
	in := &m.prog.code[pc]
	s, set := m.subject, &m.prog.sets[in.n]
	low, limit := pos+in.min, len(s)
	if in.max != pcre.Unlimited {
		limit = min(limit, pos+in.max)
	}
	if low > len(s) {
		return pos, false
	}
	end := pos
	if in.op == opRunLazy {
		for end < low && set.Has(s[end]) {
			end++
		}
		if end < low {
			return pos, false
		}
		if m.remembering() && m.failedBefore(in.memo, pos) {
			return pos, false
		}
		m.push(frameRunLazy, pc, end, limit)
		return end, true
	}
	if *set == pcre.FullSet() {
		end = limit
	} else {
		for end < limit && set.Has(s[end]) {
			end++
		}
	}
	if end < low {
		return pos, false
	}
	if in.op == opRunAll {
		return end, true
	}
	if m.remembering() {
		if m.failedBefore(in.memo, pos) {
			return pos, false
		}
		if end = m.skipKnown(pc, end); end < low {
			return pos, false
		}
		m.push(frameRun, pc, end, low)
		return end, true
	}
	if end > low {
		m.push(frameRun, pc, end, low)
	}
	return end, true
}

// look runs the body of a look-around and says whether it holds. What it captured stays when it does.
func (m *machine) look(in *instruction, pos int) bool {
	height := len(m.stack)
	_, ok := m.run(in.x, pos)
	if in.n == 1 {
		m.undo(height)
		return !ok
	}
	m.cut(height)
	return ok
}

// groupSet returns the first group of a list that is set, or -1.
func (m *machine) groupSet(ref int) int {
	for _, group := range m.prog.refs[ref] {
		if m.regs[2*group+1] >= 0 {
			return group
		}
	}
	return -1
}

// backReference compares what a group captured; a group that is not set matches nowhere.
func (m *machine) backReference(in *instruction, pos int) (int, bool) {
	group := m.groupSet(in.n)
	if group < 0 {
		return 0, false
	}
	text := m.subject[m.regs[2*group]:m.regs[2*group+1]]
	rest := m.subject[pos:]
	if in.op == opBackRef {
		return len(text), strings.HasPrefix(rest, text)
	}
	return len(text), clib.HasPrefixFold(rest, text)
}
