package proxy

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/internal/leaks"
	"github.com/lbconf/lbconf/runtime/upstream"
)

func TestMain(m *testing.M) { os.Exit(leaks.Main(m)) }

// acceptAll accepts connections and keeps them until the test ends.
func acceptAll(t *testing.T, network, address string) net.Listener {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer func() { _ = conn.Close() }()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return l
}

func workerAt(l net.Listener) *upstream.Worker {
	return &upstream.Worker{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Settings: upstream.Settings{ConnectTimeout: time.Second, AddressTTL: -1}}
}

// TestPoolOrder: the connection that was used last is taken first, so that the others can grow old; when ttl has passed
// they are closed, also those that smax spares while nobody asks for one.
func TestPoolOrder(t *testing.T) {
	fake := clock.NewFake(time.Unix(1000, 0))
	d := newDialer(fake)
	w := workerAt(acceptAll(t, "tcp", "127.0.0.1:0"))
	w.Settings.TTL, w.Settings.SMax = 10*time.Second, 1
	p := &pool{}
	var conns []*backend
	for range 3 {
		b, err := p.take(context.Background(), d, &w.Settings, fake.Now())
		if b != nil || err != nil {
			t.Fatalf("take of an empty pool: %v, %v", b, err)
		}
		if b, err = d.reach(context.Background(), w, targetOf(w), p, nil, ""); err != nil {
			t.Fatal(err)
		}
		conns = append(conns, b)
	}
	for _, b := range conns {
		p.put(b, &w.Settings, fake.Now())
		fake.Advance(time.Second)
	}
	if b, _ := p.take(context.Background(), d, &w.Settings, fake.Now()); b != conns[2] {
		t.Error("take gives another connection than the one that was used last")
	} else {
		p.put(b, &w.Settings, fake.Now())
	}
	fake.Advance(9500 * time.Millisecond)
	b, _ := p.take(context.Background(), d, &w.Settings, fake.Now())
	if b != conns[2] || len(p.idle) != 0 || p.open != 1 {
		t.Errorf("after ttl %d idle, %d open; want the last one only", len(p.idle), p.open)
	}
	p.put(b, &w.Settings, fake.Now())
	p.close()
	if p.open != 0 || len(d.open) != 0 {
		t.Errorf("%d open in the pool, %d in the dialer after close", p.open, len(d.open))
	}
}

