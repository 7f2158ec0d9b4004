// Package heartbeat keeps what backends say of themselves (mod_heartmonitor) and has it ready for the balancing method
// heartbeat: in memory, or in the file of HeartbeatStorage, which other programs may read and write too.
package heartbeat

import (
	"bytes"
	"math"
	"strconv"
	"time"

	"github.com/lbconf/lbconf/parser/clib"
)

// MaxMessage bounds a message in bytes; what is behind that is not read (mod_heartmonitor: MAX_MSG_LEN).
const MaxMessage = 1000

// Report is what a backend sends: v=1&ready=75&busy=3, and perhaps its port.
type Report struct {
	// Ready and Busy are as in upstream.Beat.
	Ready, Busy int32
	// Port is the one that the backend serves on; it stands in the file and has no further use.
	Port int32
}

// defaultPort is that of a backend that names none.
const defaultPort = 80

// ParseDatagram reads a heartbeat that came by UDP. ok is false for one without v, ready or busy. Numbers are read with
// atoi, of which httpd has no doubt: what does not begin with one is 0.
func ParseDatagram(message []byte) (r Report, ok bool) {
	values := parse(message)
	_, version := values.get("v")
	ready, isReady := values.get("ready")
	busy, isBusy := values.get("busy")
	if !version || !isReady || !isBusy {
		return r, false
	}
	r = Report{Ready: atoi(ready), Busy: atoi(busy), Port: defaultPort}
	if port, ok := values.get("port"); ok {
		r.Port = atoi(port)
	}
	return r, true
}

// ParseForm reads a heartbeat that came by POST. ok is false for one without ready or busy. A number with anything behind it
// counts as 0, a port out of 1 to 65535 as 80; wrong names those that were.
func ParseForm(message []byte) (r Report, wrong []string, ok bool) {
	values := parse(message)
	ready, isReady := values.get("ready")
	busy, isBusy := values.get("busy")
	if !isReady || !isBusy {
		return r, nil, false
	}
	r.Port = defaultPort
	if text, named := values.get("port"); named {
		if port, ok := whole(text); ok && port >= 1 && port <= math.MaxUint16 {
			r.Port = int32(port)
		} else {
			wrong = append(wrong, "port="+text)
		}
	}
	for _, number := range []struct {
		name, text string
		to         *int32
	}{{"busy", busy, &r.Busy}, {"ready", ready, &r.Ready}} {
		value, ok := whole(number.text)
		if *number.to = int32(value); !ok { //nolint:gosec // cut to its low bits, as httpd does
			*number.to, wrong = 0, append(wrong, number.name+"="+number.text)
		}
	}
	return r, wrong, true
}

// whole reads a text that is one number, or empty, as strtol does.
func whole(text string) (value int64, ok bool) {
	value, rest, _ := clib.Strtoll(text)
	return value, rest == ""
}

// inRange reads a number of 0 to 2147483647 that is all of the text.
func inRange(text string) (value int32, ok bool) {
	number, ok := whole(text)
	if !ok || number < 0 || number > math.MaxInt32 {
		return 0, false
	}
	return int32(number), true
}

// atoi is that of the C library.
func atoi(text string) int32 { return int32(clib.Atoi(text)) } //nolint:gosec // it has no more bits

// pairs are the key=value pairs of a message; the last of a key counts, whose case does not.
type pairs []struct{ key, value string }

func (p pairs) get(key string) (value string, ok bool) {
	for _, pair := range p {
		if clib.EqualFold(pair.key, key) {
			value, ok = pair.value, true
		}
	}
	return value, ok
}

// parse splits a message at each &, and each part at its first =; a part without one has the value 1. It ends at a NUL.
func parse(message []byte) (all pairs) {
	if end := bytes.IndexByte(message, 0); end >= 0 {
		message = message[:end]
	}
	for part := range bytes.SplitSeq(message, []byte{'&'}) {
		if len(part) == 0 {
			continue
		}
		key, value, ok := bytes.Cut(part, []byte{'='})
		if !ok {
			value = []byte{'1'}
		}
		all = append(all, struct{ key, value string }{unescape(key), unescape(value)})
	}
	return all
}

// unescape decodes %XX; what is no escape stays (httpd: ap_unescape_url).
func unescape(s []byte) string {
	if bytes.IndexByte(s, '%') < 0 {
		return string(s)
	}
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(string(s[i+1:i+3]), 16, 8); err == nil {
				out, i = append(out, byte(n)), i+2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

// appendLine appends a line of the file.
func appendLine(dst []byte, ip string, ready, busy int32, seen time.Duration, port int32) []byte {
	dst = append(append(dst, ip...), " &ready="...)
	for i, number := range []int64{int64(ready), int64(busy), int64(seen / time.Second), int64(port)} {
		dst = append(dst, [...]string{"", "&busy=", "&lastseen=", "&port="}[i]...)
		dst = strconv.AppendUint(dst, uint64(uint32(number)), 10) //nolint:gosec // httpd prints them without a sign
	}
	return append(dst, '\n')
}
