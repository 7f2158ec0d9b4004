package pcre

import "math/bits"

// ByteSet is a set of bytes; the zero value is empty.
type ByteSet [4]uint64

// FullSet returns the set of all 256 bytes.
func FullSet() ByteSet { return ByteSet{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)} }

// Has says whether b is in the set.
func (s *ByteSet) Has(b byte) bool { return s[b>>6]&(1<<(b&63)) != 0 }

// Add puts b into the set.
func (s *ByteSet) Add(b byte) { s[b>>6] |= 1 << (b & 63) }

// AddRange puts the bytes from lo to hi, both included, into the set.
func (s *ByteSet) AddRange(lo, hi byte) {
	for c := int(lo); c <= int(hi); c++ {
		s.Add(byte(c))
	}
}

// Remove takes b out of the set.
func (s *ByteSet) Remove(b byte) { s[b>>6] &^= 1 << (b & 63) }

// Union puts all of o into the set.
func (s *ByteSet) Union(o ByteSet) {
	for i := range s {
		s[i] |= o[i]
	}
}

// Not returns the bytes that are not in the set.
func (s *ByteSet) Not() ByteSet { return ByteSet{^s[0], ^s[1], ^s[2], ^s[3]} }

// Len returns the number of bytes in the set.
func (s *ByteSet) Len() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// Overlaps says whether the two sets share a byte.
func (s *ByteSet) Overlaps(o ByteSet) bool {
	return s[0]&o[0]|s[1]&o[1]|s[2]&o[2]|s[3]&o[3] != 0
}

// fold adds the other case of every ASCII letter in the set.
func (s *ByteSet) fold() {
	for c := byte('a'); c <= 'z'; c++ {
		upper := c - 'a' + 'A'
		if s.Has(c) || s.Has(upper) {
			s.Add(c)
			s.Add(upper)
		}
	}
}

// The sets behind the escapes, as PCRE's C locale tables have them.
func digitSet() (s ByteSet) { s.AddRange('0', '9'); return s }

func wordSet() ByteSet {
	s := digitSet()
	s.AddRange('A', 'Z')
	s.AddRange('a', 'z')
	s.Add('_')
	return s
}

func spaceSet() (s ByteSet) { s.AddRange('\t', '\r'); s.Add(' '); return s }

func horizontalSet() (s ByteSet) { s.Add('\t'); s.Add(' '); s.Add(0xa0); return s }

func verticalSet() (s ByteSet) { s.AddRange('\n', '\r'); s.Add(0x85); return s }

// IsWord says whether b is in \w: [0-9A-Za-z_].
func IsWord(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z'
}

// posixSet returns the set of a POSIX class name such as "alpha".
func posixSet(name string) (s ByteSet, ok bool) {
	switch name {
	case "alpha":
		s.AddRange('A', 'Z')
		s.AddRange('a', 'z')
	case "lower":
		s.AddRange('a', 'z')
	case "upper":
		s.AddRange('A', 'Z')
	case "alnum":
		s = wordSet()
		s.Remove('_')
	case "ascii":
		s.AddRange(0, 0x7f)
	case "blank":
		s.Add('\t')
		s.Add(' ')
	case "cntrl":
		s.AddRange(0, 0x1f)
		s.Add(0x7f)
	case "digit":
		s = digitSet()
	case "graph":
		s.AddRange(0x21, 0x7e)
	case "print":
		s.AddRange(0x20, 0x7e)
	case "punct":
		s.AddRange(0x21, 0x7e)
		alnum, _ := posixSet("alnum")
		for i := range s {
			s[i] &^= alnum[i]
		}
	case "space":
		s = spaceSet()
	case "word":
		s = wordSet()
	case "xdigit":
		s = digitSet()
		s.AddRange('A', 'F')
		s.AddRange('a', 'f')
	default:
		return s, false
	}
	return s, true
}
