package daemon

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
)

// leastToken is how many bytes a token has at least, so that it cannot be found by trying.
const leastToken = 16

// ReadToken reads a token from a file: one line of 16 bytes or more, of letters, digits and punctuation. Its errors never
// show what is in the file. The log is told where everybody on the machine can read it.
func ReadToken(path string, log *slog.Logger) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the token for balancer-manager (--api-token-file): %w", err)
	}
	token := bytes.TrimRight(content, "\r\n")
	if len(token) < leastToken {
		return nil, fmt.Errorf("the token in %s has %d bytes, which can be found by trying: write at least %d, such as those of `openssl rand -hex 32`", path, len(token), leastToken)
	}
	for _, c := range token {
		if c <= ' ' || c > '~' {
			return nil, fmt.Errorf("the token in %s has a byte that a field of a request cannot carry: write one line of letters, digits and punctuation", path)
		}
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o004 != 0 {
		log.Warn("everybody on this machine can read the token of --api-token-file: chmod o-r takes it from them", "path", path)
	}
	return token, nil
}
