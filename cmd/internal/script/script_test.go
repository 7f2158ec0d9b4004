package script

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/cmd/internal/engine"
)

// idle is an engine that no script of these tests starts.
type idle struct{ version string }

func (idle) Name() string                              { return "lbconf" }
func (e idle) Version(context.Context) (string, error) { return e.version, nil }
func (idle) Check(context.Context, engine.Job) (engine.Verdict, error) {
	return engine.Verdict{}, errors.New("not asked")
}

func (idle) Command(context.Context, engine.Job) (engine.Command, error) {
	return engine.Command{}, errors.New("not started")
}

// write makes a script.
func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// run runs one script on the idle engine.
func run(t *testing.T, text string, options Options) (Outcome, string) {
	t.Helper()
	var out strings.Builder
	options.Engines = []engine.Engine{idle{version: "1.2.3"}}
	options.Files = []string{write(t, "fact.txtar", text)}
	options.Stdout = &out
	result, err := Run(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	return result.Outcomes[0], out.String()
}

// A script that is wrong fails, at its line, with what was found and what was expected.
func TestFailures(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string // all are in the output
	}{
		{"connections", "backend a\nconns a 1\n", []string{"fact.txtar:2: backend a has accepted 0 connections, not 1"}},
		{"difference", "backend a\nreceived a\nsame got want\n-- got --\nHost: x\nDate: Sun, 06 Nov 1994 08:49:37 GMT\n-- want --\nHost: y\nDate: <date>\n", []string{"got is not as want says", "-Host: x", "+Host: y", " Date: Sun"}},
		{"unknown backend", "received b\n", []string{`no backend is called "b"`}},
		{"no engine", "http GET /\n", []string{"write `engine` before"}},
		{"usage is no expected failure", "backend a\n! conns a\n", []string{"usage: conns [-open] NAME N"}},
		{"unexpected success", "backend a\n! conns a 0\n", []string{"unexpected success"}},
		{"unknown verb", "conn a 0\n", []string{`unknown command "conn" (did you mean "conns"?)`}},
		{"unknown answer", "backend a okay\n", []string{"answer okay is neither a file nor one of ok"}},
		{"bad escape", "backend a f\n-- f --\nHTTP/1.1 200 OK\n\\q\n", []string{`f: line 2: \q is no escape`}},
		{"placeholder", "engine\n-- site.conf --\nServerName x\nProxyPass / http://@a@/\n", []string{"site.conf:2: nothing is called @a@: write `backend a` before `engine`"}},
		{"host that no file has", "use fact.txtar www.example.com=a\n", []string{"no URL has the host www.example.com"}},
		{"way out of the folder", "engine ../x\n", []string{"FILE in the work folder"}},
		{"no lbconf", "lbconf version\n", []string{"this run of the scripts has no lbconf"}},
		{"exit status", "exits 3 exec sh -c 'echo no >&2; exit 4'\n", []string{"exit status 4, not 3", "no"}},
		{"no action", "client c\n", []string{"usage: client NAME"}},
		{"manner of an answer", "backend a ok+soon\n", []string{"+soon is none of +close, +reset, +early, +echo, and no delay"}},
		{"requests", "backend a\nreceived -n 1 a\n", []string{"backend a has received 0 requests, not 1"}},
		{"open connections", "backend a\nconns -open a 1\n", []string{"0 connections to backend a are open, not 1"}},
		{"long pause", "pause 1h\n", []string{"no duration of at most 3s"}},
		{"within gives up", "backend a\nwithin 30ms conns a 1\n", []string{"0 connections, not 1"}},
		{"within of a builtin", "within 1s cp a b\n", []string{`"cp" is no verb that can be repeated`}},
		{"unknown condition", "[nosuch] skip\n", []string{"conditions beside testscript's are the engines"}},
		{"engine that cannot start", "engine\n-- site.conf --\n\n", []string{"not started"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			outcome, out := run(t, test.text, Options{})
			if outcome.State != Failed {
				t.Errorf("state %v, want Failed", outcome.State)
			}
			for _, want := range append(test.want, "FAIL ", "0 passed, 1 failed, 0 skipped") {
				if !strings.Contains(out, want) {
					t.Errorf("the output lacks %q:\n%s", want, out)
				}
			}
		})
	}
}

