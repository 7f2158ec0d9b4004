package upstream

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/tlsconf"
)

// Worker is one backend as the configuration describes it, with its live state. It is immutable but for the slot and for
// what Texts returns.
type Worker struct {
	// Name is scheme, host, port unless it is the scheme's own, and path: "http://localhost:8000". Scheme and host are in
	// lower case.
	Name string
	// Scheme is in lower case: "http".
	Scheme string
	// Host is the name or address of the backend, without the brackets of an IPv6 address; of a Unix socket it is only what the
	// Host field says.
	Host string
	// Port is 1 to 65535; the scheme's own where none is written.
	Port int
	// Addr is Host and Port as net.Dial takes them.
	Addr string
	// Authority is what a Host header to this backend says: host and, unless it is the scheme's own, port.
	Authority string
	// Socket is the path of the Unix socket that is connected to, or empty.
	Socket string
	// Path is the path of the name, or empty.
	Path string
	// Route is the worker's part of a sticky session, at most 63 bytes; it may be empty.
	Route string
	// Redirect is the route that takes over when the worker is unusable; it may be empty.
	Redirect string
	// Settings are its parameters.
	Settings Settings
	// HealthURI is what a health check asks for, behind Path (mod_proxy_hcheck: hcuri); it may be empty.
	HealthURI string
	// Healthy says whether the answer to a health check is a good one (mod_proxy_hcheck: hcexpr); nil where the statuses
	// 200 to 399 are good.
	Healthy func(Answer) bool
	// Match says that the name is that of a ProxyPassMatch: $1 in it stands for any text.
	Match bool
	// TLS is how connections that no request makes are encrypted, such as those of health checks; nil for a plain backend and
	// where SSLProxyEngine is Off.
	TLS *tlsconf.Backend
	// Slot is the live state. It is nil for the default worker, which stands for any backend that no worker describes.
	Slot *Slot
	// State is what the configuration says of the slot; it holds once the slot is configured with it.
	State State
	// Params are the parameters as the configuration wrote them; nil for the default worker.
	Params *ir.Worker

	texts atomic.Pointer[Texts]
}

// IsTLS says whether connections to backends of a scheme are encrypted.
func IsTLS(scheme string) bool { return scheme == "https" || scheme == "wss" }

// Settings are the parameters of a worker with defaults filled in.
type Settings struct {
	// ConnectTimeout bounds the connect (mod_proxy: connectiontimeout, else timeout, else ProxyTimeout, else Timeout).
	ConnectTimeout time.Duration
	// Timeout bounds each read and write (mod_proxy: timeout, else ProxyTimeout, else Timeout).
	Timeout time.Duration
	// Retry is how long a failure keeps the worker out (mod_proxy: retry, default 60 s).
	Retry time.Duration
	// TTL is how long an idle connection may be used again (mod_proxy: ttl); 0 is for ever.
	TTL time.Duration
	// Acquire bounds the wait for a connection when Max are in use (mod_proxy: acquire); 0 waits for ever.
	Acquire time.Duration
	// Ping bounds the wait for a 100 or a response (mod_proxy: ping); 0 is off.
	Ping time.Duration
	// Max bounds the connections (mod_proxy: max); 0 is no bound.
	Max int
	// SMax is the number of idle connections older than TTL that stay open until the next one is asked for (mod_proxy: smax);
	// 0 where none is given.
	SMax int
	// Min is mod_proxy's min.
	Min int
	// Reuse says that connections are kept for later requests (mod_proxy: enablereuse, disablereuse; default on).
	Reuse bool
	// KeepAlive says that the TCP connection gets SO_KEEPALIVE (mod_proxy: keepalive, default off).
	KeepAlive bool
	// AddressTTL is how long a resolved address is used (mod_proxy: addressttl); negative is for ever, 0 resolves each
	// time and keeps no connection.
	AddressTTL time.Duration
	// ResponseFieldSize bounds a line of the response's head (mod_proxy: responsefieldsize, default 8192).
	ResponseFieldSize int
	// Upgrade lists the protocols that a connection may switch to, joined by commas or spaces, or is * for all of them
	// (mod_proxy: upgrade, for ws and wss WebSocket where none is given); empty for none.
	Upgrade string
	// Secret is what a container of AJP asks for (mod_proxy: secret); empty for none.
	Secret string
	// BufferSize is how much of a body is moved at a time, for FastCGI (mod_proxy: iobuffersize); 0 is 8192.
	BufferSize int
	// Flush is when pieces of a response go out, for AJP and FastCGI (mod_proxy: flushpackets), FlushWait how long FlushAuto
	// waits for more (flushwait, default 10 ms).
	Flush     Flush
	FlushWait time.Duration
	// ReceiveBuffer is the size of the socket's receive buffer in bytes (mod_proxy: receivebuffersize); 0 is the system's.
	ReceiveBuffer int
	// Source is the address that connections come from (mod_proxy: ProxySourceAddress); invalid for that of the system.
	Source netip.Addr
}

