package ir

import (
	"time"

	"github.com/lbconf/lbconf/parser/clib"
)

// Balancer is what the parameters of a balancer say. A field that is not set holds httpd's default.
type Balancer struct {
	// LBMethod is lbmethod: the name of the provider as it is written, default byrequests.
	LBMethod Setting[string]
	// StickySession is stickysession: the name of the cookie, and behind a | that of the URL parameter; httpd keeps 63 bytes.
	StickySession Setting[string]
	// StickySeparator is stickysessionsep: the byte before the route in a session identifier, default "."; empty means off: the
	// whole value is the route.
	StickySeparator Setting[string]
	// SemicolonPathDelim is scolonpathdelim: a semicolon ends the value in a URL too, default off.
	SemicolonPathDelim Setting[bool]
	// NoFailover is nofailover: a session whose member is out gets 503, default off.
	NoFailover Setting[bool]
	// ForceRecovery is forcerecovery: when all members are in the error state they are tried at once, default on.
	ForceRecovery Setting[bool]
	// FailOnTimeout is failontimeout: a read that times out puts the member into the error state, default off.
	FailOnTimeout Setting[bool]
	// Timeout is timeout: how long a request waits for a usable member, whole seconds from 1; not set means not at all. It is
	// not the timeout of a connection.
	Timeout Setting[time.Duration]
	// MaxAttempts is maxattempts: further members that are tried; not set means all others.
	MaxAttempts Setting[int]
	// FailOnStatus is failonstatus: statuses of a response that put the member into the error state.
	FailOnStatus Setting[[]int]
	// Nonce is nonce: guards changes through balancer-manager; not set means a random one for each start.
	Nonce Setting[string]
	// Growth is growth: members that balancer-manager may add, 1 to 100.
	Growth Setting[int]
}

// DefaultBalancer returns a balancer with httpd's defaults and nothing set.
func DefaultBalancer() Balancer {
	return Balancer{
		LBMethod:        Setting[string]{Value: "byrequests"},
		StickySeparator: Setting[string]{Value: "."},
		ForceRecovery:   Setting[bool]{Value: true},
	}
}

// LBMethods are the methods of httpd 2.4, each with the module that has it.
func LBMethods() map[string]string {
	return map[string]string{
		"byrequests": "mod_lbmethod_byrequests", "bytraffic": "mod_lbmethod_bytraffic",
		"bybusyness": "mod_lbmethod_bybusyness", "heartbeat": "mod_lbmethod_heartbeat",
	}
}

// ApplyBalancer sets what a parameter says. The error is nil or a *ParamError, and then nothing is changed. Whether the
// module of an lbmethod is loaded is not checked here.
func ApplyBalancer(b *Balancer, p Param) error {
	spec := LookupParam(ParamOfBalancer, p.Key)
	if spec == nil {
		return strangeParam(ParamOfBalancer, p, "unknown Balancer parameter")
	}
	v, err := spec.read(p)
	if err != nil {
		return err
	}
	switch spec.Key {
	case "lbmethod":
		if LBMethods()[p.Value] == "" {
			return spec.invalid(p, spec.Refusal)
		}
	case "stickysessionsep":
		if clib.EqualFold(p.Value, "off") {
			b.StickySeparator = Setting[string]{Written: p.Value, Set: true}
			return nil
		}
		if len(p.Value) != 1 {
			return spec.invalid(p, spec.Refusal)
		}
	}
	balancerSetters[spec.Key](b, v)
	return nil
}

// balancerSetters has an entry for every key of balancerSpecs.
var balancerSetters = map[string]func(*Balancer, paramValue){
	"lbmethod": func(b *Balancer, v paramValue) { b.LBMethod = written(v, v.text) },
	"stickysession": func(b *Balancer, v paramValue) {
		b.StickySession = written(v, v.text[:min(len(v.text), 63)])
	},
	"stickysessionsep": func(b *Balancer, v paramValue) { b.StickySeparator = written(v, v.text) },
	"scolonpathdelim":  func(b *Balancer, v paramValue) { b.SemicolonPathDelim = written(v, v.on) },
	"nofailover":       func(b *Balancer, v paramValue) { b.NoFailover = written(v, v.on) },
	"forcerecovery":    func(b *Balancer, v paramValue) { b.ForceRecovery = written(v, v.on) },
	"failontimeout":    func(b *Balancer, v paramValue) { b.FailOnTimeout = written(v, v.on) },
	"timeout":          func(b *Balancer, v paramValue) { b.Timeout = written(v, v.d) },
	"maxattempts":      func(b *Balancer, v paramValue) { b.MaxAttempts = written(v, int(v.n)) },
	"failonstatus":     func(b *Balancer, v paramValue) { b.FailOnStatus = written(v, v.codes) },
	"nonce": func(b *Balancer, v paramValue) {
		value := v.text
		if clib.EqualFold(value, "none") {
			value = ""
		}
		b.Nonce = written(v, value)
	},
	"growth": func(b *Balancer, v paramValue) { b.Growth = written(v, int(v.n)) },
}

