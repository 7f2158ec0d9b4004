package wire

import "bytes"

// blankLines is the number of empty lines that may precede a request line (httpd: DEFAULT_LIMIT_BLANK_LINES).
const blankLines = 10

// RequestHead is the head of a request. Its slices are parts of the buffer that was parsed.
type RequestHead struct {
	// Line is the request line as it was sent, without its end.
	Line []byte
	// Method and Target are parts of Line.
	Method, Target []byte
	// Minor is the minor version: 0 for HTTP/1.0, 1 for HTTP/1.1 and what claims to be newer.
	Minor int
	// Simple marks an HTTP/0.9 request, which has no version and no fields.
	Simple bool
	// Fields are the fields as they were sent. Values that were folded are joined with a space.
	Fields Fields
	// Framing says where the body ends.
	Framing Framing
	// Close says that the connection must not be used for another request, whatever Connection says.
	Close bool
	// Unsafe says that the head was read by rules that take what is no HTTP.
	Unsafe bool
	// Coded says that Transfer-Encoding names other codings before chunked; what follows is not the body itself.
	Coded bool

	scan scanner
	// joined is the length of the last field with its folded lines, as httpd counts it; 0 for one that has none.
	joined int
}

// Version returns the version as it was sent, without HTTP/: "1.1".
func (h *RequestHead) Version() []byte {
	if h.Simple || len(h.Line) < len("1.1") {
		return versionSimple
	}
	return h.Line[len(h.Line)-len("1.1"):]
}

var versionSimple = []byte("0.9")

// Reset makes the head ready for the next request; it keeps the room for fields.
func (h *RequestHead) Reset() { *h = RequestHead{Fields: h.Fields[:0]} }

// Parse reads a head from the start of buf and returns its length. It returns 0 and no error when the head is not
// complete; the caller calls again with the same bytes and more behind them, or calls Reset first. Bytes of folded values
// are changed in place. An error is an *Error.
func (h *RequestHead) Parse(buf []byte, rules *Rules) (int, error) {
	if !h.scan.worthwhile(buf, max(rules.Line, rules.Field)) {
		return 0, nil
	}
	scan := h.scan
	h.Reset()
	h.scan, h.Unsafe = scan, rules.Unsafe
	pos := 0
	for blank := 0; ; blank++ {
		line, n, err := cutLine(buf[pos:], rules.Line, 414, rules.Unsafe)
		if n == 0 || err != nil {
			return 0, h.lineError(line, err)
		}
		pos += n
		if len(line) > 0 {
			h.Line = line
			break
		}
		if blank >= blankLines {
			return 0, &Error{Status: 400, Reason: "too many blank lines before the request line"}
		}
	}
	lineErr := h.readLine(rules)
	if h.Simple {
		// A line that cannot be read is answered as one of HTTP/1.0 (httpd: rrl_failed).
		h.Simple = lineErr == nil
		return pos, lineErr
	}
	// httpd reads the fields of a bad request too, before it answers; what it answers is about the line.
	end, err := h.parseFields(buf, pos, rules)
	switch {
	case lineErr != nil:
		h.Fields = h.Fields[:0]
		return end, lineErr
	case end == 0 || err != nil:
		return 0, err
	}
	if end > rules.Field && h.joinsTooLong(rules.Field) {
		return 0, withNotes(errTooLong(400))
	}
	return end, h.frame()
}

// joinsTooLong says whether the values of a name exceed the limit together (httpd: table_do_fn_check_lengths).
func (h *RequestHead) joinsTooLong(limit int) bool {
	together := make(map[string]int, len(h.Fields))
	for i := range h.Fields {
		name := string(bytes.ToLower(h.Fields[i].Name))
		length, again := together[name]
		if again {
			length += len(", ")
		}
		length += len(h.Fields[i].Value)
		if length > limit {
			return true
		}
		together[name] = length
	}
	return false
}

