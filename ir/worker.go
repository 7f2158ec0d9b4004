package ir

import (
	"math"
	"time"

	"github.com/lbconf/lbconf/parser/clib"
)

// Worker is what the parameters of a worker say: mod_proxy's side of one backend. A field that is not set holds httpd's
// default.
type Worker struct {
	// LoadFactor is loadfactor in hundredths: 100 to 10000, default 100.
	LoadFactor Setting[int]
	// Retry is retry: how long a worker in the error state is left alone, whole seconds, default 60 s. 0 means that the next
	// request tries it.
	Retry Setting[time.Duration]
	// TTL is ttl: how long an idle connection may be used again, whole seconds from 1; not set means for ever.
	TTL Setting[time.Duration]
	// Min is min, connections; httpd 2.4 keeps it and does not open them ahead.
	Min Setting[int]
	// Max is max, connections a process may have to the backend; 0 means the threads of a process.
	Max Setting[int]
	// SMax is smax, idle connections older than TTL that stay open, unused, until the next one is asked for; not set means
	// Max. Without TTL it does nothing.
	SMax Setting[int]
	// Acquire is acquire: how long a request waits for a free connection, from 1 ms; not set means for ever.
	Acquire Setting[time.Duration]
	// Timeout is timeout: how long a read or write on the connection may take, whole seconds from 1; not set means ProxyTimeout,
	// and without that Timeout.
	Timeout Setting[time.Duration]
	// ConnectionTimeout is connectiontimeout: how long connecting may take, from 1 ms; not set means Timeout.
	ConnectionTimeout Setting[time.Duration]
	// Ping is ping: how long to wait for 100 Continue (HTTP) or CPong (AJP) before a request is sent; not set means no wait.
	Ping Setting[time.Duration]
	// KeepAlive is keepalive: SO_KEEPALIVE on the connection, default off. It has nothing to do with HTTP keep-alive.
	KeepAlive Setting[bool]
	// Reuse says whether connections are used again. Written by enablereuse, or by disablereuse with the opposite sense; the
	// last one counts. Default on.
	Reuse Setting[bool]
	// AddressTTL is addressttl: how long a resolved address counts, whole seconds; negative means for ever, the default.
	AddressTTL Setting[time.Duration]
	// Route is route, at most 63 bytes: the name of the member in session identifiers.
	Route Setting[string]
	// Redirect is redirect, at most 63 bytes: the route of the member that takes over while this one is disabled.
	Redirect Setting[string]
	// Status is status: the flags that are set at start.
	Status Setting[StatusFlags]
	// LBSet is lbset: sets with a lower number are used first, 0 to 99, default 0.
	LBSet Setting[int]
	// FlushPackets is flushpackets, for AJP and FastCGI: off (default), on or auto.
	FlushPackets Setting[string]
	// FlushWait is flushwait: how long auto waits for more, default 10 ms.
	FlushWait Setting[time.Duration]
	// Flusher is flusher: the name of the provider, default flush.
	Flusher Setting[string]
	// IOBufferSize and ReceiveBufferSize are in bytes; 0 means the Proxy… directive of that name.
	IOBufferSize, ReceiveBufferSize Setting[int]
	// ResponseFieldSize is responsefieldsize: how long a header line of the response may be, bytes, default 8192.
	ResponseFieldSize Setting[int]
	// Upgrade is upgrade: protocols joined by commas or spaces, or * for ANY; empty means that none is offered.
	Upgrade Setting[string]
	// Secret is secret, for AJP, at most 63 bytes.
	Secret Setting[string]
	// Health is what the keys of mod_proxy_hcheck say.
	Health Health
}

// DefaultWorker returns a worker with httpd's defaults and nothing set.
func DefaultWorker() Worker {
	return Worker{
		LoadFactor:        Setting[int]{Value: 100},
		Retry:             Setting[time.Duration]{Value: 60 * time.Second},
		Reuse:             Setting[bool]{Value: true},
		AddressTTL:        Setting[time.Duration]{Value: -1},
		FlushPackets:      Setting[string]{Value: "off"},
		FlushWait:         Setting[time.Duration]{Value: 10 * time.Millisecond},
		Flusher:           Setting[string]{Value: "flush"},
		ResponseFieldSize: Setting[int]{Value: 8192},
		Health:            defaultHealth(),
	}
}

