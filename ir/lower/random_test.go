package lower_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

var snippets = flag.Int("snippets", 25, "number of random configurations of each kind in TestRandomVerdicts")

// TestRandomVerdicts compares configurations that are put together from pieces, so that most are nearly right, with httpd:
// whether it refuses, on which line and with which words. They are the same ones each time, unless -seed and
// -snippets say otherwise.
func TestRandomVerdicts(t *testing.T) {
	for _, kind := range []struct {
		name    string
		modules []string
		without []string
		make    func(*rand.Rand) string
	}{
		{"proxy", proxyModules, nil, randomProxy},
		{"params", proxyModules, nil, randomParams},
		{"params without modules", nil, []string{"proxy_hcheck", "lbmethod_bytraffic", "lbmethod_byrequests", "proxy_balancer"}, randomParams},
		{"rewrite", nil, nil, randomRewrite},
		{"patterns", nil, nil, randomPattern},
		{"sections", authModules, nil, randomSections},
		{"auth", authModules, nil, randomAuth},
		{"expressions", authModules, nil, randomExpression},
		{"ssl", sslModules, nil, randomSSL},
	} {
		t.Run(kind.name, func(t *testing.T) {
			h := newHTTPD(t, kind.modules...)
			for _, module := range kind.without {
				h.header = strings.ReplaceAll(h.header, "LoadModule "+module+"_module", "#")
			}
			random := rand.New(rand.NewPCG(uint64(*agreeSeed), 0)) //nolint:gosec // not for secrets
			var all []string
			for range *snippets {
				all = append(all, kind.make(random))
			}
			h.agreeExactly(t, all)
		})
	}
}

// agreeExactly compares the first refusal of each snippet with httpd's, its line included.
func (h *httpd) agreeExactly(t *testing.T, snippets []string) {
	t.Helper()
	work := make(chan string)
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			for snippet := range work {
				if difference := h.difference(t, fmt.Sprintf("r%d", w), snippet); difference != "" {
					t.Errorf("%s\n%s", snippet, difference)
				}
			}
		})
	}
	for _, snippet := range snippets {
		work <- snippet
	}
	close(work)
	wg.Wait()
}

// difference says what is different between the two verdicts, or nothing.
func (h *httpd) difference(t *testing.T, name, snippet string) string {
	t.Helper()
	text := h.header + snippet + "\n"
	out, refused := h.refuses(t, name, text)
	line, said := complaint(out)
	above := strings.Count(h.header, "\n")
	tree := parser.Load(parser.Input{Name: "test.conf", Source: []byte(text)})
	_, diags := lower.Lower(tree)
	first, stops := lower.FirstRefusal(tree, diags)
	switch {
	case !refused && !stops:
		return ""
	case !stops:
		return fmt.Sprintf("httpd refuses it on line %d: %s", line-above, said)
	}
	own := tree.Files.Position(first.Span.Start).Line
	switch {
	case !refused:
		return fmt.Sprintf("httpd takes it\nlbconf, line %d: %s", own-above, quotation(first))
	case own != line || quotation(first) == "" || !strings.Contains(said, quotation(first)):
		return fmt.Sprintf("httpd, line %d: %s\nlbconf, line %d: %s", line-above, said, own-above, quotation(first))
	}
	return ""
}

// quotation is what a refusal quotes of httpd.
func quotation(d diag.Diagnostic) string {
	for _, n := range d.Notes {
		if n.Kind == "httpd" {
			return n.Text
		}
	}
	return ""
}

var complaintLine = regexp.MustCompile(`(?s)Syntax error on line (\d+) of [^\n]*:\n(.*)`)

// complaint splits what httpd prints into the line and the reason.
func complaint(out string) (int, string) {
	m := complaintLine.FindStringSubmatch(out)
	if m == nil {
		return 0, out
	}
	line, _ := strconv.Atoi(m[1])
	return line, unescape(m[2])
}

// one returns an element of a list.
func one[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// sections are what a directive may stand in; the body goes to the place of the %s.
var sections = []string{
	"<Location /l>\n%s\n</Location>", "<LocationMatch ^/m(.*)>\n%s\n</LocationMatch>", "<Location ~ ^/t>\n%s\n</Location>",
	"<Location /g*>\n%s\n</Location>", "<Location http://u/>\n%s\n</Location>", "<Directory /d>\n%s\n</Directory>", "<Files f>\n%s\n</Files>",
	"<If true>\n%s\n</If>", "<Proxy http://p>\n%s\n</Proxy>", "<Proxy balancer://c>\n%s\n</Proxy>", "<Proxy *>\n%s\n</Proxy>",
	"<Proxy \"http://q/\">\n%s\n</Proxy>", "<Proxy proxy:http://r>\n%s\n</Proxy>", "<Proxy BALANCER://D/x>\n%s\n</Proxy>",
	"<Proxy balancer:>\n%s\n</Proxy>", "<ProxyMatch ^http>\n%s\n</ProxyMatch>", "<ProxyMatch http://b/(.*)>\n%s\n</ProxyMatch>", "<Proxy>\n%s\n</Proxy>",
	"<VirtualHost *:80>\n%s\n</VirtualHost>", "<VirtualHost *:80>\n<Location /v>\n%s\n</Location>\n</VirtualHost>",
	"<Location /i>\n<If true>\n%s\n</If>\n</Location>", "<Proxy balancer://c>\n<If true>\n%s\n</If>\n</Proxy>",
	"<Location /n>\n<Limit GET>\n%s\n</Limit>\n</Location>", "<Directory />\n<Files x>\n%s\n</Files>\n</Directory>", "<Directory ~ /e>\n%s\n</Directory>", "<DirectoryMatch /h>\n%s\n</DirectoryMatch>", "<FilesMatch j>\n%s\n</FilesMatch>",
	"<IfModule mod_proxy.c>\n%s\n</IfModule>", "<If true>\n</If>\n<Else>\n%s\n</Else>",
}

// somewhere puts a body into a section, or leaves it in the server.
func somewhere(r *rand.Rand, body string, plain int) string {
	if r.IntN(100) < plain {
		return body
	}
	return fmt.Sprintf(one(r, sections), body)
}

// unescape undoes what httpd does to text in its log.
func unescape(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		if k := strings.IndexByte("abfnrtv", text[i]); k >= 0 {
			b.WriteByte("\a\b\f\n\r\t\v"[k])
			continue
		}
		if code, err := strconv.ParseUint(text[min(i+1, len(text)):min(i+3, len(text))], 16, 8); text[i] == 'x' && err == nil {
			b.WriteByte(byte(code))
			i += 2
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
