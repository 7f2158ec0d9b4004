package lower_test

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/large"
)

// TestCoresAgree holds that virtual hosts that are lowered on several cores become what they become on one: the same items,
// and the same diagnostics in the same order.
func TestCoresAgree(t *testing.T) {
	lines := verdictLines(t)
	for seed := range uint64(6) {
		random := rand.New(rand.NewPCG(seed, 0))
		source := manyHosts(random, lines, seed < 4)
		one, several := onCores(t, 1, source), onCores(t, 4, source)
		if one != several {
			t.Errorf("seed %d (-one core +several)\n%s", seed, cmp.Diff(strings.Split(one, "\n"), strings.Split(several, "\n")))
		}
		if strings.Count(one, "\n! ") < 100 {
			t.Errorf("seed %d: few diagnostics, so that their order is not held", seed)
		}
	}
	source := large.VirtualHosts(300)
	if diff := cmp.Diff(onCores(t, 1, source), onCores(t, 4, source)); diff != "" {
		t.Error(diff)
	}
}

// TestLearnedInVirtualHost holds that what a virtual host makes known is known to those behind it and to no other, however
// many there are.
func TestLearnedInVirtualHost(t *testing.T) {
	for _, test := range []struct{ teach, ask, elsewhere string }{
		{"<Location />\n<Limit FETCH>\n</Limit>\n</Location>", "<Location />\nAllowMethods FETCH\n</Location>", "<Location />\nAllowMethods PICK\n</Location>"},
		{"<Location />\n<LimitExcept FETCH>\n</LimitExcept>\n</Location>", "<Location />\nRequire method FETCH\n</Location>", "<Location />\nRequire method PICK\n</Location>"},
	} {
		for _, teacher := range []int{0, 63, 64, 150, 299} {
			var b strings.Builder
			for i := range 300 {
				line := test.ask
				if i == teacher {
					line = test.teach
				}
				fmt.Fprintf(&b, "<VirtualHost *:80>\n%s\n</VirtualHost>\n", line)
			}
			tree := parser.Load(parser.Input{Name: "test.conf", Source: []byte(b.String())})
			if _, diags := lowerOn(4, tree, nil); len(diags) != teacher {
				t.Errorf("%s in virtual host %d: %d do not know it", test.teach, teacher, len(diags))
			}
			tree = parser.Load(parser.Input{Name: "test.conf", Source: []byte(strings.ReplaceAll(b.String(), test.ask, test.elsewhere))})
			if _, diags := lowerOn(4, tree, nil); len(diags) != 299 {
				t.Errorf("%s in virtual host %d: %d do not know another name", test.teach, teacher, len(diags))
			}
		}
	}
}

// teaches matches what makes something known to all that follow.
var teaches = regexp.MustCompile(`(?i)<limit|provideralias|authnzfcgidefine|xml2encalias|heartbeat`)

// manyHosts is a configuration of virtual hosts with lines that httpd accepts and lines that it refuses, and here and there
// a line of the main server between them. In a calm one nothing is learned before the last virtual hosts.
func manyHosts(random *rand.Rand, lines []string, calm bool) []byte {
	var b bytes.Buffer
	b.WriteString("ServerName localhost\nListen 80\nErrorLog logs/error_log\n")
	for i := range 400 {
		fmt.Fprintf(&b, "<VirtualHost *:80>\nServerName host%d.example.com\nErrorLog logs%d/error_log\nCustomLog logs%d/access_log common\n", i, i%7, i%3)
		fmt.Fprintf(&b, "ProxyPass /a balancer://b retry=%d\n<Proxy balancer://b>\nBalancerMember http://m%d\n</Proxy>\n", i, i)
		for range 6 {
			if line := lines[random.IntN(len(lines))]; !calm || i > 350 || !teaches.MatchString(line) {
				b.WriteString(line + "\n")
			}
		}
		b.WriteString("</VirtualHost>\n")
		if random.IntN(200) == 0 {
			b.WriteString(lines[random.IntN(len(lines))] + "\n")
		}
	}
	return b.Bytes()
}

// verdictLines are the snippets of testdata/verdicts that can stand in a virtual host without another ending it.
func verdictLines(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, file := range verdictFiles(t) {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(src)) {
			line = strings.ReplaceAll(strings.TrimSpace(line), `\n`, "\n")
			whole := strings.Count("\n"+line, "\n<") == 2*strings.Count("\n"+line, "\n</")
			if whole && !strings.HasSuffix(line, `\`) && !strings.Contains(line, "VirtualHost") {
				all = append(all, line)
			}
		}
	}
	return all
}

// onCores is what becomes of a configuration on a number of cores, as text.
func onCores(t *testing.T, cores int, source []byte) string {
	t.Helper()
	tree := parser.Load(parser.Input{Name: "test.conf", Source: source, Read: nothing{}})
	c, diags := lowerOn(cores, tree, someFiles{})
	var b bytes.Buffer
	dump(&b, c.Items, 0)
	for item := range ir.All(c.Items) {
		fmt.Fprintln(&b, item.Head().Origin)
	}
	for _, d := range diags {
		if d.Fix != nil {
			fmt.Fprintf(&b, "fix %+v\n", *d.Fix)
			d.Fix = nil // a pointer
		}
		fmt.Fprintf(&b, "! %+v\n", d)
	}
	return b.String()
}

func lowerOn(cores int, tree *parser.Tree, files lower.Files) (*ir.Config, diag.List) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
	return lower.WithFiles(tree, files)
}

// someFiles has every other folder and file.
type someFiles struct{}

func (someFiles) Stat(name string) (fs.FileInfo, error) {
	if crc32.ChecksumIEEE([]byte(name))%2 == 0 {
		return nil, fs.ErrNotExist
	}
	return plainFile(1), nil
}
