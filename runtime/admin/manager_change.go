package admin

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// change is one form that is applied.
type change struct {
	host     *program.Host
	balancer *upstream.Balancer
	// worker is nil for a form about the balancer itself.
	worker *upstream.Worker
	params map[string]string
	done   []changed
	// added says that a member was added.
	added bool
}

// changed is one setting that has another value now.
type changed struct{ Worker, Setting, From, To string }

// note keeps a setting whose value is another one.
func (c *change) note(worker, setting, from, to string) {
	if from != to {
		c.done = append(c.done, changed{worker, setting, from, to})
	}
}

// apply sets what the parameters say. A value that is out of range changes nothing, as in httpd; the error is about a
// member that cannot be added.
func (c *change) apply() error {
	c.balancer.Change(func(live *upstream.Live) {
		if c.worker != nil {
			c.applyWorker(live)
		}
		c.applyBalancer(live)
	})
	if url, ok := c.params["b_nwrkr"]; ok && c.params["b_wyes"] == "1" {
		if err := c.host.AddMember(c.balancer, url); err != nil {
			return fmt.Errorf("the member was not added: %w", err)
		}
		c.added = true
		c.note(url, "member", "", "added, disabled until it is enabled")
	}
	return nil
}

// states are the parameters that set a state of a member, in the order in which httpd looks at them.
var states = [...]struct {
	key, name string
	flag      ir.StatusFlags
}{
	{"w_status_I", "Ignore Errors", ir.StatusIgnore},
	{"w_status_N", "Draining Mode", ir.StatusDrain},
	{"w_status_D", "Disabled", ir.StatusDisabled},
	{"w_status_H", "Hot Standby", ir.StatusHotStandby},
	{"w_status_R", "Hot Spare", ir.StatusHotSpare},
	{"w_status_S", "Stopped", ir.StatusStopped},
	{"w_status_C", "HC Fail", ir.StatusHealthFailed},
}

// applyWorker changes a member. A member that becomes usable again does not start the sums of the method anew: that is
// due then, and done when the method is another one.
func (c *change) applyWorker(live *upstream.Live) {
	w := c.worker
	usable := w.Slot.Usable()
	if value, ok := c.params["w_lf"]; ok {
		var params ir.Worker
		if ir.ApplyWorker(&params, ir.Param{Key: "loadfactor", Value: value}) == nil {
			before := w.Slot.Factor()
			live.SetFactor(w, int32(params.LoadFactor.Value))
			c.note(w.Name, "load factor", factorText(before), factorText(w.Slot.Factor()))
		}
	}
	for _, s := range states {
		if value, ok := c.params[s.key]; ok {
			on := clib.Atoi(value) != 0
			c.note(w.Name, s.name, onOff(w.Slot.Status().Has(s.flag)), onOff(on))
			w.Slot.Switch(s.flag, on)
		}
	}
	if value, ok := c.params["w_ls"]; ok {
		if set := clib.Atoi(value); set >= 0 && set <= 99 {
			c.note(w.Name, "LB set", strconv.Itoa(w.Slot.LBSet()), strconv.Itoa(set))
			w.Slot.SetLBSet(set)
		}
	}
	c.applyCheck()
	c.applyTexts()
	live.ResetDue = live.ResetDue || !usable && w.Slot.Usable()
}

// maxLabel bounds a route, a redirect and the URI of a health check in bytes (mod_proxy: PROXY_WORKER_MAX_ROUTE_SIZE).
const maxLabel = 63

// applyTexts changes the names of a member in sessions, and what its health check asks for and expects. A text that is too
// long and a condition that there is none of count as none, as in httpd.
func (c *change) applyTexts() {
	before := c.worker.Texts()
	texts := *before
	for key, text := range map[string]*string{"w_wr": &texts.Route, "w_rr": &texts.Redirect, "w_hu": &texts.CheckURI} {
		if value, ok := c.params[key]; ok {
			*text = value
			if len(value) > maxLabel {
				*text = ""
			}
		}
	}
	value, ok := c.params["w_he"]
	method := c.worker.Slot.Check().Method
	if ok || !method.Responds() {
		texts.CheckExpr, texts.Healthy = "", nil
	}
	if ok && method.Responds() {
		for name, healthy := range c.host.HealthConditions() {
			if clib.EqualFold(name, value) {
				texts.CheckExpr, texts.Healthy = name, healthy
			}
		}
	}
	c.note(c.worker.Name, "route", before.Route, texts.Route)
	c.note(c.worker.Name, "route redirect", before.Redirect, texts.Redirect)
	c.note(c.worker.Name, "HC uri", before.CheckURI, texts.CheckURI)
	c.note(c.worker.Name, "HC Expr", before.CheckExpr, texts.CheckExpr)
	c.worker.SetTexts(texts)
}

