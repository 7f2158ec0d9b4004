package table

import (
	"testing"

	"pgregory.net/rapid"
)

// TestTable holds that a table is a map, however many entries it has and had.
func TestTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var table Of[int]
		for range 3 {
			table.Reset()
			want := map[string]int{}
			for i := range rapid.IntRange(0, 3*listLimit).Draw(t, "entries") {
				key := rapid.StringMatching(`[a-e]{0,2}`).Draw(t, "key")
				_, taken := want[key]
				switch replace := rapid.Bool().Draw(t, "replace"); {
				case replace:
					table.Set(key, i)
					want[key] = i
				case !taken:
					want[key] = i
					fallthrough
				default:
					table.KeepFirst(key, i)
				}
				if value, ok := table.Get(key); !ok || value != want[key] || table.Len() != len(want) {
					t.Fatalf("Get(%q) = %d, %t of %d; want %d of %d", key, value, ok, table.Len(), want[key], len(want))
				}
			}
			if value, ok := table.Get("absent"); ok {
				t.Fatalf("Get(absent) = %d", value)
			}
		}
	})
}
