package wire

// Field is one line of a head, as it is on the wire: a name in the case that was sent, and a value without the
// whitespace around it. Both are parts of the buffer that was parsed.
type Field struct{ Name, Value []byte }

// Fields are the lines of a head in their order, duplicates included.
type Fields []Field

// Get returns the value of the first field of that name, in any case, or nil. A field without a value gives an empty
// slice that is not nil.
func (f Fields) Get(name string) []byte {
	if i := f.Index(name); i >= 0 {
		return f[i].Value
	}
	return nil
}

// Has says whether there is a field of that name, in any case.
func (f Fields) Has(name string) bool { return f.Index(name) >= 0 }

// Index returns the position of the first field of that name, in any case, or -1.
func (f Fields) Index(name string) int {
	for i := range f {
		if EqualFold(f[i].Name, name) {
			return i
		}
	}
	return -1
}

// Count returns the number of fields of that name, in any case.
func (f Fields) Count(name string) int {
	n := 0
	for i := range f {
		if EqualFold(f[i].Name, name) {
			n++
		}
	}
	return n
}

// Without returns f without the fields of that name, in any case; it moves the others within f.
func (f Fields) Without(name string) Fields {
	first := f.Index(name)
	if first < 0 {
		return f
	}
	kept := f[:first]
	for _, field := range f[first+1:] {
		if !EqualFold(field.Name, name) {
			kept = append(kept, field)
		}
	}
	return kept
}

// Append returns dst with the field as a line of a head.
func (f Field) Append(dst []byte) []byte {
	dst = append(dst, f.Name...)
	dst = append(dst, ": "...)
	dst = append(dst, f.Value...)
	return append(dst, "\r\n"...)
}

// EqualFold compares without regard to the case of ASCII letters.
func EqualFold[T []byte | string](a T, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(b) {
		if a[i] != b[i] && lower[a[i]] != lower[b[i]] {
			return false
		}
	}
	return true
}

// EachToken calls yield with each element of a comma-separated list, without the whitespace around it, until yield
// returns false. Empty elements are left out.
func EachToken(list []byte, yield func(token []byte) bool) {
	for len(list) > 0 {
		end := 0
		for end < len(list) && list[end] != ',' {
			end++
		}
		if token := TrimSpace(list[:end]); len(token) > 0 && !yield(token) {
			return
		}
		list = list[min(end+1, len(list)):]
	}
}

// HasToken says whether a comma-separated list has the element, in any case.
func HasToken(list []byte, token string) bool {
	for len(list) > 0 {
		end := 0
		for end < len(list) && list[end] != ',' {
			end++
		}
		if EqualFold(TrimSpace(list[:end]), token) {
			return true
		}
		list = list[min(end+1, len(list)):]
	}
	return false
}

// TrimSpace returns b without the spaces and tabs around it.
func TrimSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// EqualFoldBytes compares without regard to the case of ASCII letters.
func EqualFoldBytes(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range b {
		if lower[a[i]] != lower[b[i]] {
			return false
		}
	}
	return true
}
