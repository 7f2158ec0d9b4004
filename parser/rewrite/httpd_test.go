package rewrite_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/parser/rewrite"
	"github.com/lbconf/lbconf/parser/testenv"
)

// httpdSays returns what apache2 -t prints about one directive in a server that has mod_rewrite: empty means accepted.
func httpdSays(t *testing.T, directive string) string {
	t.Helper()
	path := testenv.Program(t, "apache2")
	dir := t.TempDir()
	file := filepath.Join(dir, "httpd.conf")
	text := "ServerRoot \"" + dir + "\"\nServerName localhost\nListen 127.0.0.1:1\nErrorLog /dev/null\n" +
		"LoadModule mpm_event_module " + testenv.Modules + "/mod_mpm_event.so\n" +
		"LoadModule authz_core_module " + testenv.Modules + "/mod_authz_core.so\n" +
		"LoadModule rewrite_module " + testenv.Modules + "/mod_rewrite.so\n" + directive + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), path, "-t", "-f", file).CombinedOutput()
	if err == nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// TestVerdicts compares every line of testdata/arguments.txt with httpd: whether it refuses, and with which words.
func TestVerdicts(t *testing.T) {
	text, err := os.ReadFile("testdata/arguments.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			name, raw, _ := strings.Cut(line, " ")
			var problems []rewrite.Problem
			if name == "RewriteRule" {
				_, problems = rewrite.ParseRule(raw)
			} else {
				_, problems = rewrite.ParseCond(raw)
			}
			want := httpdSays(t, line)
			got := ""
			if refused := rewrite.Refused(problems); len(refused) > 0 {
				got = name + ": " + refused[0].HTTPD
			}
			if got != want {
				t.Errorf("lbconf %q\nhttpd  %q", got, want)
			}
		})
	}
}
