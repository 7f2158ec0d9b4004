package httpdtest

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/internal/clock"
)

var threadsPerChild = regexp.MustCompile(`(?mi)^[ \t]*ThreadsPerChild[ \t]+(\d+)`)

// threadsOf returns how many threads the child of httpd has in the end: the workers of the last ThreadsPerChild, its first
// thread and the one that listens.
func threadsOf(conf string) int {
	all := threadsPerChild.FindAllStringSubmatch(conf, -1)
	workers, err := strconv.Atoi(all[len(all)-1][1])
	if err != nil {
		return 0 // httpd does not start with such a number
	}
	return workers + 2
}

// awaitThreads waits until a child of httpd has so many threads; it returns false when httpd ends before. Where the system has
// no /proc it waits for a while instead.
func awaitThreads(t *testing.T, pid, want int, exited chan struct{}) bool {
	t.Helper()
	if _, err := os.Stat("/proc/self/task"); err != nil {
		<-clock.Wall{}.NewTimer(200 * time.Millisecond).C()
		return true
	}
	for range 10_000 {
		if threadsOfChildren(pid) >= want {
			return true
		}
		select {
		case <-exited:
			return false
		case <-clock.Wall{}.NewTimer(2 * time.Millisecond).C():
		}
	}
	t.Fatalf("httpd has %d threads, not %d", threadsOfChildren(pid), want)
	return false
}

// threadsOfChildren returns the number of threads of the child that has most.
func threadsOfChildren(pid int) int {
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", pid)) // none when it has ended
	most := 0
	for child := range strings.FieldsSeq(string(children)) {
		threads, _ := os.ReadDir("/proc/" + child + "/task") // as above
		most = max(most, len(threads))
	}
	return most
}
