package lint

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

var timeoutUnitIgnored = &Rule{
	ID:       "LB122",
	Name:     "timeout-unit-ignored",
	Class:    diag.Defect,
	Severity: diag.Error,
	Title:    "a unit behind a number that httpd reads as seconds",
	Why: `httpd 2.4 reads timeout=, retry= and ttl= of a worker, timeout= of a balancer and the directives Timeout and
ProxyTimeout as a number of seconds and stops at the first character that is no digit. So timeout=500ms are 500 seconds and
timeout=1min is one. Only connectiontimeout=, ping=, acquire=, hcinterval= and addressttl= know units. Nothing is logged; a
slow backend gets 502 or 504 after a second, or a dead one holds its clients for minutes.`,
	Bad: `ProxyPass "/" "http://backend.example.com:8080/" connectiontimeout=500ms timeout=5min
`,
	Good: `ProxyPass "/" "http://backend.example.com:8080/" connectiontimeout=500ms timeout=300
`,
	Refs: []string{"https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"},
	Run: func(p *Pass) {
		for _, param := range p.params() {
			spec := ir.LookupParam(ir.ParamOfWorker, param.Key)
			if spec != nil && spec.Kind == ir.ParamSeconds {
				checkUnit(p, param.Span, param.Key+"=", param.Value)
			}
		}
		for item := range p.items() {
			if number, ok := item.(*ir.Number); ok && (number.Name == ir.NumberTimeout || number.Name == ir.NumberProxyTimeout) {
				checkUnit(p, number.Origin.Arg(0), string(number.Name)+" ", number.Written)
			}
		}
	},
}

// unitsInMilliseconds are the units that people write and that change the meaning of a number of seconds.
var unitsInMilliseconds = map[string]int{
	"ms": 1, "msec": 1, "m": 60_000, "mi": 60_000, "min": 60_000, "mins": 60_000, "minute": 60_000, "minutes": 60_000,
	"h": 3_600_000, "hr": 3_600_000, "hour": 3_600_000, "hours": 3_600_000, "d": 86_400_000, "day": 86_400_000, "days": 86_400_000,
}

func checkUnit(p *Pass, at diag.Span, what, written string) {
	digits := strings.TrimRight(clib.ToLower(written), "abcdefghijklmnopqrstuvwxyz")
	unit := unitsInMilliseconds[clib.ToLower(written[len(digits):])]
	n, err := strconv.Atoi(digits)
	if unit == 0 || err != nil || n <= 0 || n > 1_000_000 {
		return
	}
	seconds := (n*unit + 999) / 1000
	if seconds == n {
		return // 1ms, which no number of seconds is nearer to
	}
	help := fmt.Sprintf("write %s%d", what, seconds)
	if n*unit%1000 != 0 {
		help += "; less than a second cannot be written"
	}
	d := diag.Diagnostic{
		Span:    at,
		Message: fmt.Sprintf("%s%s means %d s: httpd ignores the unit", what, written, n),
		Label:   "read as seconds",
		Notes: []diag.Note{
			{Kind: "effect", Text: fmt.Sprintf("the limit is %d s, not %s", n, written)},
			{Kind: "help", Text: help},
		},
	}
	if i := strings.LastIndex(p.source(at), written); i >= 0 {
		place := diag.Span{Start: at.Start + diag.Pos(i), End: at.Start + diag.Pos(i+len(written))}
		d.Fix = &diag.Fix{Message: "write seconds", Edits: []diag.Edit{{Span: place, Text: strconv.Itoa(seconds)}}}
	}
	p.Report(d)
}
