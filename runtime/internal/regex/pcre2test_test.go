package regex

import (
	"encoding/hex"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/parser/testenv"
)

// question is one pattern with the subjects to match it against. Subjects hold no backslash: pcre2test would print it
// like the start of an escape.
type question struct {
	pattern  string
	caseless bool
	options  string // pcre2test's, in place of httpd's
	subjects []string
}

// ask returns pcre2test's answers: for each question nil when the pattern is refused, else the offsets for each subject,
// nil where it does not match.
func ask(t *testing.T, questions []question) [][][]int {
	t.Helper()
	path := testenv.Program(t, "pcre2test")
	var input strings.Builder
	for _, q := range questions {
		options := q.options
		if options == "" {
			options = "dotall,dollar_endonly"
		}
		if q.caseless {
			options += ",caseless"
		}
		fmt.Fprintf(&input, "/%s/hex,dupnames,allaftertext,%s\n", hex.EncodeToString([]byte(q.pattern)), options)
		for _, s := range q.subjects {
			input.WriteString(escapeSubject(s) + "\n")
		}
		input.WriteByte('\n')
	}
	cmd := exec.CommandContext(t.Context(), path, "-q", "-8")
	cmd.Stdin = strings.NewReader(input.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("pcre2test: %v\n%s", err, out)
	}
	return readAnswers(t, questions, strings.Split(string(out), "\n"))
}

func escapeSubject(s string) string {
	if s == "" {
		return `\`
	}
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, `\x{%02x}`, s[i])
	}
	return b.String()
}

func readAnswers(t *testing.T, questions []question, lines []string) [][][]int {
	t.Helper()
	var answers [][][]int
	at := -1 // the subject that lines speak of
	for _, line := range lines {
		q := len(answers) - 1
		switch {
		case strings.HasPrefix(line, "/") && strings.Contains(line, "/hex,"):
			answers = append(answers, [][]int{})
			at = -1
		case strings.HasPrefix(line, "Failed: ") && at < 0:
			answers[q] = nil
		case answers == nil || answers[q] == nil: // subjects of a refused pattern
		case strings.HasPrefix(line, `\`):
			at++
			answers[q] = append(answers[q], nil)
		case len(line) > 3 && (line[2] == ':' || line[2] == '+'):
			readGroup(t, line, questions[q].subjects[at], &answers[q][at])
		}
	}
	if len(answers) != len(questions) {
		t.Fatalf("pcre2test answered %d of %d questions", len(answers), len(questions))
	}
	return answers
}

// readGroup reads "NN: text", "NN: <unset>" or "NN+ the text behind".
func readGroup(t *testing.T, line, subject string, caps *[]int) {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(line[:2]))
	if err != nil {
		return
	}
	text := unescapeOutput(line[4:])
	for len(*caps) < 2*n+2 {
		*caps = append(*caps, -1)
	}
	switch {
	case line[2] == '+':
		size := (*caps)[2*n+1]
		end := len(subject) - len(text)
		(*caps)[2*n], (*caps)[2*n+1] = end-size, end
	case text == "<unset>":
	default:
		(*caps)[2*n+1] = len(text)
	}
}

func unescapeOutput(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+3 < len(text) && text[i+1] == 'x' {
			if v, err := strconv.ParseUint(text[i+2:i+4], 16, 8); err == nil {
				b.WriteByte(byte(v))
				i += 3
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
