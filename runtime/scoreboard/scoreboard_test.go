package scoreboard_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/scoreboard"
)

// TestNoSlotTwice: however many requests take and give slots at a time, none has a slot that another one has, and nothing
// that was counted is lost.
func TestNoSlotTwice(t *testing.T) {
	var board scoreboard.Board
	var mu sync.Mutex
	taken := map[*scoreboard.Slot]int{}
	const workers, rounds = 100, 200
	var running sync.WaitGroup
	for worker := range workers {
		running.Go(func() {
			for round := range rounds {
				slot := board.Take()
				mu.Lock()
				if other, twice := taken[slot]; twice {
					t.Errorf("%d and %d have the same slot", worker, other)
				}
				taken[slot] = worker
				mu.Unlock()
				slot.Set(scoreboard.Writing)
				slot.Begin(scoreboard.Request{Line: fmt.Appendf(nil, "GET /%d/%d HTTP/1.1", worker, round)})
				slot.End(10, time.Millisecond)
				mu.Lock()
				delete(taken, slot)
				mu.Unlock()
				slot.Release()
			}
		})
	}
	stop := make(chan struct{})
	read := make(chan struct{})
	go func() {
		defer close(read)
		for {
			select {
			case <-stop:
				return
			default:
				board.Rows()
			}
		}
	}()
	running.Wait()
	close(stop)
	<-read
	var accesses uint64
	var bytes int64
	var took time.Duration
	for _, row := range board.Rows() {
		accesses, bytes, took = accesses+row.Accesses, bytes+row.Bytes, took+row.Duration
		if row.State != scoreboard.Idle {
			t.Errorf("slot %d is %c at the end", row.Number, row.State)
		}
	}
	if accesses != workers*rounds || bytes != 10*workers*rounds || took != workers*rounds*time.Millisecond {
		t.Errorf("%d accesses, %d bytes, %v", accesses, bytes, took)
	}
}

// TestRow: a slot shows the request in work, and the last one when that is done, with a line that is cut where it is long.
func TestRow(t *testing.T) {
	var board scoreboard.Board
	if rows := board.Rows(); len(rows) > 0 {
		t.Errorf("%d slots before the first request", len(rows))
	}
	slot := board.Take()
	line := []byte("GET /" + string(make([]byte, 1000)))
	slot.Set(scoreboard.Writing)
	slot.Begin(scoreboard.Request{Client: "192.0.2.1", Host: "a.test", Port: 80, Line: line, Served: 3})
	line[0] = 'X' // the buffer belongs to the next request
	row := board.Rows()[1]
	if row.State != scoreboard.Writing || row.Accesses != 0 || row.Request.Client != "192.0.2.1" || row.Request.Served != 3 ||
		string(row.Request.Line[:5]) != "GET /" || len(row.Request.Line) != 160 {
		t.Errorf("in work: %+v", row)
	}
	slot.End(7, time.Second)
	slot.Release()
	row = board.Rows()[1]
	if row.State != scoreboard.Idle || row.Accesses != 1 || row.Bytes != 7 || row.Duration != time.Second || row.Request.Took != time.Second || row.Request.Bytes != 7 {
		t.Errorf("done: %+v", row)
	}
	if again := board.Take(); again == slot {
		t.Error("the slot that was used last is used first, so that its request is seen no more")
	}
}

func BenchmarkRequest(b *testing.B) {
	var board scoreboard.Board
	request := scoreboard.Request{Client: "192.0.2.1", Host: "a.test", Port: 80, Line: []byte("GET /some/path?with=a&query HTTP/1.1")}
	b.ReportAllocs()
	for b.Loop() {
		slot := board.Take()
		slot.Set(scoreboard.Writing)
		slot.Begin(request)
		slot.End(100, time.Millisecond)
		slot.Release()
	}
}