// What passes prints one line, and says how many scripts are for one engine only.
func TestPasses(t *testing.T) {
	outcome, out := run(t, "# engines: lbconf\nbackend a\nconns a 0\nexec true\nexits 1 exec false\n", Options{})
	if outcome.State != Passed {
		t.Error(outcome.Log)
	}
	if diff := cmp.Diff("1 passed, 0 failed, 0 skipped; 1 for lbconf only; lbconf 1.2.3\n", out); diff != "" {
		t.Error(diff)
	}
}

func TestSkips(t *testing.T) {
	for text, want := range map[string]string{
		"# engines: httpd, nginx\nno such verb\n": "for httpd, nginx only",
		"# lbconf >= 1.3\nno such verb\n":         "needs lbconf 1.3, this is 1.2.3",
		"# slow\nno such verb\n":                  "slow",
		"skip because\n":                          "because",
	} {
		outcome, _ := run(t, text, Options{Short: true})
		if outcome.State != Skipped || !strings.Contains(outcome.Log, want) {
			t.Errorf("%q: state %v, log %q, want skipped for %q", text, outcome.State, outcome.Log, want)
		}
	}
	if outcome, _ := run(t, "# lbconf >= 1.2.3\n# slow\nbackend a\n", Options{}); outcome.State != Passed {
		t.Errorf("a script that is slow and needs this version was not run: %v", outcome.Log)
	}
}

// Nothing runs when one of the scripts cannot be read.
func TestUnreadable(t *testing.T) {
	for text, want := range map[string]string{
		"# only a comment\n-- a --\nb\n":            "fact.txtar: no command",
		"# engines: apache\nbackend a\n":            `fact.txtar:1: engine "apache" is unknown`,
		"# engine: httpd\nbackend a\n":              `fact.txtar:1: "engine" means nothing`,
		"# engines:\nbackend a\n":                   "fact.txtar:1: engines without a name",
		"# x\n# departure:\nbackend a\n":            "fact.txtar:2: departure without a reason",
		"# departure: why\nbackend a\n":             "departure without a file of its own for an engine",
		"backend a\n-- httpd/site.conf --\n# x\n\n": "httpd/site.conf is for one engine only, and nothing says why",
	} {
		_, err := Run(t.Context(), Options{Files: []string{write(t, "fact.txtar", text)}})
		if unreadable := (*ReadError)(nil); !errors.As(err, &unreadable) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want a *ReadError with %q", text, err, want)
		}
	}
	empty := t.TempDir()
	for _, file := range []string{filepath.Join(empty, "nothing.txtar"), empty} {
		_, err := Run(t.Context(), Options{Files: []string{file}})
		if unreadable := (*ReadError)(nil); !errors.As(err, &unreadable) {
			t.Errorf("%s: %v, want a *ReadError", file, err)
		}
	}
}

func TestMissingEngine(t *testing.T) {
	_, err := Run(t.Context(), Options{
		Files:   []string{write(t, "fact.txtar", "backend a\n")},
		Engines: []engine.Engine{engine.HTTPD{Program: "no-such-httpd"}},
	})
	if missing := (*engine.MissingError)(nil); !errors.As(err, &missing) || missing.Engine != "httpd" {
		t.Errorf("%v, want a *engine.MissingError for httpd", err)
	}
}

