package ir_test

import (
	"testing"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// A program names the places of its directives by their lines.
func TestSource(t *testing.T) {
	files := diag.NewFileSet()
	files.Add("before.conf", []byte("x\ny"), diag.Span{})
	site := ir.NewSource(files, "site.conf", "Listen 80\n<VirtualHost *:80>\n\tProxyPass / \\\r\n  http://b/\r\n</VirtualHost>\nTimeout 5")
	for _, test := range []struct {
		line      int
		column    int
		text      string
		directive string
	}{
		{line: 1, column: 1, text: "Listen 80", directive: "Listen"},
		{line: 2, column: 2, text: "VirtualHost *:80", directive: "VirtualHost"},
		{line: 3, column: 2, text: "ProxyPass / \\\r\n  http://b/", directive: "ProxyPass"},
		{line: 6, column: 1, text: "Timeout 5", directive: "Timeout"},
		{line: 7},
		{line: 0},
	} {
		origin := site.At(test.line).Origin
		at := files.Position(origin.Span.Start)
		if test.text != "" && (at.Filename != "site.conf" || at.Line != test.line) {
			t.Errorf("line %d is at %+v", test.line, at)
		}
		if at.Column != test.column || files.Text(origin.Span) != test.text || origin.Directive != test.directive {
			t.Errorf("line %d: column %d, %q of %q", test.line, at.Column, files.Text(origin.Span), origin.Directive)
		}
	}
	if empty := ir.NewSource(files, "empty.conf", ""); empty.At(1).Origin.Span.IsValid() {
		t.Error("an empty file has a line")
	}
}
