package accesslog_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/runtime/accesslog"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/internal/httpdtest"
	"github.com/lbconf/lbconf/runtime/wire"
)

// sample is a request with something in every place.
func sample(tb testing.TB) *exchange.Exchange {
	tb.Helper()
	start := time.Date(2026, 3, 4, 5, 6, 7, 8009000, time.FixedZone("X", -5*3600-30*60))
	x := &exchange.Exchange{Start: start, Done: start.Add(1234567 * time.Microsecond), Handler: "proxy-server", BytesIn: 77, BytesOut: 300, KeptAlive: true}
	parse(tb, x, "GET /a%20b?c=d HTTP/1.1\r\nHost: h.test:81\r\nReferer: a\"b\\c\x01\r\nX-Two: 1\r\nx-two: 2\r\nCookie: a=1; Name =val ue ; b\r\nX-Empty:\r\n\r\n")
	x.Request.Path, x.Request.Query, x.Request.HasQuery = []byte("/a b"), []byte("c=d"), true
	x.Request.Hostname, x.Request.HostPort = []byte("h.test"), 81
	x.Client = exchange.Client{
		Remote: netip.MustParseAddrPort("192.0.2.1:4444"), Local: netip.MustParseAddrPort("192.0.2.9:8080"),
		RemoteIP: "192.0.2.1", LocalIP: "192.0.2.9", LocalPort: "8080", ListenPort: 80, Kept: 4,
	}
	x.Response = exchange.Response{Status: 200, BodyBytes: 5, ContentType: []byte("text/plain ; charset=utf-8"), Fields: wire.Fields{
		{Name: []byte("Set-Cookie"), Value: []byte("a")},
		{Name: []byte("set-cookie"), Value: []byte("b")},
		{Name: []byte("X-Two"), Value: []byte("1")},
		{Name: []byte("x-two"), Value: []byte("2")},
	}}
	x.Env.SetString("ROUTE", "r1")
	x.Env.SetString("EMPTY", "")
	x.Notes.SetString("note", "\xe4")
	x.Filename = []byte("proxy:http://b/")
	return x
}

func parse(tb testing.TB, x *exchange.Exchange, raw string) {
	tb.Helper()
	// The byte 1 is not valid in a field, and httpd would refuse it: it is put in behind the parser.
	buf := []byte(strings.ReplaceAll(raw, "\x01", "_"))
	if _, err := x.Request.Parse(buf, wire.DefaultRules()); err != nil {
		tb.Fatal(err)
	}
	if i := strings.IndexByte(raw, 1); i >= 0 {
		buf[i] = 1
	}
}

var server = accesslog.Server{Name: "s.test", Port: 80}

func TestFormat(t *testing.T) {
	tests := []struct{ format, want string }{
		{`%h %l %u %t "%r" %>s %b`, `192.0.2.1 - - [04/Mar/2026:05:06:07 -0530] "GET /a%20b?c=d HTTP/1.1" 200 5`},
		{`%%%a %{c}a %A`, `%192.0.2.1 192.0.2.1 192.0.2.9`},
		{`%B %O %I %S %D %T %{ms}T %{us}T %{s}T`, `5 300 77 377 1234567 1 1234 1234567 1`},
		{`"%{Referer}i" "%{x-TWO}i" %{X-Empty}i| %{X-No}i`, `"a\"b\\c\x01" "1, 2" | -`},
		{`%{Set-Cookie}o %{No}o %{Content-Type}o %{X-Two}o`, `a, b - text/plain 1`},
		{`%{ROUTE}e %{EMPTY}e| %{NO}e %{note}n`, `r1 | - \xe4`},
		{`%{name}C %{a}C %{b}C %{no}C`, `val ue 1 - -`},
		{`%m %U %q %H %f %R %k %X %L`, `GET /a b ?c=d HTTP/1.1 proxy:http://b/ proxy-server 3 + -`},
		{`%v %V %p %{canonical}p %{local}p %{remote}p`, `s.test h.test 80 80 80 4444`},
		{`%{%Y-%m-%d %H:%M:%S}t.%{usec_frac}t %{msec_frac}t`, `2026-03-04 05:06:07.008009 008`},
		{`%{sec}t %{msec}t %{usec}t`, `1772620567 1772620567008 1772620567008009`},
		{`%{begin:%S}t %{end:%S}t %{end:usec_frac}t`, `07 08 242576`},
		{
			`%{%a %A %b %B %c|%D|%e|%j|%I %p|%y|%Z|%u %w|%V|%n|%%|%T|%R|%F|%C|%h|%k|%l|%r|%s|%G}t`,
			"Wed Wednesday Mar March Wed Mar  4 05:06:07 2026|03/04/26| 4|063|05 AM|26|X|3 3|10|\n|%|05:06:07|05:06|2026-03-04|20|Mar| 5| 5|05:06:07 AM|1772620567|2026",
		},
		{`%200s %404s %!200s %!404,500s %404{Referer}i %200,404>s`, `200 - - 200 - 200`},
		{`a\tb\nc\\d\q"`, "a\tb\nc\\d\\q\""},
		{`%<s %>s %<U`, `200 200 /a b`},
	}
	for _, test := range tests {
		f, err := accesslog.CompileFormat(test.format)
		if err != nil {
			t.Errorf("%s: %v", test.format, err)
			continue
		}
		if got := string(f.Append(nil, sample(t), &server, 42)); got != test.want+"\n" {
			t.Errorf("%s:\n got %q\nwant %q", test.format, got, test.want+"\n")
		}
	}
}

