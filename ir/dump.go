package ir

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// Dump writes a configuration as text for people and for tests: an item a line, with its Seq, its type and the fields that
// are not zero, the items of a section indented below it. Origins are left out. The error is that of the writer.
func Dump(w io.Writer, c *Config) error {
	d := dumper{w: w}
	d.items(c.Items, 0)
	return d.err
}

type dumper struct {
	w   io.Writer
	err error
}

func (d *dumper) items(items []Item, depth int) {
	for _, item := range items {
		value := reflect.ValueOf(item).Elem()
		d.printf("%s%d %s%s\n", strings.Repeat("\t", depth), item.Head().Seq, value.Type().Name(), fields(value))
		if c, ok := item.(Container); ok {
			d.items(c.Children(), depth+1)
		}
	}
}

func (d *dumper) printf(format string, args ...any) {
	if d.err == nil {
		_, d.err = fmt.Fprintf(d.w, format, args...)
	}
}

// fields goes through the fields by reflection, so that a new one cannot be forgotten.
func fields(v reflect.Value) string {
	var b strings.Builder
	for i := range v.NumField() {
		field, name := v.Field(i), v.Type().Field(i).Name
		if name == "Node" || name == "Items" || field.IsZero() {
			continue
		}
		fmt.Fprintf(&b, " %s=%s", name, fieldText(field.Interface()))
	}
	return b.String()
}

func fieldText(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v)
	case []string:
		return fmt.Sprintf("%q", v)
	case *pcre.Pattern:
		return strconv.Quote(v.Source)
	case *rewrite.Rule:
		return strconv.Quote(v.Raw)
	case *rewrite.Cond:
		return strconv.Quote(v.Raw)
	case []Param:
		var words []string
		for _, p := range v {
			words = append(words, p.Key+"="+p.Value)
		}
		return fmt.Sprintf("%q", words)
	case []Address:
		var words []string
		for _, a := range v {
			words = append(words, a.Host+":"+strconv.Itoa(a.Port))
		}
		return fmt.Sprintf("%q", words)
	}
	return fmt.Sprint(v)
}
