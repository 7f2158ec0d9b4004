package rewrite_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/parser/rewrite"
)

const moduleDir = "/usr/lib/apache2/modules"

// httpdSays returns what apache2 -t prints about one directive in a server that has mod_rewrite: empty means accepted.
func httpdSays(t *testing.T, directive string) string {
	t.Helper()
	path, err := exec.LookPath("apache2")
	if err == nil {
		_, err = os.Stat(filepath.Join(moduleDir, "mod_rewrite.so"))
	}
	if err != nil {
		if os.Getenv("LBCONF_REQUIRE_ENGINES") == "1" {
			t.Fatal("apache2 with mod_rewrite is required and missing")
		}
		t.Skip("apache2 with mod_rewrite is not installed")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "httpd.conf")
	text := "ServerRoot \"" + dir + "\"\nServerName localhost\nListen 127.0.0.1:1\nErrorLog /dev/null\n" +
		"LoadModule mpm_event_module " + moduleDir + "/mod_mpm_event.so\n" +
		"LoadModule authz_core_module " + moduleDir + "/mod_authz_core.so\n" +
		"LoadModule rewrite_module " + moduleDir + "/mod_rewrite.so\n" + directive + "\n"
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
