package admin

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir"
)

// The texts are those that httpd 2.4.71 writes for these numbers.
func TestFormats(t *testing.T) {
	for n, want := range map[int64]string{
		-1: "  - ", 0: "  0 ", 972: "972 ", 973: "1.0K", 1024: "1.0K", 1197: "1.2K", 9 << 10: "9.0K", 10<<10 - 1: " 10K", 100 << 10: "100K",
		972 << 10: "972K", 973 << 10: "1.0M", 5 << 40: "5.0T",
	} {
		if got := size(n); got != want {
			t.Errorf("size(%d) is %q, want %q", n, got, want)
		}
	}
	for seconds, want := range map[int]string{0: "", 1: " 1 second", 61: " 1 minute 1 second", 26*3600 + 2: " 1 day 2 hours 2 seconds"} {
		if got := uptime(time.Duration(seconds) * time.Second); got != want {
			t.Errorf("uptime(%d s) is %q, want %q", seconds, got, want)
		}
	}
	for letters, want := range map[string]string{
		"": "Init Ok ", "D": "Init Dis ", "H": "Init Stby Ok ", "INR": "Init Ign Drn Spar Ok ", "SEC": "Init Stop Err HcFl ",
	} {
		flags, _, err := ir.ParseStatusFlags(letters)
		if got := stateText(ir.StatusInit | flags); got != want || err != nil {
			t.Errorf("%s is %q, want %q", letters, got, want)
		}
	}
	for f, want := range map[float64]string{0: "0", 1: "1", 1365.333333: "1365.33", 0.0001: "0.0001", 1234567: "1.23457e+06"} {
		if got := general(f); got != want {
			t.Errorf("general(%v) is %q, want %q", f, got, want)
		}
	}
}

// TestParams: keys are decoded once and values twice, a plus stays one, the last of a key counts.
func TestParams(t *testing.T) {
	got := parseParams("b=a%2521%41&w=http://h%3A1/%2f+x&w_l%66=1&w_lf=2&flag&&nul=a%00b&bad=%zz%4", "b", "w", "w_lf", "flag", "nul", "bad")
	want := map[string]string{"b": "a!A", "w": "http://h:1//+x", "w_lf": "2", "flag": "", "nul": "a", "bad": "%zz%4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := parseParams("x=1&b=2", "b"); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// FuzzParams: no text of a client breaks the reading of parameters, and what is encoded twice comes back.
func FuzzParams(f *testing.F) {
	f.Add("a%25%", "b&c=d")
	f.Fuzz(func(t *testing.T, key, value string) {
		parseParams(key + "=" + value)
		if strings.ContainsRune(value, 0) {
			return
		}
		encode := func(s string) string {
			var b strings.Builder
			for i := range len(s) {
				b.WriteString("%" + string("0123456789ABCDEF"[s[i]>>4]) + string("0123456789abcdef"[s[i]&15]))
			}
			return b.String()
		}
		if got := parseParams("k=" + encode(encode(value)))["k"]; got != value {
			t.Errorf("%q came back as %q", value, got)
		}
	})
}

// TestDescribe: what a configuration says is shown where its text is not there.
func TestDescribe(t *testing.T) {
	for want, item := range map[string]ir.Item{
		"SetHandler server-info":                 &ir.Word{Name: ir.WordSetHandler, Value: "server-info"},
		"LogFormat %h proxy":                     &ir.LogFormat{Format: "%h", Nickname: "proxy"},
		"Location /x":                            &ir.Section{Kind: ir.SectionLocation, Pattern: "/x"},
		"Require Not ip 10.0.0.1":                &ir.Require{Not: true, Provider: "ip", Args: []string{"10.0.0.1"}},
		"BalancerMember http://a:1 loadfactor=2": &ir.BalancerMember{URL: "http://a:1", Params: []ir.Param{{Key: "loadfactor", Value: "2"}}},
		"LogLevel warn proxy:trace2":             &ir.Words{Name: ir.WordsLogLevel, Values: []string{"warn", "proxy:trace2"}},
		"Listen 127.0.0.1 8080":                  &ir.Listen{Address: "127.0.0.1", Port: 8080},
		"ProxyPass / Exclude":                    &ir.ProxyPass{Path: "/", Exclude: true},
		"Header unset X-Powered-By":              &ir.Residue{Name: "Header", Args: "unset X-Powered-By"},
	} {
		if got := describe(item); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	secret := &ir.Config{Items: []ir.Item{&ir.ProxySet{URL: "balancer://b", Params: []ir.Param{{Key: "nonce", Value: "hush"}, {Key: "secret", Value: "hush"}}}}}
	if lines := configLines(secret); len(lines) != 1 || strings.Contains(lines[0].Text, "hush") {
		t.Errorf("%+v", lines)
	}
}
