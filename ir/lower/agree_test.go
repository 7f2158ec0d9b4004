package lower_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

// What TestAgreement judges. By hand: go test ./ir/lower -run TestAgreement -v -args -seed 7 -configurations 20000.
var (
	agreeSeed  = flag.Int("seed", 1, "the first seed of generated configurations")
	agreeCount = flag.Int("configurations", 400, "how many configurations are generated and held against httpd")
	agreeAlone = flag.Bool("alone", false, "judge generated configurations one by one, and let rapid shrink what differs")
)

// agreeModules are loaded beside modulesOf.
var agreeModules = []string{
	"mpm_event", "macro", "remoteip", "lbmethod_bybusyness", "proxy_ajp", "proxy_fcgi", "proxy_scgi", "proxy_uwsgi", "proxy_wstunnel", "proxy_connect",
	"proxy_express", "proxy_ftp", "socache_shmcb", "expires", "substitute", "include", "auth_basic", "authn_file", "authz_user", "authz_groupfile", "status", "proxy_http2",
}

// batch is how many configurations httpd judges in one file.
const batch = 25

// TestAgreement holds generated configurations, valid and broken, against httpd -t: whether it takes them, the line at which
// it stops, and its words. Many lie in one file; where httpd stops, that one is taken out and it is asked again.
func TestAgreement(t *testing.T) {
	gen := readGrammar(t).generator()
	work := make(chan int)
	var wg sync.WaitGroup
	var found findings
	for w := range 2 {
		wg.Go(func() {
			o := newOracle(t, w)
			for first := range work {
				var fragments []fragment
				for i := first; i < min(first+batch, *agreeCount); i++ {
					fragments = append(fragments, gen.Example(*agreeSeed*1_000_000+i))
				}
				o.judge(t, fragments, &found)
			}
		})
	}
	for first := 0; first < *agreeCount; first += batch {
		work <- first
		found.progress(first)
	}
	close(work)
	wg.Wait()
	found.report(t)
}

// TestAgreementAlone judges configurations one by one, with seeds of rapid's choice: -args -alone -rapid.checks 1000.
func TestAgreementAlone(t *testing.T) {
	if !*agreeAlone {
		t.Skip("TestAgreement judges many at once; -args -alone judges them one by one")
	}
	o, gen := newOracle(t, 0), readGrammar(t).generator()
	rapid.Check(t, func(rt *rapid.T) {
		f := gen.Draw(rt, "configuration").as(0)
		if says := o.differ(t, f); says != "" && knownBy(says) == "" {
			rt.Fatalf("%s\n%q %q", says, f.text, f.files)
		}
	})
}

// oracle is a real httpd with a folder of its own.
type oracle struct {
	*httpd

	runs int
}

func newOracle(t *testing.T, number int) *oracle {
	t.Helper()
	return newOracleOf(t, number, agreeModules)
}

// newOracleOf returns one with further modules.
func newOracleOf(t *testing.T, number int, modules []string) *oracle {
	t.Helper()
	h := newHTTPD(t, slices.DeleteFunc(slices.Clone(modules), func(m string) bool { return slices.Contains(modulesOf, m) })...)
	h.header = strings.Replace(h.header, "18990", strconv.Itoa(18990+number), 1)
	return &oracle{httpd: h}
}

// verdict is what one side says of a text: nothing, or where it stops and why.
type verdict struct {
	refused bool
	file    string
	line    int
	why     string
	// beside are lines of our message beside the first.
	beside []int
}

var inMacro = regexp.MustCompile(`^macro '(.*?)' \(defined`)

var stopsAt = regexp.MustCompile(`(?s)Syntax error on line (\d+) of ([^\n]+?):[ \n](.*)$`)

// httpdSays asks httpd about the header and fragments.
func (o *oracle) httpdSays(t *testing.T, fragments []fragment) verdict {
	t.Helper()
	o.runs++
	name := filepath.Join(o.root, "main.conf")
	writeFile(t, name, o.text(fragments))
	for _, f := range fragments {
		for file, text := range f.files {
			writeFile(t, filepath.Join(o.root, file), text)
		}
	}
	cmd := exec.CommandContext(t.Context(), o.binary, "-t", "-f", name)
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	out, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Error(err)
		return verdict{}
	}
	v := verdict{refused: err != nil, why: strings.TrimSpace(string(out))}
	rest := string(out)
	for m := stopsAt.FindStringSubmatch(rest); m != nil; m = stopsAt.FindStringSubmatch(rest) {
		v.line, _ = strconv.Atoi(m[1])
		v.file, v.why, rest = filepath.Base(m[2]), strings.TrimSpace(m[3]), m[3]
		if name := inMacro.FindStringSubmatch(m[2]); name != nil {
			v.file = "macro " + name[1]
		}
	}
	v.why = unescaped(v.why)
	return v
}

