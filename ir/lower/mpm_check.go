package lower

import (
	"errors"
	"strconv"
	"time"

	"github.com/lbconf/lbconf/parser"
)

// mpmChecks are those of the MPMs, and of the modules about processes. Most numbers of an MPM are not judged before it starts,
// where it corrects them.
func mpmChecks() map[string]check {
	return map[string]check{
		"AsyncRequestWorkerFactor": checkWorkerFactor,
		"ListenBacklog":            atoi(1, maxInt, "ListenBacklog must be > 0"),
		"ListenCoresBucketsRatio":  atoi(1, maxInt, "ListenCoresBucketsRatio must be > 0"),
		"ListenTCPDeferAccept":     atoi(1, maxInt, "ListenTCPDeferAccept must be > 0"),
		"MaxMemFree":               strtoff(0, maxOff, "Invalid MaxMemFree value: %s"),
		"ReceiveBufferSize":        atoiOrZero(512, "ReceiveBufferSize must be >= 512 bytes, or 0 for system default."),
		"SendBufferSize":           atoiOrZero(512, "SendBufferSize must be >= 512 bytes, or 0 for system default."),
		"ThreadStackSize":          strtoff(0, maxOff, "Invalid ThreadStackSize value: %s"),
		"WatchdogInterval": intervalWithin(100*time.Millisecond, 1<<62, "Unparse-able WatchdogInterval setting",
			"Invalid WatchdogInterval: minimal value 100ms"),
	}
}

// checkWorkerFactor reports whether httpd takes the argument of AsyncRequestWorkerFactor, which it reads with strtod.
func checkWorkerFactor(l *lowering, n *parser.Node) bool {
	number, err := strconv.ParseFloat(first(n).String(), 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		return l.wrong(n, first(n), "error parsing value", "write a number above 0, such as 2")
	case number > 0:
		return true
	}
	return l.wrong(n, first(n), "AsyncRequestWorkerFactor argument must be a positive number", "write a number above 0, such as 2")
}
