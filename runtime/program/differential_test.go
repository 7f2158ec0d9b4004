package program_test

import (
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/runtime/balance"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/internal/httpdtest"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/upstream"
	"github.com/lbconf/lbconf/runtime/wire"
)

var update = flag.Bool("update", false, "write what httpd does into testdata")

// backends are the placeholders that a configuration may use.
var backends = []string{"b1", "b2", "b3"}

// requestOf makes the bytes of a request of a line "METHOD TARGET[ | Field: value]…".
func requestOf(line, port string) string {
	parts := strings.Split(line, " | ")
	var b strings.Builder
	fmt.Fprintf(&b, "%s HTTP/1.1\r\n", parts[0])
	if !strings.Contains(line, "Host: ") {
		fmt.Fprintf(&b, "Host: front.test:%s\r\n", port)
	}
	for _, field := range parts[1:] {
		b.WriteString(field + "\r\n")
	}
	b.WriteString("Connection: close\r\n\r\n")
	return b.String()
}

// TestDecide holds what httpd does with the requests of testdata, as Decide sees them: the status, or the backend with
// the line and the Host field that it gets, and the Location that comes back. Lines of a file follow one another, so that
// a balancer's choices are a sequence.
func TestDecide(t *testing.T) {
	for _, file := range caseFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			conf, requests, want := readCase(t, file)
			got := decideAll(t, conf, requests, "8080", map[string]string{"b1": "127.0.0.1:9001", "b2": "127.0.0.1:9002", "b3": "127.0.0.1:9003"})
			if diff := cmp.Diff(beside(requests, want), beside(requests, got)); diff != "" {
				t.Errorf("httpd (-) and Decide (+):\n%s", diff)
			}
		})
	}
}

// TestDecideAgainstHTTPD holds that the files say what httpd does.
func TestDecideAgainstHTTPD(t *testing.T) {
	for _, file := range caseFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			conf, requests, want := readCase(t, file)
			addresses := make(map[string]string)
			for _, name := range backends {
				addresses[name] = httpdtest.Backend(t, name)
			}
			server := httpdtest.Start(t, fill(conf, "@port@", addresses))
			var got []string
			for _, line := range requests {
				r := server.Do(t, requestOf(fill(line, server.Port, addresses), server.Port))
				got = append(got, clean(resultOf(r), server.Port, addresses))
			}
			if *update {
				writeResults(t, file, got)
				return
			}
			if diff := cmp.Diff(beside(requests, want), beside(requests, got)); diff != "" {
				t.Errorf("the file (-) and httpd (+):\n%s", diff)
			}
		})
	}
}

func resultOf(r *httpdtest.Response) string {
	location := ""
	if l := r.Field("Location"); l != "" {
		location = " Location=" + l
	}
	if cookie := r.Field("Set-Cookie"); cookie != "" {
		location += " Cookie=" + cookie
	}
	if name := r.Field("X-Backend"); name != "" {
		if tests := r.Field("X-Tests"); tests != "" {
			location += " " + tests
		}
		return fmt.Sprintf("%s %s Host=%s%s", name, strings.TrimSuffix(r.Field("X-Line"), " HTTP/1.1"), r.Field("X-Host"), location)
	}
	return fmt.Sprintf("%d%s", r.Status, location)
}

// decideAll runs the requests through a program.
func decideAll(t *testing.T, conf string, requests []string, port string, addresses map[string]string) []string {
	t.Helper()
	p := compile(t, fill(conf, port, addresses))
	names := make(map[string]string)
	for name, addr := range addresses {
		names[addr] = name
	}
	var got []string
	for _, line := range requests {
		got = append(got, clean(decide(t, p, requestOf(fill(line, port, addresses), port), port, names), port, addresses))
	}
	return got
}

