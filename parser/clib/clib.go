// Package clib reads text as the functions of the C library do that httpd calls, in the C locale: letters are those of
// ASCII, every other byte stands for itself, and a number ends where its digits do. The functions of package strings do
// not fit: they fold the Kelvin sign into k and replace bytes that are no UTF-8.
package clib

import "math"

// Text is what the functions read.
type Text interface{ ~string | ~[]byte }

// Lower is tolower(3).
func Lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// ToLower returns s with its capitals in lower case. It has the length of s.
func ToLower(s string) string { return convert(s, 'A', 'Z') }

// ToUpper returns s with its small letters in upper case. It has the length of s.
func ToUpper(s string) string { return convert(s, 'a', 'z') }

// convert changes the case of the letters between first and last.
func convert(s string, first, last byte) string {
	for i := range len(s) {
		if first <= s[i] && s[i] <= last {
			b := []byte(s)
			for ; i < len(b); i++ {
				if first <= b[i] && b[i] <= last {
					b[i] ^= 0x20
				}
			}
			return string(b)
		}
	}
	return s
}

// EqualFold reports whether strcasecmp(3) finds no difference.
func EqualFold[A, B Text](a A, b B) bool { return len(a) == len(b) && HasPrefixFold(a, b) }

// HasPrefixFold reports whether strncasecmp(3) finds no difference between prefix and the beginning of s.
func HasPrefixFold[A, B Text](s A, prefix B) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if s[i] != prefix[i] && Lower(s[i]) != Lower(prefix[i]) {
			return false
		}
	}
	return true
}

// CompareFold is strcasecmp(3): negative, zero or positive.
func CompareFold[A, B Text](a A, b B) int {
	for i := range min(len(a), len(b)) {
		if x, y := Lower(a[i]), Lower(b[i]); x != y {
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}

// Atoi is atoi(3) of glibc on a 64-bit machine: what Atoi64 reads, of which the low 32 bits count.
func Atoi[T Text](s T) int { return int(int32(Atoi64(s))) }

// Atoi64 is strtoll(3) with base 10: leading white space, a sign and digits count, what follows is ignored, and without
// digits the result is 0. A number beyond 64 bits is the largest or smallest of them.
func Atoi64[T Text](s T) int64 {
	n, _, _ := Strtoll(s)
	return n
}

// Strtoll is strtoll(3) with base 10, with what it says beside the number: rest is what follows the number, all of s where
// there are no digits, and ok is false where the number is beyond 64 bits.
func Strtoll[T Text](s T) (n int64, rest T, ok bool) {
	i := 0
	for i < len(s) && IsSpace(s[i]) {
		i++
	}
	negative := i < len(s) && s[i] == '-'
	if negative || i < len(s) && s[i] == '+' {
		i++
	}
	first, ok := i, true
	// n is kept negative: there is one more number below zero than above.
	for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		digit := int64(s[i] - '0')
		if ok && n < (math.MinInt64+digit)/10 {
			n, ok = math.MinInt64, false
		}
		if ok {
			n = n*10 - digit
		}
	}
	if i == first {
		return 0, s, true
	}
	switch {
	case negative:
	case n == math.MinInt64:
		n, ok = math.MaxInt64, false
	default:
		n = -n
	}
	return n, s[i:], ok
}

// IsSpace is isspace(3) in the C locale.
func IsSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// AfterInt is where strtol(3) with base 10 stops: what stands behind white space, a sign and digits. Without digits that is
// all of the text.
func AfterInt(s string) string {
	_, rest, _ := Strtoll(s)
	return rest
}
