//go:build unix

package admin

import (
	"math"
	"syscall"
)

// cpuTimes returns the processor time in hundredths of a second, as httpd counts it.
func cpuTimes() (t processTimes) {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) == nil {
		t.user, t.system = seconds(usage.Utime), seconds(usage.Stime)
	}
	if syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage) == nil {
		t.childUser, t.childSystem = seconds(usage.Utime), seconds(usage.Stime)
	}
	return t
}

func seconds(v syscall.Timeval) float64 {
	return math.Floor(float64(v.Nano())/1e7) / 100
}
