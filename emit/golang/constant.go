package golang

import (
	"reflect"

	"github.com/lbconf/lbconf/ir"
)

// namedConstant is a constant of package ir; a line each, so that two that are added do not touch the same lines.
type namedConstant struct {
	value any
	name  string
}

// constant is the name of the constant of package ir that has the value, or empty. TestConstants holds it to the package.
func (l *literal) constant(v reflect.Value) string {
	switch name := v.Interface().(type) {
	case ir.SwitchName:
		return "Switch" + string(name)
	case ir.NumberName:
		return "Number" + string(name)
	case ir.WordName:
		return "Word" + string(name)
	case ir.WordsName:
		return "Words" + string(name)
	case ir.SectionKind:
		return "Section" + string(name)
	}
	if v.Type().PkgPath() != modulePath+"/ir" || !v.CanInt() && !v.CanUint() && v.Kind() != reflect.String {
		return ""
	}
	if l.constants == nil {
		l.constants = make(map[any]string, len(irConstants))
		for _, c := range irConstants {
			l.constants[c.value] = c.name
		}
	}
	return l.constants[v.Interface()]
}
