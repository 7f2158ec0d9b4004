package admin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// balancerList is the document of all balancers of a server.
type balancerList struct {
	Balancers []balancerDocument `json:"balancers"`
}

// memberList is the document of the members of a balancer.
type memberList struct {
	Members []memberDocument `json:"members"`
}

// balancerDocument is a balancer as a program sees it.
type balancerDocument struct {
	Name string `json:"name"`
	// Path is the local path that goes to it.
	Path string `json:"path"`
	// Changeable is false where the configuration says nonce=None.
	Changeable bool `json:"changeable"`
	balancerSettingsDocument
	// MaxMembers is how many members it may have, with those that can be added.
	MaxMembers int              `json:"max_members"`
	Members    []memberDocument `json:"members"`
}

// balancerSettingsDocument is what can be changed of a balancer.
type balancerSettingsDocument struct {
	Method        string `json:"method"`
	StickySession string `json:"sticky_session"`
	NoFailover    bool   `json:"no_failover"`
	Timeout       int    `json:"timeout"`
	MaxAttempts   int    `json:"max_attempts"`
}

// memberDocument is a member as a program sees it.
type memberDocument struct {
	ID  string `json:"id"`
	URL string `json:"url"`
	// Usable says whether it gets requests at all, Error that requests failed, State all of its states in httpd's words.
	Usable bool   `json:"usable"`
	Error  bool   `json:"error"`
	State  string `json:"state"`
	memberSettingsDocument
	Counters countersDocument `json:"counters"`
}

// memberSettingsDocument is what can be changed of a member.
type memberSettingsDocument struct {
	LoadFactor  float64        `json:"load_factor"`
	Set         int            `json:"set"`
	Route       string         `json:"route"`
	Redirect    string         `json:"redirect"`
	Status      statusDocument `json:"status"`
	HealthCheck checkDocument  `json:"health_check"`
}

// statusDocument are the states that somebody chooses; health_check_failed is also that of the checks.
type statusDocument struct {
	IgnoreErrors      bool `json:"ignore_errors"`
	Draining          bool `json:"draining"`
	Disabled          bool `json:"disabled"`
	HotStandby        bool `json:"hot_standby"`
	HotSpare          bool `json:"hot_spare"`
	Stopped           bool `json:"stopped"`
	HealthCheckFailed bool `json:"health_check_failed"`
}

// checkDocument is how the health of a member is checked.
type checkDocument struct {
	Method     string `json:"method"`
	IntervalMS int64  `json:"interval_ms"`
	Passes     int    `json:"passes"`
	Fails      int    `json:"fails"`
	URI        string `json:"uri"`
	Expression string `json:"expression"`
}

// countersDocument is what is counted of a member.
type countersDocument struct {
	Elected      uint64 `json:"elected"`
	Busy         int32  `json:"busy"`
	LBStatus     int32  `json:"lbstatus"`
	Sent         int64  `json:"sent"`
	Received     int64  `json:"received"`
	Failures     uint64 `json:"failures"`
	Retries      int32  `json:"retries"`
	ChecksPassed int    `json:"checks_passed"`
	ChecksFailed int    `json:"checks_failed"`
}

// memberID names a member in a path: a URL has slashes, which servers do not take in one.
func memberID(w *upstream.Worker) string {
	sum := sha256.Sum256([]byte(w.Name))
	return hex.EncodeToString(sum[:6])
}

func (c *call) balancerDocument(b *upstream.Balancer) balancerDocument {
	return balancerDocument{
		Name: short(b), Path: pathOf(c.host, b), Changeable: c.manager.nonceOf(b) != "", balancerSettingsDocument: newBalancerSettings(b),
		MaxMembers: len(b.Members) + b.Growth, Members: memberDocuments(b),
	}
}

func newBalancerSettings(b *upstream.Balancer) balancerSettingsDocument {
	live := b.Live()
	return balancerSettingsDocument{
		Method: live.Method.String(), StickySession: stickyText(&live, ""), NoFailover: live.NoFailover,
		Timeout: int(live.Timeout / time.Second), MaxAttempts: live.MaxAttempts,
	}
}

func memberDocuments(b *upstream.Balancer) []memberDocument {
	all := []memberDocument{}
	for _, w := range b.Live().Members {
		all = append(all, newMemberDocument(w))
	}
	return all
}

func newMemberDocument(w *upstream.Worker) memberDocument {
	s := w.Slot
	state := s.Status()
	return memberDocument{
		ID: memberID(w), URL: w.Name, Usable: state.Usable(), Error: state.Has(ir.StatusError), State: stateText(state),
		memberSettingsDocument: newMemberSettingsDocument(w),
		Counters: countersDocument{
			Elected: s.Elected(), Busy: s.Busy(), LBStatus: s.LBStatus(), Sent: s.Transferred(), Received: s.Read(),
			Failures: s.Failures(), Retries: s.Retries(), ChecksPassed: s.ChecksPassed(), ChecksFailed: s.ChecksFailed(),
		},
	}
}

func newMemberSettingsDocument(w *upstream.Worker) memberSettingsDocument {
	state, check, texts := w.Slot.Status(), w.Slot.Check(), w.Texts()
	return memberSettingsDocument{
		LoadFactor: float64(w.Slot.Factor()) / 100, Set: w.Slot.LBSet(), Route: texts.Route, Redirect: texts.Redirect,
		Status: statusDocument{
			IgnoreErrors: state.Has(ir.StatusIgnore), Draining: state.Has(ir.StatusDrain), Disabled: state.Has(ir.StatusDisabled),
			HotStandby: state.Has(ir.StatusHotStandby), HotSpare: state.Has(ir.StatusHotSpare), Stopped: state.Has(ir.StatusStopped),
			HealthCheckFailed: state.Has(ir.StatusHealthFailed),
		},
		HealthCheck: checkDocument{
			Method: check.Method.String(), IntervalMS: check.Interval.Milliseconds(), Passes: check.Passes, Fails: check.Fails,
			URI: texts.CheckURI, Expression: texts.CheckExpr,
		},
	}
}

// etag names what can be changed, as it is: counters do not count, and what checks make of a member neither.
func (c *call) etag() string {
	settings := any(newBalancerSettings(c.balancer))
	if c.worker != nil {
		of := newMemberSettingsDocument(c.worker)
		of.Status.HealthCheckFailed = false
		settings = of
	}
	document, err := json.Marshal(settings)
	if err != nil {
		return `""` // of numbers and texts there is always a document
	}
	sum := sha256.Sum256(document)
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}
