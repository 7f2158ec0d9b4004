package admin

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// managerPage is what balancer-manager shows.
type managerPage struct {
	// Foreign says that parameters were ignored, WrongNonce that nothing was changed for want of the nonce.
	Foreign, WrongNonce bool
	// Changed says that a form was applied, Changes what it changed, Failure why it failed.
	Changed bool
	Changes []changed
	Failure string

	// Action is where forms go; Software is the text that scripts for httpd look for.
	Action, Software string
	// Persists says that changes outlive the process.
	Persists bool
	// Figures are what is looked at first.
	Figures   []figure
	Balancers []balancerView
	// Worker and Balancer are the forms; nil for the one that is not shown.
	Worker   *workerForm
	Balancer *balancerForm

	manager  *manager
	host     *program.Host
	balancer *upstream.Balancer
	worker   *upstream.Worker
}

// balancerView is a balancer with its members.
type balancerView struct {
	Name, Link string
	// Short is Name without its scheme, as parameters have it; Nonce is empty where nothing can be changed.
	Short, Nonce                        string
	State, Class                        string
	Members, Used                       int
	Sticky, NoFailover, Timeout, Method string
	Attempts                            int
	Path                                string
	Workers                             []workerView
	Health                              bool
	Failures                            uint64
	healthy, standby, usable, unusable  int
}

// workerView is a member.
type workerView struct {
	// Key is Name as forms hold it.
	Name, Key, Link, Route, Redirect, Factor, State, Class string
	Set                                                    int
	Elected, Failures                                      uint64
	Busy, Load                                             int32
	Sent, Received                                         string
	// Share is the part of all elections, in per cent.
	Share                                                              int
	Disabled, Draining                                                 bool
	HealthMethod, HealthInterval, HealthURI, HealthExpr, Passes, Fails string
}

// stateClass is how a state looks: ok, warn for one that somebody chose, bad for a failure.
func stateClass(s ir.StatusFlags) string {
	switch {
	case s&(ir.StatusError|ir.StatusHealthFailed) != 0:
		return "bad"
	case !s.Usable(), s&(ir.StatusDrain|ir.StatusHotStandby|ir.StatusHotSpare) != 0:
		return "warn"
	}
	return "ok"
}

// fill reads the state of everything, behind whatever was changed.
func (page *managerPage) fill(x *exchange.Exchange, p *program.Plan) {
	path := (&url.URL{Path: string(x.Request.Path)}).EscapedPath()
	page.Action, page.Software = path, page.manager.server.Software()
	page.Persists = page.manager.server.Program().Persists()
	var members, usable, busy int
	var elected, failures uint64
	for _, b := range p.Host.Balancers() {
		view := page.view(b, path)
		page.Balancers = append(page.Balancers, view)
		members += len(view.Workers)
		usable += view.usable
		for _, w := range view.Workers {
			busy, elected, failures = busy+int(w.Busy), elected+w.Elected, failures+w.Failures
		}
	}
	page.Figures = []figure{
		{"Usable members", strconv.Itoa(usable) + " of " + strconv.Itoa(members), plural(len(page.Balancers), "balancer")},
		{"Requests in work", strconv.Itoa(busy), ""},
		{"Elected", strconv.FormatUint(elected, 10), ""},
		{"Failures", strconv.FormatUint(failures, 10), "members put into the error state"},
	}
	switch {
	case page.worker != nil && page.manager.nonceOf(page.balancer) != "":
		page.Worker = newWorkerForm(page.host, page.balancer, page.worker, page.manager.nonceOf(page.balancer))
	case page.balancer != nil && page.manager.nonceOf(page.balancer) != "":
		page.Balancer = newBalancerForm(page.balancer, page.manager.nonceOf(page.balancer))
	}
}

func plural(n int, word string) string {
	if n != 1 {
		word += "s"
	}
	return strconv.Itoa(n) + " " + word
}

func short(b *upstream.Balancer) string { return strings.TrimPrefix(b.Name, "balancer://") }

// view is a balancer as it is now.
func (page *managerPage) view(b *upstream.Balancer, path string) balancerView {
	live := b.Live()
	nonce := page.manager.nonceOf(b)
	v := balancerView{
		Name: b.Name, Short: short(b), Nonce: nonce, Members: len(b.Members) + b.Growth, Used: len(live.Members),
		Sticky: stickyText(&live, "(None)"), NoFailover: onOff(live.NoFailover), Timeout: strconv.Itoa(int(live.Timeout / time.Second)),
		Method: live.Method.String(), Attempts: live.MaxAttempts, Path: pathOf(page.host, b),
		Link: path + "?b=" + url.PathEscape(short(b)) + "&nonce=" + url.QueryEscape(nonce),
	}
	var elected uint64
	for _, w := range live.Members {
		elected += w.Slot.Elected()
		v.Health = v.Health || isChecked(w)
	}
	for _, w := range live.Members {
		m := newWorkerView(w, elected)
		m.Link = path + "?b=" + url.PathEscape(short(b)) + "&w=" + escapeWorker(w.Name) + "&nonce=" + url.QueryEscape(nonce)
		v.Workers = append(v.Workers, m)
		v.Failures += m.Failures
		v.count(w.Slot.Status())
	}
	v.State, v.Class = v.summary()
	return v
}

// escapeWorker escapes the name of a worker for a query, in which slashes and colons may stand.
func escapeWorker(name string) string {
	return strings.NewReplacer("%2F", "/", "%3A", ":").Replace(url.QueryEscape(name))
}

