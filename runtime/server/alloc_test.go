//go:build !race

package server_test

import (
	"net"
	"runtime"
	"strings"
	"testing"
)

// TestNoAllocation: a proxied request in the steady state costs no memory, over the whole path: sockets, heads, decision,
// pool, log. Client and backend run here too and cost none themselves. (With -race sync.Pool forgets on purpose.)
func TestNoAllocation(t *testing.T) {
	for name, config := range map[string]string{
		"worker":   "ProxyPass / http://BACKEND/\n",
		"balancer": "<Proxy balancer://b>\nBalancerMember http://BACKEND route=a\n</Proxy>\nProxyPass / balancer://b/\n",
		"rewrite":  "RewriteEngine On\nRewriteRule ^/(.*) http://BACKEND/$1 [P,QSA]\n<Proxy http://BACKEND>\nProxySet keepalive=On\n</Proxy>\n",
		"header": "Header always set X-Frame-Options DENY\nHeader add Set-Cookie \"ROUTEID=.%{BALANCER_WORKER_ROUTE}e; path=/\"\nHeader set Content-Type text/x\n" +
			"Header merge Vary Accept\nHeader edit X-Kind (.) $1$1\nHeader set X-Took %D\nHeader unset X-Gone\nProxyPass / http://BACKEND/\n",
		"status": "ProxyPass / http://BACKEND/\n<Location /status>\nSetHandler server-status\n</Location>\n",
		"large":  "ProxyPass / http://BACKEND/\n",
		"log":    "ProxyPass / http://BACKEND/\nCustomLog /dev/null \"%h %l %u %t \\\"%r\\\" %>s %b\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			backend := listen(t)
			answer := ok
			if name == "large" { // more than is read with the head
				answer = "HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + strings.Repeat("x", 20000)
			}
			go echo(backend, answer)
			_, addr := start(t, "MaxKeepAliveRequests 0\n"+strings.ReplaceAll(config, "BACKEND", backend.Addr().String()))
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer closeQuietly(conn)
			request, buf := []byte("GET /x?y HTTP/1.1\r\nHost: front.test\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n"), make([]byte, 32<<10)
			length := 1 // what is short comes at once
			if name == "large" {
				length = len(raw(addr, string(request))) - len("<open>")
			}
			send := func(n int) {
				for range n {
					_, err := conn.Write(request)
					for got := 0; err == nil && got < length; {
						var n int
						n, err = conn.Read(buf)
						got += n
					}
					if err != nil {
						t.Fatal(err)
					}
				}
			}
			send(1000)
			const requests = 5000
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			send(requests)
			runtime.ReadMemStats(&after)
			if each := float64(after.Mallocs-before.Mallocs) / requests; each >= 0.01 {
				t.Errorf("%.4f allocations a request, want fewer than 0.01", each)
			}
		})
	}
}

// echo answers each piece that arrives on one connection, without allocating.
func echo(l net.Listener, response string) {
	conn, err := l.Accept()
	if err != nil {
		return
	}
	defer closeQuietly(conn)
	buf, answer := make([]byte, 4096), []byte(response)
	for {
		if _, err := conn.Read(buf); err != nil {
			return
		}
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
}
