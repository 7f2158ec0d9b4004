package emit

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// printable escapes what could move the cursor of a terminal: a file name is chosen by somebody else.
func printable(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return s
	}
	quoted := strconv.Quote(s)
	return quoted[1 : len(quoted)-1]
}