// readLine splits the request line and asks whether its version and its method are taken.
func (h *RequestHead) readLine(rules *Rules) error {
	var err error
	if rules.Unsafe {
		err = h.parseUnsafe()
	} else {
		err = h.parseLine()
	}
	if err != nil {
		return err
	}
	switch {
	case h.Simple && rules.Versioned:
		return &Error{Status: 400, Reason: "HTTP/0.9 is not taken"}
	case rules.Methods != nil && !rules.Methods[string(h.Method)]:
		return &Error{Status: 501, Reason: "method is not registered"}
	}
	return nil
}

// frame finds out where the body ends (httpd: ap_read_request).
func (h *RequestHead) frame() error {
	length := h.Fields.Index("Content-Length")
	if length >= 0 {
		n, ok := ParseLength(h.Fields[length].Value)
		if !ok || h.Fields.Count("Content-Length") > 1 {
			return &Error{Status: 400, Reason: "invalid Content-Length"}
		}
		h.Framing = Framing{FramingLength, n}
	}
	encoding := h.Fields.Index("Transfer-Encoding")
	if encoding < 0 {
		return nil
	}
	last, others := codings(h.Fields[encoding:])
	if !EqualFold(last, "chunked") {
		return &Error{Status: 400, Reason: "unknown Transfer-Encoding"}
	}
	h.Framing, h.Coded = Framing{Kind: FramingChunked}, others
	if length >= 0 {
		// Whoever sent both may mean another length than the next hop: no further request is read here.
		h.Fields, h.Close = h.Fields.Without("Content-Length"), true
	}
	return nil
}

// codings returns the last element of all Transfer-Encoding fields, which may be empty, and whether there are others.
func codings(fields Fields) (last []byte, others bool) {
	for i := range fields {
		if !EqualFold(fields[i].Name, "Transfer-Encoding") {
			continue
		}
		others = others || last != nil
		list := fields[i].Value
		for {
			end := bytes.IndexByte(list, ',')
			if end < 0 {
				break
			}
			others, list = true, list[end+1:]
		}
		last = TrimSpace(list)
	}
	return last, others
}

// lineError keeps the start of a line that is too long, so that the log can show it.
func (h *RequestHead) lineError(line []byte, err error) error {
	if err != nil {
		h.Line = line
	}
	return err
}

// cutLine returns the line at the start of buf, without its end, and its length with it; the length is 0 when the line
// is not complete. A line longer than limit+1 gets the status, a line without a carriage return gets 400 unless it is taken.
func cutLine(buf []byte, limit, status int, bare bool) (line []byte, n int, err error) {
	end := bytes.IndexByte(buf, '\n')
	if end < 0 {
		if len(buf) > limit+2 {
			return buf[:limit], 0, errTooLong(status)
		}
		return nil, 0, nil
	}
	line = buf[:end]
	switch {
	case end > 0 && buf[end-1] == '\r':
		line = buf[:end-1]
	case !bare:
		return line, 0, &Error{Status: 400, Reason: "line ends without a carriage return"}
	}
	if len(line) > limit+1 {
		return buf[:limit], 0, errTooLong(status)
	}
	return line, end + 1, nil
}

// parseLine splits the request line as httpd's strict mode does.
func (h *RequestHead) parseLine() error {
	line := h.Line
	space := bytes.IndexByte(line, ' ')
	if space < 0 {
		h.Method = line
		return &Error{Status: 400, Reason: "request line without a target"}
	}
	h.Method = line[:space]
	rest := line[space+1:]
	space = bytes.IndexByte(rest, ' ')
	if space < 0 {
		h.Target, h.Simple = rest, true
	} else {
		h.Target = rest[:space]
		if err := h.parseVersion(rest[space+1:]); err != nil {
			return err
		}
	}
	switch {
	case !IsToken(h.Method):
		return &Error{Status: 400, Reason: "method is not a token"}
	case len(h.Target) == 0:
		return &Error{Status: 400, Reason: "request line has more than single spaces"}
	case !all(h.Target, inTarget):
		return &Error{Status: 400, Reason: "target has whitespace or control bytes"}
	case h.Simple && string(h.Method) != "GET":
		return &Error{Status: 400, Reason: "HTTP/0.9 knows GET only"}
	}
	return nil
}

