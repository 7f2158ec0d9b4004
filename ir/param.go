package ir

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/lbconf/lbconf/parser/clib"
)

// Setting is a value with the evidence for it: what was written and what httpd makes of it. The zero value is not set.
type Setting[T any] struct {
	// Written is the text of the configuration: "500ms".
	Written string
	// Value is what httpd makes of it, or its default while Set is false.
	Value T
	// Set says that the configuration wrote it.
	Set bool
}

// ParamObject says what takes a parameter. It is a set: timeout is taken by both, with two meanings.
type ParamObject uint8

// The objects.
const (
	// ParamOfWorker is a key of BalancerMember, and of ProxyPass, ProxySet and <Proxy> with a URL that is not a balancer's.
	ParamOfWorker ParamObject = 1 << iota
	// ParamOfBalancer is a key of ProxyPass, ProxySet and <Proxy> with a balancer:// URL.
	ParamOfBalancer
	// ParamOfMapping is a key of ProxyPass and ProxyPassMatch alone, whatever they point at.
	ParamOfMapping
)

// String names the object as messages do.
func (o ParamObject) String() string {
	switch o {
	case ParamOfWorker:
		return "worker"
	case ParamOfBalancer:
		return "balancer"
	case ParamOfMapping:
		return "ProxyPass"
	}
	return "worker and balancer"
}

// ParamKind is the grammar of a value. The zero value is invalid.
type ParamKind uint8

// The kinds.
const (
	// ParamInt is a whole number as C's atoi reads it: what follows the digits is ignored, no digits are 0.
	ParamInt ParamKind = iota + 1
	// ParamFactor is a decimal number of which httpd keeps two digits behind the point.
	ParamFactor
	// ParamSeconds is a whole number of seconds as atoi reads it, so that a unit is ignored: 500ms are 500 s.
	ParamSeconds
	// ParamInterval is a whole number with an optional unit: h, mi (minutes), s or ms; only its first letters are read.
	ParamInterval
	// ParamSwitch is On or Off, in any case.
	ParamSwitch
	// ParamText is text of limited length.
	ParamText
	// ParamOneOf is one of a list of words, in any case.
	ParamOneOf
	// ParamStatus is a list of status letters, each set behind + and cleared behind -.
	ParamStatus
	// ParamSize is a number of bytes as atoi reads it: 0, which means the default, or at least 512.
	ParamSize
	// ParamCodes is a list of HTTP status codes joined by commas or spaces.
	ParamCodes
)

// ParamSpec is what httpd knows about one key: a row of the tables WorkerParams and BalancerParams.
type ParamSpec struct {
	// Key is in lower case; httpd compares it without regard to case.
	Key string
	// Of is the object that the row is about.
	Of ParamObject
	// Kind is the grammar of the value.
	Kind ParamKind
	// Min and Max are the inclusive range of a number, in the unit of the kind: ParamFactor counts hundredths, ParamInterval
	// milliseconds. A number with a Max beyond 32 bits is read with atol. For ParamText, Max is the length in bytes, 0 for any.
	Min, Max int64
	// Unit is what a ParamInterval without a unit counts in.
	Unit time.Duration
	// Values are the words of a ParamOneOf.
	Values []string
	// Default is the value that counts where the key is not written, as the manual would write it.
	Default string
	// Legal says which values httpd takes: the help text of a message.
	Legal string
	// Refusal is httpd's text for a value out of range.
	Refusal string
	// Planned is a word that httpd has in its list and does not take; in Malformed, which is its text then, %s is the word.
	Planned string
	// Malformed is httpd's text for a value it cannot read, where that differs from Refusal.
	Malformed string
	// Module is the module that knows the key: without it the key is unknown to httpd.
	Module string
	// Means says what the key does, in a few words.
	Means string
}

// ParamProblem says what is wrong with a parameter. The zero value is invalid.
type ParamProblem uint8

// The problems.
const (
	// ParamUnknown is a key that httpd 2.4 does not have.
	ParamUnknown ParamProblem = iota + 1
	// ParamMisplaced is a key of the other object.
	ParamMisplaced
	// ParamInvalid is a value that httpd refuses.
	ParamInvalid
)

// ParamError says why httpd refuses a parameter.
type ParamError struct {
	// Param is the parameter.
	Param Param
	// Problem says what is wrong.
	Problem ParamProblem
	// Of is the object that it was written for.
	Of ParamObject
	// Spec is the row of the key; nil for ParamUnknown. For ParamMisplaced it is the row of the object that takes it.
	Spec *ParamSpec
	// Httpd is what httpd says, without the name of the directive.
	Httpd string
}

// Error says what is wrong and what to write instead.
func (e *ParamError) Error() string {
	switch e.Problem {
	case ParamUnknown:
		return fmt.Sprintf("unknown %s parameter %q", e.Of, e.Param.Key)
	case ParamMisplaced:
		return fmt.Sprintf("%q is a parameter of a %s, not of a %s", e.Param.Key, e.Spec.Of, e.Of)
	case ParamInvalid:
		return fmt.Sprintf("%s=%s is refused: it must be %s", e.Param.Key, e.Param.Value, e.Spec.Legal)
	}
	return "invalid parameter"
}

// WorkerParams returns the rows of all keys of a worker, in the order of the manual. The slice must not be changed.
func WorkerParams() []ParamSpec { return workerSpecs }

// BalancerParams returns the rows of all keys of a balancer. The slice must not be changed.
func BalancerParams() []ParamSpec { return balancerSpecs }

