package ajp

import "github.com/lbconf/lbconf/runtime/wire"

// methodCodes are the methods that httpd sends as a byte. HEAD is one of them since it is GET without a body.
var methodCodes = map[string]byte{
	"OPTIONS": 1, "GET": 2, "HEAD": 3, "POST": 4, "PUT": 5, "DELETE": 6, "TRACE": 7, "PROPFIND": 8, "PROPPATCH": 9,
	"MKCOL": 10, "COPY": 11, "MOVE": 12, "LOCK": 13, "UNLOCK": 14, "REPORT": 16, "VERSION-CONTROL": 17, "CHECKIN": 18,
	"CHECKOUT": 19, "UNCHECKOUT": 20, "MKWORKSPACE": 22, "UPDATE": 23, "LABEL": 24, "MERGE": 25, "BASELINE-CONTROL": 26,
	"MKACTIVITY": 27,
}

// requestFields are the fields of requests that have a code, from 0xA001 on.
var requestFields = [...]string{
	"Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Connection", "Content-Type",
	"Content-Length", "Cookie", "Cookie2", "Host", "Pragma", "Referer", "User-Agent",
}

// fieldCode is what codes of fields begin with. A name of 40960 to 41215 bytes has a length that looks like one.
const fieldCode = 0xA000

// requestField returns the code of a field, or 0.
func requestField(name []byte) uint16 {
	for i, known := range requestFields {
		if len(known) == len(name) && wire.EqualFold(name, known) {
			return fieldCode + 1 + uint16(i) //nolint:gosec // a short table
		}
	}
	return 0
}

// responseFields are the fields of responses that have a code, from 0xA001 on.
var responseFields = [...][]byte{
	[]byte("Content-Type"), []byte("Content-Language"), []byte("Content-Length"), []byte("Date"), []byte("Last-Modified"),
	[]byte("Location"), []byte("Set-Cookie"), []byte("Set-Cookie2"), []byte("Servlet-Engine"), []byte("Status"),
	[]byte("WWW-Authenticate"),
}
