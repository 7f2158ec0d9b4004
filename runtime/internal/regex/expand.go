package regex

// Expand appends a template with $0 to $9 filled in from a match; a backslash takes the next byte literally (httpd:
// ap_pregsub).
func Expand(dst []byte, template, subject string, groups []int) []byte {
	for i := 0; i < len(template); i++ {
		c := template[i]
		if c == '$' && i+1 < len(template) && '0' <= template[i+1] && template[i+1] <= '9' {
			i++
			if n := 2 * int(template[i]-'0'); n+1 < len(groups) && groups[n] >= 0 {
				dst = append(dst, subject[groups[n]:groups[n+1]]...)
			}
			continue
		}
		if c == '\\' && i+1 < len(template) {
			i++
			c = template[i]
		}
		dst = append(dst, c)
	}
	return dst
}
