package proxy

import (
	"bytes"
	"regexp"

	"github.com/lbconf/lbconf/runtime/wire"
)

// warning is a value of a Warning field: a code, who warns, a text in quotes, and perhaps a date in quotes.
var warning = regexp.MustCompile(`[0-9]{3}[ \t]+[^ \t]+[ \t]+"[^"]*"([ \t]+"([^"]+)")?`)

// appendWarnings appends each well-formed warning as a field of its own, unless it has another date than the response
// (mod_proxy_http: ap_proxy_clean_warnings).
func appendWarnings(dst, fields wire.Fields) wire.Fields {
	date := canonicalDate(fields.Get("Date"))
	for i := range fields {
		if !wire.EqualFold(fields[i].Name, "Warning") {
			continue
		}
		for _, found := range warning.FindAllSubmatch(fields[i].Value, -1) {
			if len(found[2]) == 0 || bytes.Equal(canonicalDate(found[2]), date) {
				dst = append(dst, wire.Field{Name: fields[i].Name, Value: found[0]})
			}
		}
	}
	return dst
}