// Scripts of a folder are found below it, and eight run at the same time.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.txtar", "a/b.txtar", "a/c.txtar", "a/note.md"} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("pause 300ms\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var options Options
	options.Engines, options.Files = []engine.Engine{idle{version: "1"}}, []string{dir}
	options.selected = func(name string) bool { return name != "a/c/lbconf" }
	result, err := Run(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, o := range result.Outcomes {
		if o.State != Passed {
			t.Errorf("%s: %s", o.Name(), o.Log)
		}
		names = append(names, o.Name())
	}
	if diff := cmp.Diff([]string{"a/b/lbconf", "b/lbconf"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestCompare(t *testing.T) {
	tests := []struct {
		name, got, want string
		diff            string // a regular expression; empty when the texts are the same
	}{
		{"equal", "a\nb\n", "a\nb\n", ""},
		{"date", "Date: Sun, 06 Nov 1994 08:49:37 GMT\n", "Date: <date>\n", ""},
		{"no date", "Date: yesterday\n", "Date: <date>\n", `-Date: yesterday\n\+Date: <date>`},
		{"log time", "[06/Nov/1994:08:49:37 +0100] [1994-11-06 08:49:37.123456]\n", "[<time>] [<time>]\n", ""},
		{"port and number", "x:80 12 word\n", "x:<port> <number> <word>\n", ""},
		{"unknown mask is text", "<html>\n", "<html>\n", ""},
		{"lines", "head\na\nb\nend\n", "head\n<lines>\nend\n", ""},
		{"no lines", "head\nend\n", "head\n<lines>\nend\n", ""},
		{"lines before a wrong end", "head\na\nb\nend\n", "head\n<lines>\nfin\n", `\+fin`},
		{"pattern characters", "a.c\n", "a+c\n", `-a\.c`},
		{"masks of the actual text", "<date>\n", "x\n", `-<date>`},
		{"missing line", "a\nDate: Sun, 06 Nov 1994 08:49:37 GMT\n", "a\nb\nDate: <date>\n", `(?s) a\n\+b\n Date: Sun`},
		{"one more line", "a\nb\n", "a\n", `-b`},
		{"no final line end", "a", "a\n", `No newline`},
	}
	for _, test := range tests {
		difference, err := compare("got", test.got, "want", test.want)
		if err != nil {
			t.Fatal(err)
		}
		if test.diff == "" && difference != "" || test.diff != "" && !regexp.MustCompile(test.diff).MatchString(difference) {
			t.Errorf("%s: difference %q, want %q", test.name, difference, test.diff)
		}
	}
}

func TestEscape(t *testing.T) {
	tests := []struct{ wire, text string }{
		{"", ""},
		{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\nHost: x\n\n"},
		{"body", "body\n"},
		{"body\n", `body\n` + "\n"},
		{"body\r\n", `body\r\n` + "\n"},
		{"a\nb\r\nc", `a\n` + "\nb\nc\n"},
		{"5\r\nhello\r\n0\r\n\r\n", "5\nhello\n0\n\n"},
		{"\r\n", "\n"},
		{"\n", `\n` + "\n"},
		{"a\rb\tc\\\x00\x80é\u200b", `a\rb\tc\\\x00\x80é\xe2\x80\x8b` + "\n"},
	}
	for _, test := range tests {
		if text := escape([]byte(test.wire)); text != test.text {
			t.Errorf("escape(%q) = %q, want %q", test.wire, text, test.text)
		}
	}
}

// FuzzEscape holds the law that the text names the bytes exactly.
func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"", "a\r\n\r\nb\n", "\r", "\r\r\n", "\\n\n", "a\r\n", "\n\n", "\r\n\r\n", "\xff\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		text := escape(wire)
		back, err := unescape(text)
		if err != nil || string(back) != string(wire) {
			t.Errorf("escape(%q) = %q, which means %q, %v", wire, text, back, err)
		}
	})
}

func TestReplaceHosts(t *testing.T) {
	text := `ServerName www.example.com
ProxyPass /a "http://www.example.com"
ProxyPass /b http://www.example.com:8080/x
ProxyPass /c http://www.example.com.evil/ balancer://www.example.com
RewriteRule ^(.*)$ http://user:pw@www.example.com$1 [P]
ProxyPass /d ws://www.example.com/ws http://awww.example.com/
`
	want := `ServerName www.example.com
ProxyPass /a "http://@a@"
ProxyPass /b http://@b@/x
ProxyPass /c http://www.example.com.evil/ balancer://www.example.com
RewriteRule ^(.*)$ http://user:pw@@a@$1 [P]
ProxyPass /d ws://@a@/ws http://awww.example.com/
`
	got, done := replaceHosts([]byte(text), []address{{host: "www.example.com", backend: "a"}, {host: "www.example.com:8080", backend: "b"}})
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	var lines []int
	for _, r := range done {
		lines = append(lines, r.line)
	}
	if diff := cmp.Diff([]int{2, 5, 6, 3}, lines); diff != "" {
		t.Error(diff)
	}
}
