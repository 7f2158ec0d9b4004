package admin

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lbconf/lbconf/ir"
)

// httpTime is a time as mod_status writes it.
func httpTime(t time.Time) string { return t.Format("Monday, 02-Jan-2006 15:04:05 MST") }

// uptime is a duration as mod_status writes it: " 1 day 2 hours", each part with a blank before it; empty below a second.
func uptime(d time.Duration) string {
	seconds := int64(d / time.Second)
	var b strings.Builder
	for _, part := range []struct {
		n    int64
		unit string
	}{{seconds / 86400, "day"}, {seconds / 3600 % 24, "hour"}, {seconds / 60 % 60, "minute"}, {seconds % 60, "second"}} {
		if part.n == 0 {
			continue
		}
		fmt.Fprintf(&b, " %d %s", part.n, part.unit)
		if part.n != 1 {
			b.WriteByte('s')
		}
	}
	return b.String()
}

// general is a number as printf's %g writes it.
func general(f float64) string { return strconv.FormatFloat(f, 'g', 6, 64) }

// size is a number of bytes in four columns, as apr_strfsize writes it: "  0 ", "1.2K", " 12M".
func size(n int64) string {
	if n < 0 {
		return "  - "
	}
	if n < 973 {
		return fmt.Sprintf("%3d ", n)
	}
	const units = "KMGTPE"
	for i := 0; ; i++ {
		rest := n & 1023
		n >>= 10
		if n >= 973 {
			continue
		}
		if n < 9 || n == 9 && rest < 973 {
			if rest = (rest*5 + 256) / 512; rest >= 10 {
				n, rest = n+1, 0
			}
			return fmt.Sprintf("%d.%d%c", n, rest, units[i])
		}
		if rest >= 512 {
			n++
		}
		return fmt.Sprintf("%3d%c", n, units[i])
	}
}

// bytesText is a number of bytes for people.
func bytesText(n int64) string {
	switch {
	case n < 5<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<19:
		return fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
	case n < 1<<29:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
}

// stateNames are those of mod_proxy for the bits of a status, in their order.
var stateNames = [...]string{"Init", "Ign", "Drn", "Gen", "Shut", "Dis", "Stop", "Err", "Stby", "Spar", "Free", "HcFl"}

// stateText is a status as mod_proxy writes it, with a blank behind each word: "Init Ok ".
func stateText(s ir.StatusFlags) string {
	var b strings.Builder
	for i, name := range stateNames {
		if s&(1<<i) != 0 {
			b.WriteString(name)
			b.WriteByte(' ')
		}
	}
	if s.Usable() {
		b.WriteString("Ok ")
	}
	return b.String()
}

// factorText is a load factor, which is kept times 100.
func factorText(factor int32) string { return strconv.FormatFloat(float64(factor)/100, 'f', 2, 64) }