// parseVersion reads "HTTP/d.d".
func (h *RequestHead) parseVersion(v []byte) error {
	if len(v) != 8 || string(v[:5]) != "HTTP/" || v[6] != '.' || !digit(v[5]) || !digit(v[7]) || v[5] == '0' {
		return &Error{Status: 400, Reason: "version is not HTTP/1.1"}
	}
	h.Minor = 1
	if v[5] == '1' && v[7] == '0' {
		h.Minor = 0
	}
	return nil
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// parseFields reads the fields from pos to the blank line and returns the position behind it, or 0 when that is not
// there.
func (h *RequestHead) parseFields(buf []byte, pos int, rules *Rules) (int, error) {
	complete, last := false, []byte(nil)
	for {
		line, n, err := cutLine(buf[pos:], rules.Field, 400, rules.Unsafe)
		if n == 0 || err != nil {
			return 0, withNotes(err)
		}
		if len(line) == 0 {
			return pos + n, nil
		}
		if line[0] == ' ' || line[0] == '\t' {
			if complete = complete || endsIn(buf[pos:], rules.Unsafe); !complete {
				return 0, nil // folding changes the buffer, which only the last attempt may do
			}
			if h.joined == 0 {
				h.joined = len(bytes.TrimRight(last, " \t"))
			}
			if err := h.fold(line, rules.Field); err != nil {
				return 0, err
			}
			pos += n
			continue
		}
		if rules.Fields > 0 && len(h.Fields) >= rules.Fields {
			return 0, errTooManyFields()
		}
		var field Field
		if rules.Unsafe {
			field, err = splitUnsafe(line)
		} else {
			field, err = splitField(line)
		}
		if err != nil {
			return 0, err
		}
		h.Fields = append(h.Fields, field)
		last, h.joined = line, 0
		pos += n
	}
}

// endsIn says whether a head ends in buf.
func endsIn(buf []byte, bare bool) bool {
	if bare {
		return complete(buf)
	}
	return bytes.Contains(buf, headEnd)
}

func errTooManyFields() error {
	return &Error{Status: 400, Reason: "too many fields", Notes: "The number of request header fields exceeds this server's limit."}
}

// splitField cuts a line at its colon.
func splitField(line []byte) (Field, error) {
	colon := 0
	for colon < len(line) && classes[line[colon]]&inToken != 0 {
		colon++
	}
	if colon == len(line) || line[colon] != ':' || colon == 0 {
		return Field{}, &Error{Status: 400, Reason: "field name is not a token followed by a colon"}
	}
	value := TrimSpace(line[colon+1:])
	if !all(value, inValue) {
		return Field{}, &Error{Status: 400, Reason: "field value has control bytes"}
	}
	return Field{Name: line[:colon], Value: value}, nil
}

// fold appends a continuation line to the last value with one space between, moving bytes within the buffer.
func (h *RequestHead) fold(line []byte, limit int) error {
	if len(h.Fields) == 0 {
		return &Error{Status: 400, Reason: "head starts with a folded line"}
	}
	field := &h.Fields[len(h.Fields)-1]
	more := TrimSpace(line)
	switch {
	case len(more) == 0:
		return &Error{Status: 400, Reason: "folded line is empty"}
	case h.Unsafe && !unsafeValue(more), !h.Unsafe && !all(more, inValue):
		return &Error{Status: 400, Reason: "field value has control bytes"}
	}
	if h.joined += 1 + len(more); h.joined+1 >= limit {
		return withNotes(errTooLong(400))
	}
	joined := append(field.Value, ' ') //nolint:gocritic // the line's end makes room behind the value
	field.Value = TrimSpace(append(joined, more...))
	return nil
}

// withNotes adds what httpd says of a field that is too long.
func withNotes(err error) error {
	if bad, ok := err.(*Error); ok && bad.Reason == tooLong { //nolint:errorlint // cutLine returns it as it is
		bad.Notes = "Size of a request header field exceeds server limit."
	}
	return err
}

const tooLong = "line too long"

func errTooLong(status int) error { return &Error{Status: status, Reason: tooLong} }
