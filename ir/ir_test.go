package ir_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/pcre"
)

func TestApplyWorker(t *testing.T) {
	for _, test := range []struct {
		key, value string
		want       func(*ir.Worker)
	}{
		{"timeout", "500ms", func(w *ir.Worker) {
			w.Timeout = ir.Setting[time.Duration]{Written: "500ms", Value: 500 * time.Second, Set: true}
		}},
		{"connectiontimeout", "500ms", func(w *ir.Worker) {
			w.ConnectionTimeout = ir.Setting[time.Duration]{Written: "500ms", Value: 500 * time.Millisecond, Set: true}
		}},
		{"acquire", "20", func(w *ir.Worker) {
			w.Acquire = ir.Setting[time.Duration]{Written: "20", Value: 20 * time.Millisecond, Set: true}
		}},
		{"loadfactor", "1.509", func(w *ir.Worker) { w.LoadFactor = ir.Setting[int]{Written: "1.509", Value: 150, Set: true} }},
		{"disablereuse", "On", func(w *ir.Worker) { w.Reuse = ir.Setting[bool]{Written: "On", Value: false, Set: true} }},
		{"Upgrade", "any", func(w *ir.Worker) { w.Upgrade = ir.Setting[string]{Written: "any", Value: "*", Set: true} }},
		{"flushwait", "0", func(w *ir.Worker) {
			w.FlushWait = ir.Setting[time.Duration]{Written: "0", Value: 10 * time.Millisecond, Set: true}
		}},
		{"addressttl", "-1", func(w *ir.Worker) { w.AddressTTL = ir.Setting[time.Duration]{Written: "-1", Value: -1, Set: true} }},
		{"status", "+HD-H", func(w *ir.Worker) {
			w.Status = ir.Setting[ir.StatusFlags]{Written: "+HD-H", Value: ir.StatusDisabled, Set: true}
		}},
		{"hcmethod", "get11", func(w *ir.Worker) {
			w.Health.Method = ir.Setting[ir.HealthMethod]{Written: "GET11", Value: ir.HealthGet11, Set: true}
		}},
	} {
		got, want := ir.DefaultWorker(), ir.DefaultWorker()
		if err := ir.ApplyWorker(&got, ir.Param{Key: test.key, Value: test.value}); err != nil {
			t.Errorf("%s=%s: %v", test.key, test.value, err)
		}
		test.want(&want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s=%s: (-want +got)\n%s", test.key, test.value, diff)
		}
	}
}

// TestEveryKeyIsSet guards the setters: a row of the tables without one would panic, and a setter of the wrong field would
// leave the worker at its defaults.
func TestEveryKeyIsSet(t *testing.T) {
	for _, spec := range ir.WorkerParams() {
		w := ir.DefaultWorker()
		if err := ir.ApplyWorker(&w, ir.Param{Key: spec.Key, Value: legal(spec)}); err != nil {
			t.Error(err)
		}
		if cmp.Equal(w, ir.DefaultWorker()) {
			t.Errorf("%s sets nothing", spec.Key)
		}
	}
	for _, spec := range ir.BalancerParams() {
		b := ir.DefaultBalancer()
		if err := ir.ApplyBalancer(&b, ir.Param{Key: spec.Key, Value: legal(spec)}); err != nil {
			t.Error(err)
		}
		if cmp.Equal(b, ir.DefaultBalancer()) {
			t.Errorf("%s sets nothing", spec.Key)
		}
	}
}

func legal(s ir.ParamSpec) string {
	switch s.Kind {
	case ir.ParamSwitch:
		return "On"
	case ir.ParamOneOf:
		return s.Values[0]
	case ir.ParamStatus:
		return "+D"
	case ir.ParamText:
		if s.Key == "lbmethod" {
			return "bytraffic"
		}
		return "x"
	case ir.ParamSize, ir.ParamCodes:
		return "599"
	case ir.ParamInterval:
		return "1s"
	case ir.ParamInt, ir.ParamFactor, ir.ParamSeconds:
	}
	return "1"
}

