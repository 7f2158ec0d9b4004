//go:build !unix

package admin

// cpuTimes returns nothing where the system does not say.
func cpuTimes() processTimes { return processTimes{} }
