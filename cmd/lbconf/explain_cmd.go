package main

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/lbconf/lbconf/ir/lint"
	"github.com/lbconf/lbconf/ir/lower"
)

// explainCmd says what a rule finds, what httpd does and what to write instead.
type explainCmd struct {
	Rule string `arg:"" help:"Code or name: LB101, rewrite-proxy-no-pool."`
}

// Run prints the documentation of one rule.
func (c explainCmd) Run(term *terminal) error {
	rule, ok := lint.Lookup(strings.ToUpper(c.Rule))
	if !ok {
		rule, ok = lint.Lookup(strings.ToLower(c.Rule))
	}
	if !ok {
		return exitWith(exitUsage, fmt.Errorf("explain: no rule %q%s \"lbconf rules\" lists them", c.Rule, didYouMean(c.Rule)))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s (%s, %s)\n%s\n\n%s\n\nAvoid:\n%s\nPrefer:\n%s", rule.ID, rule.Name, rule.Severity, rule.Class, rule.Title,
		rule.Why, indent(rule.Bad), indent(rule.Good))
	for _, ref := range rule.Refs {
		fmt.Fprintf(&b, "\nSee %s", ref)
	}
	_, err := fmt.Fprintln(term.stdout, b.String())
	return err
}

// didYouMean names the rule that is written most like word, if one is.
func didYouMean(word string) string {
	best, distance := "", max(3, len(word)/3+1)
	for _, r := range lint.Rules() {
		for _, candidate := range []string{string(r.ID), r.Name} {
			if d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(candidate)); d < distance {
				best, distance = candidate, d
			}
		}
	}
	if best == "" {
		return ";"
	}
	return fmt.Sprintf(", did you mean %s?", best)
}

// indent sets each line of a configuration off from the text.
func indent(config string) string {
	var b strings.Builder
	for line := range strings.Lines(config) {
		b.WriteString("    " + line)
	}
	return b.String()
}

// noFiles is a file system without files.
type noFiles struct{}

// ReadFile implements parser.FileSystem.
func (noFiles) ReadFile(name string) ([]byte, error) { return nil, notThere("open", name) }

// ReadDir implements parser.FileSystem.
func (noFiles) ReadDir(name string) ([]fs.DirEntry, error) { return nil, notThere("open", name) }

// Stat implements parser.FileSystem.
func (noFiles) Stat(name string) (fs.FileInfo, error) { return nil, notThere("stat", name) }

// exampleFiles are the files that examples name: nothing is in a folder called absent, and nothing else is known.
type exampleFiles struct{}

// Stat implements lower.Files.
func (exampleFiles) Stat(name string) (fs.FileInfo, error) {
	if strings.Contains(name, "/absent/") {
		return nil, notThere("stat", name)
	}
	return nil, lower.ErrUnseen
}

func notThere(op, name string) error { return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist} }
