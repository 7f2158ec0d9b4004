package daemon

import (
	"bytes"
	"fmt"
	"os"
)

// leastToken is how many bytes a token has at least, so that it cannot be found by trying.
const leastToken = 16

// ReadToken reads a token from a file: one line of 16 bytes or more, of letters, digits and punctuation. Its errors never
// show what is in the file.
func ReadToken(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the token for balancer-manager: %w", err)
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
	return token, nil
}
