package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/cmd/internal/engine"
	"github.com/lbconf/lbconf/cmd/internal/script"
	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/program"
)

// seedScripts is where the scripts of the seeds are.
const seedScripts = "../../testdata/conformance/seeds"

// TestSeeds runs the scripts of the seeds on lbconf, as Go programs and on httpd, and holds docs/seeds.md to what came of
// it; -update writes it.
func TestSeeds(t *testing.T) {
	lbconf := engine.LBConf{Program: lbconfProgram(t)}
	engines := []engine.Engine{lbconf, engine.GoProgram{LBConf: lbconf, Source: engine.SourceAround(".")}, engine.HTTPD{}}
	result := script.Test(t, seedScripts, script.Program{Path: lbconf.Program}, nil, engines...)
	if script.Filtered() || testing.Short() || len(result.Versions) < len(engines) || t.Failed() {
		t.Log("docs/seeds.md is not looked at: not every script passed on every engine")
		return
	}
	const page = "../../docs/seeds.md"
	want := seedsPage(t, result)
	holdPage(t, page, want, "was found; go test ./cmd/lbconf -run TestSeeds")
}

// seed is what was found out about one seed.
type seed struct {
	name    string
	lint    []string
	targets map[string]string
	serve   program.Report
	refused bool
	httpd   engine.Verdict
	scripts []seedScript
}

// seedScript is one script of a seed.
type seedScript struct {
	name, says, departure string
	engines               []string // on which it passed
}

const seedsIntroduction = `# The seeds

The configurations in [testdata/seeds](../testdata/seeds) are what people wrote: excerpts of tutorials, questions and answers, each with its own
mistakes. This page says for each what lbconf makes of it, and what was checked. It is written by a test, which fails when the
page is not what it finds.

- **lint**: the rules that have something to say.
- **YAML, Apache, Go**: the conversion. *exact* means that every directive is carried over, and for YAML and Apache that reading the output
  gives the same configuration. What the Go program's literal is when it runs is compared in ` + "`emit/golang`" + `.
- **serve**: whether ` + "`lbconf serve`" + ` runs it, and how many lines it says about what it does in another way or not at all.
- **httpd**: whether ` + "`apache2 -t`" + ` takes it, with all modules. Files that a seed names do not exist here.
- **Scripts**: how many [scripts](scripts.md) passed on ` + "`lbconf serve`" + `, on the program of ` + "`convert --to go`" + ` and on real httpd.

`

// seedsPage writes docs/seeds.md.
func seedsPage(t *testing.T, result script.Result) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(seedsIntroduction)
	b.WriteString("| Seed | lint | YAML | Apache | Go | serve | httpd | Scripts: lbconf | Go | httpd |\n|---|---|---|---|---|---|---|---|---|---|\n")
	seeds := allSeeds(t, result)
	for _, s := range seeds {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s | %s | %s | %s | %d | %d | %d |\n", s.name, s.name, s.rules(),
			s.targets["yaml"], s.targets["apache"], s.targets["go"], s.served(), s.taken(), s.passed("lbconf"), s.passed("go"), s.passed("httpd"))
	}
	for _, s := range seeds {
		s.write(&b)
	}
	return b.Bytes()
}

func allSeeds(t *testing.T, result script.Result) []*seed {
	t.Helper()
	paths, err := filepath.Glob("../../testdata/seeds/*.conf")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no seeds: %v", err)
	}
	var seeds []*seed
	for _, path := range paths {
		seeds = append(seeds, readSeed(t, path))
	}
	outcomes := make(map[string][]script.Outcome)
	for _, o := range result.Outcomes {
		outcomes[o.Script] = append(outcomes[o.Script], o)
	}
	for _, name := range slices.Sorted(maps.Keys(outcomes)) {
		addScript(t, seeds, name, outcomes[name])
	}
	for _, s := range seeds {
		if len(s.scripts) == 0 {
			t.Errorf("%s.conf has no script in %s", s.name, seedScripts)
		}
	}
	return seeds
}

// readSeed lints, converts and compiles a seed.
func readSeed(t *testing.T, path string) *seed {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(path)
	flags := inputFlags{Context: "server", From: "apache", HTTPDVersion: followedVersion, MaxInput: 512}
	in := flags.parse(name, src, variables{}, nil)
	s := &seed{name: strings.TrimSuffix(name, ".conf"), refused: in.refused(), targets: make(map[string]string)}
	for _, d := range lintInput(in, false).findings {
		s.lint = append(s.lint, fmt.Sprintf("%s [%s](rules.md#%s-%s), line %d: %s", d.Severity, d.Code, strings.ToLower(string(d.Code)), d.Name,
			in.files.Position(d.Span.Start).Line, markdown(diag.Clean(d.Message))))
	}
	for _, e := range emitters() {
		s.targets[e.Target()] = conversion(t, e, flags, in)
	}
	_, report := program.Compile(in.config, program.Options{Hostname: "test.example"})
	s.serve = *report
	dir := t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "logs"), 0o755), os.WriteFile(filepath.Join(dir, name), src, 0o600)); err != nil {
		t.Fatal(err)
	}
	if s.httpd, err = (engine.HTTPD{}).Check(t.Context(), engine.Job{Dir: dir, File: name}); err != nil {
		t.Fatal(err)
	}
	return s
}