// TestPoolMax: no more than max are open; the others wait their turn, in order, and a turn is not lost to one that gave up.
func TestPoolMax(t *testing.T) {
	fake := clock.NewFake(time.Unix(1000, 0))
	d := newDialer(fake)
	settings := &upstream.Settings{Max: 1, Acquire: 100 * time.Millisecond}
	p := &pool{}
	if b, err := p.take(context.Background(), d, settings, fake.Now()); b != nil || err != nil {
		t.Fatalf("%v, %v", b, err)
	}
	outcome := make(chan error)
	take := func() {
		go func() {
			_, err := p.take(context.Background(), d, settings, fake.Now())
			outcome <- err
		}()
	}
	waiting := func(n int) {
		for {
			p.mu.Lock()
			now := len(p.waiting)
			p.mu.Unlock()
			if now == n {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}
	take()
	waiting(1)
	p.drop()
	if err := <-outcome; err != nil {
		t.Errorf("the one that waited: %v", err)
	}
	take()
	waiting(1)
	for done := false; !done; {
		fake.Advance(100 * time.Millisecond)
		select {
		case err := <-outcome:
			if !errors.Is(err, errAcquire) {
				t.Errorf("%v, want errAcquire", err)
			}
			done = true
		case <-time.After(time.Millisecond):
		}
	}
	waiting(0)
	p.drop()
	if p.open != 0 {
		t.Errorf("%d open at the end", p.open)
	}
}

// TestConnectResolvesAgain: addresses are kept, tried in turn, and resolved anew once when none can be reached.
func TestConnectResolvesAgain(t *testing.T) {
	l := acceptAll(t, "tcp", "127.0.0.1:0")
	d := newDialer(clock.Wall{})
	answers := [][]netip.Addr{{netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.1")}}
	asked := 0
	d.resolve = func(context.Context, string) ([]netip.Addr, error) {
		asked++
		if asked > len(answers) {
			return nil, errors.New("no such host")
		}
		return append([]netip.Addr(nil), answers[asked-1]...), nil
	}
	w := workerAt(l)
	w.Host = "backend.test"
	p := &pool{}
	connect := func() error {
		b, err := d.reach(context.Background(), w, targetOf(w), p, nil, "")
		if err == nil {
			b.close()
		}
		return err
	}
	for range 3 {
		if err := connect(); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 {
		t.Errorf("resolved %d times, want once", asked)
	}
	p.addresses.list = []netip.Addr{netip.MustParseAddr("127.0.0.3")}
	answers = append(answers, []netip.Addr{netip.MustParseAddr("127.0.0.1")})
	if err := connect(); err != nil || asked != 2 {
		t.Errorf("after the backend moved: %v, resolved %d times", err, asked)
	}
	p.forget()
	var failed *resolveError
	if err := connect(); !errors.As(err, &failed) || failed.Error() != "DNS lookup failure for: backend.test" {
		t.Errorf("%v, want a resolveError", err)
	}
}

func TestConnectToSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	acceptAll(t, "unix", path)
	b, err := newDialer(clock.Wall{}).reach(context.Background(), &upstream.Worker{}, target{socket: path}, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	b.close()
}

// TestSever: what waits for a backend fails at once, and so does what begins to wait afterwards.
func TestSever(t *testing.T) {
	d := newDialer(clock.Wall{})
	w := workerAt(acceptAll(t, "tcp", "127.0.0.1:0"))
	failed := make(chan error)
	read := func() {
		b, err := d.reach(context.Background(), w, targetOf(w), nil, nil, "")
		if err == nil {
			defer b.close()
			b.conn.ReadBy(time.Now().Add(time.Hour))
			_, err = b.conn.Read(make([]byte, 1))
		}
		failed <- err
	}
	go read()
	for open := 0; open == 0; time.Sleep(time.Millisecond) {
		d.mu.Lock()
		open = len(d.open)
		d.mu.Unlock()
	}
	d.sever()
	if err := <-failed; err == nil {
		t.Error("a read went on")
	}
	go read()
	if err := <-failed; err == nil {
		t.Error("a read after it went on")
	}
}

// TestClosedPoolLetsWaitingRequestsGo: a request that waits for a connection of a worker that a reload dropped gets its
// turn when one is given back.
func TestClosedPoolLetsWaitingRequestsGo(t *testing.T) {
	d := newDialer(clock.Wall{})
	w := workerAt(acceptAll(t, "tcp", "127.0.0.1:0"))
	w.Settings.Max = 1
	p := &pool{}
	if b, err := p.take(context.Background(), d, &w.Settings, time.Now()); b != nil || err != nil {
		t.Fatal(b, err)
	}
	b, err := d.reach(context.Background(), w, targetOf(w), p, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	waited := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_, err := p.take(ctx, d, &w.Settings, time.Now())
		waited <- err
	}()
	for waiting := 0; waiting == 0; time.Sleep(time.Millisecond) {
		p.mu.Lock()
		waiting = len(p.waiting)
		p.mu.Unlock()
	}
	p.close()
	p.put(b, &w.Settings, time.Now())
	if err := <-waited; err != nil {
		t.Error(err)
	}
	if p.drop(); p.open != 0 {
		t.Errorf("%d connections count as open", p.open)
	}
}

// TestDroppedWorkerKeepsNoConnection: a request from before a reload that dropped its worker leaves no connection behind,
// since nothing would close it.
func TestDroppedWorkerKeepsNoConnection(t *testing.T) {
	d := newDialer(clock.Wall{})
	w := workerAt(acceptAll(t, "tcp", "127.0.0.1:0"))
	w.Slot = upstream.NewTable().Slot(upstream.Key{Worker: "w"}, upstream.State{})
	all := pools{pools: make(map[*upstream.Slot]*pool)}
	all.retain(func(*upstream.Slot) bool { return false })
	p := all.of(w)
	if _, err := p.take(context.Background(), d, &w.Settings, time.Now()); err != nil {
		t.Fatal(err)
	}
	b, err := d.reach(context.Background(), w, targetOf(w), p, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	p.put(b, &w.Settings, time.Now())
	if len(d.open) != 0 {
		t.Error("the connection is still open")
	}
	all.retain(func(*upstream.Slot) bool { return true })
	if again := all.of(w); again != all.of(w) {
		t.Error("a worker that came back has no pool")
	}
}
