package golang

import (
	"reflect"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// unresolved returns the name of the first ${NAME} in the texts of an item, those of the items in it left out.
func unresolved(item ir.Item) string { return variableIn(reflect.ValueOf(item).Elem()) }

func variableIn(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return emit.Variable(v.String())
	}
	switch x := v.Interface().(type) {
	case ir.Node, []ir.Item:
		return ""
	case *rewrite.Rule:
		return emit.Variable(x.Raw)
	case *rewrite.Cond:
		return emit.Variable(x.Raw)
	}
	name := ""
	if v.Kind() == reflect.Struct {
		for i := 0; i < v.NumField() && name == ""; i++ {
			name = variableIn(v.Field(i))
		}
	}
	if v.Kind() == reflect.Slice {
		for i := 0; i < v.Len() && name == ""; i++ {
			name = variableIn(v.Index(i))
		}
	}
	return name
}