func TestFormatOfNothing(t *testing.T) {
	x := &exchange.Exchange{Start: time.Unix(0, 0), Done: time.Unix(0, 0), Aborted: true}
	f, err := accesslog.CompileFormat(`%r %s %b %B %q| %X %V %{a}C %R %f %m %U`)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(f.Append(nil, x, &server, 42)), "- - - 0 | X s.test - - - - -\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFormatRefused(t *testing.T) {
	for format, offset := range map[string]int{
		"%Q": 1, "a %": 2, "a %{x": 2, "a %>": 2, "%{x}p": 4, "%{min}T": 6, "%{tid}P": 6, "%^ti": 1, "%{no conversion}t": 16, "%200": 0,
	} {
		_, err := accesslog.CompileFormat(format)
		if refused, ok := errors.AsType[*accesslog.FormatError](err); !ok {
			t.Errorf("%s is accepted", format)
		} else if refused.Offset != offset {
			t.Errorf("%s is refused at %d, want %d: %v", format, refused.Offset, offset, err)
		}
	}
}

func TestSetWritesAndSelects(t *testing.T) {
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	format, err := accesslog.CompileFormat("%m %U")
	if err != nil {
		t.Fatal(err)
	}
	set := &accesslog.Set{Server: server}
	for name, condition := range map[string]string{"all": "", "route": "env=ROUTE", "noroute": "env=!ROUTE", "other": "env=OTHER"} {
		log := &accesslog.Log{Path: path(name), Format: format}
		if err := log.SetCondition(condition, nil); err != nil {
			t.Fatal(err)
		}
		set.Logs = append(set.Logs, log)
	}
	if err := os.WriteFile(path("all"), []byte("before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := set.Write(sample(t), nil); err != nil {
		t.Errorf("before Open: %v", err)
	}
	var files accesslog.Files
	if err := files.Open(set); err != nil {
		t.Fatal(err)
	}
	if err := set.Write(sample(t), nil); err != nil {
		t.Fatal(err)
	}
	x := sample(t)
	if n := testing.AllocsPerRun(100, func() {
		if err := set.Write(x, nil); err != nil {
			t.Error(err)
		}
	}); n != 0 && !racing {
		t.Errorf("%v allocations a line", n)
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"all": 1 + 102, "route": 102, "noroute": 0, "other": 0} {
		data, err := os.ReadFile(path(name))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(data), "\n"); got != want {
			t.Errorf("%s has %d lines, want %d", name, got, want)
		}
	}
}

func TestOpenDoesNotMakeFolders(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "logs")
	format, err := accesslog.CompileFormat("%m")
	if err != nil {
		t.Fatal(err)
	}
	var files accesslog.Files
	err = files.Open(&accesslog.Set{Logs: []*accesslog.Log{{Path: filepath.Join(folder, "access.log"), Format: format}}})
	if err == nil || !strings.Contains(err.Error(), folder) {
		t.Errorf("the error does not name the folder: %v", err)
	}
	if _, err := os.Stat(folder); err == nil {
		t.Error("the folder was made")
	}
}

