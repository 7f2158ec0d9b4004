package server_test

import (
	"flag"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/lbconf/lbconf/runtime/admin"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/server"
)

var (
	sequenceSeed  = flag.Uint64("seed", 1, "where the generated balancers begin")
	sequenceCount = flag.Int("balancers", 12, "how many balancers are generated and held against httpd")
)

// sequenceLength is how many steps a generated balancer goes through.
const sequenceLength = 1000

// generated is a balancer with the steps of its test.
type generated struct {
	name    string
	config  string
	members []string
	steps   []step
}

// step is one request, or one thing that happens to a member.
type step struct {
	// request is without the path of the balancer; empty for the others.
	request string
	// hold keeps the response back.
	hold bool
	// release is the number of the step whose response is kept back no more; 0 for none.
	release int
	// toggle is the number of the member that refuses from now on, or accepts again; -1 for none.
	toggle int
	// form is what balancer-manager is asked to change; @ before a letter stands for the address of that member.
	form string
	// look compares what balancer-manager shows of the balancer.
	look bool
}

// TestSequences runs generated balancers through httpd with one child and through this server: each request must go to the
// same member, with the same variables. Members fail by their status and by refusing connections, requests of sessions
// and requests that take long are among the others, and forms of balancer-manager change what there is. What that shows of each
// member must be equal, too.
//
//	go test ./runtime/server -run TestSequences -args -seed 7 -balancers 200
func TestSequences(t *testing.T) {
	balancers := make([]*generated, *sequenceCount)
	for i := range balancers {
		balancers[i] = generate(*sequenceSeed, i)
	}
	backends := make([][]*scripted, len(balancers))
	arrivals := make([]chan string, len(balancers))
	config := "ServerName front.test\nLogLevel crit\nMaxKeepAliveRequests 0\nKeepAliveTimeout 600\nProxyTimeout 600\nProxyPass /sync !\nProxyPass /m !\n<Location /m>\nSetHandler balancer-manager\n</Location>\n" +
		"Header always set X-Env \"%{BALANCER_WORKER_ROUTE}e %{BALANCER_SESSION_STICKY}e %{BALANCER_SESSION_ROUTE}e %{BALANCER_ROUTE_CHANGED}e\"\n"
	for i, g := range balancers {
		arrivals[i] = make(chan string, 16)
		text := g.config
		for _, name := range g.members {
			b := newScripted(t, name, arrivals[i])
			backends[i] = append(backends[i], b)
			text = strings.ReplaceAll(text, "@"+name+"@", b.addr)
		}
		config += text
	}
	results := [2][][]string{}
	// Whoever looks at balancer-manager makes httpd reset what is due of all balancers, and two at a time may do so twice.
	var managing sync.Mutex
	for which := range results {
		results[which] = make([][]string, len(balancers))
		var addr string
		if which == 0 {
			addr = startHTTPD(t, config)
		} else {
			addr = startManaged(t, compile(t, "Listen 80\n"+config, nil))
		}
		var running sync.WaitGroup
		slots := make(chan struct{}, 8)
		for i, g := range balancers {
			for _, b := range backends[i] {
				b.accept(t)
			}
			slots <- struct{}{}
			running.Go(func() {
				results[which][i] = g.run(t, addr, backends[i], arrivals[i], &managing)
				<-slots
			})
		}
		running.Wait()
	}
	for i, g := range balancers {
		g.compare(t, results[0][i], results[1][i])
	}
}

// startManaged is startWith for a server with balancer-manager.
func startManaged(t *testing.T, p *program.Program) (addr string) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s := newServer(t, p, server.Options{Log: log})
	if err := admin.Mount(s, admin.Options{Log: log}); err != nil {
		t.Fatal(err)
	}
	return serve(t, s)
}

// compare reports the first step with different outcomes.
func (g *generated) compare(t *testing.T, httpd, lbconf []string) {
	t.Helper()
	for n := range g.steps {
		if n >= len(httpd) || n >= len(lbconf) {
			t.Errorf("%s: %d steps on httpd, %d on lbconf", g.name, len(httpd), len(lbconf))
			return
		}
		if httpd[n] != lbconf[n] {
			var before strings.Builder
			for k := max(0, n-8); k < n; k++ {
				fmt.Fprintf(&before, "  %4d %s -> %s\n", k, g.steps[k].text(), httpd[k])
			}
			t.Errorf("%sstep %d: %s\n  httpd  %s\n  lbconf %s\nbefore:\n%s", g.config, n, g.steps[n].text(), httpd[n], lbconf[n], before.String())
			return
		}
	}
}

func (s step) text() string {
	switch {
	case s.toggle >= 0:
		return fmt.Sprintf("member %d refuses or accepts", s.toggle)
	case s.release > 0:
		return fmt.Sprintf("release of step %d", s.release)
	case s.form != "":
		return "form " + s.form
	case s.look:
		return "state"
	}
	head, _, _ := strings.Cut(s.request, "\r\n\r\n")
	text := strings.ReplaceAll(head, "\r\n", " | ")
	if s.hold {
		text += " (held)"
	}
	return text
}

