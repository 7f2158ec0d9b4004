package pcre_test

import (
	"bytes"
	"encoding/hex"
	"os/exec"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/parser/testenv"
)

// verdicts asks pcre2test for its verdict on each pattern, compiled with httpd's options: empty means accepted.
func verdicts(t *testing.T, patterns []string) []string {
	t.Helper()
	path := testenv.Program(t, "pcre2test")
	var input strings.Builder
	input.WriteString("#subject no_jit\n")
	for _, p := range patterns {
		input.WriteString("/" + hex.EncodeToString([]byte(p)) + "/hex,dotall,dollar_endonly,dupnames\n\n")
	}
	cmd := exec.CommandContext(t.Context(), path, "-q", "-8")
	cmd.Stdin = strings.NewReader(input.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("pcre2test: %v\n%s", err, out)
	}
	result := make([]string, 0, len(patterns))
	for line := range bytes.SplitSeq(out, []byte("\n")) {
		switch {
		case bytes.HasPrefix(line, []byte("/")) && bytes.Contains(line, []byte("/hex,")):
			result = append(result, "")
		case bytes.HasPrefix(line, []byte("Failed: ")):
			result[len(result)-1] = string(line)
		}
	}
	if len(result) != len(patterns) {
		t.Fatalf("pcre2test answered %d of %d patterns\n%s", len(result), len(patterns), out)
	}
	return result
}
