package header_test

import (
	"testing"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/header"
	"github.com/lbconf/lbconf/runtime/wire"
)

// TestVariableBringsNoField: a variable can hold what a client wrote, line ends included, and stays one value.
func TestVariableBringsNoField(t *testing.T) {
	for _, action := range []ir.HeaderAction{ir.HeaderSet, ir.HeaderAdd, ir.HeaderAppend, ir.HeaderMerge, ir.HeaderSetIfEmpty} {
		list, problems := header.Compile([]*ir.HeaderEdit{{Request: true, Action: action, Name: "X", Value: "<%{V}e>"}}, nil)
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

// TestResponseEditsOnlyItsTable: always and onsuccess of one name are two fields, and none of them touches the other.
func TestResponseEditsOnlyItsTable(t *testing.T) {
	list, problems := header.CompileResponse([]*ir.HeaderEdit{
		{Action: ir.HeaderUnset, Name: "X", Always: true},
		{Action: ir.HeaderAdd, Name: "x", Value: "a", Always: true},
		{Action: ir.HeaderSet, Name: "Y", Value: "s"},
		{Action: ir.HeaderSet, Name: "E", Value: "%{V}e", Always: true, Condition: "early"},
	}, 4, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var room header.Room
	for range 3 { // the room is reused
		var x exchange.Exchange
		x.Env.SetString("V", "set")
		x.Response.Fields = wire.Fields{{Name: []byte("X"), Value: []byte("b")}, {Name: []byte("Y"), Value: []byte("b")}}
		if !list.Proxied(&x, &room, time.Time{}) {
			t.Fatal("not sent")
		}
		if got, want := text(x.Response.Fields), "E: (null)\r\nx: a\r\nX: b\r\nY: s\r\n"; got != want {
			t.Errorf("of a backend:\n%s\nwant\n%s", got, want)
		}
		x.Response.Fields = wire.Fields{{Name: []byte("Location"), Value: []byte("/")}}
		if !list.Own(&x, &room, time.Time{}, true) {
			t.Fatal("not sent")
		}
		if got, want := text(x.Response.Fields), "x: a\r\nE: (null)\r\nLocation: /\r\n"; got != want {
			t.Errorf("of the server:\n%s\nwant\n%s", got, want)
		}
	}
}

func text(fields wire.Fields) string {
	var lines []byte
	for _, field := range fields {
		lines = field.Append(lines)
	}
	return string(lines)
}
