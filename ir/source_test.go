package ir_test

import (
	"testing"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// A program names the lines of files that it does not have.
func TestSource(t *testing.T) {
	files := diag.NewFileSet()
	files.Add("before.conf", []byte("x\ny"), diag.Span{})
	site, other := ir.NewSource(files, "site.conf", 3), ir.NewSource(files, "other.conf", 0)
	for _, test := range []struct {
		node ir.Node
		file string
		line int
	}{
		{site.At(1), "site.conf", 1},
		{site.At(3), "site.conf", 3},
		{site.At(4), "site.conf", 3},
		{site.At(0), "site.conf", 1},
		{other.At(1), "other.conf", 1},
	} {
		at := files.Position(test.node.Origin.Span.Start)
		if at.Filename != test.file || at.Line != test.line || at.Column != 0 {
			t.Errorf("got %+v, want %s:%d", at, test.file, test.line)
		}
	}
}
