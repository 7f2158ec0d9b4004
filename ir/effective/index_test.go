package effective

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/ir"
)

// The index answers as the walk does, while the list grows.
func TestWorkerIndex(t *testing.T) {
	address := rapid.StringMatching(`(unix:/s\|)?http://[ab](:8|:80)?(/[ab$1]{0,3}){0,2}`)
	rapid.Check(t, func(t *rapid.T) {
		var index workerIndex
		var workers []*Worker
		for range rapid.IntRange(1, 3*indexFrom).Draw(t, "number of workers") {
			url := address.Draw(t, "worker")
			w := defineWorker(url, strings.Contains(url, "$1"), nil)
			if w == nil {
				continue
			}
			workers = append(workers, w)
			target := address.Draw(t, "target")
			for _, kind := range []workerKind{anyWorker, prefixWorker, matchWorker} {
				want, got := findWorker(workers, target, kind), index.find(workers, target, kind)
				if want != got {
					t.Fatalf("%d workers, %s, kind %d: %+v, want %+v", len(workers), target, kind, got, want)
				}
			}
		}
	})
}

// BenchmarkManyWorkers builds one server whose ProxyPass lines each define a worker.
func BenchmarkManyWorkers(b *testing.B) {
	c := &ir.Config{}
	for i := range 20_000 {
		c.Items = append(c.Items, &ir.ProxyPass{Path: "/", URL: "http://h" + strings.Repeat("x", i%50) + ":" + strconv.Itoa(1+i) + "/"})
	}
	c.Number()
	for b.Loop() {
		if n := len(New(c).Main().Workers); n == 0 {
			b.Fatal("no workers")
		}
	}
}
