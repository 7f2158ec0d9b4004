package wire

import (
	"errors"
	"io"
	"strconv"
	"time"
)

// BodyReader reads the body of a message: first what arrived with the head, then what the connection brings. It is
// reused: Reset makes it ready for a message.
type BodyReader struct {
	// Raw counts the bytes that were taken, chunk framing included.
	Raw int64

	body    Body
	conn    *Conn
	timeout time.Duration
	// demands says that patience and left bound how long the peer may still keep r waiting, of which perByte extends the
	// former.
	demands                 bool
	patience, left, perByte time.Duration
	have                    []byte
	room                    []byte
}

// Within bounds each wait by d, and no longer by what Reset said.
func (r *BodyReader) Within(d time.Duration) { r.timeout = d }

// Demand bounds how long the peer may keep r waiting in all: for first, and perByte longer for each byte that it sends, up to
// most where that is not 0. Time in which r is not read does not count.
func (r *BodyReader) Demand(first, most, perByte time.Duration) {
	if most == 0 {
		most = maxPatience
	}
	r.demands, r.patience, r.left, r.perByte = true, first, most, perByte
}

// Reset makes r read a body. have is what arrived behind the head, room is where more is read to, which may overlap
// have; timeout bounds each wait.
func (r *BodyReader) Reset(conn *Conn, f Framing, have, room []byte, timeout time.Duration) {
	*r = BodyReader{body: NewBody(f), conn: conn, have: have, room: room, timeout: timeout}
}

// Follow makes the rest of the body be read by other rules than the usual ones.
func (r *BodyReader) Follow(rules *Rules) { r.body.Follow(rules) }

// Forget drops what r points to.
func (r *BodyReader) Forget() { *r = BodyReader{} }

// Done says whether the body has ended.
func (r *BodyReader) Done() bool { return r.body.Done() }

// Left returns how many bytes of a body with a length are missing, and -1 for other bodies.
func (r *BodyReader) Left() int64 { return r.body.Left() }

// InChunkSize says whether the line with the size of a chunk has begun and not ended.
func (r *BodyReader) InChunkSize() bool { return r.body.inSize() }

// Rest returns what arrived behind what was taken.
func (r *BodyReader) Rest() []byte { return r.have }

// TakeRest is Rest for a message behind which the connection speaks another protocol: its bytes count as taken.
func (r *BodyReader) TakeRest() []byte {
	rest := r.have
	r.have = nil
	r.Raw += int64(len(rest))
	return rest
}

// Available returns the next bytes of the body that have arrived, none when that takes waiting, and io.EOF at the end.
// Other errors are an *Error with status 400. The bytes are valid until the next call of Fill.
func (r *BodyReader) Available() ([]byte, error) { return r.AvailableUpTo(len(r.have)) }

// AvailableUpTo is Available with at most limit bytes.
func (r *BodyReader) AvailableUpTo(limit int) ([]byte, error) {
	for len(r.have) > 0 && !r.body.Done() {
		data, n, err := r.body.Decode(r.have[:min(len(r.have), limit)])
		r.have = r.have[n:]
		r.Raw += int64(n)
		if len(data) > 0 || err != nil {
			return data, err
		}
	}
	if r.body.Done() {
		return nil, io.EOF
	}
	return nil, nil
}

// Fill waits for more. It must be called only after Available returned neither bytes nor an error. The error is io.EOF
// where the body ends with the connection, io.ErrUnexpectedEOF where it does not, or the connection's.
func (r *BodyReader) Fill() error {
	n, err := r.await()
	r.have = r.room[:n]
	if errors.Is(err, io.EOF) {
		if err = r.body.End(); err == nil {
			return io.EOF
		}
	}
	return err
}

// await reads into room.
func (r *BodyReader) await() (int, error) {
	start := r.conn.clock.Now()
	if !r.demands {
		r.conn.ReadBy(start.Add(r.timeout))
		return r.conn.Read(r.room)
	}
	r.conn.ReadBy(start.Add(min(r.timeout, r.patience, r.left)))
	n, err := r.conn.Read(r.room)
	spent := r.conn.clock.Now().Sub(start)
	r.patience = min(r.patience+time.Duration(n)*r.perByte-spent, maxPatience)
	if r.left < maxPatience {
		r.left -= spent
	}
	return n, err
}

// maxPatience keeps the sum of what a fast peer earns within bounds; a bound of that length is none.
const maxPatience = 24 * time.Hour

// Next returns the next bytes of the body, waiting for them, and io.EOF at the end. They are valid until the next call.
func (r *BodyReader) Next() ([]byte, error) {
	for {
		if data, err := r.Available(); len(data) > 0 || err != nil {
			return data, err
		}
		if err := r.Fill(); err != nil {
			return nil, err
		}
	}
}

// Arrived says whether all of the body has arrived, or as much as shows that it is malformed.
func (r *BodyReader) Arrived() bool {
	trial := *r
	for {
		if data, err := trial.Available(); len(data) == 0 {
			return err != nil
		}
	}
}

// Skip counts n bytes of a body with a length that were moved past r. Nothing may be left in Rest.
func (r *BodyReader) Skip(n int64) {
	r.body.Skip(n)
	r.Raw += n
}

// AppendInt returns dst with n in decimal.
func AppendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }
