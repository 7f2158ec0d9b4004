package wire

import "bytes"

// AppendVary appends the names of all Vary fields, joined by commas, each of them once (httpd: fixup_vary).
func AppendVary(dst []byte, fields Fields) []byte {
	start := len(dst)
	for i := range fields {
		if len(fields[i].Name) != 4 || !EqualFold(fields[i].Name, "Vary") {
			continue
		}
		for rest := bytes.TrimLeft(fields[i].Value, blanks); len(rest) > 0; rest = bytes.TrimLeft(rest, blanks) {
			name := rest
			if end := bytes.IndexAny(rest, blanks); end >= 0 {
				name = rest[:end]
			}
			rest = rest[len(name):]
			if listed(dst[start:], name) {
				continue
			}
			if len(dst) > start {
				dst = append(dst, ',')
			}
			dst = append(dst, name...)
		}
	}
	return dst
}

// blanks separate the names of a Vary field.
const blanks = ", \t"

// listed says whether a list, joined with commas, has a name, in any case.
func listed(list, name []byte) bool {
	for item := range bytes.SplitSeq(list, []byte(",")) {
		if bytes.EqualFold(item, name) {
			return true
		}
	}
	return false
}
