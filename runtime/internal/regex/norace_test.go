//go:build !race

package regex

// raceEnabled says that the race detector runs, under which a sync.Pool drops what is put into it at random.
const raceEnabled = false
