package wire

// Rooms lends room to read into. It is used by several goroutines at a time.
type Rooms interface {
	// Take lends a slice that is not empty.
	Take() []byte
	// Return takes a slice back that Take has lent.
	Return(room []byte)
}

// ReadLent is Read into room of rooms, which is taken when something has arrived, so that waiting for it holds none; a
// connection that is neither TCP nor unix holds it while it waits. The first n bytes of room are what was read. The caller
// returns room to rooms; it is nil when there is an error.
func (c *Conn) ReadLent(rooms Rooms) (room []byte, n int, err error) {
	for {
		room, n, err = c.readLentOnce(rooms)
		if err == nil || !c.struck(err, &c.read, c.nc.SetReadDeadline) {
			return room, n, err
		}
	}
}

func (c *Conn) readLentOnce(rooms Rooms) (room []byte, n int, err error) {
	if c.raw == nil {
		room = rooms.Take()
		if n, err = c.nc.Read(room); n == 0 {
			rooms.Return(room)
			return nil, 0, err
		}
		return room, n, nil // an error comes again with the next read
	}
	c.op.rooms = rooms
	err = c.raw.Read(c.onLent)
	room, c.op.in, c.op.rooms = c.op.in, nil, nil
	if err != nil {
		return nil, 0, err
	}
	n, err = c.result()
	return room, n, err
}

// CloseWrite ends the direction to the peer, which reads io.EOF behind what was written. It does nothing on a connection
// that has no such end of its own.
func (c *Conn) CloseWrite() error {
	half, ok := c.nc.(interface{ CloseWrite() error })
	if !ok {
		return nil
	}
	return half.CloseWrite()
}
