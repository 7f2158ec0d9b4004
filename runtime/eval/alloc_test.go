//go:build !race

// Under the race detector pools forget on purpose, and allocations say nothing.

package eval

import (
	"testing"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/wire"
)

// TestAllocations holds that an expression costs no memory once its room has grown.
func TestAllocations(t *testing.T) {
	c := compileTest(t, "%{HTTP:Accept} =~ m#^(text)/#i && '$1' in { 'a', tolower('TEXT') } && -R '10.0.0.0/8' || %{REMOTE_ADDR} -ipmatch '10.1'")
	x := &exchange.Exchange{Client: exchange.Client{RemoteIP: "127.0.0.1"}}
	x.Request.Fields = wire.Fields{{Name: []byte("Accept"), Value: []byte("text/html")}}
	var room Room
	context := &Context{Exchange: x}
	if n := testing.AllocsPerRun(100, func() { c.Holds(context, &room) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
