package daemon_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/runtime/daemon"
)

// TestReadToken: a token is one line that is long enough, and no error shows it.
func TestReadToken(t *testing.T) {
	for content, want := range map[string]string{
		"0123456789abcdef": "0123456789abcdef", "0123456789abcdef\n": "0123456789abcdef", "0123456789abcde/\r\n": "0123456789abcde/",
		"": "at least 16", "0123456789abcde\n": "at least 16", "0123456789 abcdef": "one line", "0123456789\nabcdef0": "one line", "0123456789abcd\xc3\xa4": "one line",
	} {
		path := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		token, err := daemon.ReadToken(path)
		switch {
		case err != nil && (!strings.Contains(err.Error(), want) || len(content) > 0 && strings.Contains(err.Error(), content)):
			t.Errorf("%q: %v, want %q", content, err, want)
		case err == nil && string(token) != want:
			t.Errorf("%q: %q, want %q", content, token, want)
		}
	}
	if _, err := daemon.ReadToken(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there has a token")
	}
}