// ApplyWorker sets what a parameter says. The error is nil or a *ParamError, and then nothing is changed. What needs other
// directives is not checked here: the names of hcexpr and hctemplate.
func ApplyWorker(w *Worker, p Param) error {
	spec := LookupParam(ParamOfWorker, p.Key)
	if spec == nil {
		return strangeParam(ParamOfWorker, p, "unknown Worker parameter")
	}
	v, err := spec.read(p)
	if err != nil {
		return err
	}
	workerSetters[spec.Key](w, v)
	return nil
}

// strangeParam says why an object does not have a key: another object has it, or none has.
func strangeParam(of ParamObject, p Param, httpd string) error {
	for _, other := range []ParamObject{ParamOfWorker, ParamOfBalancer} {
		if spec := LookupParam(other, p.Key); spec != nil && other != of {
			return &ParamError{Param: p, Problem: ParamMisplaced, Of: of, Spec: spec, Httpd: httpd}
		}
	}
	return &ParamError{Param: p, Problem: ParamUnknown, Of: of, Httpd: httpd}
}

func written[T any](v paramValue, value T) Setting[T] {
	return Setting[T]{Written: v.text, Value: value, Set: true}
}

// workerSetters has an entry for every key of workerSpecs.
var workerSetters = map[string]func(*Worker, paramValue){
	"loadfactor":        func(w *Worker, v paramValue) { w.LoadFactor = written(v, int(v.n)) },
	"retry":             func(w *Worker, v paramValue) { w.Retry = written(v, v.d) },
	"ttl":               func(w *Worker, v paramValue) { w.TTL = written(v, v.d) },
	"min":               func(w *Worker, v paramValue) { w.Min = written(v, int(v.n)) },
	"max":               func(w *Worker, v paramValue) { w.Max = written(v, int(v.n)) },
	"smax":              func(w *Worker, v paramValue) { w.SMax = written(v, int(v.n)) },
	"acquire":           func(w *Worker, v paramValue) { w.Acquire = written(v, v.d) },
	"timeout":           func(w *Worker, v paramValue) { w.Timeout = written(v, v.d) },
	"connectiontimeout": func(w *Worker, v paramValue) { w.ConnectionTimeout = written(v, v.d) },
	"ping":              func(w *Worker, v paramValue) { w.Ping = written(v, v.d) },
	"keepalive":         func(w *Worker, v paramValue) { w.KeepAlive = written(v, v.on) },
	"disablereuse":      func(w *Worker, v paramValue) { w.Reuse = written(v, !v.on) },
	"enablereuse":       func(w *Worker, v paramValue) { w.Reuse = written(v, v.on) },
	"addressttl":        func(w *Worker, v paramValue) { w.AddressTTL = written(v, v.d) },
	"route":             func(w *Worker, v paramValue) { w.Route = written(v, v.text) },
	"redirect":          func(w *Worker, v paramValue) { w.Redirect = written(v, v.text) },
	"status":            func(w *Worker, v paramValue) { w.Status = written(v, w.Status.Value&^v.off|v.status) },
	"lbset":             func(w *Worker, v paramValue) { w.LBSet = written(v, int(v.n)) },
	"flushpackets":      func(w *Worker, v paramValue) { w.FlushPackets = written(v, v.text) },
	"flushwait": func(w *Worker, v paramValue) {
		if v.n == 0 {
			v.n = 10
		}
		w.FlushWait = written(v, time.Duration(v.n)*time.Millisecond)
	},
	"flusher":           func(w *Worker, v paramValue) { w.Flusher = written(v, v.text) },
	"iobuffersize":      func(w *Worker, v paramValue) { w.IOBufferSize = written(v, int(v.n)) },
	"receivebuffersize": func(w *Worker, v paramValue) { w.ReceiveBufferSize = written(v, int(v.n)) },
	"responsefieldsize": func(w *Worker, v paramValue) {
		if v.n == 0 {
			v.n = 8192
		}
		w.ResponseFieldSize = written(v, int(v.n))
	},
	"upgrade": func(w *Worker, v paramValue) {
		value := v.text
		if clib.EqualFold(value, "any") {
			value = "*"
		}
		w.Upgrade = written(v, value)
	},
	"secret":     func(w *Worker, v paramValue) { w.Secret = written(v, v.text) },
	"hcmethod":   func(w *Worker, v paramValue) { w.Health.Method = written(v, HealthMethod(v.text)) },
	"hcinterval": func(w *Worker, v paramValue) { w.Health.Interval = written(v, v.d) },
	"hcpasses":   func(w *Worker, v paramValue) { w.Health.Passes = written(v, int(v.n)) },
	"hcfails":    func(w *Worker, v paramValue) { w.Health.Fails = written(v, int(v.n)) },
	"hcuri":      func(w *Worker, v paramValue) { w.Health.URI = written(v, v.text) },
	"hcexpr":     func(w *Worker, v paramValue) { w.Health.Expr = written(v, v.text) },
	"hctemplate": func(w *Worker, v paramValue) { w.Health.Template = written(v, v.text) },
}

