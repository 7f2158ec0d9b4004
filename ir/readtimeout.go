package ir

import (
	"errors"
	"strings"
	"time"

	"github.com/lbconf/lbconf/parser/clib"
)

// ReadStage is what of a request a ReadTimeout is for.
type ReadStage string

// The stages.
const (
	// ReadHandshake is the handshake of TLS.
	ReadHandshake ReadStage = "handshake"
	// ReadHeader is the request line with the fields.
	ReadHeader ReadStage = "header"
	// ReadBody is the body.
	ReadBody ReadStage = "body"
)

// ReadTimeout is how long a client may take to send a part of a request (mod_reqtimeout: RequestReadTimeout). The zero value
// is no bound.
type ReadTimeout struct {
	// First is the time that it has without having sent anything, in whole seconds; 0 for no bound at all.
	First time.Duration
	// Most is what the time can grow to, 0 for no bound on that.
	Most time.Duration
	// PerByte is by how much each byte extends the time, in whole microseconds: a second divided by MinRate. 0 is never.
	PerByte time.Duration
}

// ParseReadTimeout reads a word of RequestReadTimeout: "header=20-40,MinRate=500". The error is what httpd says of the word.
func ParseReadTimeout(word string) (ReadStage, ReadTimeout, error) {
	key, value, ok := strings.Cut(word, "=")
	if !ok {
		return "", ReadTimeout{}, errors.New("parameter must be in the form 'key=value'")
	}
	for _, stage := range []ReadStage{ReadHandshake, ReadHeader, ReadBody} {
		if clib.EqualFold(key, string(stage)) {
			t, problem := parseReadTimeout(value)
			if problem != "" {
				return "", ReadTimeout{}, errors.New(word + ": " + problem)
			}
			return stage, t, nil
		}
	}
	return "", ReadTimeout{}, errors.New(word + ": Unknown RequestReadTimeout parameter")
}

// parseReadTimeout reads what stands behind the equals sign. The problem is in httpd's words, empty for none.
func parseReadTimeout(value string) (t ReadTimeout, problem string) {
	first, most := value, 0
	if at := strings.Index(clib.ToLower(value), ",minrate="); at >= 0 {
		rate, problem := readNumber(value[at+len(",minrate="):])
		if problem != "" {
			return t, problem
		}
		if rate == 0 {
			return t, "Minimum data rate must be larger than 0"
		}
		t.PerByte = (time.Second / time.Duration(rate)).Truncate(time.Microsecond)
		first = value[:at]
		if dash := strings.IndexByte(first, '-'); dash >= 0 {
			last := first[dash+1:]
			first = first[:dash]
			if most, problem = readNumber(last); problem != "" {
				return t, problem
			}
		}
	} else if strings.Contains(value, "-") {
		return t, "Must set MinRate option if using timeout range"
	}
	least, problem := readNumber(first)
	switch {
	case problem != "":
		return t, problem
	case most > 0 && least >= most:
		return t, "Maximum timeout must be larger than initial timeout"
	}
	t.First, t.Most = time.Duration(least)*time.Second, time.Duration(most)*time.Second
	return t, ""
}

// readNumber reads a number as mod_reqtimeout does: blanks and a sign may stand in front, and what is too large for an int
// loses its high bits.
func readNumber(text string) (n int, problem string) {
	digits := strings.TrimLeft(text, " \t\n\v\f\r")
	if digits != "" && (digits[0] == '+' || digits[0] == '-') {
		digits = digits[1:]
	}
	rest := strings.TrimLeft(digits, "0123456789")
	switch n = clib.Atoi(text); {
	case len(rest) == len(digits):
		return 0, "Value '" + text + "' not numerical"
	case rest != "":
		return 0, "Cannot parse '" + rest + "'"
	case n < 0:
		return 0, "Value must be non-negative"
	}
	return n, ""
}
