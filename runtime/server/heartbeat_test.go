package server_test

import (
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lbconf/lbconf/parser/testenv"
	"github.com/lbconf/lbconf/runtime/internal/clock"
	"github.com/lbconf/lbconf/runtime/internal/httpdtest"
	"github.com/lbconf/lbconf/runtime/server"
)

var heartbeatRequests = flag.Int("heartbeat.requests", 2_000, "how many requests of lbmethod=heartbeat are counted on each server")

// TestHeartbeatDistribution sends many requests through httpd and as many through this server, both with lbmethod=heartbeat
// over the same file. Each must choose every member as often as the rule says: of 61 numbers 10, 20 and 31 for hosts with 10,
// 20 and 30 slots. The bound is one that a right server misses once in a million runs.
func TestHeartbeatDistribution(t *testing.T) {
	if testing.Short() {
		t.Skip("sends thousands of requests")
	}
	testenv.Program(t, "apache2")
	hosts := []string{"127.0.0.2", "127.0.0.3", "127.0.0.4"}
	expected := map[string]float64{"127.0.0.2": 10. / 61, "127.0.0.3": 20. / 61, "127.0.0.4": 31. / 61}
	storage := openStorage(t, "127.0.0.2 &ready=10&busy=1&lastseen=9\n127.0.0.3 &ready=80&busy=0&lastseen=0\n127.0.0.4 &ready=30&busy=7&lastseen=1\n")
	var conf strings.Builder
	fmt.Fprintf(&conf, "HeartbeatMaxServers 0\nHeartbeatStorage %s\nMaxKeepAliveRequests 0\nProxyPass / balancer://b/\n<Proxy balancer://b>\n", storage)
	for _, host := range hosts {
		fmt.Fprintf(&conf, "BalancerMember http://%s\n", sayHost(t, host))
	}
	conf.WriteString("ProxySet lbmethod=heartbeat\n</Proxy>\n")
	var modules strings.Builder
	for _, module := range []string{"heartmonitor", "lbmethod_heartbeat"} {
		fmt.Fprintf(&modules, "LoadModule %s_module %s/mod_%s.so\n", module, testenv.Modules, module)
	}
	_, ours := start(t, conf.String())
	for name, address := range map[string]string{"httpd": httpdtest.Start(t, modules.String()+conf.String()).Addr, "lbconf": ours} {
		counts := countAnswers(t, address, *heartbeatRequests)
		chi := 0.
		for host, share := range expected {
			want := share * float64(*heartbeatRequests)
			chi += math.Pow(float64(counts[host])-want, 2) / want
		}
		if chi > 27.6 { // two degrees of freedom, one in a million
			t.Errorf("%s: %v, chi square %.1f", name, counts, chi)
		}
		t.Logf("%s: %v, chi square %.1f", name, counts, chi)
	}
}

// openStorage writes a file of heartbeats that the user of httpd may read.
func openStorage(t *testing.T, content string) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "heartbeats") //nolint:usetesting // httpd's user may not enter those of t.TempDir
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) }) // what is left over is the system's to clean
	path := filepath.Join(folder, "hb.dat")
	for _, err := range []error{os.Chmod(folder, 0o755), os.WriteFile(path, []byte(content), 0o600), os.Chmod(path, 0o644)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// sayHost runs a backend that answers with its host, and returns its address.
func sayHost(t *testing.T, host string) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", host+":0")
	if err != nil {
		t.Skipf("the machine has no address %s: %v", host, err)
	}
	backend := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, host) // the client counts what arrives
	}), ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = backend.Serve(listener) // ends with Close
	}()
	t.Cleanup(func() {
		_ = backend.Close()
		<-done
	})
	return listener.Addr().String()
}

// countAnswers sends n requests on one connection, and counts the bodies.
func countAnswers(t *testing.T, address string, n int) map[string]int {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 1}
	defer transport.CloseIdleConnections()
	counts := make(map[string]int)
	for range n {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close() // it was read to its end
		counts[string(body)]++
	}
	return counts
}

// TestHeartbeatsByUDP: a server that sends heartbeats to a group and listens to it hears itself, and stores what it heard
// every five seconds; a reload ends both.
func TestHeartbeatsByUDP(t *testing.T) {
	group := "239.255.77.1:" + freeUDP(t)
	if !groupWorks(t, group) {
		t.Skip("multicast does not work on this machine")
	}
	storage := filepath.Join(t.TempDir(), "hb.dat")
	conf := "ServerLimit 2\nThreadsPerChild 4\nMaxRequestWorkers 8\nHeartbeatMaxServers 0\nHeartbeatStorage " + storage + "\n"
	now := clock.NewFake(time.Unix(1_000_000, 0))
	p := compile(t, conf+"HeartbeatListen "+group+"\nHeartbeatAddress "+group+"\n", nil)
	s, _ := startWith(t, p, server.Options{Clock: now})
	content := ""
	for range 100 {
		now.Advance(time.Second)
		time.Sleep(20 * time.Millisecond) // for the messages on their way
		if read, err := os.ReadFile(storage); err == nil && len(read) > 0 {
			content = string(read)
			break
		}
	}
	if !strings.Contains(content, " &ready=8&busy=0&lastseen=") || !strings.HasSuffix(content, "&port=80\n") {
		t.Fatalf("the file says %q", content)
	}
	if err := s.Swap(compile(t, conf, p.Table())); err != nil {
		t.Fatal(err)
	}
	// Nobody listens and nobody writes any more, so that the file stays as it is.
	time.Sleep(50 * time.Millisecond)
	if err := os.Remove(storage); err != nil {
		t.Fatal(err)
	}
	now.Advance(11 * time.Second)
	time.Sleep(50 * time.Millisecond)
	if _, err := os.Stat(storage); err == nil {
		t.Error("heartbeats are stored after a reload without HeartbeatListen")
	}
}

// freeUDP returns a port that nobody has.
func freeUDP(t *testing.T) string {
	t.Helper()
	conn, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // the port is what was wanted
	_, port, _ := net.SplitHostPort(conn.LocalAddr().String())
	return port
}

// groupWorks says whether what is sent to a group arrives on this machine.
func groupWorks(t *testing.T, group string) bool {
	t.Helper()
	address, err := net.ResolveUDPAddr("udp4", group)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.ListenMulticastUDP("udp4", nil, address)
	if err != nil {
		return false
	}
	defer func() { _ = listener.Close() }() // it was only to try
	sender, err := new(net.Dialer).DialContext(t.Context(), "udp4", group)
	if err != nil {
		return false
	}
	defer func() { _ = sender.Close() }() // as above
	if _, err := io.WriteString(sender, "hello"); err != nil {
		return false
	}
	if err := listener.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
		return false
	}
	_, err = listener.Read(make([]byte, 10))
	return err == nil
}
