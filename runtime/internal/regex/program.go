package regex

import (
	"fmt"

	"github.com/lbconf/lbconf/parser/pcre"
)

// opcode is an instruction of the matcher.
type opcode uint8

const (
	opMatch       opcode = iota // the pattern, or the body of a nested run, has matched
	opFail                      // go back
	opByte                      // one byte: b
	opText                      // text[n]
	opTextFold                  // text[n], lower case, against letters of either case
	opSet                       // one byte of sets[n]
	opRun                       // min to max bytes of sets[n], most first
	opRunLazy                   // the same, fewest first
	opRunAll                    // the same, most and nothing else
	opSplit                     // try x, then y
	opJump                      // go to x
	opOpen                      // group n begins
	opClose                     // group n ends
	opLoopEnter                 // loop n begins a round here
	opLoopEnd                   // go to y when the round was empty, else on
	opAssert                    // kind
	opNested                    // run the body at x by itself and go on at y where it ends: atomic groups
	opLook                      // run the body at x by itself and go on at y where it began; negated when n is 1
	opBack                      // move n bytes back
	opBackRef                   // what a group of refs[n] captured
	opBackRefFold               // the same in either case
	opKeep                      // the match begins here
	opIfSet                     // go to x when a group of refs[n] is set, else to y
	opIfLook                    // as opLook, to y when it holds, to the instruction min when not
)

type instruction struct {
	op       opcode
	b        byte
	kind     pcre.AssertionKind
	n        int
	x, y     int
	min, max int // of runs; max is pcre.Unlimited without a bound
	memo     int // number among the instructions that remember failures, or -1
}

// program is a compiled pattern.
type program struct {
	code     []instruction
	texts    []string
	sets     []pcre.ByteSet
	refs     [][]int
	groups   int
	loops    int
	memos    int
	startReg int // the register of \K; the others are captures, open groups, loops
	regs     int
	anchored bool
	prefix   string
	first    pcre.ByteSet
	anyFirst bool // first says nothing
	// forgetful says that a position's failure depends on what was captured, so that it cannot be remembered.
	forgetful bool
}

// maxCode bounds a program, since counted groups are written out.
const maxCode = 1 << 17

type compiler struct {
	program
	source string
}

// compile translates a tree.
func compile(p *pcre.Pattern) (*program, error) {
	c := &compiler{source: p.Source}
	c.groups = p.Groups()
	if err := checkStart(p.Start); err != nil {
		return nil, err
	}
	if err := c.node(p.Root); err != nil {
		return nil, err
	}
	c.emit(instruction{op: opMatch})
	c.anchored = p.Anchored()
	c.prefix = p.Prefix()
	var empty bool
	c.first, empty = p.FirstBytes(0)
	c.anyFirst = empty || c.first == pcre.FullSet()
	c.startReg = 3*(c.groups+1) + c.loops
	c.regs = c.startReg + 1
	c.tighten()
	for i := range c.code {
		c.code[i].memo = -1
		if op := c.code[i].op; op == opSplit || op == opRun || op == opRunLazy {
			c.code[i].memo = c.memos
			c.memos++
		}
	}
	return &c.program, nil
}

// checkStart refuses the modes that change what a pattern means.
func checkStart(verbs []string) error {
	at := 0
	for _, verb := range verbs {
		end := at + len("(*)") + len(verb)
		switch verb {
		case "NO_AUTO_POSSESS", "NO_DOTSTAR_ANCHOR", "NO_JIT", "NO_START_OPT", "LF", "BSR_UNICODE":
		default:
			return &pcre.Error{Offset: at, End: end, Message: fmt.Sprintf("lbconf cannot execute (*%s); httpd does. Leave it out if the pattern means the same without it", verb)}
		}
		at = end
	}
	return nil
}

func (*compiler) refuse(n pcre.Node, what string) error {
	start, end := n.Span()
	return &pcre.Error{Offset: start, End: end, Message: "lbconf cannot execute " + what + "; httpd does. Write the pattern without it"}
}

func (c *compiler) emit(i instruction) int {
	c.code = append(c.code, i)
	return len(c.code) - 1
}

func (c *compiler) addSet(s pcre.ByteSet) int {
	for i, known := range c.sets {
		if known == s {
			return i
		}
	}
	c.sets = append(c.sets, s)
	return len(c.sets) - 1
}