// conversion says how exact a conversion is, and fails where an exact one is not read back as the same.
func conversion(t *testing.T, e emit.Emitter, flags inputFlags, in *input) string {
	t.Helper()
	output, report, err := emit.Run(e, in.config)
	if err != nil {
		t.Fatal(err)
	}
	s := report.Summary()
	if s.Exact != s.Directives {
		return s.String()
	}
	if e.Target() == "yaml" || e.Target() == "apache" {
		flags.From = e.Target()
		back := flags.parse(in.name, output.Files[0].Content, variables{}, nil)
		if diff := difference(in.config.Items, back.config.Items); diff != "" {
			t.Errorf("%s to %s and back:\n%s", in.name, e.Target(), diff)
		}
	}
	return "exact"
}

// usedSeed finds the seed that a script uses. One that uses none is about the seed whose name begins like its own.
var usedSeed = regexp.MustCompile(`\bseeds/([\w-]+)\.conf`)

func addScript(t *testing.T, seeds []*seed, name string, outcomes []script.Outcome) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(seedScripts, name))
	if err != nil {
		t.Fatal(err)
	}
	group, _, _ := strings.Cut(name, "-")
	i := slices.IndexFunc(seeds, func(s *seed) bool { return strings.HasPrefix(s.name, group) })
	if used := usedSeed.FindStringSubmatch(string(text)); used != nil {
		i = slices.IndexFunc(seeds, func(s *seed) bool { return s.name == used[1] })
	}
	if i < 0 {
		t.Errorf("%s: it uses no seed, and none has a name that begins like its own", name)
		return
	}
	added := seedScript{name: strings.TrimSuffix(name, ".txtar")}
	added.says, added.departure = scriptHead(string(text))
	for _, o := range outcomes {
		if o.State == script.Passed {
			added.engines = append(added.engines, o.Engine)
		}
	}
	seeds[i].scripts = append(seeds[i].scripts, added)
}

// headerLine is a comment of a script that is meant for the one who runs it.
var headerLine = regexp.MustCompile(`^(slow|engines:.*|\w+ >= .*)$`)

// scriptHead returns what the first lines of a script say, and the reason of its departure from httpd.
func scriptHead(text string) (says, departure string) {
	var words []string
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !ok {
			break
		}
		comment = strings.TrimSpace(comment)
		if reason, ok := strings.CutPrefix(comment, "departure:"); ok {
			departure = strings.TrimSpace(reason)
			continue
		}
		if !headerLine.MatchString(comment) {
			words = append(words, comment)
		}
	}
	return strings.Join(words, " "), departure
}

// rules lists the codes of the findings.
func (s *seed) rules() string {
	var codes []string
	for _, finding := range s.lint {
		_, rest, _ := strings.Cut(finding, "[")
		code, _, _ := strings.Cut(rest, "]")
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	if len(codes) == 0 {
		return "–"
	}
	return strings.Join(codes, ", ")
}

// served is the verdict of serve.
func (s *seed) served() string {
	said := len(s.serve.Warned) + len(s.serve.Ignored)
	switch {
	case !s.serve.OK():
		return "refused"
	case said == 0:
		return "yes"
	case said == 1:
		return "yes, 1 line"
	}
	return fmt.Sprintf("yes, %d lines", said)
}

// taken is the verdict of apache2 -t.
func (s *seed) taken() string {
	if s.httpd.OK {
		return "yes"
	}
	return "refused"
}

// passed counts the scripts that passed on an engine.
func (s *seed) passed(engine string) int {
	n := 0
	for _, c := range s.scripts {
		if slices.Contains(c.engines, engine) {
			n++
		}
	}
	return n
}

// write adds the details of a seed.
func (s *seed) write(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n## %s\n\n[%s.conf](../testdata/seeds/%s.conf)\n\n", s.name, s.name, s.name)
	for _, finding := range s.lint {
		fmt.Fprintf(b, "- lint: %s\n", finding)
	}
	if s.refused {
		b.WriteString("- convert: httpd refuses it, so `--allow-refused` is needed\n")
	}
	writeEntries(b, "refused", s.serve.Refused)
	writeEntries(b, "httpd would not run this", s.serve.Warned)
	writeEntries(b, "not executed", s.serve.Ignored)
	for _, c := range s.scripts {
		fmt.Fprintf(b, "- [%s](../testdata/conformance/seeds/%s.txtar), on %s: %s\n", c.name, c.name, strings.Join(c.engines, ", "), markdown(c.says))
		if c.departure != "" {
			fmt.Fprintf(b, "  Departure: %s.\n", markdown(strings.TrimSuffix(c.departure, ".")))
		}
	}
}

func writeEntries(b *bytes.Buffer, what string, entries []program.Entry) {
	for _, e := range entries {
		fmt.Fprintf(b, "- serve: %s: %s: %s\n", what, markdown(e.Origin.Directive), markdown(diag.Clean(e.Message)))
	}
}
