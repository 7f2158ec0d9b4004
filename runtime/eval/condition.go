package eval

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"unsafe"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/expr"
	"github.com/lbconf/lbconf/parser/fnmatch"
	"github.com/lbconf/lbconf/parser/subnet"
	"github.com/lbconf/lbconf/runtime/internal/regex"
)

// maxDepth is how deep httpd evaluates before it gives up (util_expr_eval.c: AP_EXPR_MAX_RECURSION).
const maxDepth = 20

// Room is what expressions work in. It is reused from request to request; the zero value is ready for use.
type Room struct {
	// texts are those of words, used of them in the expression at hand.
	texts [][]byte
	used  int
	// subject and groups are what the last match with groups captured; spare is room for the next.
	subject       []byte
	groups, spare []int
	// vary are the names of the fields that were looked at, joined by commas.
	vary []byte
}

// Vary returns the names of the request's fields that the last expression looked at, joined by ", ": httpd puts them into
// the Vary field of the response. It is valid until the next expression.
func (r *Room) Vary() []byte { return r.vary }

// Groups returns what the last expression captured and the offsets of its groups; the subject is nil where it captured
// nothing. They are valid until the next expression.
func (r *Room) Groups() (subject []byte, groups []int) {
	if r.subject == nil {
		return nil, nil
	}
	return r.subject, r.groups
}

func (r *Room) reset() { r.used, r.subject, r.vary = 0, nil, r.vary[:0] }

// Condition is a compiled expression that is true or false. It is immutable.
type Condition struct{ root condition }

// CompileCondition compiles a condition. What this server cannot evaluate as httpd does is an error that says why.
func CompileCondition(c expr.Condition, server *Server) (*Condition, error) {
	compiler := conditions{server: server}
	root, err := compiler.condition(c, 1)
	if err != nil {
		return nil, err
	}
	return &Condition{root}, nil
}

// ParseCondition reads a condition and compiles it. The error says what is wrong with it, or what this server cannot
// evaluate as httpd does.
func ParseCondition(text string, server *Server) (*Condition, error) {
	parsed, err := expr.ParseCondition(text, expr.Options{})
	if err != nil {
		return nil, err
	}
	return CompileCondition(parsed, server)
}

// Holds says whether the condition is true for a request.
func (c *Condition) Holds(x *Context, room *Room) bool {
	room.reset()
	return c.root.holds(x, room)
}

// condition is a node of a compiled condition.
type condition interface {
	holds(x *Context, room *Room) bool
}

type (
	constant bool
	not      struct{ of condition }
	both     struct{ left, right condition }
	either   struct{ left, right condition }
	compare  struct {
		op          expr.CompareOp
		integer     bool
		left, right word
	}
	member struct {
		word word
		list []word
	}
	match struct {
		word    word
		re      *regex.Regexp
		groups  bool
		negated bool
	}
	empty    struct{ word word }
	truthy   struct{ word word }
	fileTest struct {
		word word
		kind byte
	}
	client  struct{ network subnet.Subnet }
	network struct {
		word    word
		network subnet.Subnet
	}
	wildcard struct {
		word, pattern word
		// path says that wildcards do not match slashes; fold that case does not count.
		path, fold bool
	}
)

type conditions struct{ server *Server }

var errTooDeep = fmt.Errorf("the expression is more than %d levels deep, where httpd gives up: write it flatter", maxDepth)

func (c *conditions) condition(source expr.Condition, depth int) (condition, error) {
	if depth > maxDepth {
		return nil, errTooDeep
	}
	switch source := source.(type) {
	case *expr.Constant:
		return constant(source.Value), nil
	case *expr.Not:
		of, err := c.condition(source.Of, depth)
		return not{of}, err
	case *expr.And:
		left, right, err := c.pair(source.Left, source.Right, depth)
		return both{left, right}, err
	case *expr.Or:
		left, right, err := c.pair(source.Left, source.Right, depth)
		return either{left, right}, err
	case *expr.Compare:
		left, right, err := c.words(source.Left, source.Right, depth+1)
		return compare{source.Op, source.Integer, left, right}, err
	case *expr.Member:
		return c.member(source, depth+1)
	case *expr.Match:
		return c.match(source, depth+1)
	case *expr.Test:
		return c.test(source, depth+1)
	case *expr.Relation:
		return c.relation(source, depth+1)
	}
	return nil, errors.New("the expression is of a kind that this server does not know")
}

// pair compiles what stands on both sides of && or ||. httpd goes a level deeper for the left side only.
func (c *conditions) pair(first, second expr.Condition, depth int) (left, right condition, err error) {
	if left, err = c.condition(first, depth+1); err != nil {
		return nil, nil, err
	}
	right, err = c.condition(second, depth)
	return left, right, err
}

func (c *conditions) words(first, second expr.Word, depth int) (left, right word, err error) {
	if left, err = c.word(first, depth); err != nil {
		return nil, nil, err
	}
	right, err = c.word(second, depth)
	return left, right, err
}

func (c *conditions) member(source *expr.Member, depth int) (condition, error) {
	if source.Function != "" {
		return nil, fmt.Errorf("%s() is not run by this server: compare with variables", source.Function)
	}
	w, err := c.word(source.Word, depth)
	if err != nil {
		return nil, err
	}
	m := member{word: w}
	for _, element := range source.List {
		w, err := c.word(element, depth)
		if err != nil {
			return nil, err
		}
		m.list = append(m.list, w)
	}
	return m, nil
}

func (c *conditions) match(source *expr.Match, depth int) (condition, error) {
	w, err := c.word(source.Word, depth)
	if err != nil {
		return nil, err
	}
	re, err := regex.Compile(source.Pattern, false)
	if err != nil {
		return nil, fmt.Errorf("the regular expression %q cannot be run: %w", source.Pattern.Source, err)
	}
	return match{w, re, source.Pattern.Groups() > 0, source.Negated}, nil
}

func (c *conditions) test(source *expr.Test, depth int) (condition, error) {
	w, err := c.word(source.Word, depth)
	if err != nil {
		return nil, err
	}
	switch source.Op {
	case 'n':
		return not{empty{w}}, nil
	case 'z':
		return empty{w}, nil
	case 'T':
		return truthy{w}, nil
	case 'R':
		network, err := constantNetwork(source.Word)
		return client{network}, err
	case 'd', 'e', 'f', 's', 'L', 'h', 'x':
		return fileTest{w, source.Op}, nil
	}
	return nil, fmt.Errorf("-%c needs a subrequest, which this server does not make: test the path itself", source.Op)
}

func (c *conditions) relation(source *expr.Relation, depth int) (condition, error) {
	left, right, err := c.words(source.Left, source.Right, depth)
	if err != nil {
		return nil, err
	}
	switch source.Op {
	case "ipmatch":
		n, err := constantNetwork(source.Right)
		return network{left, n}, err
	case "fnmatch":
		return wildcard{word: left, pattern: right, path: true}, nil
	case "strmatch":
		return wildcard{word: left, pattern: right}, nil
	case "strcmatch":
		return wildcard{word: left, pattern: right, fold: true}, nil
	}
	return nil, fmt.Errorf("-%s is not run by this server: compare with == or =~", source.Op)
}

// constantNetwork reads the operand of -R and -ipmatch, which the parser has checked.
func constantNetwork(operand expr.Word) (subnet.Subnet, error) {
	text, ok := operand.(*expr.Literal)
	if !ok {
		return subnet.Subnet{}, subnet.ErrAddress
	}
	return subnet.Parse(text.Text)
}

func (c constant) holds(*Context, *Room) bool   { return bool(c) }
func (n not) holds(x *Context, room *Room) bool { return !n.of.holds(x, room) }
func (b both) holds(x *Context, room *Room) bool {
	return b.left.holds(x, room) && b.right.holds(x, room)
}

func (e either) holds(x *Context, room *Room) bool {
	return e.left.holds(x, room) || e.right.holds(x, room)
}
func (e empty) holds(x *Context, room *Room) bool { return len(room.text(e.word, x)) == 0 }
func (c client) holds(x *Context, _ *Room) bool {
	return c.network.Contains(x.Exchange.Client.Remote.Addr())
}

func (c compare) holds(x *Context, room *Room) bool {
	left := room.text(c.left, x)
	right := room.text(c.right, x)
	order := bytes.Compare(left, right)
	if c.integer {
		order = compareIntegers(left, right)
	}
	switch c.op {
	case expr.Equal:
		return order == 0
	case expr.NotEqual:
		return order != 0
	case expr.Less:
		return order < 0
	case expr.LessEqual:
		return order <= 0
	case expr.Greater:
		return order > 0
	case expr.GreaterEqual:
		return order >= 0
	}
	return false
}

// compareIntegers compares what C's strtoll reads of two texts.
func compareIntegers(left, right []byte) int {
	a, b := clib.Atoi64(left), clib.Atoi64(right)
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (m member) holds(x *Context, room *Room) bool {
	word := room.text(m.word, x)
	for i := range m.list {
		// httpd's list begins with the element that was written last.
		if bytes.Equal(word, room.text(m.list[len(m.list)-1-i], x)) {
			return true
		}
	}
	return false
}

func (m match) holds(x *Context, room *Room) bool {
	subject := room.text(m.word, x)
	groups, ok := m.re.MatchBytes(subject, room.spare)
	room.spare = groups
	if m.groups {
		// A pattern without groups leaves what an earlier one captured.
		room.subject = nil
		if ok {
			room.subject, room.groups, room.spare = subject, groups, room.groups
		}
	}
	return ok != m.negated
}

// holds is -T: everything but nothing, 0, off, no and false.
func (t truthy) holds(x *Context, room *Room) bool {
	text := room.text(t.word, x)
	for _, falsehood := range [...]string{"", "0", "off", "no", "false"} {
		if clib.EqualFold(text, falsehood) {
			return false
		}
	}
	return true
}

func (t fileTest) holds(x *Context, room *Room) bool {
	link := t.kind == 'L' || t.kind == 'h' || t.kind == 'x' // -x of a RewriteCond is about the file behind the link
	return FileHas(t.kind, room.text(t.word, x), link)
}

func (n network) holds(x *Context, room *Room) bool {
	text := room.text(n.word, x)
	address, err := netip.ParseAddr(unsafe.String(unsafe.SliceData(text), len(text))) // keeps nothing of it but a zone
	return err == nil && address.Zone() == "" && n.network.Contains(address)
}

func (w wildcard) holds(x *Context, room *Room) bool {
	word := room.text(w.word, x)
	pattern := room.text(w.pattern, x)
	if w.fold {
		word, pattern = bytes.ToLower(word), bytes.ToLower(pattern)
	}
	return fnmatch.Match(string(pattern), string(word), w.path)
}
