package lower_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/testenv"
)

// modulesOf are loaded in front of every snippet, so that both sides know the same directives.
var modulesOf = []string{
	"mpm_event", "authz_core", "proxy", "proxy_http", "slotmem_shm", "proxy_balancer", "lbmethod_byrequests", "lbmethod_bytraffic",
	"proxy_hcheck", "rewrite", "headers", "authz_host", "access_compat", "ssl", "mime", "alias", "http2", "env", "authn_core", "setenvif",
	"dir", "filter", "deflate", "reqtimeout",
}

// httpd asks the real one what it thinks of a text. Both sides read the same bytes.
type httpd struct {
	binary, root string
	header       string
	// files answers for the files that a snippet names; without it they are not looked at.
	files lower.Files
	// about is what a refusal must be about to be compared, any where it is nil.
	about *regexp.Regexp
}

// newHTTPD loads the modules of modulesOf and more.
func newHTTPD(t *testing.T, more ...string) *httpd {
	t.Helper()
	h := &httpd{binary: testenv.Program(t, "apache2"), root: t.TempDir()}
	if err := os.Mkdir(filepath.Join(h.root, "logs"), 0o755); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "ServerRoot %s\nListen 127.0.0.1:18990\nServerName localhost\n", h.root)
	for _, m := range slices.Concat(modulesOf, more) {
		fmt.Fprintf(&b, "LoadModule %s_module %s/mod_%s.so\n", m, testenv.Modules, m)
	}
	h.header = b.String()
	return h
}

// refuses returns what httpd says, and whether it does not take the text.
func (h *httpd) refuses(t *testing.T, name, text string) (string, bool) {
	t.Helper()
	file := filepath.Join(h.root, name+".conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(h.binary, "-t", "-f", file).CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), err != nil
}

// agree compares the verdicts on many snippets and reports each difference.
func (h *httpd) agree(t *testing.T, snippets []string) {
	t.Helper()
	work := make(chan int)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range work {
				h.compare(t, fmt.Sprintf("w%d", w), snippets[i])
			}
		})
	}
	for i := range snippets {
		work <- i
	}
	close(work)
	wg.Wait()
}

func (h *httpd) compare(t *testing.T, name, snippet string) {
	t.Helper()
	text := h.header + snippet + "\n"
	says, refused := h.refuses(t, name, text)
	if refused && h.about != nil && !h.about.MatchString(says) {
		return
	}
	tree := parser.Load(parser.Input{Name: "test.conf", Source: []byte(text)})
	_, diags := lower.WithFiles(tree, h.files)
	first, stops := lower.FirstRefusal(tree, diags)
	switch {
	case refused && !stops:
		t.Errorf("%q: httpd refuses it and lowering does not\n%s", snippet, says)
	case !refused && stops:
		t.Errorf("%q: lowering refuses it and httpd does not\n%s: %s", snippet, first.Code, first.Message)
	case refused && !quoted(diag.List{first}, says) && !quoted(diag.List{first}, unescape(says)):
		t.Errorf("%q: httpd says\n%s\nand lowering quotes it as %v", snippet, says, first.Notes)
	}
}

// quoted says that a refusal repeats httpd's words. What it does not repeat, such as the path of a file, is an ellipsis.
func quoted(diags diag.List, says string) bool {
	says = strings.ToLower(says)
	for _, d := range diags {
		for _, n := range d.Notes {
			if n.Kind == "httpd" && contains(says, strings.Split(strings.TrimSpace(strings.ToLower(n.Text)), "…")) {
				return true
			}
		}
	}
	return false
}

// contains says that parts stand in a text in their order.
func contains(text string, parts []string) bool {
	for _, part := range parts {
		_, rest, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = rest
	}
	return true
}