func TestParamErrors(t *testing.T) {
	w, b := ir.DefaultWorker(), ir.DefaultBalancer()
	for _, test := range []struct {
		err  error
		want string
	}{
		{ir.ApplyWorker(&w, ir.Param{Key: "lbmethod", Value: "byrequests"}), `"lbmethod" is a parameter of a balancer, not of a worker`},
		{ir.ApplyBalancer(&b, ir.Param{Key: "retry", Value: "1"}), `"retry" is a parameter of a worker, not of a balancer`},
		{ir.ApplyWorker(&w, ir.Param{Key: "foo", Value: "1"}), `unknown worker parameter "foo"`},
		{ir.ApplyWorker(&w, ir.Param{Key: "lbset", Value: "100"}), "lbset=100 is refused: it must be a whole number from 0 to 99"},
	} {
		if test.err == nil || test.err.Error() != test.want {
			t.Errorf("got %v, want %s", test.err, test.want)
		}
	}
	if ir.ParamObjects("TIMEOUT") != ir.ParamOfWorker|ir.ParamOfBalancer || ir.ParamObjects("mapping") != ir.ParamOfMapping {
		t.Error("timeout belongs to both objects and mapping to ProxyPass")
	}
}

func TestURL(t *testing.T) {
	for _, test := range []struct {
		in, name, authority string
		port                int
	}{
		{"HTTP://Host:80/A", "http://host/A", "http://host", 80},
		{"https://h:8443", "https://h:8443", "https://h:8443", 8443},
		{"http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080", 8080},
		{"http://user:pw@h/", "http://h/", "http://h", 80},
		{"unix:/run/a.sock|fcgi://localhost/", "fcgi://localhost/", "fcgi://localhost", 8000},
		{"unix:/run/a.sock|http:", "http://localhost", "http://localhost", 80},
		{"http://h:8081$1", "http://h:8081$1", "http://h:8081$1", 0},
		{"foo://x", "foo://x", "foo://x", 0},
	} {
		u, ok := ir.ParseURL(test.in)
		if !ok || u.String() != test.name || u.Authority() != test.authority || u.PortNumber() != test.port {
			t.Errorf("%s: %v %q %q %d", test.in, ok, u.String(), u.Authority(), u.PortNumber())
		}
	}
	for _, bad := range []string{"", "b", "http:/x", "/x", "unix:/a"} {
		if _, ok := ir.ParseURL(bad); ok {
			t.Errorf("%q is no URL", bad)
		}
	}
	if got := ir.BalancerName("Balancer://My/Path"); got != "balancer://my" {
		t.Error(got)
	}
}

func TestIgnoreOrigin(t *testing.T) {
	pattern := func(s string) *pcre.Pattern {
		p, err := pcre.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	build := func(path string, at diag.Pos) *ir.Config {
		c := &ir.Config{Items: []ir.Item{&ir.ProxyPass{
			Node: ir.Node{Origin: ir.Origin{Span: diag.Span{Start: at, End: at + 3}, Directive: "ProxyPassMatch"}},
			Path: path, Regex: pattern(path), URL: "http://b/", Params: []ir.Param{{Key: "retry", Value: "1", Span: diag.Span{Start: at}}},
		}}}
		c.Number()
		return c
	}
	if diff := cmp.Diff(build("^/a", 1), build("^/a", 9), ir.IgnoreOrigin()); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(build("^/a", 1), build("^/b", 1), ir.IgnoreOrigin()) {
		t.Error("patterns count")
	}
}

// TestURLStringOf holds that StringOf is String, whatever the URL was written like.
func TestURLStringOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		written := rapid.StringMatching(`(unix:/s\|)?(http|HTTP|https|ajp|x)://(u@)?([ab]|B|\[::1\])?(:(80|443|8009|x|0)?)?(/P?|\?q)?`).Draw(t, "written")
		if u, ok := ir.ParseURL(written); ok && u.StringOf(written) != u.String() {
			t.Fatalf("StringOf(%q) = %q, String is %q", written, u.StringOf(written), u)
		}
	})
}
