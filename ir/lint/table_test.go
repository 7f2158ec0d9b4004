package lint

import (
	"testing"

	"pgregory.net/rapid"
)

// TestTable holds that a table is a map that keeps the first value of each key, however many entries it has and had.
func TestTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var table table[int]
		for range 3 {
			table.reset()
			want := map[string]int{}
			for i := range rapid.IntRange(0, 3*listLimit).Draw(t, "entries") {
				key := rapid.StringMatching(`[a-e]{0,2}`).Draw(t, "key")
				table.keepFirst(key, i)
				if _, taken := want[key]; !taken {
					want[key] = i
				}
				value, ok := table.get(key)
				if first := want[key]; !ok || value != first {
					t.Fatalf("get(%q) = %d, %t; want %d", key, value, ok, first)
				}
			}
			if value, ok := table.get("absent"); ok {
				t.Fatalf("get(absent) = %d", value)
			}
		}
	})
}
