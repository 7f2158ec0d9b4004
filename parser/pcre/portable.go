package pcre

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strings"
)

// maxGoRepeat is the largest count that Go's regexp compiles.
const maxGoRepeat = 1000

// Go returns a pattern for Go's regexp that finds the same match with the same groups in every subject of ASCII bytes.
// In other subjects Go counts characters of UTF-8 where httpd counts bytes. The error is an *Error.
func (p *Pattern) Go() (string, error) {
	if len(p.Start) > 0 {
		return "", &Error{0, len("(*)") + len(p.Start[0]), fmt.Sprintf("Go's regexp has no (*%s)", p.Start[0])}
	}
	t := &goTranslator{}
	t.b.WriteString("(?s)")
	if err := t.node(p.Root); err != nil {
		return "", err
	}
	text := t.b.String()
	if _, err := syntax.Parse(text, syntax.Perl); err != nil {
		reason := err.Error()
		if e, ok := errors.AsType[*syntax.Error](err); ok {
			reason = e.Code.String()
		}
		return "", &Error{0, len(p.Source), "Go's regexp does not compile it: " + reason}
	}
	return text, nil
}

type goTranslator struct{ b strings.Builder }

// refuse reports that Go has no equivalent of a node.
func (*goTranslator) refuse(n Node, what string) error {
	start, end := n.Span()
	return &Error{start, end, "Go's regexp has no equivalent of " + what}
}

func (t *goTranslator) node(n Node) error {
	switch n := n.(type) {
	case *Literal:
		return t.literal(n)
	case *Class:
		if n.Opaque != "" {
			return t.refuse(n, `the property \p{`+n.Opaque+"}")
		}
		return t.set(n, n.Set)
	case *Property:
		if !n.Known {
			return t.refuse(n, `the property \p{`+n.Name+"}")
		}
		return t.set(n, n.Set)
	case *AnyByte:
		if n.Newline {
			t.b.WriteByte('.')
		} else {
			t.b.WriteString(`[^\n]`)
		}
		return nil
	case *Assertion:
		return t.assertion(n)
	case *Concat:
		for _, part := range n.Parts {
			if err := t.inConcat(part); err != nil {
				return err
			}
		}
		return nil
	case *Alternate:
		return t.alternate(n)
	case *Group:
		return t.group(n)
	case *Repeat:
		return t.repeat(n)
	case *Look:
		return t.refuse(n, "a look-around")
	case *BackReference:
		return t.refuse(n, "a back-reference")
	case *Recursion:
		return t.refuse(n, "a recursion")
	case *Conditional:
		return t.refuse(n, "a conditional group")
	case *Newline:
		return t.refuse(n, `\R`)
	case *Grapheme:
		return t.refuse(n, `\X`)
	case *KeepOut:
		return t.refuse(n, `\K`)
	case *Verb:
		return t.refuse(n, "a backtracking verb")
	case *Callout:
		return nil
	}
	return t.refuse(n, "this")
}

// inConcat writes a part; an Alternate can be one after (?|…) or options only, and needs a group.
func (t *goTranslator) inConcat(n Node) error {
	if _, ok := n.(*Alternate); !ok {
		return t.node(n)
	}
	t.b.WriteString("(?:")
	defer t.b.WriteByte(')')
	return t.node(n)
}

func (t *goTranslator) literal(n *Literal) error {
	for _, c := range []byte(n.Text) {
		if c >= 0x80 {
			return t.refuse(n, "bytes that are no ASCII, which it reads as characters")
		}
	}
	if n.Fold {
		t.b.WriteString("(?i:")
		defer t.b.WriteByte(')')
	}
	for _, c := range []byte(n.Text) {
		t.char(c, `\.+*?()|[]{}^$`)
	}
	return nil
}

func (t *goTranslator) char(c byte, special string) {
	switch {
	case c < 0x20 || c == 0x7f:
		fmt.Fprintf(&t.b, `\x%02x`, c)
	case strings.IndexByte(special, c) >= 0:
		t.b.WriteByte('\\')
		t.b.WriteByte(c)
	default:
		t.b.WriteByte(c)
	}
}

