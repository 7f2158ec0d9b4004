package wire

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
	"testing"
	"time"
)

// counted lends room and counts what is lent.
type counted struct{ lent, most atomic.Int64 }

func (c *counted) Take() []byte {
	if n := c.lent.Add(1); n > c.most.Load() {
		c.most.Store(n)
	}
	return make([]byte, 8)
}

func (c *counted) Return([]byte) { c.lent.Add(-1) }

// TestReadLent: what arrives comes in pieces of the room, a wait holds none over TCP, and none is kept at the end.
func TestReadLent(t *testing.T) {
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			c, peer := pair(t, network)
			rooms := &counted{}
			go func() {
				time.Sleep(20 * time.Millisecond)
				if network == "tcp" && rooms.lent.Load() != 0 {
					t.Error("room is held while nothing arrives")
				}
				_, _ = io.WriteString(peer, "0123456789abcdef")
				_ = peer.Close()
			}()
			var got []byte
			for {
				room, n, err := c.ReadLent(rooms)
				if err != nil {
					if !errors.Is(err, io.EOF) || room != nil {
						t.Errorf("%v with %d bytes of room, want io.EOF without", err, len(room))
					}
					break
				}
				got = append(got, room[:n]...)
				rooms.Return(room)
			}
			if string(got) != "0123456789abcdef" || rooms.lent.Load() != 0 || rooms.most.Load() != 1 {
				t.Errorf("%q, %d rooms not given back, at most %d at a time", got, rooms.lent.Load(), rooms.most.Load())
			}
		})
	}
}

// TestReadLentDeadline: a deadline ends the wait, and one that was armed before and is not wanted any more does not.
func TestReadLentDeadline(t *testing.T) {
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			c, peer := pair(t, network)
			rooms := &counted{}
			c.ReadBy(time.Now().Add(20 * time.Millisecond))
			if _, _, err := c.ReadLent(rooms); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%v, want os.ErrDeadlineExceeded", err)
			}
			c.ReadBy(time.Now().Add(20 * time.Millisecond))
			c.ReadBy(time.Now().Add(10 * time.Second))
			go func() {
				time.Sleep(60 * time.Millisecond)
				_, _ = io.WriteString(peer, "x")
			}()
			room, n, err := c.ReadLent(rooms)
			if err != nil || n != 1 || room[0] != 'x' {
				t.Errorf("%d bytes, %v behind a deadline that was moved", n, err)
			}
			rooms.Return(room)
			c.Sever()
			if _, _, err := c.ReadLent(rooms); err == nil || rooms.lent.Load() != 0 {
				t.Errorf("%v and %d rooms after Sever, want an error and none", err, rooms.lent.Load())
			}
		})
	}
}

// TestReadsBesideWrites: one goroutine reads while another writes, as a tunnel does in both directions.
func TestReadsBesideWrites(t *testing.T) {
	c, peer := pair(t, "tcp")
	go func() { _, _ = io.Copy(peer, peer) }()
	const size = 4 << 20
	done := make(chan error, 1)
	go func() {
		piece := make([]byte, 1<<16)
		for sent := 0; sent < size; sent += len(piece) {
			if _, err := c.Write(piece); err != nil {
				done <- err
				return
			}
		}
		done <- c.CloseWrite()
	}()
	rooms, got := &counted{}, 0
	for got < size {
		room, n, err := c.ReadLent(rooms)
		if err != nil {
			t.Fatalf("%d of %d bytes, %v", got, size, err)
		}
		rooms.Return(room)
		got += n
	}
	if err := <-done; err != nil || got != size {
		t.Errorf("%d of %d bytes came back, %v", got, size, err)
	}
}
