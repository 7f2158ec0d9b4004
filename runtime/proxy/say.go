package proxy

import (
	"net"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/runtime/balance"
	"github.com/lbconf/lbconf/runtime/trace"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// Each of these asks first whether anything is said, so that a request that is not traced costs a comparison.

// says reports whether mod_proxy says what it does.
func (j *Job) says() bool { return j.Plan.Trace.On(trace.Proxy, trace.Debug) }

func (j *Job) say(level trace.Level, format string, args ...any) {
	j.Plan.Trace.Printf(trace.Proxy, level, j.X.Client.Remote, format, args...)
}

// sayAttempt traces the start of an attempt.
func (j *Job) sayAttempt(scheme string, n int) {
	if j.says() {
		j.say(trace.Debug, "AH01143: Running scheme %s handler (attempt %d)", scheme, n)
	}
}

// sayPick traces the choice of a balancer.
func (j *Job) sayPick(b *upstream.Balancer, choice *balance.Choice) {
	if choice.Compared && j.says() {
		method := b.Live().Method.String()
		j.say(trace.Debug, "AH10122: proxy: Entering %s for BALANCER (%s)", method, b.Name)
		j.say(trace.Debug, "AH10123: proxy: %s selected worker %q : busy %d : lbstatus %d", method, choice.Worker.Name, choice.Busy, choice.LBStatus)
	}
}

// sayMember traces the URL of a member.
func (j *Job) sayMember(b *upstream.Balancer, w *upstream.Worker) {
	if log := j.Plan.Trace; log.On(trace.ProxyBalancer, trace.Debug) {
		log.Printf(trace.ProxyBalancer, trace.Debug, j.X.Client.Remote, "AH01172: %s: worker (%s) rewritten to %s", b.Name, w.Name, j.url())
	}
	if j.says() {
		j.say(trace.Debug, "AH00924: worker %s shared already initialized", w.Name)
		j.say(trace.Debug, "AH00926: worker %s local already initialized", w.Name)
	}
}

// url is where the request goes.
func (j *Job) url() []byte {
	const prefix = len("proxy:")
	return j.X.Filename[min(prefix, len(j.X.Filename)):]
}

// backendName is host and port of a worker as httpd names its connections; those of the default worker are all hosts.
func (a *attempt) backendName() string {
	if a.worker.Slot == nil {
		return "*:80"
	}
	return a.worker.Host + ":" + strconv.Itoa(a.worker.Port)
}

// poolScheme is the scheme of a worker as httpd names its pool.
func (a *attempt) poolScheme() string {
	if a.worker.Slot == nil && !a.inPackets() {
		return "*"
	}
	return a.speaker()
}

// inPackets says whether the backend speaks another protocol than HTTP.
func (a *attempt) inPackets() bool { return a.worker.Scheme == "ajp" || a.worker.Scheme == "fcgi" }

// speaker is what the module that speaks to the backend calls itself.
func (a *attempt) speaker() string {
	if a.inPackets() {
		return strings.ToUpper(a.worker.Scheme)
	}
	return a.worker.Scheme
}

// sayConnect traces that a connection is looked for.
func (a *attempt) sayConnect(path []byte) {
	if !a.says() {
		return
	}
	target := a.worker.Host + ":" + strconv.Itoa(a.worker.Port)
	a.say(trace.Debug, "AH00942: %s: has acquired connection for (%s)", a.speaker(), a.backendName())
	a.say(trace.Debug, "AH00944: connecting %s to %s", a.url(), target)
	a.say(trace.Debug, "AH00947: connecting %s to %s (%s)", path, target, target)
}

// sayConnected traces the connection that was found or made.
func (a *attempt) sayConnected(fresh bool) {
	if !a.says() {
		return
	}
	nc := a.conn.conn.NetConn()
	if !fresh {
		a.say(trace.Trace2, "%s: reusing backend connection %s<>%s", a.speaker(), nc.LocalAddr(), nc.RemoteAddr())
		return
	}
	a.say(trace.Trace2, "%s: fam 2 socket created for %s (%s:%d)", a.speaker(), nc.RemoteAddr(), a.worker.Host, a.worker.Port)
	a.say(trace.Debug, "AH02824: %s: connection established with %s (%s:%d)", a.speaker(), nc.RemoteAddr(), a.worker.Host, a.worker.Port)
	if !a.inPackets() {
		a.say(trace.Debug, "AH00962: %s: connection complete to %s (%s)", a.speaker(), nc.RemoteAddr(), a.worker.Host)
	}
}

// sayRefused traces a connection that could not be made.
func (a *attempt) sayRefused() {
	if a.says() {
		target := net.JoinHostPort(a.worker.Host, strconv.Itoa(a.worker.Port))
		a.say(trace.Error, "AH00957: %s: attempt to connect to %s (%s:%d) failed", a.speaker(), target, a.worker.Host, a.worker.Port)
		a.say(trace.Debug, "AH00943: %s: has released connection for (%s)", a.poolScheme(), a.backendName())
	}
}

// sayReleased traces that the connection is not needed any more.
func (a *attempt) sayReleased() {
	if a.says() {
		a.say(trace.Debug, "AH00943: %s: has released connection for (%s)", a.poolScheme(), a.backendName())
	}
}
