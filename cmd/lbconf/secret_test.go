package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// secretLines are lines with a secret, for which Q stands, and with a mistake in most, so that they are reported.
var secretLines = []string{
	`ProxyPass /a ajp://h/ secret=Q retr=5`,
	`ProxyPass /b http://u:Q@h/ retr=5`,
	`ProxyPass /c http://Q@h/ retr=5`,
	`<Proxy "balancer://c" secret=Q>`,
	`BalancerMember http://u:Q@h:80x/ rout=a`,
	`RewriteRule ^/(a) http://u:Q@h/$2 [P,XX]`,
	`RequestHeader set Authorization "Basic Q" foo bar baz`,
	`RequestHeader set Authorization "Basic Q" env`,
	`SetEnv DB_PASSWORD Q x`,
	`OIDCClientSecret Q`,
	`AuthLDAPBindPassword Q x`,
	`SessionCryptoPassphrase Q`,
	`DBDParams "host=x password=Q" x`,
	`ProxyRemote * http://u:Q@h:99999999`,
}

// TestNoSecretIsReported holds that no report shows a part of a secret, in whatever lines a backslash cuts it.
func TestNoSecretIsReported(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "site.conf")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(1, 4).Draw(t, "lines") {
			secret := strings.Repeat("Q", rapid.IntRange(4, 300).Draw(t, "length"))
			line := strings.Replace(rapid.SampledFrom(secretLines).Draw(t, "line"), "Q", secret, 1)
			for range rapid.IntRange(0, 3).Draw(t, "cuts") {
				i := rapid.IntRange(1, len(line)).Draw(t, "cut")
				if line[i-1] == '\\' || line[i-1] == '\r' {
					continue
				}
				line = line[:i] + "\\" + rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end") + line[i:]
			}
			b.WriteString(line + "\n")
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [...][]string{
			{"lint", "--format", "text"},
			{"lint", "--format", "concise"},
			{"lint", "--format", "json"},
			{"parse"},
			{"serve"},
			{"convert", "--to", "yaml", "--output", os.DevNull},
		} {
			var out, problems bytes.Buffer
			term := &terminal{stdin: strings.NewReader(""), stdout: &out, stderr: &problems, getenv: func(string) string { return "" }, environ: func() []string { return nil }}
			run(stopped, append(args, file), term)
			if strings.Contains(out.String()+problems.String(), "QQ") {
				t.Fatalf("%v of\n%s\n%s%s", args, b.String(), out.String(), problems.String())
			}
		}
	})
}
