package tlsconf

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/runtime/exchange"
)

// attribute is a part of a distinguished name.
type attribute struct {
	oid string
	// short is OpenSSL's name, part that of mod_ssl in variables such as SSL_CLIENT_S_DN_CN, or empty.
	short, part string
}

var attributes = []attribute{
	{"2.5.4.3", "CN", "CN"},
	{"2.5.4.6", "C", "C"},
	{"2.5.4.8", "ST", "ST"},
	{"2.5.4.7", "L", "L"},
	{"2.5.4.10", "O", "O"},
	{"2.5.4.11", "OU", "OU"},
	{"2.5.4.12", "title", "T"},
	{"2.5.4.43", "initials", "I"},
	{"2.5.4.42", "GN", "G"},
	{"2.5.4.4", "SN", "S"},
	{"2.5.4.13", "description", "D"},
	{"0.9.2342.19200300.100.1.1", "UID", "UID"},
	{"1.2.840.113549.1.9.1", "emailAddress", "Email"},
	{"0.9.2342.19200300.100.1.25", "DC", ""},
	{"2.5.4.5", "serialNumber", ""},
	{"2.5.4.9", "street", ""},
	{"2.5.4.17", "postalCode", ""},
	{"2.5.4.41", "name", ""},
	{"2.5.4.46", "dnQualifier", ""},
}

// name describes a distinguished name: whole, in the form of RFC 2253, and in its parts. Of a part that comes several times
// the first has the name, and each a number.
func (d *description) name(variable string, raw []byte) {
	var sequence pkix.RDNSequence
	if _, err := asn1.Unmarshal(raw, &sequence); err != nil {
		return // x509 has parsed it
	}
	var whole []string
	counts := make(map[string]int)
	for _, set := range sequence {
		var together []string
		for _, value := range set {
			a, text := describeAttribute(value)
			together = append(together, text)
			if a.part == "" {
				continue
			}
			if counts[a.part] == 0 {
				d.standard(variable+"_"+a.part, fmt.Sprint(value.Value))
			}
			export := exchange.ExportStandard
			if counts[a.part] == 0 {
				export = exchange.ExportNever // it has the name without a number
			}
			d.add(export, variable+"_"+a.part+"_"+strconv.Itoa(counts[a.part]), fmt.Sprint(value.Value))
			counts[a.part]++
		}
		whole = append([]string{strings.Join(together, "+")}, whole...)
	}
	d.standard(variable, strings.Join(whole, ","))
}

// describeAttribute returns what is known of an attribute and its text as in RFC 2253.
func describeAttribute(value pkix.AttributeTypeAndValue) (attribute, string) {
	oid := value.Type.String()
	for _, a := range attributes {
		if a.oid == oid {
			return a, a.short + "=" + escapeName(fmt.Sprint(value.Value))
		}
	}
	encoded, err := asn1.Marshal(value.Value)
	if err != nil {
		return attribute{}, oid + "=" + escapeName(fmt.Sprint(value.Value))
	}
	return attribute{}, oid + "=#" + strings.ToUpper(hex.EncodeToString(encoded))
}

// escapeName escapes a value as RFC 2253 wants it.
func escapeName(text string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		switch {
		case strings.IndexByte(`,+"\<>;`, c) >= 0, c == '#' && i == 0, c == ' ' && (i == 0 || i == len(text)-1):
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ', c == 0x7f:
			fmt.Fprintf(&b, `\%02X`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