// set writes a class. The bytes from 0x80 must be in or out together: only then does it not matter that Go reads
// characters.
func (t *goTranslator) set(n Node, set ByteSet) error {
	high := set[2]&set[3] == ^uint64(0)
	if !high && set[2]|set[3] != 0 {
		return t.refuse(n, "a class of some bytes that are no ASCII")
	}
	if high {
		set = set.Not()
	}
	if set[0]|set[1] == 0 {
		t.b.WriteString(map[bool]string{true: ".", false: `[^\x00-\x{10FFFF}]`}[high])
		return nil
	}
	t.b.WriteString(map[bool]string{true: "[^", false: "["}[high])
	for lo := 0; lo < 0x80; lo++ {
		if !set.Has(byte(lo)) {
			continue
		}
		hi := lo
		for hi+1 < 0x80 && set.Has(byte(hi+1)) {
			hi++
		}
		t.char(byte(lo), `\]^-[`)
		if hi > lo {
			if hi > lo+1 {
				t.b.WriteByte('-')
			}
			t.char(byte(hi), `\]^-[`)
		}
		lo = hi
	}
	t.b.WriteByte(']')
	return nil
}

func (t *goTranslator) assertion(n *Assertion) error {
	switch n.Kind {
	case BeginText, BeginMatch:
		t.b.WriteString("^")
	case EndText:
		t.b.WriteString("$")
	case EndLine:
		t.b.WriteString("(?m:$)")
	case WordBoundary:
		t.b.WriteString(`\b`)
	case NotWordBoundary:
		t.b.WriteString(`\B`)
	case BeginLine:
		return t.refuse(n, "^ under (?m), which does not hold behind a final newline")
	case EndTextOrFinalNewline:
		return t.refuse(n, "an end that also holds before a final newline")
	}
	return nil
}

func (t *goTranslator) alternate(n *Alternate) error {
	for i, branch := range n.Branches {
		if i > 0 {
			t.b.WriteByte('|')
		}
		if err := t.node(branch); err != nil {
			return err
		}
	}
	return nil
}

func (t *goTranslator) group(n *Group) error {
	switch n.Kind {
	case Atomic:
		return t.refuse(n, "an atomic group")
	case ScriptRun:
		return t.refuse(n, "a script run")
	case BranchReset:
		if hasCapture(n.Body) {
			return t.refuse(n, "groups that share a number")
		}
		t.b.WriteString("(?:")
	case NonCapture:
		t.b.WriteString("(?:")
	case Capture:
		t.b.WriteByte('(')
	}
	defer t.b.WriteByte(')')
	return t.node(n.Body)
}

func hasCapture(n Node) bool {
	found := false
	Walk(n, func(n Node) bool {
		g, ok := n.(*Group)
		found = found || ok && g.Kind == Capture
		return !found
	})
	return found
}

func (t *goTranslator) repeat(n *Repeat) error {
	switch {
	case n.Mode == Possessive:
		return t.refuse(n, "a possessive quantifier")
	case n.Min > maxGoRepeat || n.Max > maxGoRepeat:
		return t.refuse(n, fmt.Sprintf("a repeat count above %d", maxGoRepeat))
	case (n.Max == Unlimited || n.Max > 1) && CanBeEmpty(n.Body):
		return t.refuse(n, "the repetition of something that can be empty")
	}
	if err := t.repeated(n.Body); err != nil {
		return err
	}
	switch {
	case n.Min == 0 && n.Max == Unlimited:
		t.b.WriteByte('*')
	case n.Min == 1 && n.Max == Unlimited:
		t.b.WriteByte('+')
	case n.Min == 0 && n.Max == 1:
		t.b.WriteByte('?')
	case n.Max == Unlimited:
		fmt.Fprintf(&t.b, "{%d,}", n.Min)
	default:
		fmt.Fprintf(&t.b, "{%d,%d}", n.Min, n.Max)
	}
	if n.Mode == Lazy {
		t.b.WriteByte('?')
	}
	return nil
}

// repeated writes what a quantifier applies to, in a group unless it is one thing already.
func (t *goTranslator) repeated(n Node) error {
	switch n := n.(type) {
	case *Group, *Class, *AnyByte, *Property:
		return t.node(n)
	case *Literal:
		if len(n.Text) == 1 {
			return t.node(n)
		}
	case *Assertion, *Concat, *Alternate, *Repeat, *Look, *BackReference, *Recursion, *Conditional, *Newline, *Grapheme,
		*KeepOut, *Verb, *Callout:
	}
	t.b.WriteString("(?:")
	defer t.b.WriteByte(')')
	return t.node(n)
}
