package lower_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/directive"
	"github.com/lbconf/lbconf/parser/testenv"
)

// TestCorpus holds real configurations against what httpd said of them: nothing is refused in one that it accepted, and where
// it stopped, the first refusal is on the same line for the same reason.
func TestCorpus(t *testing.T) {
	samples, used := testenv.Corpus(t), map[string]int{}
	for _, sample := range samples {
		difference := sampleDifference(sample)
		if difference == "" {
			continue
		}
		may := slices.IndexFunc(corpusDifferences(), func(a allowed) bool { return sample.Verdict != "ok" && a.said.MatchString(sample.Said) })
		if may < 0 {
			t.Errorf("%s:%d: %s", sample.Name, sample.Line, difference)
			continue
		}
		used[corpusDifferences()[may].why]++
	}
	for _, a := range corpusDifferences() {
		t.Logf("%d of %d differ: %s", used[a.why], len(samples), a.why)
		if used[a.why] == 0 {
			t.Errorf("no sample differs because %s: take it off the list", a.why)
		}
	}
}

// sampleDifference says how the verdict differs from httpd's.
func sampleDifference(sample testenv.Sample) string {
	tree := parser.Load(inServer(sample))
	_, diags := lower.WithFiles(tree, overlay{sample.Source})
	first, refused := lower.FirstRefusal(tree, diags)
	switch {
	case !refused && sample.Verdict == "ok":
		return ""
	case !refused:
		return fmt.Sprintf("nothing is refused, and httpd says: %s", sample.Said)
	case sample.Verdict == "ok":
		return fmt.Sprintf("httpd accepts it, and %s at line %d says: %s", first.Code, lastLine(tree.Files, first.Span.Start), first.Message)
	}
	_, line := stop(tree.Files, first.Span.Start)
	if tree.Files.Readings(first.Span.Start) > 0 {
		line = sample.Line // httpd counts the lines of a macro
	}
	if sample.Line > 0 && line != sample.Line || !quoted(diag.List{first}, unescaped(sample.Said)) {
		return fmt.Sprintf("line %d is refused first: %s %v\nand httpd says: %s", line, first.Message, first.Notes, sample.Said)
	}
	return ""
}

// stop returns the place that httpd names for what begins at a position: the last line of a directive with continuations,
// in the body of a macro counted from its beginning.
func stop(files *diag.FileSet, at diag.Pos) (file string, line int) {
	in := files.File(at)
	if in.Macro() == "" {
		return filepath.Base(in.Name()), lastLine(files, at)
	}
	first := at
	for files.File(first-1) == in {
		first--
	}
	return "macro " + in.Macro(), logicalLines(in, files.Position(first).Line, files.Position(at).Line)
}

// logicalLines counts what mod_macro keeps of the lines from one to another: comments it drops, continued lines are one.
func logicalLines(in *diag.File, from, to int) int {
	n := 0
	for from <= to {
		if !strings.HasPrefix(strings.TrimSpace(in.Line(from)), "#") {
			n++
		}
		for strings.HasSuffix(in.Line(from), `\`) {
			from++
		}
		from++
	}
	return n
}

// lastLine returns the last line of the directive that begins at a position.
func lastLine(files *diag.FileSet, at diag.Pos) int {
	file, line := files.File(at), files.Position(at).Line
	for strings.HasSuffix(file.Line(line), `\`) {
		line++
	}
	return line
}

// The places where the configurations lay when httpd was asked.
const (
	corpusFile = "/tmp/corpus_work/t/in.conf"
	corpusRoot = "/tmp/corpus_work/t/root"
)

// inServer is a sample included at the level of the server, or in a folder, of an httpd with all of its modules.
func inServer(sample testenv.Sample) parser.Input {
	text := "ServerRoot " + corpusRoot + "\n" + loadEveryModule()
	if sample.Htaccess {
		text += "<Directory \"/\">\nInclude " + corpusFile + "\n</Directory>\n"
	} else {
		text += "Include " + corpusFile + "\n"
	}
	return parser.Input{
		Name: "/tmp/corpus_work/t/outer.conf", Source: []byte(text), EnvComplete: true,
		Env:  map[string]string{"APACHE_LOG_DIR": corpusRoot + "/logs", "APACHE_RUN_DIR": "/tmp"},
		Read: overlay{sample.Source},
	}
}

// loadEveryModule is what loads httpdModules.
func loadEveryModule() string {
	var b strings.Builder
	for _, id := range httpdModules() {
		fmt.Fprintf(&b, "LoadModule %s %s/%s.so\n", id, testenv.Modules, id)
	}
	return b.String()
}

// httpdModules returns the identifiers of all modules of httpd that can be loaded together.
func httpdModules() []string {
	ids := map[string]bool{}
	for d := range directive.All() {
		for id := range d.ModuleIDs() {
			ids[id] = true
		}
	}
	for _, name := range []string{
		"asis", "authz_host", "authz_owner", "authz_user", "lbmethod_bybusyness", "lbmethod_byrequests", "lbmethod_bytraffic", "proxy_ajp",
		"proxy_balancer", "proxy_connect", "proxy_fdpass", "proxy_http", "proxy_http2", "proxy_uwsgi", "ratelimit", "slotmem_plain", "slotmem_shm",
		"socache_dbm", "socache_shmcb", "status", "unique_id",
	} {
		ids[name+"_module"] = true
	}
	delete(ids, "mpm_worker_module")
	delete(ids, "mpm_prefork_module")
	all := make([]string, 0, len(ids))
	for id := range ids {
		all = append(all, id)
	}
	return all
}

// overlay is the file system of the machine with a configuration in the place where httpd read it.
type overlay struct{ source []byte }

func (o overlay) ReadFile(name string) ([]byte, error) {
	if name == corpusFile {
		return o.source, nil
	}
	return os.ReadFile(name)
}

func (overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == corpusRoot {
		return nil, nil
	}
	return os.ReadDir(name)
}

func (o overlay) Stat(name string) (fs.FileInfo, error) {
	switch filepath.Clean(name) {
	case corpusFile:
		return plainFile(len(o.source)), nil
	case corpusRoot, corpusRoot + "/logs":
		return os.Stat(os.TempDir())
	}
	if strings.HasPrefix(name, testenv.Modules) {
		return plainFile(1), nil
	}
	return os.Stat(name)
}

// plainFile is what Stat says of a file of so many bytes.
type plainFile int64

func (plainFile) Name() string       { return "in.conf" }
func (f plainFile) Size() int64      { return int64(f) }
func (plainFile) Mode() fs.FileMode  { return 0o644 }
func (plainFile) ModTime() time.Time { return time.Time{} }
func (plainFile) IsDir() bool        { return false }
func (plainFile) Sys() any           { return nil }

// allowed is a reason for which the verdict on a sample may differ from httpd's.
type allowed struct {
	// said matches what httpd says of such a sample.
	said *regexp.Regexp
	why  string
}

// corpusDifferences are all of them.
func corpusDifferences() []allowed {
	return []allowed{
		{regexp.MustCompile(`suEXEC is disabled: Missing suexec binary`), "the machine had no suexec"},
		{regexp.MustCompile(`is built-in and can't be loaded`), "Debian's httpd has modules built in that others load"},
		{regexp.MustCompile(`^ServerRoot must be a valid directory`), "a relative ServerRoot depends on where httpd is started"},
		{regexp.MustCompile(`Can't load driver file apr_dbd_`), "the machine had no drivers of databases"},
		{regexp.MustCompile(`name resolution`), "names are not resolved"},
	}
}
