package admin

import (
	"os"
	"strings"
)

// loadAverages returns the load of the machine over 1, 5 and 15 minutes; zeros where the system does not say.
func loadAverages() [3]string {
	loads := [3]string{"0.00", "0.00", "0.00"}
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return loads
	}
	copy(loads[:], strings.Fields(string(text)))
	return loads
}

// processTimes are the seconds of processor time of this process and of its children that have ended.
type processTimes struct{ user, system, childUser, childSystem float64 }

func (t processTimes) sum() float64 { return t.user + t.system + t.childUser + t.childSystem }