// Flush is when the pieces of a response are sent to the client. The zero value waits until there are some.
type Flush uint8

// The values of flushpackets.
const (
	// FlushOff sends what is worth a write: the default.
	FlushOff Flush = iota
	// FlushOn sends each piece at once.
	FlushOn
	// FlushAuto sends what there is when nothing more comes for a while.
	FlushAuto
)

// Usable says whether a request may be sent to the worker. The default worker always is.
func (w *Worker) Usable() bool { return w.Slot == nil || w.Slot.Usable() }

// Fail puts the worker into the error state, unless it ignores errors.
func (w *Worker) Fail(now time.Time) {
	if w.Slot != nil {
		w.Slot.Fail(now)
	}
}

// Retry clears the error state where the retry time allows it and says whether the worker is out of it.
func (w *Worker) Retry(now time.Time) bool {
	return w.Slot == nil || w.Slot.Retry(now, w.Settings.Retry)
}

// Method is how a balancer chooses. The zero value is invalid.
type Method uint8

// The methods.
const (
	// ByRequests is mod_lbmethod_byrequests: by weighted count, the default.
	ByRequests Method = iota + 1
	// ByTraffic is mod_lbmethod_bytraffic: by weighted bytes.
	ByTraffic
	// ByBusyness is mod_lbmethod_bybusyness: by requests in work, then by weighted count.
	ByBusyness
	// ByHeartbeat is mod_lbmethod_heartbeat: at random, by what the backends say of themselves.
	ByHeartbeat
)

// String returns the value of lbmethod=.
func (m Method) String() string {
	switch m {
	case ByRequests:
		return "byrequests"
	case ByTraffic:
		return "bytraffic"
	case ByBusyness:
		return "bybusyness"
	case ByHeartbeat:
		return "heartbeat"
	}
	return "invalid"
}

// MethodOf returns the method that lbmethod= names; ok is false for one that no Method stands for.
func MethodOf(lbmethod string) (m Method, ok bool) {
	for m := ByRequests; m <= ByHeartbeat; m++ {
		if m.String() == lbmethod {
			return m, true
		}
	}
	return 0, false
}

// Balancer is a set of workers that share the load. It is immutable but for the slots of its members and for what Live
// returns, which requests go by.
type Balancer struct {
	// Mu serialises the choice of a member, as httpd's thread lock does.
	Mu sync.Mutex
	// Name is "balancer://name" in lower case.
	Name string
	// Members are in the order of the configuration, which decides ties.
	Members []*Worker
	// Method is how it chooses.
	Method Method
	// StickyCookie is the cookie that holds the session, or empty (mod_proxy: stickysession).
	StickyCookie string
	// StickyParam is the path parameter or query argument that holds the session, or empty.
	StickyParam string
	// StickySeparator stands before the route in the session; 0 when all of it is the route (stickysessionsep, default .).
	StickySeparator byte
	// SemicolonDelimits says that a semicolon ends the path parameter (scolonpathdelim).
	SemicolonDelimits bool
	// NoFailover answers 503 when the member of the session is unusable (nofailover).
	NoFailover bool
	// ForceRecovery tries all members again when all are in error (forcerecovery, default on).
	ForceRecovery bool
	// Timeout is how long a request waits for a usable member (timeout); 0 does not wait.
	Timeout time.Duration
	// MaxAttempts bounds the tries after the first (maxattempts, default members-1).
	MaxAttempts int
	// FailOnStatus holds the statuses that put a member into the error state (failonstatus).
	FailOnStatus []int
	// FailOnTimeout puts a member into the error state when reading from it times out (failontimeout).
	FailOnTimeout bool
	// Nonce guards changes through balancer-manager; empty allows none (nonce).
	Nonce string
	// RandomNonce says that the configuration names no nonce, so that one is made at start.
	RandomNonce bool
	// Growth is how many members may be added (growth).
	Growth int
	// Heartbeats is what ByHeartbeat chooses by; nil chooses nobody.
	Heartbeats Heartbeats
	// Server tells apart the balancers of virtual hosts, for the keys of the slots of members.
	Server string
	// Params are the parameters as the configuration wrote them; nil in a balancer that a program did not make.
	Params *ir.Balancer

	live     atomic.Pointer[Live]
	unsynced atomic.Bool
}
