package irtest

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// Dump writes all that a configuration says, field by field, with the place of each item: two configurations with one dump
// are equal, whichever process they are in. Where an item ends and where its arguments stand is left out.
func Dump(cfg *ir.Config) string {
	d := dumper{files: cfg.Files}
	d.value(reflect.ValueOf(*cfg), 0)
	return d.out.String()
}

type dumper struct {
	out   strings.Builder
	files *diag.FileSet
}

// value writes a value that is not empty behind what its line has so far.
func (d *dumper) value(v reflect.Value, depth int) {
	kind := v.Kind()
	if kind == reflect.Interface || kind == reflect.Pointer {
		d.out.WriteString(" " + v.Type().String())
		if !v.IsNil() {
			d.value(v.Elem(), depth)
		}
		return
	}
	if kind == reflect.Struct {
		d.structure(v, depth)
		return
	}
	if kind != reflect.Slice {
		fmt.Fprintf(&d.out, " %#v\n", v)
		return
	}
	fmt.Fprintf(&d.out, " %d\n", v.Len())
	for i := range v.Len() {
		d.out.WriteString(strings.Repeat("\t", depth))
		d.value(v.Index(i), depth+1)
	}
}

func (d *dumper) structure(v reflect.Value, depth int) {
	d.out.WriteString(" " + v.Type().String() + "\n")
	for i := range v.NumField() {
		field := v.Type().Field(i)
		switch field.Type {
		case reflect.TypeFor[*diag.FileSet](), reflect.TypeFor[diag.Span]():
			continue
		case reflect.TypeFor[ir.Origin]():
			d.place(v.Field(i), depth)
			continue
		}
		if v.Field(i).IsZero() || v.Field(i).Kind() == reflect.Slice && v.Field(i).Len() == 0 {
			continue
		}
		d.out.WriteString(strings.Repeat("\t", depth) + field.Name)
		d.value(v.Field(i), depth+1)
	}
}

func (d *dumper) place(origin reflect.Value, depth int) {
	start := origin.FieldByName("Span").FieldByName("Start").Uint()
	if d.files == nil || start == 0 {
		return
	}
	at := d.files.Position(diag.Pos(start))
	fmt.Fprintf(&d.out, "%s%s:%d:%d\n", strings.Repeat("\t", depth), at.Filename, at.Line, at.Column)
}
