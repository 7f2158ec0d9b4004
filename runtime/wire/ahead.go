package wire

import "errors"

// sessionAhead is Session for a connection that only net.Conn's methods work on, such as one of TLS: it waits by reading
// one byte, and the step finds the others behind it.
func (c *Conn) sessionAhead(step func() (more bool)) error {
	for {
		if err := c.awaitAhead(); err != nil {
			return err
		}
		if !step() {
			return nil
		}
	}
}

// awaitAhead waits for a byte.
func (c *Conn) awaitAhead() error {
	for !c.isAhead {
		n, err := c.nc.Read(c.ahead[:])
		c.isAhead = n > 0
		if c.isAhead || err == nil {
			continue
		}
		if err = c.awaitEnded(err); err != nil {
			return err
		}
	}
	return nil
}

// takeAhead hands out the byte that was waited for and what came with it.
func (c *Conn) takeAhead(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	p[0], c.isAhead = c.ahead[0], false
	if len(p) == 1 {
		return 1, nil
	}
	// One byte is no message, so that more must come: an error comes again with the next read.
	n, _ := c.nc.Read(p[1:])
	return 1 + n, nil
}

// errCut is returned for writes behind one that a deadline struck, with which a connection of TLS ends.
var errCut = errors.New("an earlier write was not complete")

// writeWhole is Write for a connection of which nobody knows how much a failed write has written.
func (c *Conn) writeWhole(p []byte) (int, error) {
	if c.cut {
		return 0, errCut
	}
	n, err := c.nc.Write(p)
	c.cut = err != nil
	return n, err
}
