package admin

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/lbconf/lbconf/ir"
)

// describe says what an item holds, for a configuration whose text is not there: one that was compiled into a program.
func describe(item ir.Item) string {
	v := reflect.ValueOf(item).Elem()
	words := []string{v.Type().Name()}
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		switch {
		case name == "Node" || name == "Items" || name == "State" || name == "Guards" || !v.Field(i).CanInterface():
		case name == "Name" && v.Field(i).Kind() == reflect.String, name == "Kind" && words[0] == "Section":
			words[0] = fmt.Sprint(v.Field(i)) // the directive
		default:
			words = appendValue(words, name, v.Field(i))
		}
	}
	return strings.Join(words, " ")
}

// appendValue appends what a field says; a field that holds nothing says nothing.
func appendValue(words []string, name string, v reflect.Value) []string {
	if v.IsZero() {
		return words
	}
	switch v.Kind() { //nolint:exhaustive // the others are numbers
	case reflect.Bool:
		return append(words, name)
	case reflect.Slice:
		for i := range v.Len() {
			words = appendValue(words, name, v.Index(i))
		}
		return words
	case reflect.Pointer, reflect.Struct:
		fields := reflect.Indirect(v)
		for _, text := range []string{"Raw", "Source", "Written"} {
			if field := fields.FieldByName(text); field.IsValid() && field.Kind() == reflect.String {
				return append(words, field.String())
			}
		}
		if key := fields.FieldByName("Key"); key.IsValid() {
			return append(words, fmt.Sprintf("%v=%v", key, fields.FieldByName("Value")))
		}
		return words
	default:
		return append(words, fmt.Sprint(v))
	}
}
