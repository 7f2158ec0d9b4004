package program

import (
	"strconv"
	"strings"
)

// AppendSignature appends the line that ServerSignature asks for behind prefix, nothing where it asks for none (httpd:
// ap_psignature). banner is the name of the software.
func (p *Plan) AppendSignature(dst []byte, prefix, banner string) []byte {
	if p.Signature == SignatureOff {
		return dst
	}
	self := &p.Self
	dst = append(append(append(append(dst, prefix...), "<address>"...), banner...), " Server at "...)
	if p.Signature == SignatureEMail {
		admin := p.Host.Admin()
		dst = append(dst, "<a href=\""...)
		if !isURL(admin) {
			dst = append(dst, "mailto:"...)
		}
		dst = append(AppendHTML(dst, admin), "\">"...)
		dst = append(AppendHTML(dst, string(self.Name)), "</a>"...)
	} else {
		dst = AppendHTML(dst, string(self.Name))
	}
	dst = strconv.AppendInt(append(dst, " Port "...), int64(self.Port), 10)
	return append(dst, "</address>\n"...)
}

// Admin is the address of the administrator, or httpd's text for none.
func (h *Host) Admin() string {
	if h.ServerAdmin == "" {
		return "[no address given]"
	}
	return h.ServerAdmin
}

// isURL says whether a text begins with a scheme and a colon (httpd: ap_is_url).
func isURL(text string) bool {
	at := strings.IndexByte(text, ':')
	return at > 0 && strings.IndexFunc(text[:at], func(c rune) bool {
		return (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '+' && c != '-' && c != '.'
	}) < 0
}

// AppendHTML appends text as HTML (httpd: ap_escape_html).
func AppendHTML(dst []byte, text string) []byte {
	for i := range len(text) {
		switch c := text[i]; c {
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case '&':
			dst = append(dst, "&amp;"...)
		case '"':
			dst = append(dst, "&quot;"...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
