package upstream

import "time"

// Beat is what a backend said of itself in a heartbeat (mod_heartbeat).
type Beat struct {
	// Ready and Busy are the numbers of its threads that wait for a request and that have one. Whatever was sent is kept as
	// httpd keeps it, also below 0.
	Ready, Busy int32
	// Seen is when it said so; the zero time where Age says how long ago that was.
	Seen time.Time
	// Age is how long ago it said so when a file was written; nobody knows how old the file is.
	Age time.Duration
}

// fresh is how old a heartbeat may be (mod_lbmethod_heartbeat: LBM_HEARTBEAT_MAX_LASTSEEN).
const fresh = 10 * time.Second

// Fresh says whether the backend may be taken for alive.
func (b Beat) Fresh(now time.Time) bool {
	if b.Seen.IsZero() {
		return b.Age < fresh
	}
	return now.Sub(b.Seen) < fresh
}

// Slots is how many requests it could take: what it has ready, and a quarter of that when nothing is busy, since it has just
// begun then.
func (b Beat) Slots() uint32 {
	if b.Busy == 0 {
		return uint32(b.Ready / 4)
	}
	return uint32(b.Ready)
}

// Heartbeats is what ByHeartbeat chooses by.
type Heartbeats interface {
	// Beats returns the last heartbeat of each host, by the text of its address. The map must not be changed.
	Beats() (map[string]Beat, error)
	// Random returns a number from 0 to most, each as likely.
	Random(most uint32) uint32
}
