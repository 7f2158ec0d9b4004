package proxy

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/lbconf/lbconf/runtime/wire"
)

// mustSpool says whether a body of unknown length must be read to its end before it is sent, because the backend is to get
// a Content-Length (env force-proxy-request-1.0, or proxy-sendcl without proxy-sendchunked).
func (j *Job) mustSpool() bool {
	if j.X.Request.Framing.Kind != wire.FramingChunked {
		return false
	}
	if j.Tried.Scheme == "fcgi" {
		return j.env("proxy-sendcl")
	}
	return j.env("force-proxy-request-1.0") ||
		j.env("proxy-sendcl") && !j.env("proxy-sendchunked") && !j.env("proxy-sendchunks")
}

// spoolRest reads what was not prefetched into a temporary file, which has no name so that nothing is left of it.
func (j *Job) spoolRest() error {
	file, err := os.CreateTemp("", "lbconf.proxy.*")
	if err != nil {
		return &spoolError{err}
	}
	j.spool = file
	if err := os.Remove(file.Name()); err != nil {
		return &spoolError{err}
	}
	for {
		data, err := j.Body.Next()
		switch {
		case errors.Is(err, io.EOF):
			j.whole = true
			return nil
		case err != nil:
			return err
		}
		n, err := file.Write(data)
		if j.spooled += int64(n); err != nil {
			return &spoolError{err}
		}
	}
}

// spoolError is a body that could not be kept.
type spoolError struct{ err error }

func (e *spoolError) Error() string { return fmt.Sprintf("spooling a request body: %v", e.err) }

func (e *spoolError) Unwrap() error { return e.err }

// bodyLength is the length of a body that is whole.
func (j *Job) bodyLength() int64 { return int64(len(j.prefetched)) + j.spooled }

// sendSpooled sends the spooled part of the body. Another member may need it again, so it stays.
func (a *attempt) sendSpooled() Result {
	buf := make([]byte, roomSize)
	for at := int64(0); at < a.spooled; {
		n, err := a.spool.ReadAt(buf[:min(int64(len(buf)), a.spooled-at)], at)
		if n == 0 && err != nil {
			a.reuse = false
			a.proxy.log.Error("reading a spooled request body failed", "reason", err)
			return Result{Status: 500}
		}
		if err := a.write(buf[:n]); err != nil {
			return a.writeFailed(err)
		}
		at += int64(n)
	}
	return a.endBody()
}

// closeSpool gives the temporary file back.
func (j *Job) closeSpool() {
	if j.spool != nil {
		_ = j.spool.Close() // it was read, and has no name
	}
	j.spool, j.spooled = nil, 0
}
