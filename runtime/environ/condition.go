package environ

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/internal/regex"
)

// Problem is a directive that is not run as it is written.
type Problem struct {
	// Item is the directive.
	Item ir.Item
	// Message says why and what to write instead.
	Message string
}

// Conditions are compiled SetEnvIf directives. They are immutable; nil does nothing.
type Conditions struct{ list []condition }

// Room is what conditions work in. It is reused from request to request; the zero value is ready for use.
type Room struct {
	buf    []byte
	groups []int
}

// condition is one directive.
type condition struct {
	attribute attribute
	// name is that of a field or variable; field is the pattern for the name of a field.
	name  string
	field *regex.Regexp
	// again says that the directive before it looks at the same attribute: httpd then keeps the value that it had.
	again bool
	// literal is the text to look for where the pattern is plain text, match the pattern otherwise.
	literal string
	noCase  bool
	match   *regex.Regexp
	assign  []assignment
}

// attribute is what a directive looks at.
type attribute uint8

const (
	// fieldOrVariable is a field of the request by name, else a variable.
	fieldOrVariable attribute = iota
	fieldByPattern
	remoteAddr
	remoteHost
	serverAddr
	requestMethod
	requestProtocol
	requestURI
)

// assignment is what one NAME, NAME=VALUE or !NAME does.
type assignment struct {
	name, value string
	unset       bool
}

// Compile compiles SetEnvIf directives: a list for each server or section, in the order of merging. The result is nil when
// there are none. With a problem it is not to be used.
func Compile(lists [][]*ir.SetEnvIf) (*Conditions, []Problem) {
	var out Conditions
	var problems []Problem
	for _, list := range lists {
		for i, item := range list {
			c, err := compile(item)
			if err != nil {
				problems = append(problems, Problem{item, err.Error()})
				continue
			}
			c.again = i > 0 && clib.EqualFold(item.Attribute, list[i-1].Attribute)
			out.list = append(out.list, c)
		}
	}
	if len(out.list) == 0 {
		return nil, problems
	}
	return &out, problems
}

func compile(item *ir.SetEnvIf) (condition, error) {
	c := condition{name: item.Attribute, noCase: item.NoCase, attribute: attributeOf(item.Attribute)}
	if c.attribute == fieldByPattern {
		pattern, err := pcre.Parse(item.Attribute)
		if err != nil {
			return c, fmt.Errorf("the regular expression %q does not parse: %w", item.Attribute, err)
		}
		if c.field, err = regex.Compile(pattern, item.NoCase); err != nil {
			return c, fmt.Errorf("the regular expression %q cannot be run: %w", item.Attribute, err)
		}
	}
	var plain bool
	if c.literal, plain = plainText(item.Pattern.Source); !plain {
		var err error
		if c.match, err = regex.Compile(item.Pattern, item.NoCase); err != nil {
			return c, fmt.Errorf("the regular expression %q cannot be run: %w", item.Pattern.Source, err)
		}
	}
	for _, word := range item.Assign {
		c.assign = append(c.assign, assignmentOf(word))
	}
	return c, nil
}

func attributeOf(name string) attribute {
	switch clib.ToLower(name) {
	case "remote_addr":
		return remoteAddr
	case "remote_host":
		return remoteHost
	case "server_addr":
		return serverAddr
	case "request_method":
		return requestMethod
	case "request_protocol":
		return requestProtocol
	case "request_uri":
		return requestURI
	}
	if ir.AttributeIsPattern(name) {
		return fieldByPattern
	}
	return fieldOrVariable
}

func assignmentOf(word string) assignment {
	name, value, _ := strings.Cut(word, "=")
	switch {
	case value == "" && strings.HasPrefix(name, "!"):
		return assignment{name: name[1:], unset: true}
	case value == "":
		return assignment{name: name, value: "1"}
	}
	return assignment{name: name, value: value, unset: value[0] == '!'}
}

// plainText returns the text of a pattern without special characters, which mod_setenvif looks for itself: then $1 in a
// value stands for itself (non_regex_pattern).
func plainText(pattern string) (text string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		if c == '\\' && i+1 < len(pattern) {
			i++
			c = pattern[i]
			if !strings.ContainsRune(`^.$|()[]*+?{}\`, rune(c)) {
				return "", false
			}
		} else if strings.IndexByte("^.$|()[]*+?{}", c) >= 0 {
			return "", false
		}
		b.WriteByte(c)
	}
	return b.String(), true
}

// Run goes through the directives. uri is the Request_URI.
func (c *Conditions) Run(x *exchange.Exchange, uri []byte, room *Room) {
	if c == nil {
		return
	}
	value := ""
	for i := range c.list {
		cond := &c.list[i]
		if !cond.again {
			value = cond.value(x, uri, room)
		}
		if cond.matches(value, room) {
			cond.apply(x, value, room)
		}
	}
}

func (c *condition) value(x *exchange.Exchange, uri []byte, room *Room) string {
	switch c.attribute {
	case remoteAddr:
		return x.Client.RemoteIP
	case remoteHost:
		return x.Client.Host()
	case serverAddr:
		return x.Client.LocalIP
	case requestMethod:
		return text(x.Request.Method)
	case requestProtocol:
		return x.Request.Protocol()
	case requestURI:
		return text(uri)
	case fieldByPattern:
		return c.lastField(x, room)
	case fieldOrVariable:
	}
	if field := x.Request.Fields.Get(c.name); field != nil {
		return text(field)
	}
	value, _ := x.Env.Get(c.name)
	return text(value)
}

// lastField returns the value of the last field whose name fits.
func (c *condition) lastField(x *exchange.Exchange, room *Room) string {
	value := ""
	for i := range x.Request.Fields {
		var ok bool
		if room.groups, ok = c.field.MatchBytes(x.Request.Fields[i].Name, room.groups); ok {
			value = text(x.Request.Fields[i].Value)
		}
	}
	return value
}

// text looks at bytes that stay as they are as long as the request lasts.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func (c *condition) matches(value string, room *Room) bool {
	switch {
	case c.match != nil:
		var ok bool
		room.groups, ok = c.match.Match(value, room.groups)
		return ok
	case c.noCase:
		return containsFold(value, c.literal)
	}
	return strings.Contains(value, c.literal)
}

func containsFold(s, part string) bool {
	for i := 0; i+len(part) <= len(s); i++ {
		if clib.HasPrefixFold(s[i:], part) {
			return true
		}
	}
	return false
}

func (c *condition) apply(x *exchange.Exchange, value string, room *Room) {
	for i := range c.assign {
		switch a := &c.assign[i]; {
		case a.unset:
			x.Env.Unset(a.name)
		case c.match == nil:
			x.Env.SetString(a.name, a.value)
		default:
			room.buf = regex.Expand(room.buf[:0], a.value, value, room.groups)
			x.Env.Set(a.name, room.buf)
		}
	}
}