var escape = regexp.MustCompile(`\\([\\tn]|x[0-9a-f]{2})`)

// unescaped undoes what httpd does to messages in its log.
func unescaped(text string) string {
	return escape.ReplaceAllStringFunc(text, func(found string) string {
		switch found {
		case `\\`:
			return `\`
		case `\t`:
			return "\t"
		case `\n`:
			return "\n"
		}
		n, _ := strconv.ParseUint(found[2:], 16, 8)
		return string([]byte{byte(n)})
	})
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Error(err)
	}
}

func (o *oracle) text(fragments []fragment) string {
	var b strings.Builder
	b.WriteString(o.header)
	for _, f := range fragments {
		b.WriteString(f.text)
	}
	return b.String()
}

// weSay is our verdict; the files of the fragments lie where httpd read them.
func (o *oracle) weSay(fragments []fragment) (verdict, diag.Diagnostic) {
	tree := parser.Load(parser.Input{Name: filepath.Join(o.root, "main.conf"), Source: []byte(o.text(fragments)), EnvComplete: true})
	_, diags := lower.WithFiles(tree, machine{})
	first, refused := lower.FirstRefusal(tree, diags)
	if !refused {
		return verdict{}, first
	}
	file, line := stop(tree.Files, first.Span.Start)
	ours := verdict{refused: true, file: file, line: line, why: first.Message}
	for _, r := range first.Related {
		_, line := stop(tree.Files, r.Span.Start)
		ours.beside = append(ours.beside, line)
	}
	return ours, first
}

// difference says how the verdicts differ, or nothing.
func difference(theirs, ours verdict, first diag.Diagnostic) string {
	switch {
	case !theirs.refused && !ours.refused:
		return ""
	case !theirs.refused:
		return fmt.Sprintf("httpd takes it, and we say: %s %s", first.Code, first.Message)
	case !ours.refused:
		return "we take it, and httpd says: " + theirs.why
	case theirs.line != 0 && (theirs.line != ours.line || theirs.file != ours.file) && !ours.names(theirs):
		return fmt.Sprintf("httpd stops at %s:%d, we at %s:%d: %s\nand httpd says: %s", theirs.file, theirs.line, ours.file, ours.line, ours.why, theirs.why)
	case theirs.why != "" && !quoted(diag.List{first}, theirs.why):
		return fmt.Sprintf("httpd says: %s\nand we: %s %v", theirs.why, ours.why, first.Notes)
	}
	return ""
}

// names says that a place which httpd names stands beside a closing tag: of one in a section that it skips it names the
// section.
func (v verdict) names(theirs verdict) bool {
	return strings.HasPrefix(theirs.why, "Expected </") && slices.Contains(v.beside, theirs.line)
}

// judge asks both about all fragments, and takes out each at which httpd stops.
func (o *oracle) judge(t *testing.T, fragments []fragment, found *findings) {
	t.Helper()
	for i := range fragments {
		fragments[i] = fragments[i].as(i)
	}
	for len(fragments) > 0 {
		theirs := o.httpdSays(t, fragments)
		ours, first := o.weSay(fragments)
		says := difference(theirs, ours, first)
		if says == "" && !theirs.refused {
			found.taken(len(fragments))
			return
		}
		at := o.owner(fragments, theirs)
		if says != "" {
			if at < 0 || ours.refused && !theirs.refused {
				at = o.owner(fragments, ours)
			}
			if at < 0 {
				at = o.culprit(t, fragments)
			}
			shrunk := o.shrink(t, fragments[at])
			found.differs(shrunk, o.differ(t, shrunk), says)
		} else if at < 0 {
			at = o.culprit(t, fragments)
		}
		found.refused()
		fragments = slices.Delete(fragments, at, at+1)
	}
}

// owner returns the fragment to which a line belongs, or -1.
func (o *oracle) owner(fragments []fragment, v verdict) int {
	line := v.line - strings.Count(o.header, "\n")
	for i, f := range fragments {
		if _, included := f.files[v.file]; included || strings.HasPrefix(v.file, fmt.Sprintf("macro M%d_", f.number)) || strings.HasPrefix(v.file, fmt.Sprintf("macro m%d_", f.number)) {
			return i
		}
		lines := strings.Count(f.text, "\n")
		if v.file == "main.conf" && 0 < line && line <= lines {
			return i
		}
		line -= lines
	}
	return -1
}

// culprit returns a fragment on which the verdicts alone are as they are on all: where httpd names no line.
func (o *oracle) culprit(t *testing.T, fragments []fragment) int {
	t.Helper()
	for i := range fragments {
		if o.httpdSays(t, fragments[i:i+1]).refused || o.differ(t, fragments[i]) != "" {
			return i
		}
	}
	return 0
}

// differ says how the verdicts on one fragment differ.
func (o *oracle) differ(t *testing.T, f fragment) string {
	t.Helper()
	theirs := o.httpdSays(t, []fragment{f})
	ours, first := o.weSay([]fragment{f})
	return difference(theirs, ours, first)
}

// shrink takes lines away as long as the verdicts differ.
func (o *oracle) shrink(t *testing.T, f fragment) fragment {
	t.Helper()
	if o.differ(t, f) == "" {
		return f
	}
	for size := max(1, strings.Count(f.text, "\n")/2); size > 0; size /= 2 {
		for from := 0; ; {
			lines := strings.SplitAfter(strings.TrimSuffix(f.text, "\n"), "\n")
			if from >= len(lines) {
				break
			}
			less := f
			less.text = strings.TrimSuffix(strings.Join(slices.Delete(lines, from, min(from+size, len(lines))), ""), "\n") + "\n"
			if less.text != "\n" && o.differ(t, less) != "" {
				f = less
				continue
			}
			from += size
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.files)) {
		less := f
		less.files = maps.Clone(f.files)
		delete(less.files, name)
		if !strings.Contains(f.text, name) {
			f = less
		}
	}
	return f
}

// known is a difference that may be, with its reason.
type knownDifference struct {
	says *regexp.Regexp
	why  string
}

// knownDifferences are all of them.
func knownDifferences() []knownDifference {
	return []knownDifference{
		{regexp.MustCompile(`RemoteIP: Error parsing IP .*not known error|ProxySourceAddress invalid value`), "names are not resolved"},
		{regexp.MustCompile(`Cannot access directory '[^']*' for main error log`), "a server without ErrorLog writes where httpd was built to write"},
		{regexp.MustCompile(`bad (user|group) name`), "users and groups are those of the machine"},
		{regexp.MustCompile(`says: ServerRoot must be a valid directory`), "a relative ServerRoot depends on where httpd is started"},
	}
}

// knownBy returns why a difference may be, or nothing.
func knownBy(says string) string {
	for _, known := range knownDifferences() {
		if known.says.MatchString(says) {
			return known.why
		}
	}
	return ""
}

// findings counts what was judged.
type findings struct {
	sync.Mutex

	accepted, broken int
	differences      []string
	explained        map[string]int
}

func (f *findings) taken(n int) {
	f.Lock()
	defer f.Unlock()
	f.accepted += n
}

func (f *findings) refused() {
	f.Lock()
	defer f.Unlock()
	f.broken++
}

// differs notes a difference, unless it is a known one. Alone is how the verdicts on the fragment alone differ.
func (f *findings) differs(part fragment, alone, together string) {
	f.Lock()
	defer f.Unlock()
	if alone == "" {
		alone = "only among others: " + together
	}
	if why := knownBy(alone); why != "" {
		if f.explained == nil {
			f.explained = map[string]int{}
		}
		f.explained[why]++
		return
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n%q\n", alone, part.text)
	for _, name := range slices.Sorted(maps.Keys(part.files)) {
		fmt.Fprintf(&b, "%s: %q\n", name, part.files[name])
	}
	f.differences = append(f.differences, b.String())
}

// progress tells a terminal how far the work is.
func (f *findings) progress(done int) {
	if info, err := os.Stderr.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return
	}
	f.Lock()
	defer f.Unlock()
	_, _ = fmt.Fprintf(os.Stderr, "\r%d configurations, %d refused, %d differ ", done, f.broken, len(f.differences))
}

func (f *findings) report(t *testing.T) {
	t.Helper()
	t.Logf("%d configurations: httpd takes %d, refuses %d", f.accepted+f.broken, f.accepted, f.broken)
	for _, why := range slices.Sorted(maps.Keys(f.explained)) {
		t.Logf("%d differ: %s", f.explained[why], why)
	}
	for _, d := range f.differences {
		t.Error(d)
	}
}