// TestHTTPDVerdicts holds the snippets of testdata/verdicts, one a line with \n for a line end, against httpd -t. A first
// line that begins with `# modules:` names what a file needs beyond modulesOf: `# modules: remoteip status`.
func TestHTTPDVerdicts(t *testing.T) {
	for _, file := range verdictFiles(t) {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var more, snippets []string
		for line := range strings.Lines(string(src)) {
			line = strings.TrimSpace(line)
			if names, ok := strings.CutPrefix(line, "# modules:"); ok {
				more = strings.Fields(names)
			} else if line != "" {
				snippets = append(snippets, strings.ReplaceAll(line, `\n`, "\n"))
			}
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			newHTTPD(t, more...).agree(t, snippets)
		})
	}
}

func verdictFiles(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("testdata/verdicts/*.txt")
	if err != nil || len(files) == 0 {
		tb.Fatal("no verdicts", err)
	}
	return files
}

// TestHTTPDParams holds every key of the tables, on either object and with values around its limits, against httpd -t.
func TestHTTPDParams(t *testing.T) {
	h := newHTTPD(t)
	var snippets []string
	for _, table := range [][]ir.ParamSpec{ir.WorkerParams(), ir.BalancerParams()} {
		for _, spec := range table {
			target := "http://b/"
			if spec.Of == ir.ParamOfBalancer {
				target = "balancer://b/"
			}
			for i, value := range valuesOf(spec) {
				word := fmt.Sprintf("%s=%s", spec.Key, value)
				snippets = append(snippets, fmt.Sprintf("ProxyPass /a %s %q", target, word))
				if i > 0 {
					continue
				}
				snippets = append(snippets,
					fmt.Sprintf("<Proxy %s>\nProxySet %s\n</Proxy>", target, word),
					fmt.Sprintf("<Proxy %s %s>\n</Proxy>", target, strings.ToUpper(spec.Key)+"="+value),
					fmt.Sprintf("<Proxy balancer://c>\nBalancerMember http://m %s\n</Proxy>", word),
					fmt.Sprintf("ProxyPass /a http://b/ %s", word), fmt.Sprintf("ProxyPass /a balancer://b/ %s", word))
			}
		}
	}
	h.agree(t, snippets)
}

func valuesOf(s ir.ParamSpec) []string {
	switch s.Key {
	case "hcexpr", "hctemplate":
		return []string{"up"}
	case "lbmethod":
		return []string{"byrequests", "bytraffic", "heartbeat", "ByRequests", "nope", ""}
	case "stickysession":
		return []string{"A", "A|b", strings.Repeat("x", 70), ""}
	case "stickysessionsep":
		return []string{".", "off", "OFF", "ab", ""}
	case "addressttl":
		return []string{"5", "-1", "0", "1500ms", "2000ms", "5min", "5m", "-2", "2147483647", "2147483648", "x"}
	}
	switch s.Kind {
	case ir.ParamInt, ir.ParamSeconds, ir.ParamSize:
		return []string{"5", "0", "-1", "1", "abc", "7x", "500ms", "511", "512", "99", "100", "101", "1000", "1001", "", "99999999999"}
	case ir.ParamFactor:
		return []string{"1", "100", "100.009", "100.01", "0.99", "1.5x", "-1", "0", "x"}
	case ir.ParamInterval:
		return []string{"1", "0", "5s", "5ms", "99ms", "100ms", "5min", "5m", "1h", "-1", "", "ms", "5 s", "x"}
	case ir.ParamSwitch:
		return []string{"On", "off", "yes", "", "1"}
	case ir.ParamText:
		return []string{"a", "", strings.Repeat("x", int(s.Max)), strings.Repeat("x", int(s.Max)+1)}
	case ir.ParamOneOf:
		return append([]string{"nope", ""}, s.Values...)
	case ir.ParamStatus:
		return []string{"+H", "h", "+", "+D-H", "", "Z", "+-H", "OINGUDSEHRFC", "+ H"}
	case ir.ParamCodes:
		return []string{"500", "500,503", "500, 503", ",", "", "99", "600", "50x", "500x"}
	}
	return nil
}