func (c *compiler) node(n pcre.Node) error {
	if len(c.code) > maxCode {
		return c.refuse(n, "a pattern whose repeat counts multiply to this size")
	}
	switch n := n.(type) {
	case *pcre.Literal:
		c.literal(n)
		return nil
	case *pcre.Class, *pcre.AnyByte, *pcre.Property:
		set, ok := byteSet(n)
		if !ok {
			return c.refuse(n, "this Unicode property")
		}
		c.emit(instruction{op: opSet, n: c.addSet(set)})
		return nil
	case *pcre.Assertion:
		c.emit(instruction{op: opAssert, kind: n.Kind})
		return nil
	case *pcre.Concat:
		for _, part := range n.Parts {
			if err := c.node(part); err != nil {
				return err
			}
		}
		return nil
	case *pcre.Alternate:
		return c.alternatives(len(n.Branches), func(i int) error { return c.node(n.Branches[i]) })
	case *pcre.Group:
		return c.group(n)
	case *pcre.Repeat:
		return c.repeat(n)
	case *pcre.Look:
		return c.look(n, opLook)
	case *pcre.BackReference:
		op := opBackRef
		if n.Fold {
			op = opBackRefFold
		}
		c.forgetful = true
		c.refs = append(c.refs, n.Groups)
		c.emit(instruction{op: op, n: len(c.refs) - 1})
		return nil
	case *pcre.Conditional:
		return c.conditional(n)
	case *pcre.Newline:
		return c.newline()
	case *pcre.KeepOut:
		c.emit(instruction{op: opKeep})
		return nil
	case *pcre.Callout:
		return nil
	case *pcre.Verb:
		if n.Name == "FAIL" && n.Argument == "" {
			c.emit(instruction{op: opFail})
			return nil
		}
		return c.refuse(n, "backtracking verbs")
	case *pcre.Recursion:
		return c.refuse(n, "recursion and calls of groups")
	case *pcre.Grapheme:
		return c.refuse(n, `\X`)
	}
	return c.refuse(n, "this")
}

// byteSet returns the set of a node that matches one byte.
func byteSet(n pcre.Node) (pcre.ByteSet, bool) {
	switch n := n.(type) {
	case *pcre.Class:
		return n.Set, n.Opaque == ""
	case *pcre.Property:
		return n.Set, n.Known
	case *pcre.AnyByte:
		set := pcre.FullSet()
		if !n.Newline {
			set.Remove('\n')
		}
		return set, true
	case *pcre.Literal:
		var set pcre.ByteSet
		if len(n.Text) != 1 {
			return set, false
		}
		set.Add(n.Text[0])
		if n.Fold && isLetter(n.Text[0]) {
			set.Add(n.Text[0] ^ 0x20)
		}
		return set, true
	case *pcre.Assertion, *pcre.Concat, *pcre.Alternate, *pcre.Group, *pcre.Repeat, *pcre.Look, *pcre.BackReference,
		*pcre.Recursion, *pcre.Conditional, *pcre.Newline, *pcre.Grapheme, *pcre.KeepOut, *pcre.Verb, *pcre.Callout:
	}
	return pcre.ByteSet{}, false
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

func (c *compiler) literal(n *pcre.Literal) {
	switch {
	case n.Fold:
		c.texts = append(c.texts, n.Text)
		c.emit(instruction{op: opTextFold, n: len(c.texts) - 1})
	case len(n.Text) == 1:
		c.emit(instruction{op: opByte, b: n.Text[0]})
	default:
		c.texts = append(c.texts, n.Text)
		c.emit(instruction{op: opText, n: len(c.texts) - 1})
	}
}

// alternatives emits branches that are tried in order.
func (c *compiler) alternatives(count int, branch func(i int) error) error {
	var ends []int
	for i := range count {
		if i == count-1 {
			if err := branch(i); err != nil {
				return err
			}
			break
		}
		split := c.emit(instruction{op: opSplit})
		c.code[split].x = split + 1
		if err := branch(i); err != nil {
			return err
		}
		ends = append(ends, c.emit(instruction{op: opJump}))
		c.code[split].y = len(c.code)
	}
	for _, end := range ends {
		c.code[end].x = len(c.code)
	}
	return nil
}

func (c *compiler) group(n *pcre.Group) error {
	switch n.Kind {
	case pcre.NonCapture, pcre.BranchReset:
		return c.node(n.Body)
	case pcre.Capture:
		c.emit(instruction{op: opOpen, n: n.Index})
		if err := c.node(n.Body); err != nil {
			return err
		}
		c.emit(instruction{op: opClose, n: n.Index})
		return nil
	case pcre.Atomic:
		return c.nested(func() error { return c.node(n.Body) })
	case pcre.ScriptRun:
	}
	return c.refuse(n, "script runs")
}

// nested emits a body that runs by itself.
func (c *compiler) nested(body func() error) error {
	at := c.emit(instruction{op: opNested})
	c.code[at].x = at + 1
	if err := body(); err != nil {
		return err
	}
	c.emit(instruction{op: opMatch})
	c.code[at].y = len(c.code)
	return nil
}

// look emits a look-around; its end is where y points.
func (c *compiler) look(n *pcre.Look, op opcode) error {
	if n.NonAtomic {
		return c.refuse(n, "look-arounds that are entered again")
	}
	at := c.emit(instruction{op: op})
	c.code[at].x = at + 1
	if n.Negative {
		c.code[at].n = 1
	}
	if err := c.lookBody(n); err != nil {
		return err
	}
	c.emit(instruction{op: opMatch})
	c.code[at].y = len(c.code)
	return nil
}

func (c *compiler) lookBody(n *pcre.Look) error {
	if !n.Behind {
		return c.node(n.Body)
	}
	branches := []pcre.Node{n.Body}
	if alt, ok := n.Body.(*pcre.Alternate); ok {
		branches = alt.Branches
	}
	return c.alternatives(len(branches), func(i int) error {
		length, ok := fixedLength(branches[i])
		if !ok {
			return c.refuse(n, "a look-behind with references, verbs or conditions in it")
		}
		c.emit(instruction{op: opBack, n: length})
		return c.node(branches[i])
	})
}
