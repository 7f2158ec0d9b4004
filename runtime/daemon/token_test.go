package daemon_test

import (
	"bytes"
	"log/slog"
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
		token, err := daemon.ReadToken(path, slog.New(slog.DiscardHandler))
		switch {
		case err != nil && (!strings.Contains(err.Error(), want) || len(content) > 0 && strings.Contains(err.Error(), content)):
			t.Errorf("%q: %v, want %q", content, err, want)
		case err == nil && string(token) != want:
			t.Errorf("%q: %q, want %q", content, token, want)
		}
	}
	if _, err := daemon.ReadToken(filepath.Join(t.TempDir(), "none"), slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "--api-token-file") {
		t.Errorf("a file that is not there: %v", err)
	}
}

// TestReadTokenModes: a token that everybody can read is used, with a warning that names the file and not the token.
func TestReadTokenModes(t *testing.T) {
	for _, mode := range []os.FileMode{0o600, 0o640, 0o644, 0o604} {
		warns := mode&0o004 != 0
		path := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(path, []byte("0123456789abcdef\n"), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil { // whatever the umask is
			t.Fatal(err)
		}
		var said bytes.Buffer
		if _, err := daemon.ReadToken(path, slog.New(slog.NewTextHandler(&said, nil))); err != nil {
			t.Error(err)
		}
		if got := strings.Contains(said.String(), path) && strings.Contains(said.String(), "chmod"); got != warns {
			t.Errorf("%o: the warning is %q", mode, said.String())
		}
		if strings.Contains(said.String(), "0123456789abcdef") {
			t.Errorf("%o: the log has the token", mode)
		}
	}
}