func decide(t *testing.T, p *program.Program, raw, port string, names map[string]string) string {
	t.Helper()
	x := exchangeOf(t, raw, port)
	x.Request.MergeFields(x)
	if status := program.Resolve(x); status != 0 {
		return fmt.Sprint(status)
	}
	var plan program.Plan
	p.Host(x.Client.Local, x.Request.Hostname).Decide(x, &plan)
	if plan.Kind == program.Respond {
		if len(plan.Location) > 0 {
			return fmt.Sprintf("%d Location=%s", plan.Status, plan.Location)
		}
		return fmt.Sprint(plan.Status)
	}
	if plan.Kind == program.Handle && plan.Handler == program.HandlerFile {
		if plan.File.Found.Info == nil {
			return "404"
		}
		return "200"
	}
	worker, path, host := plan.Worker, string(plan.Path), string(plan.Authority)
	if plan.Balancer != nil {
		session := balance.FindSession(plan.Balancer, plan.Session, x.Request.Fields.Get("Cookie"))
		choice, err := balance.Pick(plan.Balancer, session, x.Start)
		if err != nil {
			return "503"
		}
		choice.Worker.Slot.AddTransferred(100) // so that bytraffic has something to count
		choice.Worker.Slot.End()
		worker, path, host = choice.Worker, choice.Worker.Path+path, choice.Worker.Authority
	}
	if plan.PreserveHost {
		host = string(x.Request.Fields.Get("Host"))
	}
	name, known := names[dialed(worker)]
	if !known {
		return "500" // a name that does not resolve: tests use no other address
	}
	result := fmt.Sprintf("%s %s %s Host=%s", name, x.Request.Method, path, host)
	if location := x.Request.Fields.Get("X-Location"); location != nil {
		result += " Location=" + string(plan.Reverse.AppendLocation(nil, location, &plan.Self))
	}
	if cookie := x.Request.Fields.Get("X-Cookie"); cookie != nil {
		result += " Cookie=" + string(plan.Reverse.AppendCookie(nil, cookie))
	}
	var tests []string
	for _, f := range x.Request.Fields {
		if strings.HasPrefix(strings.ToLower(string(f.Name)), "x-test") {
			tests = append(tests, fmt.Sprintf("%s: %s", f.Name, f.Value))
		}
	}
	if len(tests) > 0 {
		result += " " + strings.Join(tests, " ~ ")
	}
	return result
}

func dialed(w *upstream.Worker) string {
	return net.JoinHostPort(strings.ReplaceAll(w.Host, "localhost", "127.0.0.1"), fmt.Sprint(w.Port))
}

func exchangeOf(tb testing.TB, raw, port string) *exchange.Exchange {
	tb.Helper()
	x := &exchange.Exchange{Start: time.Unix(1700000000, 0)}
	if _, err := x.Request.Parse([]byte(raw), wire.DefaultRules()); err != nil {
		tb.Fatalf("%q: %v", raw, err)
	}
	x.Client.Local = netip.MustParseAddrPort("127.0.0.1:" + port)
	x.Client.Remote = netip.MustParseAddrPort("127.0.0.1:40000")
	x.Client.LocalIP, x.Client.RemoteIP, x.Client.LocalPort = "127.0.0.1", "127.0.0.1", port
	return x
}

// compile compiles the text of a configuration that must not be refused.
func compile(tb testing.TB, conf string) *program.Program {
	tb.Helper()
	p, report := tryCompile(tb, conf)
	for _, e := range report.Refused {
		tb.Errorf("refused: %s: %s", e.Origin.Directive, e.Message)
	}
	return p
}

func tryCompile(tb testing.TB, conf string) (*program.Program, *program.Report) {
	tb.Helper()
	tree := parser.Load(parser.Input{Name: "test.conf", Source: []byte(conf)})
	config, _ := lower.Lower(tree)
	return program.Compile(config, program.Options{})
}

func fill(text, port string, addresses map[string]string) string {
	text = strings.ReplaceAll(text, "@port@", port)
	for name, addr := range addresses {
		text = strings.ReplaceAll(text, "@"+name+"@", addr)
		_, p, _ := net.SplitHostPort(addr)
		text = strings.ReplaceAll(text, "@"+name+":port@", p)
	}
	return text
}

func clean(text, port string, addresses map[string]string) string {
	for name, addr := range addresses {
		text = strings.ReplaceAll(text, addr, "@"+name+"@")
		_, p, _ := net.SplitHostPort(addr)
		text = strings.ReplaceAll(text, ":"+p, ":@"+name+":port@")
	}
	return strings.ReplaceAll(text, ":"+port, ":@port@")
}

func caseFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	return files
}

func readCase(t *testing.T, file string) (conf string, requests, results []string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		switch f.Name {
		case "conf":
			conf = string(f.Data)
		case "requests":
			for line := range strings.Lines(string(f.Data)) {
				request, result, _ := strings.Cut(strings.TrimRight(line, "\n"), " => ")
				requests, results = append(requests, strings.TrimRight(request, " ")), append(results, result)
			}
		}
	}
	return conf, requests, results
}

func writeResults(t *testing.T, file string, results []string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range archive.Files {
		if archive.Files[i].Name != "requests" {
			continue
		}
		_, requests, _ := readCase(t, file)
		var b strings.Builder
		for k, request := range requests {
			fmt.Fprintf(&b, "%s => %s\n", request, results[k])
		}
		archive.Files[i].Data = []byte(b.String())
	}
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

func beside(requests, results []string) []string {
	var lines []string
	for i, request := range requests {
		result := ""
		if i < len(results) {
			result = results[i]
		}
		lines = append(lines, request+" => "+result)
	}
	return lines
}
