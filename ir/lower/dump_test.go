package lower_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// dump writes items as text: one a line, with its Seq, its type and the fields that are not zero, the items of a section
// indented below it. Origins are left out.
func dump(w *bytes.Buffer, items []ir.Item, depth int) {
	for _, item := range items {
		value := reflect.ValueOf(item).Elem()
		fmt.Fprintf(w, "%s%d %s%s\n", strings.Repeat("\t", depth), item.Head().Seq, value.Type().Name(), fields(value))
		if c, ok := item.(ir.Container); ok {
			dump(w, c.Children(), depth+1)
		}
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
	case []ir.Param:
		var words []string
		for _, p := range v {
			words = append(words, p.Key+"="+p.Value)
		}
		return fmt.Sprintf("%q", words)
	case []ir.Address:
		var words []string
		for _, a := range v {
			words = append(words, a.Host+":"+strconv.Itoa(a.Port))
		}
		return fmt.Sprintf("%q", words)
	}
	return fmt.Sprint(v)
}
