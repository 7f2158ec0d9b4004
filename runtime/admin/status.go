package admin

import (
	"bytes"
	"cmp"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/scoreboard"
	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// status is mod_status.
type status struct {
	server *server.Server
	pages  *pages
	clock  clock.Clock
	built  string
}

// Handle implements server.Handler.
func (s *status) Handle(x *exchange.Exchange, p *program.Plan, _ io.Reader) exchange.Content {
	// httpd looks for the words anywhere in the query.
	query := x.Request.Query
	refresh := refreshOf(query)
	if refresh != "" {
		field(x, "Refresh", refresh)
	}
	f := s.figures(x, p)
	if bytes.Contains(query, []byte("auto")) {
		return text(x, "text/plain; charset=ISO-8859-1", f.appendAuto(nil))
	}
	page := newStatusPage(f, bytes.Contains(query, []byte("notable")))
	return s.pages.render(x, "status.html", "Server Status for "+f.Name, refresh == "", page)
}

// refreshOf returns the seconds that ?refresh asks for, 10 where it says none; empty without it.
func refreshOf(query []byte) string {
	_, rest, ok := strings.Cut(string(query), "refresh")
	if !ok {
		return ""
	}
	n := 0
	if value, ok := strings.CutPrefix(rest, "="); ok {
		n = clib.Atoi(value)
	}
	if n < 1 {
		n = 10
	}
	return strconv.Itoa(n)
}

// figures are what a server is doing and has done, at one moment.
type figures struct {
	// Name is what the client calls the server, Via the address that it came to.
	Name, Via, Software, Built string
	Now, Started               time.Time
	Loads                      int64
	LoadAverages               [3]string
	// Extended says that requests are counted and shown (ExtendedStatus).
	Extended bool
	// Accesses, Bytes and Duration are sums over the requests that are done.
	Accesses uint64
	Bytes    int64
	Duration time.Duration
	Times    processTimes
	// Rows are the slots, Busy how many of them are in use.
	Rows        []scoreboard.Row
	Busy        int
	Connections server.Connections
	// Balancers are those that ProxyStatus shows.
	Balancers []*upstream.Balancer
}

func (s *status) figures(x *exchange.Exchange, p *program.Plan) *figures {
	source := p.Host.Source()
	f := &figures{
		Name: string(p.Self.Name), Via: x.Client.LocalIP, Software: s.server.Software(), Built: s.built,
		Now: s.clock.Now(), Started: s.server.Started(), Loads: s.server.Loads(), LoadAverages: loadAverages(),
		Extended: source.View.Main().Settings.Switch(ir.SwitchExtendedStatus).Value,
		Times:    cpuTimes(), Rows: s.server.Board().Rows(), Connections: s.server.Connections(),
	}
	for _, row := range f.Rows {
		f.Accesses, f.Bytes, f.Duration = f.Accesses+row.Accesses, f.Bytes+row.Bytes, f.Duration+row.Duration
		if row.State != scoreboard.Idle {
			f.Busy++
		}
	}
	if !clib.EqualFold(source.Settings.Word(ir.WordProxyStatus).Value, "off") {
		f.Balancers = p.Host.Balancers()
	}
	return f
}

// Uptime is how long the server runs, in whole seconds.
func (f *figures) Uptime() time.Duration { return f.Now.Sub(f.Started).Truncate(time.Second) }

// Idle is how many slots are free.
func (f *figures) Idle() int { return len(f.Rows) - f.Busy }

// Waiting is how many connections of clients wait for their next request.
func (f *figures) Waiting() int {
	return max(0, f.Connections.Open-f.Busy-f.Connections.Lingering)
}

// Scoreboard is a letter for each slot.
func (f *figures) Scoreboard() string {
	letters := make([]byte, len(f.Rows))
	for i, row := range f.Rows {
		letters[i] = byte(row.State)
	}
	return string(letters)
}

// kilobytes is the traffic as httpd counts it.
func (f *figures) kilobytes() int64 { return f.Bytes >> 10 }

// perSecond, perRequest and milliseconds are the means of mod_status; they are 0 where there is nothing to divide by.
func (f *figures) perSecond(n float64) float64 {
	if s := f.Uptime().Seconds(); s > 0 {
		return n / s
	}
	return 0
}

func (f *figures) perRequest(n float64) float64 {
	if f.Accesses > 0 {
		return n / float64(f.Accesses)
	}
	return 0
}

// cpuLoad is the share of one processor that was used, in per cent.
func (f *figures) cpuLoad() float64 {
	if s := f.Uptime().Seconds(); s > 0 {
		return f.Times.sum() / s * 100
	}
	return math.Inf(1)
}

// used returns the slots that ever had a request, those in work first and the longest of them first.
func (f *figures) used() []scoreboard.Row {
	var rows []scoreboard.Row
	for _, row := range f.Rows {
		if row.Accesses > 0 || row.State != scoreboard.Idle {
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b scoreboard.Row) int {
		if busy := boolean(b.State != scoreboard.Idle) - boolean(a.State != scoreboard.Idle); busy != 0 {
			return busy
		}
		if a.State == scoreboard.Idle {
			return cmp.Compare(b.Request.Start.UnixNano(), a.Request.Start.UnixNano())
		}
		return cmp.Compare(a.Request.Start.UnixNano(), b.Request.Start.UnixNano())
	})
	return rows
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}
