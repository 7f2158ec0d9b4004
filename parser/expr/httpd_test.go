package expr

import (
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/parser/testenv"
)

// judge asks real httpd about conditions.
type judge struct{ program, dir string }

func newJudge(t *testing.T) judge {
	t.Helper()
	return judge{testenv.Program(t, "apache2"), t.TempDir()}
}

// says returns what apache2 -t prints about a condition; empty means accepted.
func (j judge) says(t interface{ Fatal(args ...any) }, condition string) string {
	file, err := os.CreateTemp(j.dir, "*.conf")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	text := "ServerRoot " + j.dir + "\nServerName localhost\nListen 127.0.0.1:1\nErrorLog /dev/null\n"
	for _, module := range []string{"mpm_event", "authz_core", "socache_shmcb", "ssl"} {
		text += "LoadModule " + module + "_module " + testenv.Modules + "/mod_" + module + ".so\n"
	}
	text += "<Location />\nRequire expr \"" + condition + "\"\n</Location>\n"
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(j.program, "-t", "-f", file.Name()).CombinedOutput()
	if err == nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	said := strings.TrimPrefix(lines[len(lines)-1], "Cannot parse expression in require line: ")
	return strings.ReplaceAll(said, `\\`, `\`) // the log escapes them
}

// compare says what is different between the verdicts, or nothing. Behind "syntax error" httpd lists what its parser
// generator knows, which is not compared.
func (j judge) compare(t interface{ Fatal(args ...any) }, condition string) string {
	got := ""
	_, err := ParseCondition(condition, Options{Modules: func(id string) bool { return id == "ssl_module" }})
	if refused, ok := errors.AsType[*Error](err); ok {
		got = refused.HTTPD
	}
	want := j.says(t, condition)
	if (got == "") != (want == "") || !strings.Contains(want, got) && got != "memory exhausted" {
		return "lbconf " + got + "\nhttpd  " + want
	}
	return ""
}

// TestVerdicts compares every line of testdata/conditions.txt with httpd: whether it refuses, and with which words.
func TestVerdicts(t *testing.T) {
	j := newJudge(t)
	lines, err := os.ReadFile(filepath.Join("testdata", "conditions.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(lines)) {
		line = strings.TrimSuffix(line, "\n")
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			if difference := j.compare(t, line); difference != "" {
				t.Error(difference)
			}
		})
	}
}

// TestRandomVerdicts compares conditions that are put together from pieces, so that most are nearly right: the same ones
// each time, unless -seed and -conditions say otherwise.
func TestRandomVerdicts(t *testing.T) {
	j := newJudge(t)
	pieces := []string{
		"true", "false", "and", "or", "not", "!", "&&", "||", "(", ")", "'a'", "\"b\"", "''", "1", "-2", "%{REQUEST_URI}",
		"%{HTTP:Host}", "req('a')", "tolower(", "$1", "==", "!=", "<", "-eq", "lt", "=~", "!~", "/x/", "m#y(#", "m#y#i", "in", "{",
		"}", ",", ".", "-n", "-R", "-ipmatch", "'10.0.0.0/8'", "-strmatch", "'", "%{", "}", "\\", "x", ":", "'%{TIME}$2\\n'",
	}
	random := rand.New(rand.NewPCG(*seed, 0)) //nolint:gosec // not for secrets
	for range *conditions {
		var chosen []string
		for range 1 + random.IntN(9) {
			chosen = append(chosen, pieces[random.IntN(len(pieces))])
		}
		condition := strings.Join(chosen, " ")
		if difference := j.compare(t, condition); difference != "" {
			t.Errorf("%s\n%s", condition, difference)
		}
	}
}

var (
	seed       = flag.Uint64("seed", 1, "where the random conditions begin")
	conditions = flag.Int("conditions", 100, "number of random conditions")
)