func (v *balancerView) count(s ir.StatusFlags) {
	switch {
	case !s.Usable() || s.Has(ir.StatusDrain):
		v.unusable++
	case s&(ir.StatusHotStandby|ir.StatusHotSpare) != 0:
		v.standby++
	default:
		v.healthy++
	}
	if s.Usable() {
		v.usable++
	}
}

// summary is the state of a balancer in a few words.
func (v *balancerView) summary() (text, class string) {
	text = plural(len(v.Workers), "member") + ": " + strconv.Itoa(v.healthy) + " in use"
	if v.standby > 0 {
		text += ", " + strconv.Itoa(v.standby) + " standing by"
	}
	if v.unusable > 0 {
		text += ", " + strconv.Itoa(v.unusable) + " out"
	}
	switch {
	case v.usable == 0:
		return text, "bad"
	case v.unusable > 0:
		return text, "warn"
	}
	return text, "ok"
}

func isChecked(w *upstream.Worker) bool {
	return w.Slot.Check().Method != upstream.CheckNone
}

func newWorkerView(w *upstream.Worker, elected uint64) workerView {
	route, redirect := w.Labels()
	state := w.Slot.Status()
	v := workerView{
		Name: w.Name, Key: escapeWorker(w.Name), Route: route, Redirect: redirect, Factor: factorText(w.Slot.Factor()), Set: w.Slot.LBSet(),
		State: stateText(state), Class: stateClass(state), Elected: w.Slot.Elected(), Busy: w.Slot.Busy(), Load: w.Slot.LBStatus(),
		Sent: size(w.Slot.Transferred()), Received: size(w.Slot.Read()), Failures: w.Slot.Failures(),
		Disabled: state.Has(ir.StatusDisabled), Draining: state.Has(ir.StatusDrain),
	}
	if elected > 0 {
		v.Share = int((v.Elected*100 + elected/2) / elected)
	}
	check := w.Slot.Check()
	v.HealthMethod, v.HealthInterval, v.HealthURI = check.Method.String(), strconv.FormatInt(check.Interval.Milliseconds(), 10)+"ms", w.Texts().CheckURI
	v.HealthExpr = w.Texts().CheckExpr
	v.Passes = fmt.Sprintf("%d (%d)", check.Passes, w.Slot.ChecksPassed())
	v.Fails = fmt.Sprintf("%d (%d)", check.Fails, w.Slot.ChecksFailed())
	return v
}

// pathOf is the local path of the last ProxyPass to a balancer, as httpd keeps it.
func pathOf(h *program.Host, b *upstream.Balancer) string {
	path := "/"
	for _, m := range h.Source().Mappings {
		if m.Balancer != nil && m.Balancer.Name == b.Name {
			path = m.Path
		}
	}
	return path
}

// workerForm is the form that changes a member.
type workerForm struct {
	Balancer, Worker, Nonce, Name string
	Factor, Set, Route, Redirect  string
	States                        []stateField
	// Exprs are the conditions of health checks, Expr the one that holds.
	Exprs []string
	Expr  string
	// Checks are the methods of health checks, Check the one that holds.
	Checks                              []string
	Check, Interval, Passes, Fails, URI string
}

// stateField is a state that can be switched.
type stateField struct {
	Key, Name string
	On        bool
}

func newWorkerForm(host *program.Host, b *upstream.Balancer, w *upstream.Worker, nonce string) *workerForm {
	route, redirect := w.Labels()
	form := &workerForm{
		Balancer: short(b), Worker: escapeWorker(w.Name), Nonce: nonce, Name: w.Name,
		Factor: factorText(w.Slot.Factor()), Set: strconv.Itoa(w.Slot.LBSet()), Route: route, Redirect: redirect,
	}
	check := w.Slot.Check()
	form.Check, form.Interval, form.URI = check.Method.String(), strconv.FormatInt(check.Interval.Milliseconds(), 10), w.Texts().CheckURI
	form.Expr = w.Texts().CheckExpr
	form.Exprs = append(form.Exprs, slices.Sorted(maps.Keys(host.HealthConditions()))...)
	form.Passes, form.Fails = strconv.Itoa(check.Passes), strconv.Itoa(check.Fails)
	for m := upstream.CheckNone; m <= upstream.CheckGet11; m++ {
		form.Checks = append(form.Checks, m.String())
	}
	for _, s := range states {
		form.States = append(form.States, stateField{s.key, s.name, w.Slot.Status().Has(s.flag)})
	}
	return form
}

// balancerForm is the form that changes a balancer.
type balancerForm struct {
	Balancer, Nonce, Name     string
	Methods                   []string
	Method, Timeout, Attempts string
	NoFailover                bool
	Sticky                    string
	Free                      int
}

func newBalancerForm(b *upstream.Balancer, nonce string) *balancerForm {
	live := b.Live()
	form := &balancerForm{
		Balancer: short(b), Nonce: nonce, Name: b.Name, Method: live.Method.String(),
		Timeout: strconv.Itoa(int(live.Timeout / time.Second)), Attempts: strconv.Itoa(live.MaxAttempts),
		NoFailover: live.NoFailover, Sticky: stickyText(&live, ""), Free: b.Free(),
	}
	for m := upstream.ByRequests; m <= upstream.ByHeartbeat; m++ {
		form.Methods = append(form.Methods, m.String())
	}
	return form
}
