package rewrite

import (
	"fmt"
	"net/http"

	"github.com/lbconf/lbconf/parser/clib"
)

// defaultRedirect is the status of R without a code.
const defaultRedirect = http.StatusFound

// redirectCode returns the status that a value of R means; words that httpd does not know mean 302.
func redirectCode(value string) (code int, known bool) {
	switch {
	case value == "":
		return defaultRedirect, true
	case clib.EqualFold(value, "permanent"):
		return http.StatusMovedPermanently, true
	case clib.EqualFold(value, "temp"):
		return http.StatusFound, true
	case clib.EqualFold(value, "seeother"):
		return http.StatusSeeOther, true
	case '0' <= value[0] && value[0] <= '9':
		return clib.Atoi(value), true
	}
	return defaultRedirect, false
}

// knownStatus says whether httpd has a status line for a code (http_protocol.c).
func knownStatus(code int) bool {
	switch {
	case 100 <= code && code <= 103, 200 <= code && code <= 208, code == 226, 300 <= code && code <= 308 && code != 306,
		400 <= code && code <= 417, 421 <= code && code <= 426 && code != 425, code == 428, code == 429, code == 431,
		code == 451, 500 <= code && code <= 508, code == 510, code == 511:
		return true
	}
	return false
}

// checkRedirect judges the value of R.
func checkRedirect(f Flag, at Problem) []Problem {
	code, known := redirectCode(f.Value)
	digits := f.Value != "" && '0' <= f.Value[0] && f.Value[0] <= '9'
	switch {
	case !known:
		at.Kind = OddValue
		at.Message = fmt.Sprintf("httpd does not know the redirect %q and sends 302; write permanent, temp, seeother or a number", f.Value)
	case digits && !knownStatus(code):
		at.Kind = BadFlagValue
		at.Message = fmt.Sprintf("%q is no HTTP status that httpd knows; write 301, 302, 303, 307 or 308, or the code to answer with", f.Value)
		at.HTTPD = "invalid HTTP response code '" + f.Value + "' for flag 'R'"
	case digits && !isNumber(f.Value):
		at.Kind = OddValue
		at.Message = fmt.Sprintf("httpd reads %q as %d; write the number only", f.Value, code)
	default:
		return nil
	}
	return []Problem{at}
}
