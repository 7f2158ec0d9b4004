package header_test

import (
	"testing"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/header"
)

// TestVariableBringsNoField: a variable can hold what a client wrote, line ends included, and stays one value.
func TestVariableBringsNoField(t *testing.T) {
	for _, action := range []ir.HeaderAction{ir.HeaderSet, ir.HeaderAdd, ir.HeaderAppend, ir.HeaderMerge, ir.HeaderSetIfEmpty} {
		list, problems := header.Compile([]*ir.HeaderEdit{{Request: true, Action: action, Name: "X", Value: "<%{V}e>"}})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		var x exchange.Exchange
		x.Env.SetString("V", "a\r\nEvil: 1\n\r")
		list.Apply(&x, &header.Room{})
		if got := string(x.Request.Fields.Get("X")); got != "<a  Evil: 1  >" {
			t.Errorf("%v: %q", action, got)
		}
	}
}