// run takes the steps one after the other and returns an outcome for each.
func (g *generated) run(t *testing.T, addr string, backends []*scripted, arrived chan string, managing *sync.Mutex) []string {
	t.Helper()
	main := &caller{addr: addr}
	defer main.close()
	waiting := map[int]*heldRequest{}
	defer func() {
		for _, b := range backends {
			for n := range waiting {
				b.release(fmt.Sprint(n))
			}
		}
		for _, w := range waiting {
			<-w.done
			w.caller.close()
		}
	}()
	busy := make([]int, len(backends))
	refusing := make([]bool, len(backends))
	var outcomes []string
	for n, s := range g.steps {
		outcome := "-"
		switch {
		case s.toggle >= 0:
			switch {
			case refusing[s.toggle]:
				backends[s.toggle].accept(t)
				refusing[s.toggle] = false
			case busy[s.toggle] == 0:
				backends[s.toggle].refuse()
				refusing[s.toggle] = true
			default:
				outcome = "busy"
			}
		case s.release > 0:
			if w := waiting[s.release]; w != nil {
				delete(waiting, s.release)
				for i, b := range backends {
					b.release(fmt.Sprint(s.release))
					if b.name == w.member {
						busy[i]--
					}
				}
				// The variables are those of now in httpd, where a form can have changed the route since.
				outcome, _, _ = strings.Cut(<-w.done, " [")
				w.caller.settle(t)
				w.caller.close()
			}
		case s.form != "" || s.look:
			managing.Lock()
			outcome = g.manage(main, backends, s)
			managing.Unlock()
		case s.hold:
			main.settle(t)
			w := &heldRequest{caller: &caller{addr: addr}, done: make(chan string, 1)}
			go func() { w.done <- outcomeOf(w.caller.ask(g.wire(n, s))) }()
			select {
			case w.member = <-arrived:
				outcome, waiting[n] = w.member, w
				for i, b := range backends {
					if b.name == w.member {
						busy[i]++
					}
				}
			case outcome = <-w.done:
				w.caller.close()
			}
		default:
			outcome = outcomeOf(main.ask(g.wire(n, s)))
		}
		outcomes = append(outcomes, outcome)
	}
	return outcomes
}

// shown are the fields of a balancer and its members that must be equal.
var shown = regexp.MustCompile(`<httpd:(status|retries|lbstatus|transferred|read|elected|route|redirect|busy|lbset|loadfactor|lbmethod|stickysession|nofailover|maxattempts)>([^<]*)`)

// chunkEnd is what stands between two chunks. Lines of the page end in LF alone.
var chunkEnd = regexp.MustCompile(`\r\n[0-9a-f]+\r\n`)

// manage sends a form to balancer-manager, or reads what it shows of the balancer.
func (g *generated) manage(c *caller, backends []*scripted, s step) string {
	const head = "Host: front.test\r\nReferer: http://front.test/\r\n"
	if s.look {
		p, err := c.ask("GET /m?xml=1 HTTP/1.1\r\n" + head + "\r\n")
		if err != nil {
			return err.Error()
		}
		_, text, _ := strings.Cut(chunkEnd.ReplaceAllString(p.body, ""), "<httpd:name>balancer://"+g.name+"<")
		text, _, _ = strings.Cut(text, "<httpd:name>balancer://")
		return fmt.Sprint(shown.FindAllString(text, -1))
	}
	form := "b=" + g.name + "&nonce=secret&" + s.form
	for _, b := range backends {
		form = strings.ReplaceAll(form, "@"+b.name, "http://"+b.addr)
	}
	p, err := c.ask(fmt.Sprintf("POST /m HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s", head, len(form), form))
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(p.status)
}

// settle waits until the server has counted the last request of the connection out: that is behind its response, and before
// the next request is read.
func (c *caller) settle(t *testing.T) {
	t.Helper()
	if c.conn == nil {
		return
	}
	if _, err := c.ask("GET /sync HTTP/1.1\r\nHost: front.test\r\n\r\n"); err != nil {
		t.Error(err)
	}
}

// heldRequest is a request whose response is kept back.
type heldRequest struct {
	caller *caller
	done   chan string
	member string
}

func (g *generated) wire(n int, s step) string {
	text := strings.ReplaceAll(s.request, "@", "/"+g.name+"/")
	if s.hold {
		text = strings.Replace(text, "\r\n\r\n", fmt.Sprintf("\r\nX-Hold: %d\r\n\r\n", n), 1)
	}
	return text
}

func outcomeOf(p seen, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %s [%s]", p.status, fieldOf(p.head, "X-Member"), fieldOf(p.head, "X-Env"))
}
