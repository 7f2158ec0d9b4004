package format_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/lbconf/lbconf/parser/testenv"
)

// every is which of the snippets httpd is asked about: all of them take a minute.
const every = 8

// TestVerdictStays asks httpd what it says of lines of all kinds of directives, those that the tests of lowering compare,
// with much white space in them: the same, word for word, before and after they are formatted.
func TestVerdictStays(t *testing.T) {
	httpd := testenv.Program(t, "apache2")
	files, err := filepath.Glob("../../ir/lower/testdata/verdicts/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no snippets", err)
	}
	var wg sync.WaitGroup
	work := make(chan [2]string)
	for range 4 {
		root := t.TempDir()
		if err := os.Mkdir(filepath.Join(root, "logs"), 0o755); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			for job := range work {
				header := strings.ReplaceAll(job[0], "@root@", root)
				after, refused := source(job[1])
				if len(refused) > 0 {
					continue
				}
				before := verdict(t, httpd, root, header, job[1])
				if says := verdict(t, httpd, root, header, after); says != before {
					t.Errorf("%q becomes %q\n- %s\n+ %s", job[1], after, before, says)
				}
			}
		})
	}
	n := 0
	for _, file := range files {
		header, snippets := snippetsOf(t, file)
		for _, snippet := range snippets {
			if n++; n%every == 0 {
				work <- [2]string{header, strings.ReplaceAll(snippet, " ", "   ")}
			}
		}
	}
	close(work)
	wg.Wait()
}

// snippetsOf returns the snippets of a file, and what loads the modules that they need.
func snippetsOf(t *testing.T, file string) (header string, snippets []string) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	modules := strings.Fields("mpm_event authz_core proxy proxy_http slotmem_shm proxy_balancer lbmethod_byrequests lbmethod_bytraffic proxy_hcheck rewrite " +
		"headers authz_host access_compat ssl mime alias http2 env authn_core setenvif dir filter deflate reqtimeout")
	for line := range strings.Lines(string(src)) {
		line = strings.TrimSpace(line)
		if names, ok := strings.CutPrefix(line, "# modules:"); ok {
			modules = append(modules, strings.Fields(names)...)
		} else if line != "" {
			snippets = append(snippets, strings.ReplaceAll(line, `\n`, "\n")+"\n")
		}
	}
	var b strings.Builder
	b.WriteString("ServerRoot @root@\nListen 127.0.0.1:18990\nServerName localhost\n")
	for _, m := range modules {
		fmt.Fprintf(&b, "LoadModule %s_module %s/mod_%s.so\n", m, testenv.Modules, m)
	}
	return b.String(), snippets
}

// changing is what differs between two runs on lines that say the same: where and when.
var changing = regexp.MustCompile(`known names: [^)]*|line \d+|\[[^\]]*\]|0x[0-9a-f]+|\s+`)

func verdict(t *testing.T, httpd, root, header, text string) string {
	t.Helper()
	name := filepath.Join(root, "test.conf")
	if err := os.WriteFile(name, []byte(header+text), 0o600); err != nil {
		t.Error(err)
	}
	out, err := exec.Command(httpd, "-t", "-f", name).CombinedOutput()
	return strings.ToLower(changing.ReplaceAllString(fmt.Sprintf("%v %s", err, out), " "))
}
