package script

import (
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// masks are the names that stand for what differs from run to run or from engine to engine. They are recognised in the
// expected text only.
var masks = map[string]string{
	"<date>":   `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT`,
	"<time>":   `(?:\d\d/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\d{4}:\d\d:\d\d:\d\d [-+]\d{4}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)`,
	"<port>":   `\d{1,5}`,
	"<number>": `\d+`,
	"<word>":   `[^\s"]+`,
	"<server>": `\S[^\n]*`,
	"<any>":    `[^\n]*`,
}

// linesMask, alone on a line, stands for any number of lines.
const linesMask = "<lines>"

var maskName = regexp.MustCompile(`<[a-z]+>`)

// linePattern is the regular expression of one line of expected text.
func linePattern(line string) string {
	var pattern strings.Builder
	for line != "" {
		at := maskName.FindStringIndex(line)
		if at == nil {
			break
		}
		name := line[at[0]:at[1]]
		mask, ok := masks[name]
		if !ok {
			mask = regexp.QuoteMeta(name)
		}
		pattern.WriteString(regexp.QuoteMeta(line[:at[0]]) + mask)
		line = line[at[1]:]
	}
	return pattern.String() + regexp.QuoteMeta(line)
}

// compare returns an empty string when got is what want describes, otherwise a diff in which masked lines that fit
// count as equal.
func compare(gotName, got, wantName, want string) (string, error) {
	lines := strings.SplitAfter(want, "\n")
	var whole strings.Builder
	whole.WriteString(`\A`)
	for _, line := range lines {
		if strings.TrimSuffix(line, "\n") == linesMask {
			whole.WriteString(`(?:[^\n]*\n)*?`)
			continue
		}
		whole.WriteString(linePattern(line))
	}
	whole.WriteString(`\z`)
	expression, err := regexp.Compile(whole.String())
	if err != nil {
		return "", err // the text is too large for an expression
	}
	if expression.MatchString(got) {
		return "", nil
	}
	filled := fill(strings.SplitAfter(got, "\n"), lines)
	return string(diff.Diff(gotName, []byte(got), wantName, []byte(filled))), nil
}

// fill puts the lines of got in the place of the masked lines of want that fit them, along the longest common
// subsequence of the two, so that a diff shows what is really different.
func fill(got, want []string) string {
	fits := make([][]bool, len(want))
	for i, line := range want {
		fits[i] = make([]bool, len(got))
		pattern, err := regexp.Compile(`\A` + linePattern(line) + `\z`)
		for j := range got {
			fits[i][j] = err == nil && pattern.MatchString(got[j])
		}
	}
	length := make([][]int, len(want)+1)
	for i := range length {
		length[i] = make([]int, len(got)+1)
	}
	for i := range slices.Backward(want) {
		for j := range slices.Backward(got) {
			length[i][j] = max(length[i+1][j], length[i][j+1])
			if fits[i][j] {
				length[i][j] = max(length[i][j], length[i+1][j+1]+1)
			}
		}
	}
	var text strings.Builder
	j := 0
	for i, line := range want {
		for j < len(got) && length[i][j] == length[i][j+1] && !fits[i][j] {
			j++
		}
		if j < len(got) && fits[i][j] && length[i][j] == length[i+1][j+1]+1 {
			line = got[j]
			j++
		}
		text.WriteString(line)
	}
	return text.String()
}
