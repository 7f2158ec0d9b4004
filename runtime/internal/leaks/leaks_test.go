package leaks

import (
	"os"
	"strings"
	"testing"
	"time"
)

// recorder is a test whose clean-up and errors are looked at.
type recorder struct {
	testing.TB

	cleanup []func()
	said    string
}

func (*recorder) Helper()            {}
func (r *recorder) Cleanup(f func()) { r.cleanup = append(r.cleanup, f) }
func (r *recorder) Error(args ...any) {
	r.said = args[0].(string)
}

// TestCheck: a goroutine or a file that is left is told of, one that has ended is not.
func TestCheck(t *testing.T) {
	end := make(chan struct{})
	tests := map[string]struct {
		begin func() (undo func())
		want  string
	}{
		"nothing":     {func() func() { return func() {} }, ""},
		"a goroutine": {func() func() { go func() { <-end }(); return func() { close(end) } }, "goroutines"},
		"a file": {func() func() {
			f, err := os.Open(os.DevNull)
			if err != nil {
				t.Fatal(err)
			}
			return func() { _ = f.Close() }
		}, "descriptors"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := os.Stat("/proc/self/fd"); err != nil && name == "a file" {
				t.Skip("descriptors cannot be counted here")
			}
			r := &recorder{TB: t}
			check(r, 50*time.Millisecond)
			undo := test.begin()
			r.cleanup[0]()
			undo()
			if !strings.Contains(r.said, test.want) || (r.said == "") != (test.want == "") {
				t.Errorf("%q, want %q", r.said, test.want)
			}
		})
	}
}
