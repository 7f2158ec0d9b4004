package server_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the outcomes of httpd into the tables of hostile messages")

// hostileCase is a line of a table of hostile messages: NAME | OUTCOME | MESSAGE. The outcome is httpd's; a line
// "= OUTCOME: REASON" behind it is that of lbconf where it departs.
type hostileCase struct {
	name, outcome, text string
	departure, reason   string
	// line is the index of the line in the table.
	line int
}

// want is the outcome of lbconf.
func (c *hostileCase) want() string {
	if c.departure != "" {
		return c.departure
	}
	return c.outcome
}

// responses is how many responses the case has, of httpd for 0 and of lbconf for 1.
func (c *hostileCase) responses(which int) int {
	outcome := c.outcome
	if which == 1 {
		outcome = c.want()
	}
	return len(statusWord.FindAllString(outcome, -1))
}

// statusWord is the status of a response in an outcome.
var statusWord = regexp.MustCompile(`\b[2-9]\d\d\b`)

// hostileTable is a file of cases.
type hostileTable struct {
	file  string
	lines []string
	cases []hostileCase
}

// readHostile reads a table. In messages {NAME} stands for what macros say, {TEXT*N} for TEXT N times, and escapes are
// those of Go.
func readHostile(t *testing.T, file string, macros map[string]string) *hostileTable {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	table := &hostileTable{file: file, lines: strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")}
	for i, line := range table.lines {
		if departure, found := strings.CutPrefix(line, "= "); found && len(table.cases) > 0 {
			c := &table.cases[len(table.cases)-1]
			if c.departure, c.reason, found = strings.Cut(departure, ": "); !found {
				t.Errorf("%s:%d: a departure without a reason", file, i+1)
			}
			continue
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.SplitN(line, " | ", 3)
		if len(cells) != 3 {
			t.Fatalf("%s:%d: want NAME | OUTCOME | MESSAGE", file, i+1)
		}
		message, err := unescape(strings.ReplaceAll(expand(cells[2], macros), "@", fmt.Sprintf("/c%d", len(table.cases))))
		if err != nil {
			t.Fatalf("%s:%d: %v", file, i+1, err)
		}
		table.cases = append(table.cases, hostileCase{name: strings.TrimSpace(cells[0]), outcome: strings.TrimSpace(cells[1]), text: message, line: i})
	}
	return table
}

var braces = regexp.MustCompile(`\{([^{}]*)\}`)

// expand puts in what macros stand for.
func expand(text string, macros map[string]string) string {
	return braces.ReplaceAllStringFunc(text, func(found string) string {
		if macro, ok := macros[found[1:len(found)-1]]; ok {
			return macro
		}
		return found
	})
}

// unescape expands repetitions, and then escapes.
func unescape(text string) (string, error) {
	var bad error
	text = braces.ReplaceAllStringFunc(text, func(found string) string {
		name := found[1 : len(found)-1]
		star := strings.LastIndexByte(name, '*')
		n, err := strconv.Atoi(name[star+1:])
		if star < 0 || err != nil {
			bad = fmt.Errorf("%s is no macro and no repetition", found)
			return ""
		}
		return strings.Repeat(name[:star], n)
	})
	if bad != nil {
		return "", bad
	}
	return strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
}

// rewrite puts the outcomes of httpd into the file.
func (h *hostileTable) rewrite(t *testing.T, outcomes []string) {
	t.Helper()
	for i, c := range h.cases {
		cells := strings.SplitN(h.lines[c.line], " | ", 3)
		h.lines[c.line] = fmt.Sprintf("%-36s | %-22s | %s", c.name, outcomes[i], cells[2])
	}
	if err := os.WriteFile(h.file, []byte(strings.Join(h.lines, "\n")+"\n"), 0o600); err != nil {
		t.Error(err)
	}
}

// compare holds httpd and lbconf, in this order, to the outcomes of the table. -update writes those of httpd into it. further
// looks at what else there is of a case.
func (h *hostileTable) compare(t *testing.T, outcomes, answers [2][]string, further func(t *testing.T, i int, c *hostileCase)) {
	t.Helper()
	if *update {
		h.rewrite(t, outcomes[0])
	}
	for i := range h.cases {
		c := &h.cases[i]
		t.Run(c.name, func(t *testing.T) {
			if got := outcomes[0][i]; got != c.outcome {
				t.Errorf("httpd: %s, the table says %s\n%.600q", got, c.outcome, answers[0][i])
			}
			if got := outcomes[1][i]; got != c.want() {
				t.Errorf("lbconf: %s, want %s\n%.600q", got, c.want(), answers[1][i])
			}
			further(t, i, c)
		})
	}
}

var statusLines = regexp.MustCompile(`(?m)^HTTP/1\.[01] (\d\d\d)|HTTP/1\.1 (\d\d\d) `)

// hostileOutcome is what a client gets: the statuses, and whether the connection is open behind them.
func hostileOutcome(answer string) string {
	var words []string
	for _, found := range statusLines.FindAllStringSubmatch(answer, -1) {
		words = append(words, found[1]+found[2])
	}
	if strings.HasSuffix(answer, "<open>") {
		return strings.Join(append(words, "open"), " ")
	}
	return strings.Join(append(words, "close"), " ")
}
