package differ

import (
	"slices"
	"strings"
)

// explanation is a kind of difference that may be.
type explanation struct {
	why   string
	holds func(e *event) bool
}

// event is what two engines did with a batch in different ways.
type event struct {
	conf      []Node
	batch     Batch
	want, got Outcome
}

// explanations are all of them. Those of an answer are about each that differs.
func explanations() []explanation {
	return []explanation{
		{"httpd cuts ranges out of a backend's answer when all of it comes at once; lbconf passes on what the backend answered", answers(func(r *Request, want, got string) bool {
			return slices.ContainsFunc(r.Head, func(line string) bool { return strings.HasPrefix(line, "Range: ") }) &&
				slices.Contains([]string{"206", "416"}, finalStatus(want)) && finalStatus(got) == "200"
		})},
		{"a path that continues the port of a backend makes no URL, which lbconf says at once, and httpd when it has looked for the name or parsed the URL", answers(func(_ *Request, want, got string) bool {
			return strings.Contains(strings.SplitN(want, "\r\n", 2)[0], "Proxy Error") && statusOf(got) == "400"
		})},
		{"each virtual host of httpd with directives of mod_proxy has connections of its own to the backends of the main server; lbconf has one pool for a backend", func(e *event) bool {
			return slices.ContainsFunc(e.conf, func(n Node) bool { return strings.HasPrefix(n.Line, "<VirtualHost") }) &&
				slices.Equal(e.want.Client, e.got.Client) && slices.Equal(anyConnection(e.want.Received), anyConnection(e.got.Received))
		}},
	}
}

// Explanations returns why engines may differ, a sentence without its full stop for each kind of difference.
func Explanations() []string {
	var all []string
	for _, x := range explanations() {
		all = append(all, x.why)
	}
	return all
}

// answers holds where backends received the same, and is true of each answer that differs.
func answers(is func(r *Request, want, got string) bool) func(e *event) bool {
	return func(e *event) bool {
		if !slices.Equal(e.want.Received, e.got.Received) || len(e.want.Client) != len(e.got.Client) {
			return false
		}
		for i, want := range e.want.Client {
			if got := e.got.Client[i]; plain(want) != plain(got) && !is(&e.batch.Requests[i], want, got) {
				return false
			}
		}
		return true
	}
}

// finalStatus is the status of an answer, behind those of interim ones.
func finalStatus(text string) string {
	for strings.HasPrefix(statusOf(text), "1") {
		_, rest, ok := strings.Cut(text, "\r\n\r\n")
		if !ok {
			break
		}
		text = rest
	}
	return statusOf(text)
}

func anyConnection(received []string) []string {
	var all []string
	for _, text := range received {
		all = append(all, strings.Replace(plain(text), " on a kept connection", " on a new connection", 1))
	}
	return all
}

// explain returns why a difference may be, or nothing.
func (e *event) explain() string {
	for _, x := range explanations() {
		if x.holds(e) {
			return x.why
		}
	}
	return ""
}
