package metrics

import "testing"

func BenchmarkObserve(b *testing.B) {
	observe := observing(b)
	for b.Loop() {
		observe()
	}
}
