package emit

import "strings"

// Variable returns the name of the first ${NAME} in a line. httpd leaves ${map:key} of mod_rewrite alone. It is empty where
// there is none.
func Variable(line string) string {
	for {
		_, rest, found := strings.Cut(line, "${")
		if !found {
			return ""
		}
		name, after, closed := strings.Cut(rest, "}")
		if closed && name != "" && !strings.ContainsAny(name, ":{ ") {
			return name
		}
		if !closed {
			return ""
		}
		line = after
	}
}
