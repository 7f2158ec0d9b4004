package accesslog

const lowerHex = "0123456789abcdef"

// appendEscaped appends text as httpd writes what a client can choose (ap_escape_logitem): quotes and backslashes get a
// backslash, control characters and bytes from 0x7f become \n and its kin or \xhh.
func appendEscaped(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		j := i
		for j < len(text) && isPlain(text[j]) {
			j++
		}
		dst = append(dst, text[i:j]...)
		if j < len(text) {
			dst = appendByte(dst, text[j])
			j++
		}
		i = j
	}
	return dst
}

func isPlain(c byte) bool { return ' ' <= c && c < 0x7f && c != '"' && c != '\\' }

func appendByte(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, `\b`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	case '\v':
		return append(dst, `\v`...)
	}
	return append(dst, '\\', 'x', lowerHex[c>>4], lowerHex[c&15])
}

// appendEscapedString is appendEscaped for a string.
func appendEscapedString(dst []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; isPlain(c) {
			dst = append(dst, c)
		} else {
			dst = appendByte(dst, c)
		}
	}
	return dst
}
