package exchange

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/runtime/wire"
)

// TestTableIsAMap: a Table behaves as a map in which case does not count and that remembers the order in which names came,
// and their first spelling. Values that were given out stay what they were until the name is set again.
func TestTableIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var table Table
		var names []string
		model := map[string]string{}
		held := map[string][]byte{}
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			name := rapid.SampledFrom([]string{"a", "A", "b", "c", "d"}).Draw(t, "name")
			switch rapid.IntRange(0, 9).Draw(t, "operation") {
			case 0:
				table.Reset()
				clear(model)
				clear(held)
				names = nil
			case 1, 2:
				table.Unset(name)
				name = strings.ToLower(name)
				delete(model, name)
				delete(held, name)
				for i, n := range names {
					if strings.ToLower(n) == name {
						names = append(names[:i], names[i+1:]...)
						break
					}
				}
			default:
				value := rapid.StringN(0, 40, -1).Draw(t, "value")
				table.SetString(name, value)
				fold := strings.ToLower(name)
				if _, known := model[fold]; !known {
					names = append(names, name)
				}
				model[fold] = value
				held[fold], _ = table.Get(fold)
			}
			var got []string
			for n, v := range table.All() {
				got = append(got, n+"="+string(v))
			}
			var want []string
			for _, n := range names {
				fold := strings.ToLower(n)
				want = append(want, n+"="+model[fold])
				if string(held[fold]) != model[fold] {
					t.Fatalf("the value of %s that was given out became %q, want %q", n, held[fold], model[fold])
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || table.Len() != len(names) {
				t.Fatalf("table (-want +got):\n%s", diff)
			}
		}
	})
}

// TestArena: what was allocated stays apart until Reset.
func TestArena(t *testing.T) {
	var x Exchange
	for range 3 {
		var pieces [][]byte
		for i := range 200 {
			pieces = append(pieces, x.CopyString(strings.Repeat(fmt.Sprint(i%10), i)))
		}
		for i, piece := range pieces {
			if string(piece) != strings.Repeat(fmt.Sprint(i%10), i) {
				t.Fatalf("piece %d became %q", i, piece)
			}
			if cap(piece) != len(piece) {
				t.Fatalf("piece %d has room for %d bytes, which belong to others", i, cap(piece))
			}
		}
		x.Reset()
	}
}

func TestMergeFields(t *testing.T) {
	var x Exchange
	head := "GET / HTTP/1.1\r\nX: 1\r\nHost: a\r\nx: 2\r\nCookie: a=1\r\nY: z\r\nX: 3\r\ncookie: b=2\r\n\r\n"
	if _, err := x.Request.Parse([]byte(head), wire.DefaultRules()); err != nil {
		t.Fatal(err)
	}
	x.Request.MergeFields(&x)
	var got []string
	for _, f := range x.Request.Fields {
		got = append(got, string(f.Name)+": "+string(f.Value))
	}
	if diff := cmp.Diff([]string{"X: 1, 2, 3", "Host: a", "Cookie: a=1, b=2", "Y: z"}, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

// TestResetKeepsRoom: a request costs no memory once the room for it is there.
func TestResetKeepsRoom(t *testing.T) {
	var x Exchange
	head := []byte("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n")
	if allocs := testing.AllocsPerRun(100, func() {
		x.Reset()
		if _, err := x.Request.Parse(head, wire.DefaultRules()); err != nil {
			t.Fatal(err)
		}
		x.Env.SetString("BALANCER_NAME", "balancer://b")
		x.Filename = x.CopyString("proxy:http://b/")
	}); allocs > 0 {
		t.Errorf("%v allocations a request", allocs)
	}
}
