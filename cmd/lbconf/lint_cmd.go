package main

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/ir/lint"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

// lintCmd finds what is wrong in configurations.
type lintCmd struct {
	inputFlags
	fileFlags

	Format      string `enum:"text,concise,json,json-schema" default:"text" help:"Form of the output: ${enum}. concise is a line for each finding; json-schema prints the schema of json and reads nothing."`
	Output      string `short:"o" placeholder:"FILE" help:"Write to FILE instead of standard output."`
	FailOn      string `enum:"error,warning,info" default:"warning" help:"Least severity that ends with exit code 1: ${enum}. Default: ${default}."`
	Fix         bool   `xor:"fix" help:"Make the safe fixes in the files, then report what is left."`
	Diff        bool   `xor:"fix" help:"Print what --fix would change and nothing else; exit code 1 if that is anything."`
	UnsafeFixes bool   `help:"With --fix or --diff: also the fixes that somebody must review."`

	Path []string `arg:"" optional:"" help:"File, - for standard input, or folder: one with apache2.conf or httpd.conf is that server, any other is its *.conf files. Several PATHs are independent."`
}

// Help says what the exit codes mean.
func (*lintCmd) Help() string {
	return `Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage, 3 a PATH cannot be read (the others are judged).
A comment "# lbconf: ignore[LB101] reason" on its own line ignores findings on the next directive or in the next section.
"lbconf explain LB101" says more about a finding, "lbconf rules" lists all that are looked for.
The environment of the process does not count, so that the result is the same everywhere: give variables with --env or
--envvars.`
}

// Run lints every input, prints what was found and ends with a code that says how bad it is.
func (c *lintCmd) Run(term *terminal) error {
	if c.Format == "json-schema" {
		return term.write(c.Output, func(w io.Writer, _ bool) error {
			_, err := w.Write(lintSchema)
			return err
		})
	}
	if len(c.Path) == 0 {
		return exitWith(exitUsage, errors.New(`lint: name a file or a folder, or - for standard input`))
	}
	if term.getenv("GOGC") == "" {
		debug.SetGCPercent(3000) // nearly all that a run allocates lives to its end; lintInput collects what does not, once
	}
	results, failed := c.lintAll(term)
	if len(results) == 0 {
		return failed
	}
	if c.Fix || c.Diff {
		if done, err := c.fixInputs(term, results); done || err != nil {
			if failed != nil {
				return failed
			}
			return err
		}
		said := *term
		said.stderr = io.Discard
		if results, failed = c.lintAll(&said); len(results) == 0 {
			return failed
		}
	}
	err := term.write(c.Output, func(w io.Writer, colour bool) error {
		if c.Format == "json" {
			return writeLintJSON(w, results)
		}
		return writeLintText(w, results, diag.RenderOptions{Color: colour, Concise: c.Format == "concise"})
	})
	if err != nil {
		return exitWith(exitRefused, err)
	}
	if failed != nil {
		return failed
	}
	for _, r := range results {
		if r.findings.Count(severityNamed(c.FailOn)) > 0 {
			return exitWith(exitFindings, nil)
		}
	}
	return nil
}

// lintAll reads and judges the inputs: with an error, those that could be read.
func (c *lintCmd) lintAll(term *terminal) ([]linted, error) {
	if c.Root != "" && (c.Fix || c.Diff) {
		return nil, exitWith(exitUsage, errors.New("--root names files as the server does: --fix and --diff need their names on this machine"))
	}
	files, err := c.open()
	if err != nil {
		return nil, exitWith(exitUsage, err)
	}
	inputs, err := c.readWith(term, c.Path, nil, files)
	results := make([]linted, len(inputs))
	for i, in := range inputs {
		results[i] = lintInput(in, c.hasEnvironment())
	}
	return results, err
}

// linted is an input with everything that was found.
type linted struct {
	input    *input
	findings diag.List
	// ignored is the number of findings that comments of the configuration ignore.
	ignored  int
	coverage coverage
}

// lintInput judges an input. environment says that the user gave variables.
func lintInput(in *input, environment bool) linted {
	reading := in.reading(environment)
	if in.tree != nil {
		in.tree.Nodes, in.tree.Asides = nil, nil // they became the IR
		if in.size() > largeInput {
			runtime.GC() // now, when a fifth of the memory is free for the rules: one collection instead of two at other times
		}
	}
	findings, ignored := lint.Check(in.config, effective.New(in.config), reading)
	return linted{in, findings, ignored, coverageOf(in)}
}

// reading is what lint is told of an input beside its IR. environment says that the user gave variables.
func (in *input) reading(environment bool) lint.Reading {
	reading := lint.Reading{Found: in.findings, Environment: environment}
	if in.tree != nil {
		reading.Syntax, reading.Defined = in.tree.Syntax, slices.Sorted(maps.Keys(in.tree.Defined))
		reading.Folder = in.tree.Context == parser.ContextHtaccess || in.tree.Context == parser.ContextDirectory
	}
	return reading
}

// largeInput is the size in bytes from which the memory that reading leaves behind matters.
const largeInput = 1 << 20

// size is the number of bytes that were read.
func (in *input) size() int {
	n := 0
	for _, file := range in.files.Files() {
		n += len(file.Source())
	}
	return n
}

// severityNamed returns the severity that the command line names.
func severityNamed(name string) diag.Severity {
	for _, s := range []diag.Severity{diag.Error, diag.Warning} {
		if s.String() == name {
			return s
		}
	}
	return diag.Info
}

// write gives emit the standard output, or the file of a name, which is replaced only when emit succeeded.
func (t *terminal) write(name string, emit func(w io.Writer, colour bool) error) error {
	if name == "" {
		return emit(t.stdout, t.colour(t.stdout))
	}
	var b bytes.Buffer
	if err := emit(&b, false); err != nil {
		return err
	}
	return replaceFile(name, b.Bytes())
}
