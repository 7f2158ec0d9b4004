package golang

import (
	"fmt"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// imports are the paths of the packages that a text uses.
type imports map[string]bool

// literal writes values as Go expressions, field by field, so that a type of the IR that is added needs nothing here.
type literal struct {
	program *program
	imports imports
	errs    []error
	// constants are the names of constants by value, made when the first is asked for.
	constants map[any]string
}

// longestLine is where a literal is broken into lines.
const longestLine = 110

func (l *literal) fail(format string, args ...any) string {
	l.errs = append(l.errs, fmt.Errorf(format, args...))
	return "nil"
}

// use notes the import of a package and returns its name.
func (l *literal) use(importPath string) string {
	l.imports[importPath] = true
	return path.Base(importPath)
}

// item writes an item of a scope: a literal, or the call of the function that has it.
func (l *literal) item(item ir.Item) string {
	if f := l.program.of[item]; f != nil {
		return f.name + "()"
	}
	text := l.pointer(reflect.ValueOf(item))
	if c, ok := item.(ir.Container); ok {
		return "\n// " + l.program.describe(c) + "\n" + text
	}
	return text
}

// pointer writes &T{…}.
func (l *literal) pointer(v reflect.Value) string { return "&" + l.value(v.Elem(), false) }

// value writes any value; elided leaves out the type of a composite literal, which an element of a slice has already.
func (l *literal) value(v reflect.Value, elided bool) string {
	switch x := v.Interface().(type) {
	case *pcre.Pattern:
		return l.pattern(x)
	case *rewrite.Rule:
		return l.rule(x)
	case *rewrite.Cond:
		return l.cond(x)
	case ir.Item:
		return l.item(x)
	case time.Duration:
		return l.duration(x)
	}
	if name := l.constant(v); name != "" {
		return l.use(v.Type().PkgPath()) + "." + name
	}
	switch {
	case v.Kind() == reflect.Struct:
		return l.structure(v, elided)
	case v.Kind() == reflect.Slice:
		return l.slice(v)
	case v.Kind() == reflect.Pointer && v.Type().Elem().Kind() == reflect.Struct:
		return l.pointer(v)
	}
	return l.basic(v)
}

// basic writes numbers, texts and truth values.
func (l *literal) basic(v reflect.Value) string {
	var text string
	switch {
	case v.Kind() == reflect.String:
		text = quote(v.String())
	case v.Kind() == reflect.Bool:
		text = strconv.FormatBool(v.Bool())
	case v.CanInt():
		text = strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		text = strconv.FormatUint(v.Uint(), 10)
	case v.CanFloat():
		text = strconv.FormatFloat(v.Float(), 'g', -1, 64)
	default:
		return l.fail("a value of the type %s cannot be written in Go", v.Type())
	}
	if v.Type().PkgPath() != "" {
		return fmt.Sprintf("%s(%s)", l.typeName(v.Type()), text)
	}
	return text
}

// structure writes the fields that are not zero.
func (l *literal) structure(v reflect.Value, elided bool) string {
	var fields []string
	for i := range v.NumField() {
		field := v.Type().Field(i)
		text := ""
		switch x := v.Field(i).Interface().(type) {
		case diag.Span: // the file and line of the item say enough
		case ir.Node:
			if item, ok := reflect.TypeAssert[ir.Item](v.Addr()); ok {
				text = l.program.node(item)
			}
		default:
			if v.Field(i).Kind() == reflect.Slice && v.Field(i).Len() == 0 || v.Field(i).IsZero() {
				continue
			}
			text = l.value(reflect.ValueOf(x), false)
		}
		if text != "" {
			fields = append(fields, field.Name+": "+text)
		}
	}
	name := ""
	if !elided {
		name = l.typeName(v.Type())
	}
	return name + braces(fields)
}

func (l *literal) slice(v reflect.Value) string {
	elements := make([]string, v.Len())
	for i := range elements {
		elements[i] = l.value(v.Index(i), v.Type().Elem().Kind() == reflect.Struct)
		if i == 0 {
			elements[i] = strings.TrimPrefix(elements[i], "\n") // no empty line before the comment of the first
		}
	}
	return l.typeName(v.Type()) + braces(elements)
}

// braces writes a list on one line where it fits, else on a line for each entry.
func braces(entries []string) string {
	total := 0
	for _, e := range entries {
		total += len(e) + 2
	}
	lines := slices.ContainsFunc(entries, func(e string) bool { return strings.HasPrefix(e, "&") || strings.Contains(e, "\n") })
	if len(entries) == 0 || total <= longestLine && !lines {
		return "{" + strings.Join(entries, ", ") + "}"
	}
	return "{\n" + strings.Join(entries, ",\n") + ",\n}"
}

// typeName writes a type and notes its package.
func (l *literal) typeName(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Slice:
		return "[]" + l.typeName(t.Elem())
	case t.Kind() == reflect.Pointer:
		return "*" + l.typeName(t.Elem())
	case t.PkgPath() != "":
		return l.use(t.PkgPath()) + "." + t.Name()
	}
	return t.String()
}

func (l *literal) pattern(p *pcre.Pattern) string {
	if p == nil {
		return "nil"
	}
	name := l.use(modulePath + "/parser/pcre")
	if p.Options == pcre.DefaultOptions() {
		return fmt.Sprintf("%s.MustParse(%s)", name, quote(p.Source))
	}
	return fmt.Sprintf("%s.MustParseOptions(%s, %s)", name, quote(p.Source), l.value(reflect.ValueOf(p.Options), false))
}

func (l *literal) rule(r *rewrite.Rule) string {
	if r == nil {
		return "nil"
	}
	if _, problems := rewrite.ParseRule(r.Raw); len(rewrite.Refused(problems)) > 0 {
		return l.fail("the rule %q does not parse", r.Raw)
	}
	return fmt.Sprintf("%s.MustRule(%s)", l.use(modulePath+"/parser/rewrite"), quote(r.Raw))
}

func (l *literal) cond(c *rewrite.Cond) string {
	if c == nil {
		return "nil"
	}
	if _, problems := rewrite.ParseCond(c.Raw); len(rewrite.Refused(problems)) > 0 {
		return l.fail("the condition %q does not parse", c.Raw)
	}
	return fmt.Sprintf("%s.MustCond(%s)", l.use(modulePath+"/parser/rewrite"), quote(c.Raw))
}

// duration writes a duration in the largest unit that it is a multiple of.
func (l *literal) duration(d time.Duration) string {
	name := l.use("time")
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "Hour"}, {time.Minute, "Minute"}, {time.Second, "Second"}, {time.Millisecond, "Millisecond"}} {
		if d%unit.size == 0 && d != 0 {
			return fmt.Sprintf("%d * %s.%s", d/unit.size, name, unit.name)
		}
	}
	return fmt.Sprintf("%s.Duration(%d)", name, int64(d))
}

// quoteLines writes a text of several lines, between back quotes where they keep every byte of it.
func quoteLines(s string) string {
	plain := true
	var quoted []string
	for line := range strings.Lines(s) {
		plain = plain && strconv.CanBackquote(strings.TrimSuffix(line, "\n"))
		quoted = append(quoted, strconv.Quote(line))
	}
	switch {
	case len(quoted) == 0:
		return `""`
	case plain:
		return "`" + s + "`"
	}
	return "\"\" +\n" + strings.Join(quoted, " +\n")
}

// quote writes a text, with back quotes where escapes would hide what it says.
func quote(s string) string {
	if strings.ContainsAny(s, `"\`) && strconv.CanBackquote(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}
