// Package leaks makes tests fail that leave goroutines or descriptors behind.
package leaks

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/internal/clock"
)

// Check makes the test fail when the process holds more at its end than now, behind all clean-up that is asked for later.
// Tests that run beside it must not start or end anything meanwhile.
func Check(tb testing.TB) {
	tb.Helper()
	check(tb, patience)
}

func check(tb testing.TB, wait time.Duration) {
	tb.Helper()
	was := resources()
	tb.Cleanup(func() {
		if left := was.await(wait); left != "" {
			tb.Error(left)
		}
	})
}

// Main runs the tests of a package and returns the status to end with, which is 1 when something is left of them together,
// whatever they looked at themselves.
func Main(m *testing.M) int {
	if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil { //nolint:noctx // it ends at once
		_ = l.Close() // what the Go runtime opens for waiting stays open
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	signal.Stop(signals) // and so does what waits for signals
	was := resources()
	code := m.Run()
	if left := was.await(patience); left != "" && code == 0 {
		_, _ = fmt.Fprintln(os.Stderr, "left behind all tests: "+left) // the status says it, too
		code = 1
	}
	return code
}

// held is what the process holds at some moment.
type held struct{ goroutines, files int }

func resources() held {
	entries, _ := os.ReadDir("/proc/self/fd") // elsewhere only goroutines count
	return held{runtime.NumGoroutine(), len(entries)}
}

// patience is how long what a test has ended may take to be gone.
const patience = 10 * time.Second

// await waits until the process holds no more than before, and says what it does hold where it goes on to.
func (was held) await(wait time.Duration) string {
	wall := clock.Wall{}
	for deadline := wall.Now().Add(wait); ; <-wall.NewTimer(5 * time.Millisecond).C() {
		is := resources()
		if is.goroutines <= was.goroutines && is.files <= was.files {
			return ""
		}
		if wall.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			return fmt.Sprintf("%d goroutines and %d descriptors at the end, %d and %d at the start\n%s", is.goroutines, is.files, was.goroutines, was.files, stacks)
		}
		runtime.GC() // the Go runtime keeps pipes for moving bytes until then
	}
}
