package admin

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lbconf/lbconf/runtime/scoreboard"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// figure is one number with what it means.
type figure struct{ Label, Value, Note string }

// statusPage is what server-status shows.
type statusPage struct {
	Name, Via string
	// Figures are what is looked at first, Details what is not.
	Figures, Details []figure
	Balancers        []statusBalancer
	// Scoreboard is a letter for each slot, in lines.
	Scoreboard []string
	// Extended says that requests are shown; Table that they stand in a table.
	Extended, Table bool
	Requests        []statusRequest
}

type statusBalancer struct {
	Name, Sticky, Timeout, Method string
	Members                       []statusMember
}

type statusMember struct {
	Scheme, Host, State, Class, Route, Redirect, Factor string
	Set                                                 int
	Elected                                             uint64
	Busy                                                int32
	Sent, Received                                      string
}

type statusRequest struct {
	Slot                                  int
	Letter, State                         string
	Busy                                  bool
	Accesses                              uint64
	Since, Took, Traffic                  string
	Client, Host, Line, ConnectionCarried string
}

// scoreboardLine is how many letters stand in a line.
const scoreboardLine = 64

func newStatusPage(f *figures, noTable bool) *statusPage {
	page := &statusPage{Name: f.Name, Via: f.Via, Extended: f.Extended, Table: !noTable}
	page.Figures = []figure{{"Requests in work", strconv.Itoa(f.Busy), fmt.Sprintf("%d idle workers", f.Idle())}}
	if f.Extended {
		page.Figures = append(page.Figures,
			figure{"Total accesses", strconv.FormatUint(f.Accesses, 10), general3(f.perSecond(float64(f.Accesses))) + " requests/sec"},
			figure{"Total traffic", bytesText(f.Bytes), bytesText(int64(f.perRequest(float64(f.Bytes)))) + "/request"},
			figure{"Mean duration", general3(f.perRequest(float64(f.Duration)/float64(time.Millisecond))) + " ms", "total " + f.Duration.Round(time.Millisecond).String()},
		)
	}
	up := strings.TrimSpace(uptime(f.Uptime()))
	if up == "" {
		up = "less than a second"
	}
	page.Figures = append(page.Figures,
		figure{"Client connections", strconv.Itoa(f.Connections.Open), fmt.Sprintf("%d waiting, %d closing", f.Waiting(), f.Connections.Lingering)},
		figure{"Server uptime", up, "since " + httpTime(f.Started)},
	)
	page.Details = []figure{
		{Label: "Server Version", Value: f.Software},
		{Label: "Server Built", Value: f.Built},
		{Label: "Current Time", Value: httpTime(f.Now)},
		{Label: "Restart Time", Value: httpTime(f.Started)},
		{Label: "Configurations loaded", Value: strconv.FormatInt(f.Loads, 10)},
		{Label: "Server load", Value: strings.Join(f.LoadAverages[:], " ")},
		{Label: "CPU Usage", Value: fmt.Sprintf("user %s s, system %s s", general(f.Times.user), general(f.Times.system))},
		{Label: "Connections accepted", Value: strconv.FormatUint(f.Connections.Accepted, 10)},
	}
	for letters := f.Scoreboard(); letters != ""; {
		n := min(len(letters), scoreboardLine)
		page.Scoreboard = append(page.Scoreboard, letters[:n])
		letters = letters[n:]
	}
	for _, b := range f.Balancers {
		page.Balancers = append(page.Balancers, newStatusBalancer(b))
	}
	if f.Extended {
		for _, row := range f.used() {
			page.Requests = append(page.Requests, newStatusRequest(row, f.Now))
		}
	}
	return page
}

// general3 is a number with three digits.
func general3(n float64) string { return strconv.FormatFloat(n, 'g', 3, 64) }

func newStatusBalancer(b *upstream.Balancer) statusBalancer {
	live := b.Live()
	view := statusBalancer{Name: b.Name, Sticky: stickyText(&live, " - "), Timeout: strconv.Itoa(int(live.Timeout / time.Second)), Method: live.Method.String()}
	for _, w := range live.Members {
		route, redirect := w.Labels()
		state := w.Slot.Status()
		view.Members = append(view.Members, statusMember{
			Scheme: w.Scheme, Host: w.Addr, State: strings.TrimSpace(stateText(state)), Class: stateClass(state), Route: route, Redirect: redirect,
			Factor: factorText(w.Slot.Factor()), Set: w.Slot.LBSet(), Elected: w.Slot.Elected(), Busy: w.Slot.Busy(),
			Sent: size(w.Slot.Transferred()), Received: size(w.Slot.Read()),
		})
	}
	return view
}

func newStatusRequest(row scoreboard.Row, now time.Time) statusRequest {
	view := statusRequest{
		Slot: row.Number, Letter: string(rune(row.State)), State: stateOfSlot(row.State), Busy: row.State != scoreboard.Idle,
		Accesses: row.Accesses, Traffic: bytesText(row.Bytes), Client: row.Request.Client, Line: lineText(row.Request.Line),
		ConnectionCarried: strconv.Itoa(row.Request.Served),
	}
	if row.Request.Start.IsZero() {
		return view
	}
	view.Host = fmt.Sprintf("%s:%d", row.Request.Host, row.Request.Port)
	view.Since = now.Sub(row.Request.Start).Round(time.Second).String()
	took := row.Request.Took
	if view.Busy {
		took = now.Sub(row.Request.Start)
	}
	view.Took = strconv.FormatFloat(float64(took.Microseconds())/1000, 'f', 1, 64) + " ms"
	return view
}

func stateOfSlot(s scoreboard.State) string {
	switch s {
	case scoreboard.Idle:
		return "done"
	case scoreboard.Reading:
		return "Reading Request"
	case scoreboard.Writing:
		return "Sending Reply"
	case scoreboard.Logging:
		return "Logging"
	}
	return "unknown"
}

// lineText is a request line with its control bytes and those that are not ASCII spelled, as in the access log.
func lineText(line []byte) string {
	quoted := strconv.QuoteToASCII(string(line))
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}
