package wire

// lower maps ASCII capitals to small letters and each other byte to itself.
var lower = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
	}
	for c := 'A'; c <= 'Z'; c++ {
		t[c] = byte(c) | 0x20
	}
	return t
}()

// class holds what a byte may be part of.
type class uint8

const (
	// inToken is set for the bytes of a method or a field name (RFC 9110 §5.6.2).
	inToken class = 1 << iota
	// inTarget is set for the bytes of a request target: visible ASCII and obs-text (httpd: ap_scan_vchar_obstext).
	inTarget
	// inValue is set for the bytes of a field value: visible ASCII, obs-text, space and tab.
	inValue
)

var classes = func() (t [256]class) {
	for i := range t {
		c := byte(i)
		if c > 0x20 && c != 0x7f {
			t[i] |= inTarget | inValue
		}
		if c == ' ' || c == '\t' {
			t[i] |= inValue
		}
	}
	for c := '0'; c <= '9'; c++ {
		t[c] |= inToken
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c] |= inToken
		t[c-0x20] |= inToken
	}
	for _, c := range "!#$%&'*+-.^_`|~" {
		t[c] |= inToken
	}
	return t
}()

// all says whether each byte of b belongs to the class.
func all(b []byte, c class) bool {
	for _, x := range b {
		if classes[x]&c == 0 {
			return false
		}
	}
	return true
}

// IsValue says whether b can be the value of a field.
func IsValue(b []byte) bool { return all(b, inValue) }

// IsToken says whether b can be a method or a field name.
func IsToken(b []byte) bool { return len(b) > 0 && all(b, inToken) }

// SendableField is ValidField, by unsafe rules for a field whose name is of visible bytes.
func SendableField(f Field, unsafe bool) bool {
	return ValidField(f) || unsafe && len(f.Name) > 0 && all(f.Name, inTarget) && all(f.Value, inValue)
}

// ValidField says whether a field can be sent: its name is a token and its value has no control bytes.
func ValidField(f Field) bool { return IsToken(f.Name) && all(f.Value, inValue) }