// applyCheck changes the health check. An interval without a unit is in milliseconds, other than in hcinterval.
func (c *change) applyCheck() {
	before := c.worker.Slot.Check()
	check := before
	for _, key := range []string{"w_hi", "w_hp", "w_hf", "w_hm"} {
		value, ok := c.params[key]
		if !ok {
			continue
		}
		var params ir.Worker
		set := func(param string) bool {
			return ir.ApplyWorker(&params, ir.Param{Key: param, Value: value}) == nil
		}
		switch key {
		case "w_hi":
			if value != "" && '0' <= value[len(value)-1] && value[len(value)-1] <= '9' {
				value += "ms"
			}
			if set("hcinterval") {
				check.Interval = params.Health.Interval.Value
			}
		case "w_hp":
			if passes := clib.Atoi(value); passes >= 1 {
				check.Passes = passes
			}
		case "w_hf":
			if fails := clib.Atoi(value); fails >= 1 {
				check.Fails = fails
			}
		case "w_hm":
			if set("hcmethod") {
				if method, ok := upstream.CheckMethodOf(params.Health.Method.Value); ok {
					check.Method = method
				}
			}
		}
	}
	c.note(c.worker.Name, "HC Method", before.Method.String(), check.Method.String())
	c.note(c.worker.Name, "HC Interval", before.Interval.String(), check.Interval.String())
	c.note(c.worker.Name, "HC Passes", strconv.Itoa(before.Passes), strconv.Itoa(check.Passes))
	c.note(c.worker.Name, "HC Fails", strconv.Itoa(before.Fails), strconv.Itoa(check.Fails))
	c.worker.Slot.SetCheck(check)
}

// maxSticky bounds the value of stickysession in bytes.
const maxSticky = 62

func (c *change) applyBalancer(live *upstream.Live) {
	if value, ok := c.params["b_lbm"]; ok && value != live.Method.String() {
		if method, ok := upstream.MethodOf(value); ok {
			c.note("", "method", live.Method.String(), value)
			live.Method, live.ResetDue = method, true
			c.balancer.Unsync()
		}
	}
	if value, ok := c.params["b_tmo"]; ok {
		if seconds := clib.Atoi(value); seconds >= 0 && seconds <= 7200 {
			before := live.Timeout
			live.Timeout = time.Duration(seconds) * time.Second
			c.note("", "timeout", before.String(), live.Timeout.String())
		}
	}
	if value, ok := c.params["b_max"]; ok {
		if attempts := clib.Atoi(value); attempts >= 0 && attempts <= 99 {
			c.note("", "failover attempts", strconv.Itoa(live.MaxAttempts), strconv.Itoa(attempts))
			live.MaxAttempts = attempts
		}
	}
	if value, ok := c.params["b_sforce"]; ok {
		on := clib.Atoi(value) != 0
		c.note("", "disable failover", onOff(live.NoFailover), onOff(on))
		live.NoFailover = on
	}
	if value := c.params["b_ss"]; value != "" && len(value) <= maxSticky {
		before := stickyText(live, "(None)")
		live.StickyCookie, live.StickyParam, _ = strings.Cut(value, "|")
		if !strings.Contains(value, "|") {
			live.StickyParam = value
		}
		if value == "-" {
			live.StickyCookie, live.StickyParam = "", ""
		}
		c.note("", "sticky session", before, stickyText(live, "(None)"))
	}
}

func onOff(on bool) string {
	if on {
		return "On"
	}
	return "Off"
}

// stickyText is stickysession as it would be written; none stands for an empty one.
func stickyText(live *upstream.Live, none string) string {
	switch {
	case live.StickyCookie == "":
		return none
	case live.StickyParam == live.StickyCookie:
		return live.StickyCookie
	}
	return live.StickyCookie + "|" + live.StickyParam
}
