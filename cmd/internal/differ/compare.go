package differ

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/cmd/internal/engine"
)

// fileTime is when local files were changed.
var fileTime = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)

var (
	dateNow   = regexp.MustCompile(`(?m)^Date: \w{3}, \d\d \w{3} 20\d\d \d\d:\d\d:\d\d GMT\r$`)
	allowed   = regexp.MustCompile(`(?m)^Allow: ([A-Z,]+)\r$`)
	ownName   = regexp.MustCompile(`(?m)^(Server: |<address>)(Apache|lbconf)/\S+( \([^)\r\n]*\))?( \w+/\S+)*`)
	ownVia    = regexp.MustCompile(`\((?:Apache|lbconf)/[^)\r\n]*\)`)
	boundary  = regexp.MustCompile(`(boundary=|\n--)[0-9a-f]{8,16}\b`)
	anyLength = regexp.MustCompile(`(?m)^Content-Length: \d+\r$`)
)

// mask takes out of a message what two servers cannot have in common: the time, their names, and how a compressor or
// the network cuts a body.
func mask(text string) string {
	text = allowed.ReplaceAllStringFunc(text, func(line string) string { // httpd writes it in the order of a hash
		methods := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "Allow: "), "\r"), ",")
		return "Allow: " + strings.Join(slices.Sorted(slices.Values(methods)), ",") + "\r"
	})
	if boundary.MatchString(text) {
		text = anyLength.ReplaceAllString(text, "Content-Length: <length>\r")
	}
	text = boundary.ReplaceAllString(text, "$1<boundary>")
	text = dateNow.ReplaceAllString(text, "Date: <now>\r")
	text = ownName.ReplaceAllString(ownVia.ReplaceAllString(text, "(<server>)"), "$1<server>")
	if strings.Contains(text, "<address><server>") {
		text = anyLength.ReplaceAllString(text, "Content-Length: <length>\r")
	}
	return text
}

// plain returns an answer with its body unpacked and without chunks where it is compressed or long.
func plain(text string) string {
	head, rest, ok := strings.Cut(text, "\r\n\r\n")
	for ok && strings.HasPrefix(statusOf(head), "1") && strings.HasPrefix(rest, "HTTP/") {
		var next string
		next, rest, ok = strings.Cut(rest, "\r\n\r\n")
		head += "\r\n\r\n" + next // behind an interim answer
	}
	if !ok {
		return text
	}
	content, whole := strings.TrimSuffix(rest, "<closed>"), true
	if bodyOf(head).chunked {
		content, whole = unchunked(content)
	}
	if !whole {
		return text
	}
	if unpacked, ok := gunzip(content); ok {
		content = "<gzip>" + unpacked
		head = anyLength.ReplaceAllString(head+"\r\n", "\r") // which httpd knows when all was compressed at once
	} else if !bodyOf(head).chunked || len(content) < 4000 { // what arrives at once is passed on at once
		return text
	}
	return head + "\r\n\r\n<chunks>" + content + text[len(strings.TrimSuffix(text, "<closed>")):]
}

// gunzip unpacks a body, where that is packed.
func gunzip(text string) (string, bool) {
	text, _, _ = strings.Cut(text, "<trailers>")
	r, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		return "", false
	}
	unpacked, err := io.ReadAll(r)
	return string(unpacked), err == nil
}

// Difference is what two engines did in different ways.
type Difference struct {
	// Case is what was run, Batch the number of the batch where they first differ, -1 where one does not start.
	Case  *Case
	Batch int
	// Text is what differs, httpd's lines with - and lbconf's with +.
	Text string
}

// Result is what a comparison found.
type Result struct {
	// Difference is the first that is not explained, nil for none. Exchanges behind it are not counted.
	Difference *Difference
	// Same is the number of exchanges without a difference.
	Same int
	// Explained are numbers of exchanges with a difference that may be, by the reason.
	Explained map[string]int
}

// Compare runs a case on both engines and compares what happened. A configuration that both refuse is a *RefusedError.
func Compare(ctx context.Context, c *Case, httpd, lbconf engine.Engine) (Result, error) {
	result := Result{Explained: map[string]int{}}
	b, err := startBackends(ctx, c)
	if err != nil {
		return result, err
	}
	defer b.stop()
	want, err := c.run(ctx, httpd, b)
	if err != nil {
		return result, err
	}
	got, err := c.run(ctx, lbconf, b)
	if err != nil {
		return result, err
	}
	switch {
	case want.Refused != "" && got.Refused != "":
		return result, &RefusedError{Message: want.Refused}
	case want.Refused != "" || got.Refused != "":
		result.Difference = &Difference{Case: c, Batch: -1, Text: fmt.Sprintf("- refused: %s\n+ refused: %s\n", want.Refused, got.Refused)}
		return result, nil
	}
	for i, batch := range c.Batches {
		text := differs(want.Outcomes[i], got.Outcomes[i])
		if text == "" {
			result.Same += len(batch.Requests)
			continue
		}
		e := event{conf: c.Conf, batch: batch, want: want.Outcomes[i], got: got.Outcomes[i]}
		why := e.explain()
		if why == "" {
			result.Difference = &Difference{Case: c, Batch: i, Text: text}
			return result, nil
		}
		result.Explained[why] += len(batch.Requests)
	}
	return result, nil
}

// RefusedError says that both engines refuse a configuration, which a generator should not have made.
type RefusedError struct {
	// Message is what httpd says.
	Message string
}

// Error has httpd's words.
func (e *RefusedError) Error() string { return "both engines refuse the configuration: " + e.Message }

func differs(want, got Outcome) string {
	var b strings.Builder
	for _, side := range []struct {
		what      string
		want, got []string
	}{{"a backend received", want.Received, got.Received}, {"the client got", want.Client, got.Client}} {
		if diff := cmp.Diff(lines(side.want), lines(side.got)); diff != "" {
			fmt.Fprintf(&b, "%s (- httpd, + lbconf)\n%s", side.what, diff)
		}
	}
	return b.String()
}

// long is a run of one letter, which is shown as its length.
var long = regexp.MustCompile(`x{100,}|y{100,}`)

func lines(texts []string) []string {
	var all []string
	for _, text := range texts {
		text = long.ReplaceAllStringFunc(plain(text), func(run string) string { return fmt.Sprintf("<%d %c>", len(run), run[0]) })
		all = append(all, strings.SplitAfter(text, "\n")...)
		all = append(all, "--")
	}
	return all
}
