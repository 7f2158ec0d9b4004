package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// load is what the clients do: each sends a request, reads the answer, and starts again.
type load struct {
	addr string
	job  job
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
	latencies := make([][]time.Duration, l.job.connections)
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
	request := l.job.request()
	for !stop.Load() {
		served, err := l.connection(ctx, stop, request, &samples)
		if err != nil && (served == 0 || !errors.Is(err, errClosedIdle)) {
			return nil, err
		}
	}
	return samples, nil
}

// errClosedIdle says that the server closed the connection before it answered anything of a request.
var errClosedIdle = errors.New("the connection was closed instead of an answer")

// connection uses one connection for as long as it holds, and returns the number of answers. The time of the first one
// includes the connect where each request has a connection of its own.
func (l load) connection(ctx context.Context, stop *atomic.Bool, request []byte, samples *[]time.Duration) (served int, err error) {
	start := time.Now()
	conn, err := l.dial(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	reader := bufio.NewReaderSize(conn, 16<<10)
	for ; !stop.Load(); served++ {
		if !l.job.closes {
			start = time.Now()
		}
		if err := conn.SetDeadline(start.Add(answerLimit)); err != nil {
			return served, err
		}
		if _, err := conn.Write(request); err != nil {
			return served, errors.Join(errClosedIdle, err)
		}
		if err := l.readAnswer(reader); err != nil {
			return served, err
		}
		*samples = append(*samples, time.Since(start))
		if l.job.closes {
			return served + 1, awaitClose(reader)
		}
	}
	return served, nil
}

// dial connects to the front. A certificate of the benchmark is as good as any.
func (l load) dial(ctx context.Context) (net.Conn, error) {
	if l.job.tls {
		config := &tls.Config{ServerName: "bench.test", MinVersion: tls.VersionTLS13, InsecureSkipVerify: true} //nolint:gosec // it was made a moment ago
		return (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", l.addr)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", l.addr)
}

// awaitClose waits until the server closes the connection that was to be closed. When the client closes first, it is the client
// whose ports run out.
func awaitClose(reader *bufio.Reader) error {
	switch _, err := reader.ReadByte(); {
	case err == nil:
		return errors.New("there is a byte behind the answer")
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return nil
	default:
		return fmt.Errorf("wait for the end of the connection: %w", err)
	}
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
	if length != l.job.bodyBytes {
		return fmt.Errorf("the body has %d bytes instead of %d", length, l.job.bodyBytes)
	}
	if _, err := reader.Discard(length); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
