package environ

import (
	"strings"

	"github.com/lbconf/lbconf/runtime/exchange"
)

// AppendInterpolated appends a text with the value of a variable in the place of each ${NAME}; one that is not set is empty.
// What has no closing brace stays (mod_proxy: ProxyPassInterpolateEnv).
func AppendInterpolated(dst []byte, text string, env *exchange.Table) []byte {
	for {
		before, rest, found := strings.Cut(text, "${")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return append(dst, text...)
		}
		value, _ := env.Get(name)
		dst, text = append(append(dst, before...), value...), after
	}
}
