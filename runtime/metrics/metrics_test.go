package metrics

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/internal/leaks"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/proxy"
	"github.com/lbconf/lbconf/runtime/server"
)

func TestMain(m *testing.M) { os.Exit(leaks.Main(m)) }

var update = flag.Bool("update", false, "rewrite the list in docs/metrics.md")

const config = `
ServerName main.test
<Proxy balancer://b>
BalancerMember http://127.0.0.1:1/base route=a loadfactor=3
BalancerMember http://127.0.0.1:2 status=+H
</Proxy>
ProxyPass /b balancer://b/
ProxyPass /w http://127.0.0.1:3/
<Location /metrics>
SetHandler prometheus-metrics
</Location>
<VirtualHost *:80>
ServerName site.test
ProxyPass /own http://127.0.0.1:4/
</VirtualHost>
`

// mount makes metrics of a server that listens nowhere.
func mount(tb testing.TB) (*Metrics, *program.Program) {
	tb.Helper()
	return mountConfig(tb, config)
}

func mountConfig(tb testing.TB, config string) (*Metrics, *program.Program) {
	tb.Helper()
	tree := parser.Load(parser.Input{Name: filepath.Join(tb.TempDir(), "test.conf"), Source: []byte(config)})
	lowered, list := lower.Lower(tree)
	if len(list) > 0 {
		tb.Fatal(list)
	}
	p, report := program.Compile(lowered, program.Options{})
	if !report.OK() || len(report.Ignored) > 0 {
		tb.Fatalf("%+v", report)
	}
	m, err := Mount(server.New(p, server.Options{}))
	if err != nil {
		tb.Fatal(err)
	}
	return m, p
}

