package ir

import "time"

// HealthMethod is how mod_proxy_hcheck checks a member.
type HealthMethod string

// The methods.
const (
	// HealthNone checks nothing: the default.
	HealthNone HealthMethod = "NONE"
	// HealthTCP opens a connection.
	HealthTCP HealthMethod = "TCP"
	// HealthOptions sends OPTIONS * HTTP/1.0.
	HealthOptions HealthMethod = "OPTIONS"
	// HealthHead sends HEAD path HTTP/1.0.
	HealthHead HealthMethod = "HEAD"
	// HealthGet sends GET path HTTP/1.0.
	HealthGet HealthMethod = "GET"
	// HealthCPing sends AJP's CPing; httpd takes it where mod_proxy_ajp is loaded.
	HealthCPing HealthMethod = "CPING"
	// HealthOptions11 sends OPTIONS * HTTP/1.1.
	HealthOptions11 HealthMethod = "OPTIONS11"
	// HealthHead11 sends HEAD path HTTP/1.1.
	HealthHead11 HealthMethod = "HEAD11"
	// HealthGet11 sends GET path HTTP/1.1.
	HealthGet11 HealthMethod = "GET11"
)

var healthMethods = []string{"NONE", "TCP", "OPTIONS", "HEAD", "GET", "CPING", "OPTIONS11", "HEAD11", "GET11"}

// Health is what the hc keys of a worker say. Only members of balancers are checked.
type Health struct {
	// Method is hcmethod, in upper case; without it no check is ever sent.
	Method Setting[HealthMethod]
	// Interval is hcinterval, from 100 ms, default 30 s.
	Interval Setting[time.Duration]
	// Passes is hcpasses: good checks, not necessarily in a row, that bring a member back; default 1.
	Passes Setting[int]
	// Fails is hcfails: bad checks, not necessarily in a row, that take a member out; default 1.
	Fails Setting[int]
	// URI is hcuri, at most 63 bytes; it is appended to the member's path.
	URI Setting[string]
	// Expr is hcexpr: the name of a ProxyHCExpr; not set means that the statuses 200 to 399 are healthy.
	Expr Setting[string]
	// Template is hctemplate: the name of a ProxyHCTemplate.
	Template Setting[string]
}

// defaultHealth returns httpd's defaults with nothing set.
func defaultHealth() Health {
	return Health{
		Method:   Setting[HealthMethod]{Value: HealthNone},
		Interval: Setting[time.Duration]{Value: 30 * time.Second},
		Passes:   Setting[int]{Value: 1},
		Fails:    Setting[int]{Value: 1},
	}
}

// HealthTemplate is ProxyHCTemplate: keys of a health check under a name, from which hctemplate takes them.
type HealthTemplate struct {
	Node
	// Name is compared without regard to case.
	Name string
	// Params are hc keys, in order.
	Params []Param
}

// TemplateDefaults are the keys that a template has before its own: with a template a member is checked, unlike without
// one.
func TemplateDefaults() []Param {
	return []Param{
		{Key: "hcmethod", Value: string(HealthTCP)},
		{Key: "hcinterval", Value: "30"},
		{Key: "hcpasses", Value: "1"},
		{Key: "hcfails", Value: "1"},
		{Key: "hcuri"},
		{Key: "hcexpr"},
	}
}

// HealthExpr is ProxyHCExpr: what makes a response to a health check a good one, under a name that hcexpr says.
type HealthExpr struct {
	Node
	// Name is compared without regard to case; at most 15 bytes.
	Name string
	// Expr is the expression, without the braces around it.
	Expr string
}

func (*HealthTemplate) item() {}
func (*HealthExpr) item()     {}
