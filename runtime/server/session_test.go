package server_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/runtime/server"
)

// sessionBalancers are parameters of balancers that find the session of a request in different ways. S| is not among them:
// there httpd looks for an empty name in the URL, and finds it in memory behind the URL.
var sessionBalancers = []string{
	"stickysession=S",
	"stickysession=S|s",
	"stickysession=s|S scolonpathdelim=on",
	"stickysession=SID stickysessionsep=:",
	"stickysession=SID|sid stickysessionsep=off",
	"stickysession=SID|sid stickysessionsep=! scolonpathdelim=on nofailover=on",
	"stickysession=SID stickysessionsep==",
	"stickysession=a|b stickysessionsep=/",
	"stickysession=aa|bb stickysessionsep=a",
	"stickysession=S stickysessionsep=Off scolonpathdelim=on",
	"stickysession=S \"stickysessionsep= \"",
	"stickysession=S|s| stickysessionsep=|",
	"stickysession=|s",
}

// sessionRoutes are the routes of the members of each of them.
var sessionRoutes = []string{"one", "two", "two.b", "x.one", "2", "a", ""}

// sessionRequests are how many requests are generated for each balancer.
const sessionRequests = 150

// TestSessions holds generated cookies and URLs against httpd: where the session is found, its route, and the member.
func TestSessions(t *testing.T) {
	arrived := make(chan string, 1)
	config := "ServerName front.test\nLogLevel crit\nMaxKeepAliveRequests 0\nRewriteEngine On\n" +
		"Header always set X-Env \"%{BALANCER_WORKER_ROUTE}e %{BALANCER_SESSION_STICKY}e %{BALANCER_SESSION_ROUTE}e %{BALANCER_ROUTE_CHANGED}e\"\n"
	var members string
	for i, route := range sessionRoutes {
		b := newScripted(t, fmt.Sprint(i), arrived)
		members += "  BalancerMember http://" + b.addr
		if route != "" {
			members += " route=" + route
		}
		members += "\n"
	}
	var requests []string
	c := chooser{rand.New(rand.NewPCG(*sequenceSeed, 1))}
	for i, params := range sessionBalancers {
		config += fmt.Sprintf("<Proxy balancer://b%d>\n%s  ProxySet %s\n</Proxy>\nProxyPass /b%d balancer://b%d\n", i, members, params, i, i) +
			fmt.Sprintf("ProxyPass /n%d balancer://b%d nocanon\nRewriteRule ^/r%d(.*) balancer://b%d$1 [P]\nRewriteRule ^/e%d(.*) balancer://b%d$1 [P,NE]\n", i, i, i, i, i, i)
		for range sessionRequests {
			requests = append(requests, c.session(i))
		}
	}
	ask := func(addr string) (outcomes []string) {
		main := &caller{addr: addr}
		defer main.close()
		for _, request := range requests {
			outcomes = append(outcomes, outcomeOf(main.ask(request)))
		}
		return outcomes
	}
	want := ask(startHTTPD(t, config))
	_, addr := startWith(t, compile(t, "Listen 80\n"+config, nil), server.Options{})
	differ := 0
	for i, got := range ask(addr) {
		if got != want[i] {
			if differ++; differ <= 10 {
				t.Errorf("%s\n%q\n  httpd  %s\n  lbconf %s", sessionBalancers[i/sessionRequests], requests[i], want[i], got)
			}
		}
	}
	if differ > 0 {
		t.Errorf("%d of %d differ", differ, len(requests))
	}
}

// session makes a request for the balancer of a number, with names, separators and delimiters where they belong and where
// they do not. None ends in a name, since httpd then looks behind the end of the text.
func (c chooser) session(balancer int) string {
	name := func() string {
		return c.of("S", "s", "SID", "sid", "a", "b", "aa", "bb", "S", "s", "XS", "Sx", "s|")
	}
	value := func() string {
		text := c.of("", "x", "x1y", "\"", "x.y") + c.of(".", ".", ":", "!", "=", "/", "a", "|", "", "..", "%2E") + c.of(sessionRoutes...)
		return text + c.of("", "", "", "\"", ".", " ")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "GET /%s%d", c.of("b", "b", "n", "r", "e"), balancer)
	if c.chance(60) {
		b.WriteString(c.of("", "/x", "/S", "/sid=2", "/x.y"))
		for range 1 + c.IntN(3) {
			text := c.of("?", "&", ";", ";", "?", "/", "") + name() + c.of("=", "=", "=", "==", "", "=?", "=;", "=&", "%3D") + value()
			b.WriteString(strings.ReplaceAll(strings.ReplaceAll(text, " ", "%20"), "\"", "%22"))
		}
		b.WriteString(c.of(".", "&z=1", "?z", ";z=2"))
	}
	b.WriteString(" HTTP/1.1\r\nHost: front.test\r\n")
	for c.chance(60) {
		b.WriteString("Cookie: ")
		for range 1 + c.IntN(3) {
			b.WriteString(c.of("", ";", "; ", ",", ", ", " ", "\t", "-") + name() + c.of("=", "=", "=", " =", "  =", "", " ", "= ", "\t=") + value())
		}
		b.WriteString(c.of(".", "; z=1", ",z", ";") + "\r\n")
	}
	b.WriteString("\r\n")
	return b.String()
}