// balancerSpecs are the keys that mod_proxy's set_balancer_param takes.
var balancerSpecs = []ParamSpec{
	{
		Key: "lbmethod", Of: ParamOfBalancer, Kind: ParamText, Default: "byrequests", Module: "mod_proxy",
		Legal:   "byrequests, bytraffic, bybusyness or heartbeat, in lower case, and its module must be loaded before",
		Refusal: "unknown lbmethod", Means: "how a member is chosen",
	},
	{
		Key: "stickysession", Of: ParamOfBalancer, Kind: ParamText, Module: "mod_proxy",
		Legal: "the name of a cookie, or COOKIE|parameter", Means: "where the session identifier is found",
	},
	{
		Key: "stickysessionsep", Of: ParamOfBalancer, Kind: ParamText, Default: ".", Module: "mod_proxy",
		Legal: "one byte, or Off", Refusal: "stickysessionsep must be a single character or Off", Means: "what stands before the route",
	},
	{
		Key: "scolonpathdelim", Of: ParamOfBalancer, Kind: ParamSwitch, Default: "off", Module: "mod_proxy",
		Legal: "On or Off", Refusal: "scolonpathdelim must be On|Off", Means: "a semicolon ends a session identifier in a URL",
	},
	{
		Key: "nofailover", Of: ParamOfBalancer, Kind: ParamSwitch, Default: "off", Module: "mod_proxy",
		Legal: "On or Off", Refusal: "failover must be On|Off", Means: "sessions never change the member",
	},
	{
		Key: "forcerecovery", Of: ParamOfBalancer, Kind: ParamSwitch, Default: "on", Module: "mod_proxy",
		Legal: "On or Off", Refusal: "forcerecovery must be On|Off", Means: "try at once when all members are in the error state",
	},
	{
		Key: "failontimeout", Of: ParamOfBalancer, Kind: ParamSwitch, Default: "off", Module: "mod_proxy",
		Legal: "On or Off", Refusal: "failontimeout must be On|Off", Means: "a timeout puts the member into the error state",
	},
	{
		Key: "timeout", Of: ParamOfBalancer, Kind: ParamSeconds, Min: 1, Max: maxInt, Module: "mod_proxy",
		Legal: "a whole number of seconds without a unit, 1 or more", Refusal: "timeout must be at least one second",
		Means: "seconds to wait for a usable member",
	},
	{
		Key: "maxattempts", Of: ParamOfBalancer, Kind: ParamInt, Max: maxInt, Module: "mod_proxy",
		Legal: "a whole number, 0 or more", Refusal: "maximum number of attempts must be a positive number", Means: "further members that are tried",
	},
	{
		Key: "failonstatus", Of: ParamOfBalancer, Kind: ParamCodes, Min: 100, Max: 599, Module: "mod_proxy",
		Legal: "HTTP status codes from 100 to 599 joined by commas", Refusal: "failonstatus must be one or more HTTP response codes",
		Means: "statuses that put the member into the error state",
	},
	{
		Key: "nonce", Of: ParamOfBalancer, Kind: ParamText, Max: 36, Module: "mod_proxy",
		Legal: "at most 36 bytes, or None", Refusal: "Provided nonce is too large", Means: "secret of balancer-manager",
	},
	{
		Key: "growth", Of: ParamOfBalancer, Kind: ParamInt, Min: 1, Max: 100, Module: "mod_proxy",
		Legal: "a whole number from 1 to 100", Refusal: "growth must be between 1 and 100", Means: "members that balancer-manager may add",
	},
}