func TestConditionRefused(t *testing.T) {
	for _, text := range []string{"expr=true =", "expr=-U '/a'", "env=", "env=!", "x"} {
		if err := new(accesslog.Log).SetCondition(text, &eval.Server{}); err == nil {
			t.Errorf("%s is accepted", text)
		}
	}
}

// TestAgainstHTTPD compares lines with those that httpd writes for the same requests, whose responses it makes itself.
func TestAgainstHTTPD(t *testing.T) {
	const format = `%h|%l|%u|%r|%>s|%b|%B|%O|%I|%{Referer}i|%{X-Two}i|%{X-No}i|%{Content-Type}o|%{SET}e|%{UNSET}e|%v|%V|%A|%a|%p|%{local}p|%X|%U|%q|%m|%H|%k|%{a}C|%{b}C|%{bc}C|%404s|%!404s|%L|%{no}n|%%|%{%d/%m/%y %j %U %W %V %G %u %a %b %e %I %p %z %Z}t`
	s := httpdtest.Start(t, "ServerName log.test\nSetEnv SET yes\nLogFormat \""+strings.ReplaceAll(format, `"`, `\"`)+"\" all\nCustomLog logs/access all\n")
	requests := []string{
		"GET /none?a=b%20c HTTP/1.1\r\nHost: h.test\r\nReferer: \"quo\\te\"\r\nX-Two: 1\r\nX-Two: 2\r\nCookie: a=1; b = 2 ; bc=\"x=y\"\r\nConnection: close\r\n\r\n",
		"HEAD /none HTTP/1.1\r\nHost: h.test:8080\r\nReferer: \xe4\x7e\ttab\r\nConnection: close\r\n\r\n",
		"GET /none%22%5c%0a%c3? HTTP/1.0\r\n\r\n",
		"POST /none HTTP/1.1\r\nHost: h.test\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
	}
	var want, got []string
	f, err := accesslog.CompileFormat(format)
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range requests {
		r := s.Do(t, raw)
		x := &exchange.Exchange{Start: time.Now(), Done: time.Now()}
		parse(t, x, raw)
		x.Request.Path, x.Request.Query, x.Request.HasQuery = pathOf(x.Request.Target)
		if i := strings.Index(raw, "Host: "); i >= 0 {
			host, port, _ := strings.Cut(raw[i+6:i+strings.Index(raw[i:], "\r\n")], ":")
			x.Request.Hostname = []byte(host)
			_, _ = fmt.Sscan(port, &x.Request.HostPort) // none stays 0
		}
		x.Client = exchange.Client{RemoteIP: "127.0.0.1", LocalIP: "127.0.0.1", LocalPort: s.Port}
		x.Response = exchange.Response{Status: r.Status, BodyBytes: int64(len(r.Body)), ContentType: []byte("text/html")}
		x.Env.SetString("SET", "yes")
		x.BytesIn, x.BytesOut = int64(len(raw)), int64(r.Length)
		got = append(got, string(f.Append(nil, x, &accesslog.Server{Name: "log.test", Port: 80}, 1)))
	}
	var data []byte
	for range 200 {
		if data, err = os.ReadFile(filepath.Join(s.Root, "logs", "access")); err == nil && strings.Count(string(data), "\n") >= len(requests) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	for line := range strings.Lines(string(data)) {
		want = append(want, line)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("httpd (-) and this package (+):\n%s", diff)
	}
}

func pathOf(target []byte) (path, query []byte, has bool) {
	before, after, has := strings.Cut(string(target), "?")
	decoded := strings.NewReplacer("%22", `"`, "%5c", `\`, "%0a", "\n", "%c3", "\xc3").Replace(before)
	return []byte(decoded), []byte(after), has
}

func BenchmarkAppend(b *testing.B) {
	f, err := accesslog.CompileFormat(`%h %l %u [%{%Y-%m-%d %H:%M:%S}t.%{usec_frac}t] "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %v %A %p %R %{BALANCER_WORKER_ROUTE}e %X %I %O %D`)
	if err != nil {
		b.Fatal(err)
	}
	x := sample(b)
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = f.Append(buf[:0], x, &server, 1)
	}
}
