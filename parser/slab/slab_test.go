package slab_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/parser/slab"
)

// TestApart holds that what is handed out is zero, and that nothing that is done to it shows in another value.
func TestApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s slab.Of[int]
		var all, want [][]int
		for mark := range rapid.IntRange(1, 200).Draw(t, "calls") {
			values := s.Slice(rapid.IntRange(0, 100).Draw(t, "n"))
			if slices.ContainsFunc(values, func(v int) bool { return v != 0 }) {
				t.Fatalf("handed out %v", values)
			}
			for i := range values {
				values[i] = mark + 1
			}
			all, want = append(all, values), append(want, slices.Clone(values))
			_ = append(values, -1)
		}
		for i := range all {
			if !slices.Equal(all[i], want[i]) {
				t.Fatalf("%v became %v", want[i], all[i])
			}
		}
	})
}

func TestCopy(t *testing.T) {
	var s slab.Of[string]
	one := s.New()
	*one = "a"
	if got := s.Copy([]string{"b", "c"}); !slices.Equal(got, []string{"b", "c"}) || *one != "a" {
		t.Errorf("%v, %v", *one, got)
	}
	if got := s.Copy(nil); got != nil {
		t.Errorf("a copy of nothing is %v", got)
	}
}