// LookupParam returns the row of a key, given in any case, for one object; nil where the object does not take it.
func LookupParam(of ParamObject, key string) *ParamSpec {
	table := workerSpecs
	switch of {
	case ParamOfWorker:
	case ParamOfBalancer:
		table = balancerSpecs
	case ParamOfMapping:
		table = mappingSpecs
	default:
		return nil
	}
	for i := range table {
		if clib.EqualFold(table[i].Key, key) {
			return &table[i]
		}
	}
	return nil
}

// ParamObjects returns the set of the objects that take a key; 0 for a key that httpd does not have.
func ParamObjects(key string) ParamObject {
	var of ParamObject
	for _, o := range []ParamObject{ParamOfWorker, ParamOfBalancer, ParamOfMapping} {
		if LookupParam(o, key) != nil {
			of |= o
		}
	}
	return of
}

// Check says whether httpd takes the value; the error is nil or a *ParamError.
func (s *ParamSpec) Check(p Param) error {
	_, err := s.read(p)
	return err
}

// paramValue is a value after reading; which field counts is said by the kind.
type paramValue struct {
	n      int64
	d      time.Duration
	on     bool
	text   string
	codes  []int
	status StatusFlags
	off    StatusFlags
}

func (s *ParamSpec) invalid(p Param, httpd string) error {
	return &ParamError{Param: p, Problem: ParamInvalid, Of: s.Of, Spec: s, Httpd: httpd}
}

func (s *ParamSpec) malformed(p Param) error {
	if s.Malformed != "" {
		return s.invalid(p, s.Malformed)
	}
	return s.invalid(p, s.Refusal)
}

func (s *ParamSpec) read(p Param) (paramValue, error) {
	v := paramValue{text: p.Value}
	switch s.Kind {
	case ParamInt, ParamSeconds, ParamSize:
		v.n = int64(clib.Atoi(p.Value))
		if s.Max > math.MaxInt32 {
			v.n = clib.Atoi64(p.Value)
		}
		v.d = time.Duration(v.n) * time.Second
		if v.n < s.Min || v.n > s.Max || s.Kind == ParamSize && v.n != 0 && v.n < 512 {
			return v, s.invalid(p, s.Refusal)
		}
	case ParamFactor:
		hundredths := atof(p.Value) * 100
		if !(hundredths >= float64(s.Min)) || !(math.Trunc(hundredths) <= float64(s.Max)) {
			return v, s.invalid(p, s.Refusal)
		}
		v.n = int64(hundredths)
	case ParamInterval:
		return s.readInterval(p)
	case ParamSwitch:
		v.on = clib.EqualFold(p.Value, "on")
		if !v.on && !clib.EqualFold(p.Value, "off") {
			return v, s.invalid(p, s.Refusal)
		}
	case ParamText:
		if s.Max > 0 && int64(len(p.Value)) > s.Max {
			return v, s.invalid(p, s.Refusal)
		}
	case ParamOneOf:
		for _, word := range s.Values {
			if clib.EqualFold(word, p.Value) {
				v.text = word
				return v, nil
			}
		}
		if s.Planned != "" && clib.EqualFold(s.Planned, p.Value) {
			return v, s.invalid(p, strings.ReplaceAll(s.Malformed, "%s", p.Value))
		}
		return v, s.invalid(p, s.Refusal)
	case ParamStatus:
		var err error
		if v.status, v.off, err = ParseStatusFlags(p.Value); err != nil {
			return v, s.invalid(p, s.Refusal)
		}
	case ParamCodes:
		for _, word := range strings.FieldsFunc(p.Value, func(r rune) bool { return r == ',' || r == ' ' }) {
			code := clib.Atoi(word)
			if int64(code) < s.Min || int64(code) > s.Max {
				return v, s.invalid(p, s.Refusal)
			}
			v.codes = append(v.codes, code)
		}
	}
	return v, nil
}

func (s *ParamSpec) readInterval(p Param) (paramValue, error) {
	v := paramValue{text: p.Value}
	if s.Key == "addressttl" && p.Value == "-1" {
		v.d = -1
		return v, nil
	}
	d, ok := ParseInterval(p.Value, s.Unit)
	if !ok {
		return v, s.malformed(p)
	}
	if ms := d.Milliseconds(); ms < s.Min || ms > s.Max || s.Key == "addressttl" && d%time.Second != 0 {
		return v, s.invalid(p, s.Refusal)
	}
	v.d = d
	return v, nil
}

// ParseInterval reads a number with an optional unit as httpd does (ap_timeout_parameter_parse): h, mi, s and ms, of which
// only these letters are read, in lower case, so that "5min" is five minutes and "5m" is nothing. unit is what a bare number counts in.
// It is false for a text that httpd does not take: another unit, a number below zero, and one that is too large.
func ParseInterval(s string, unit time.Duration) (time.Duration, bool) {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	end := 0
	if end < len(s) && (s[end] == '-' || s[end] == '+') {
		end++
	}
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(s[:end], 10, 64)
	if err != nil && (end > 0 && s[end-1] >= '0') {
		return 0, false
	}
	rest := s[end:]
	switch {
	case rest == "":
	case rest[0] == 's':
		unit = time.Second
	case rest[0] == 'h':
		unit = time.Hour
	case strings.HasPrefix(rest, "ms"):
		unit = time.Millisecond
	case strings.HasPrefix(rest, "mi"):
		unit = time.Minute
	default:
		return 0, false
	}
	if n < 0 || n > math.MaxInt64/unit.Microseconds() {
		return 0, false // httpd counts microseconds
	}
	if n > math.MaxInt64/int64(unit) {
		return math.MaxInt64, true
	}
	return time.Duration(n) * unit, true
}

// atof reads the longest decimal number at the start of s, as C's atof does; 0 where there is none.
func atof(s string) float64 {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	for end := len(s); end > 0; end-- {
		if f, err := strconv.ParseFloat(s[:end], 64); err == nil {
			return f
		}
	}
	return 0
}
