package ir

import (
	"errors"
	"slices"

	"github.com/lbconf/lbconf/parser/clib"
)

// protocolOptions returns the words of HttpProtocolOptions in pairs that exclude each other, the default first.
func protocolOptions() [][2]string {
	return [][2]string{{"Strict", "Unsafe"}, {"LenientMethods", "RegisteredMethods"}, {"Allow0.9", "Require1.0"}}
}

// CheckProtocolOptions looks at the words of one server together. The error is what httpd says of the first that it does
// not take.
func CheckProtocolOptions(words []string) error {
	for i, word := range words {
		pairs := protocolOptions()
		is := func(other string) bool { return clib.EqualFold(word, other) }
		at := slices.IndexFunc(pairs, func(p [2]string) bool { return slices.ContainsFunc(p[:], is) })
		if at < 0 {
			return errors.New("HttpProtocolOptions accepts 'Unsafe' or 'Strict' (default), 'RegisteredMethods' or 'LenientMethods' (default), and " +
				"'Require1.0' or 'Allow0.9' (default)")
		}
		for _, before := range words[:i] {
			one, other := pairs[at][0], pairs[at][1]
			if is(one) && clib.EqualFold(before, other) || is(other) && clib.EqualFold(before, one) {
				return errors.New("HttpProtocolOptions " + exclusive(at))
			}
		}
	}
	return nil
}

// exclusive is how httpd says that the words of a pair exclude each other.
func exclusive(pair int) string {
	return [...]string{"'Strict' and 'Unsafe'", "'RegisteredMethods' and 'LenientMethods'", "'Allow0.9' and 'Require1.0'"}[pair] + " are mutually exclusive"
}