// scrape returns the lines that begin with lbconf_, those of histograms without their bounds.
func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	var x exchange.Exchange
	content := m.Handle(&x, nil, nil)
	if x.Response.Status != 200 || !strings.HasPrefix(string(x.Response.ContentType), "text/plain") {
		t.Fatalf("status %d, type %s", x.Response.Status, x.Response.ContentType)
	}
	var lines []string
	for line := range strings.Lines(string(content.Bytes)) {
		if strings.HasPrefix(line, "lbconf_") && !strings.Contains(line, "_bucket") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// TestScrape: requests count for their virtual host, class and worker; workers show their state, each once.
func TestScrape(t *testing.T) {
	m, p := mount(t)
	main, site := p.Hosts()[0], p.Hosts()[1]
	start := time.Unix(1000, 0)
	request := func(h *program.Host, status int, job proxy.Job, aborted bool) {
		plan := &program.Plan{Host: h}
		if job.Tried != nil && len(h.Balancers()) > 0 && slices.Contains(h.Balancers()[0].Members, job.Tried) {
			plan.Balancer = h.Balancers()[0]
		}
		x := &exchange.Exchange{Start: start, Done: start.Add(20 * time.Millisecond), Aborted: aborted}
		x.Response.Status = status
		job.TriedAt = start.Add(10 * time.Millisecond)
		m.Observe(x, plan, &job)
	}
	member := main.Balancers()[0].Members[0]
	request(main, 200, proxy.Job{Tried: member}, false)
	request(main, 204, proxy.Job{Tried: member}, true)
	request(main, 503, proxy.Job{Tried: member, Failed: true}, false)
	request(site, 404, proxy.Job{}, false)
	request(site, 999, proxy.Job{Tried: main.Workers()[0]}, false)
	member.Slot.Fail(start)
	member.Slot.Elect()
	got := scrape(t, m)
	for _, want := range []string{
		`lbconf_requests_total{code="2xx",server="main.test"} 2`,
		`lbconf_requests_total{code="5xx",server="main.test"} 1`,
		`lbconf_requests_total{code="4xx",server="site.test"} 1`,
		`lbconf_requests_total{code="other",server="site.test"} 1`,
		`lbconf_proxy_errors_total{server="main.test"} 1`,
		`lbconf_requests_aborted_total{server="main.test"} 1`,
		`lbconf_request_duration_seconds_count{server="main.test"} 3`,
		`lbconf_worker_duration_seconds_sum{balancer="b",server="main.test",worker="http://127.0.0.1:1/base"} 0.03`,
		`lbconf_worker_duration_seconds_count{balancer="",server="site.test",worker="http://127.0.0.1:3/"} 1`,
		`lbconf_worker_state{balancer="b",server="main.test",state="error",worker="http://127.0.0.1:1/base"} 1`,
		`lbconf_worker_state{balancer="b",server="main.test",state="hot_standby",worker="http://127.0.0.1:2"} 1`,
		`lbconf_worker_usable{balancer="b",server="main.test",worker="http://127.0.0.1:1/base"} 0`,
		`lbconf_worker_failures_total{balancer="b",server="main.test",worker="http://127.0.0.1:1/base"} 1`,
		`lbconf_worker_elected_total{balancer="b",server="main.test",worker="http://127.0.0.1:1/base"} 1`,
		`lbconf_worker_load_factor{balancer="b",server="main.test",worker="http://127.0.0.1:1/base"} 3`,
		`lbconf_worker_connections{balancer="",server="site.test",state="idle",worker="http://127.0.0.1:4/"} 0`,
		`lbconf_balancer_members{balancer="b",server="main.test"} 2`,
		`lbconf_balancer_usable_members{balancer="b",server="main.test"} 1`,
		`lbconf_client_connections{state="idle"} 0`,
		`lbconf_access_log_dropped_lines_total{server="site.test"} 0`,
		`lbconf_config_loads_total 1`,
	} {
		if n := strings.Count(got, want+"\n"); n != 1 {
			t.Errorf("%s: %d times", want, n)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

// TestSameName: virtual hosts of one name, as for HTTP and HTTPS, with workers of one name do not get into each other's way.
func TestSameName(t *testing.T) {
	const site = `<VirtualHost %s>
ServerName site.test
<Proxy balancer://b>
BalancerMember http://127.0.0.1:1
</Proxy>
ProxyPass / balancer://b/
ProxyPass /x http://127.0.0.1:2/
</VirtualHost>
`
	m, p := mountConfig(t, fmt.Sprintf(site, "*:80")+fmt.Sprintf(site, "*:443")+fmt.Sprintf(site, "127.0.0.1:443"))
	for _, h := range p.Hosts() {
		x := &exchange.Exchange{}
		x.Response.Status = 200
		m.Observe(x, &program.Plan{Host: h}, &proxy.Job{})
	}
	got := scrape(t, m)
	for _, server := range []string{"site.test:80", "site.test:443", "site.test:443#2"} {
		for _, want := range []string{`lbconf_worker_usable{balancer="b",server="%s",worker="http://127.0.0.1:1"} 1`, `lbconf_requests_total{code="2xx",server="%s"} 1`} {
			if line := fmt.Sprintf(want, server) + "\n"; strings.Count(got, line) != 1 {
				t.Errorf("no %s in\n%s", line, got)
			}
		}
	}
}

// TestStrangeNames: bytes that are no text do not keep the others from being read.
func TestStrangeNames(t *testing.T) {
	m, p := mountConfig(t, "ServerName main.test\n<Proxy balancer://b>\nBalancerMember http://127.0.0.1:1/\xff\nBalancerMember http://127.0.0.1:2\n</Proxy>\n")
	main := p.Hosts()[0]
	m.Observe(&exchange.Exchange{}, &program.Plan{Host: main, Balancer: main.Balancers()[0]}, &proxy.Job{Tried: main.Balancers()[0].Members[0]})
	got := scrape(t, m)
	for _, want := range []string{"worker=\"http://127.0.0.1:1/\uFFFD\"} 1", `worker="http://127.0.0.1:2"} 1`} {
		if !strings.Contains(got, `lbconf_worker_usable{balancer="b",server="main.test",`+want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

// observing returns what runs for a request that a member of a balancer answered.
func observing(tb testing.TB) func() {
	tb.Helper()
	m, p := mount(tb)
	main := p.Hosts()[0]
	plan := &program.Plan{Host: main, Balancer: main.Balancers()[0]}
	x := &exchange.Exchange{Start: time.Unix(1, 0), Done: time.Unix(2, 0)}
	x.Response.Status = 200
	job := &proxy.Job{Tried: main.Balancers()[0].Members[0], TriedAt: time.Unix(1, 0)}
	return func() { m.Observe(x, plan, job) }
}

// TestObserveAllocatesNothing: what runs for each request costs no memory once its host and worker are known.
func TestObserveAllocatesNothing(t *testing.T) {
	observe := observing(t)
	observe() // makes what is kept of the host and the worker
	if n := testing.AllocsPerRun(100, observe); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

var described = regexp.MustCompile(`fqName: "([^"]+)", help: "([^"]+)", (?:unit: "[^"]*", )?constLabels: {}, variableLabels: {([^}]*)}`)

// TestPage holds the list in docs/metrics.md: the names, labels and meanings of all figures of this server's own.
func TestPage(t *testing.T) {
	m, _ := mount(t)
	descs := make(chan *prometheus.Desc, 1000)
	for _, c := range []prometheus.Collector{m.requests, m.failed, m.aborted, m.duration, m.worker} {
		c.Describe(descs)
	}
	newCollector(nil).Describe(descs)
	close(descs)
	var rows []string
	for desc := range descs {
		parts := described.FindStringSubmatch(desc.String())
		if parts == nil {
			t.Fatalf("%s", desc)
		}
		labels := "–"
		if parts[3] != "" {
			labels = "`" + strings.ReplaceAll(parts[3], ",", "`, `") + "`"
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |\n", parts[1], labels, parts[2]))
	}
	slices.Sort(rows)
	want := "| Metric | Labels | Meaning |\n|---|---|---|\n" + strings.Join(rows, "")
	const page, begin, end = "../../docs/metrics.md", "<!-- list -->\n", "<!-- end of list -->\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no %q and %q", page, begin, end)
	}
	if *update {
		if err := os.WriteFile(page, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (go test ./runtime/metrics -update rewrites it):\n%s", page, diff)
	}
}