const maxInt = math.MaxInt32

// workerSpecs are the keys that mod_proxy's set_worker_param and mod_proxy_hcheck take.
var workerSpecs = []ParamSpec{
	{
		Key: "loadfactor", Of: ParamOfWorker, Kind: ParamFactor, Min: 100, Max: 10000, Default: "1", Module: "mod_proxy",
		Legal: "a number from 1 to 100, with at most two digits behind the point", Refusal: "LoadFactor must be a number between 1..100",
		Means: "share of the work",
	},
	{
		Key: "retry", Of: ParamOfWorker, Kind: ParamSeconds, Max: maxInt, Default: "60", Module: "mod_proxy",
		Legal: "a whole number of seconds without a unit, 0 or more", Refusal: "Retry must be a positive value",
		Means: "seconds that a worker in the error state is left alone",
	},
	{
		Key: "ttl", Of: ParamOfWorker, Kind: ParamSeconds, Min: 1, Max: maxInt, Module: "mod_proxy",
		Legal: "a whole number of seconds without a unit, 1 or more", Refusal: "TTL must be at least one second",
		Means: "seconds that an idle connection lives",
	},
	{
		Key: "min", Of: ParamOfWorker, Kind: ParamInt, Max: maxInt, Default: "0", Module: "mod_proxy",
		Legal: "a whole number, 0 or more", Refusal: "Min must be a positive number", Means: "connections kept open",
	},
	{
		Key: "max", Of: ParamOfWorker, Kind: ParamInt, Max: maxInt, Default: "0", Module: "mod_proxy",
		Legal: "a whole number, 0 or more; 0 means the threads of a process", Refusal: "Max must be a positive number",
		Means: "connections a process may open",
	},
	{
		Key: "smax", Of: ParamOfWorker, Kind: ParamInt, Max: maxInt, Module: "mod_proxy",
		Legal: "a whole number, 0 or more", Refusal: "Smax must be a positive number", Means: "idle connections that ttl leaves open, unused",
	},
	{
		Key: "acquire", Of: ParamOfWorker, Kind: ParamInterval, Unit: time.Millisecond, Min: 1, Max: math.MaxInt64, Module: "mod_proxy",
		Legal:   "a whole number with the unit ms (default), s, mi or h, at least 1 ms",
		Refusal: "Acquire must be at least one millisecond", Malformed: "Acquire timeout has wrong format",
		Means: "wait for a free connection",
	},
	{
		Key: "timeout", Of: ParamOfWorker, Kind: ParamSeconds, Min: 1, Max: maxInt, Module: "mod_proxy",
		Legal: "a whole number of seconds without a unit, 1 or more", Refusal: "Timeout must be at least one second",
		Means: "seconds a read or write may take",
	},
	{
		Key: "connectiontimeout", Of: ParamOfWorker, Kind: ParamInterval, Unit: time.Second, Min: 1, Max: math.MaxInt64, Module: "mod_proxy",
		Legal:   "a whole number with the unit s (default), ms, mi or h, at least 1 ms",
		Refusal: "Connectiontimeout must be at least one millisecond.", Malformed: "Connectiontimeout has wrong format",
		Means: "time that connecting may take",
	},
	{
		Key: "ping", Of: ParamOfWorker, Kind: ParamInterval, Unit: time.Second, Min: 1, Max: math.MaxInt64, Module: "mod_proxy",
		Legal:   "a whole number with the unit s (default), ms, mi or h, at least 1 ms",
		Refusal: "Ping/Pong timeout must be at least one millisecond", Malformed: "Ping/Pong timeout has wrong format",
		Means: "wait for 100 Continue or CPong before a request is sent",
	},
	{
		Key: "keepalive", Of: ParamOfWorker, Kind: ParamSwitch, Default: "off", Module: "mod_proxy",
		Legal: "On or Off", Refusal: "KeepAlive must be On|Off", Means: "TCP keep-alive probes on the connection",
	},
	{
		Key: "disablereuse", Of: ParamOfWorker, Kind: ParamSwitch, Default: "off", Module: "mod_proxy",
		Legal: "On or Off", Refusal: "DisableReuse must be On|Off", Means: "close the connection after each request",
	},
	{
		Key: "enablereuse", Of: ParamOfWorker, Kind: ParamSwitch, Default: "on", Module: "mod_proxy",
		Legal: "On or Off", Refusal: "EnableReuse must be On|Off", Means: "keep the connection for the next request",
	},
	{
		Key: "addressttl", Of: ParamOfWorker, Kind: ParamInterval, Unit: time.Second, Max: math.MaxInt32 * 1000, Default: "-1", Module: "mod_proxy",
		Legal:   "-1, or a number of seconds up to 2147483647, with the unit s (default), mi or h",
		Refusal: "AddressTTL must be -1 or a number of seconds not exceeding (2147483647)", Means: "time that a resolved address counts",
	},
	{
		Key: "route", Of: ParamOfWorker, Kind: ParamText, Max: 63, Module: "mod_proxy",
		Legal: "at most 63 bytes", Refusal: "Route length must be < 64 characters", Means: "name of the member in session identifiers",
	},
	{
		Key: "redirect", Of: ParamOfWorker, Kind: ParamText, Max: 63, Module: "mod_proxy",
		Legal: "at most 63 bytes", Refusal: "Redirect length must be < 64 characters", Means: "route that takes over while the member is disabled",
	},
	{
		Key: "status", Of: ParamOfWorker, Kind: ParamStatus, Module: "mod_proxy",
		Legal:   "letters of O I N G U D S E H R F C, each set behind + and cleared behind -; H is a hot standby, D disabled, N draining, R a spare",
		Refusal: "Unknown status parameter option", Means: "flags at start",
	},
	{
		Key: "lbset", Of: ParamOfWorker, Kind: ParamInt, Max: 99, Default: "0", Module: "mod_proxy",
		Legal: "a whole number from 0 to 99", Refusal: "lbset must be between 0 and 99", Means: "set; lower ones are used first",
	},
	{
		Key: "flushpackets", Of: ParamOfWorker, Kind: ParamOneOf, Values: []string{"on", "off", "auto"}, Default: "off", Module: "mod_proxy",
		Legal: "on, off or auto", Refusal: "flushpackets must be on|off|auto", Means: "flush the response early (AJP, FastCGI)",
	},
	{
		Key: "flushwait", Of: ParamOfWorker, Kind: ParamInt, Max: 1000, Default: "10", Module: "mod_proxy",
		Legal:   "a whole number of milliseconds from 0 to 1000; 0 means 10",
		Refusal: "flushwait must be <= 1000, or 0 for system default of 10 millseconds.", Means: "milliseconds that flushpackets=auto waits",
	},
	{
		Key: "flusher", Of: ParamOfWorker, Kind: ParamText, Max: 15, Default: "flush", Module: "mod_proxy",
		Legal: "at most 15 bytes", Refusal: "flusher name length must be < 16 characters", Means: "provider that flushes",
	},
	{
		Key: "iobuffersize", Of: ParamOfWorker, Kind: ParamSize, Max: math.MaxInt64, Default: "0", Module: "mod_proxy",
		Legal: "a number of bytes, 512 or more, or 0 for the default", Refusal: "IOBufferSize must be >= 512 bytes, or 0 for system default.",
		Means: "buffer for bodies",
	},
	{
		Key: "receivebuffersize", Of: ParamOfWorker, Kind: ParamSize, Max: maxInt, Default: "0", Module: "mod_proxy",
		Legal:   "a number of bytes, 512 or more, or 0 for the default",
		Refusal: "ReceiveBufferSize must be >= 512 bytes, or 0 for system default.", Means: "receive buffer of the socket",
	},
	{
		Key: "responsefieldsize", Of: ParamOfWorker, Kind: ParamInt, Max: math.MaxInt64, Default: "8192", Module: "mod_proxy",
		Legal:   "a number of bytes, 0 or more; 0 means 8192",
		Refusal: "ResponseFieldSize must be greater than 0 bytes, or 0 for system default.", Means: "longest header line of a response",
	},
	{
		Key: "upgrade", Of: ParamOfWorker, Kind: ParamText, Max: 15, Module: "mod_proxy",
		Legal: "protocols, at most 15 bytes, or ANY", Refusal: "upgrade protocol length must be < 16 characters",
		Means: "protocols to which a connection may be upgraded",
	},
	{
		Key: "secret", Of: ParamOfWorker, Kind: ParamText, Max: 63, Module: "mod_proxy",
		Legal: "at most 63 bytes", Refusal: "Secret length must be < 64 characters", Means: "secret of AJP",
	},
	{
		Key: "hcmethod", Of: ParamOfWorker, Kind: ParamOneOf, Values: healthMethods, Default: "NONE", Module: "mod_proxy_hcheck",
		Legal: "NONE, TCP, OPTIONS, HEAD, GET, CPING, OPTIONS11, HEAD11 or GET11", Refusal: "Unknown method", Means: "how the member is checked",
		Planned: "PROVIDER", Malformed: "Health check method %s not (yet) implemented",
	},
	{
		Key: "hcinterval", Of: ParamOfWorker, Kind: ParamInterval, Unit: time.Second, Min: 100, Max: math.MaxInt64, Default: "30", Module: "mod_proxy_hcheck",
		Legal:   "a whole number with the unit s (default), ms, mi or h, at least 100 ms",
		Refusal: "Interval must be a positive value greater than 100ms", Malformed: "Unparse-able hcinterval setting", Means: "time between checks",
	},
	{
		Key: "hcpasses", Of: ParamOfWorker, Kind: ParamInt, Max: maxInt, Default: "1", Module: "mod_proxy_hcheck",
		Legal: "a whole number, 0 or more", Refusal: "Passes must be a positive value", Means: "good checks that bring the member back",
	},
	{
		Key: "hcfails", Of: ParamOfWorker, Kind: ParamInt, Max: maxInt, Default: "1", Module: "mod_proxy_hcheck",
		Legal: "a whole number, 0 or more", Refusal: "Fails must be a positive value", Means: "bad checks that take the member out",
	},
	{
		Key: "hcuri", Of: ParamOfWorker, Kind: ParamText, Max: 63, Module: "mod_proxy_hcheck",
		Legal: "at most 63 bytes", Refusal: "Health check uri length must be < 64 characters", Means: "path that is asked for, behind the member's",
	},
	{
		Key: "hcexpr", Of: ParamOfWorker, Kind: ParamText, Module: "mod_proxy_hcheck",
		Legal: "the name of a ProxyHCExpr that stands before it in the same server", Refusal: "Unknown health check condition expr",
		Means: "expression that is true for a healthy response",
	},
	{
		Key: "hctemplate", Of: ParamOfWorker, Kind: ParamText, Module: "mod_proxy_hcheck",
		Legal: "the name of a ProxyHCTemplate that stands before it in the same server", Refusal: "Unknown ProxyHCTemplate name",
		Means: "settings taken over from a template",
	},
}

// mappingSpecs is the key that belongs to the mapping and not to what it points at.
var mappingSpecs = []ParamSpec{
	{
		Key: "mapping", Of: ParamOfMapping, Kind: ParamOneOf, Values: []string{"encoded", "servlet"}, Module: "mod_proxy",
		Legal: "encoded or servlet", Refusal: "unknown mapping", Means: "match before the path is decoded",
	},
}
