package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// load is what the clients do: each sends a request, reads the answer, and starts again.
type load struct {
	addr        string
	connections int
	request     []byte
	bodyBytes   int
}

// loadResult is what the clients saw.
type loadResult struct {
	requests int
	elapsed  time.Duration
	p50, p99 time.Duration
}

// answerLimit is how long a client waits for one answer before the run counts as failed.
const answerLimit = 10 * time.Second

// run keeps all connections busy for the duration. An answer that is not a 200 with the expected body is an error: a
// fast wrong answer must not win.
func (l load) run(ctx context.Context, duration time.Duration) (loadResult, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var stop atomic.Bool
	var clients sync.WaitGroup
	latencies := make([][]time.Duration, l.connections)
	start := time.Now()
	for i := range latencies {
		clients.Go(func() {
			samples, err := l.client(ctx, &stop)
			if err != nil {
				cancel(err)
			}
			latencies[i] = samples
		})
	}
	select {
	case <-ctx.Done():
	case <-time.After(duration):
	}
	stop.Store(true)
	clients.Wait()
	elapsed := time.Since(start)
	if err := context.Cause(ctx); err != nil {
		return loadResult{}, err
	}
	return summarize(slices.Concat(latencies...), elapsed)
}

func summarize(samples []time.Duration, elapsed time.Duration) (loadResult, error) {
	if len(samples) == 0 {
		return loadResult{}, errors.New("no request was answered")
	}
	slices.Sort(samples)
	at := func(q float64) time.Duration { return samples[int(q*float64(len(samples)-1))] }
	return loadResult{requests: len(samples), elapsed: elapsed, p50: at(0.50), p99: at(0.99)}, nil
}

// client sends one request after the other until stop is set. A server may close a kept-alive connection between two
// requests (httpd does when all its threads are busy); then the client opens another, as a browser would.
func (l load) client(ctx context.Context, stop *atomic.Bool) ([]time.Duration, error) {
	samples := make([]time.Duration, 0, 1<<16)
	for !stop.Load() {
		served, err := l.connection(ctx, stop, &samples)
		if err != nil && (served == 0 || !errors.Is(err, errClosedIdle)) {
			return nil, err
		}
	}
	return samples, nil
}

// errClosedIdle says that the server closed the connection before it answered anything of a request.
var errClosedIdle = errors.New("the connection was closed instead of an answer")

// connection uses one connection for as long as it holds, and returns the number of answers.
func (l load) connection(ctx context.Context, stop *atomic.Bool, samples *[]time.Duration) (served int, err error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", l.addr)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	reader := bufio.NewReaderSize(conn, 16<<10)
	for ; !stop.Load(); served++ {
		start := time.Now()
		if err := conn.SetDeadline(start.Add(answerLimit)); err != nil {
			return served, err
		}
		if _, err := conn.Write(l.request); err != nil {
			return served, errors.Join(errClosedIdle, err)
		}
		if err := l.readAnswer(reader); err != nil {
			return served, err
		}
		*samples = append(*samples, time.Since(start))
	}
	return served, nil
}

func (l load) readAnswer(reader *bufio.Reader) error {
	if _, err := reader.Peek(1); err != nil {
		return errors.Join(errClosedIdle, err)
	}
	status, err := reader.ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("read an answer: %w", err)
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200")) {
		return fmt.Errorf("answered %q instead of a 200", bytes.TrimSpace(status))
	}
	length := -1
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("read a header: %w", err)
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if name, value, _ := bytes.Cut(line, []byte(":")); bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
	if length != l.bodyBytes {
		return fmt.Errorf("the body has %d bytes instead of %d", length, l.bodyBytes)
	}
	if _, err := reader.Discard(length); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
