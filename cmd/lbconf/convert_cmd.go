package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/emit/apache"
	"github.com/lbconf/lbconf/emit/yaml"
	"github.com/lbconf/lbconf/parser/diag"
)

// convertCmd writes a configuration in another language.
type convertCmd struct {
	inputFlags

	To        string `required:"" enum:"${targets}" help:"Language of the output: ${enum}."`
	Output    string `short:"o" placeholder:"OUT" help:"Write to OUT instead of standard output. It is replaced at once, or not at all."`
	Report    string `placeholder:"FILE" help:"Write what became of each directive to FILE: JSON where it ends in .json, else text."`
	AllowLoss bool   `help:"Write the output even where something is lost."`
	Schema    bool   `help:"Print the JSON Schema of --to yaml and read nothing."`
	Path      string `arg:"" optional:"" help:"Configuration: a file, - for standard input, or a folder with apache2.conf or httpd.conf."`
}

// Help says what the exit codes mean.
func (*convertCmd) Help() string {
	return `Exit codes: 0 done, 2 usage, 3 the PATH cannot be read or httpd refuses it, 4 something would be lost.
What is lost or only approximated is printed to standard error with its place, and a line that counts.`
}

// Run converts one configuration.
func (c *convertCmd) Run(term *terminal) error {
	if c.Schema {
		return c.schema(term)
	}
	in, err := c.input(term)
	if err != nil {
		return err
	}
	if in.refused() {
		if err := diag.Render(term.stderr, in.files, in.findings, diag.RenderOptions{Color: term.colour(term.stderr)}); err != nil {
			return err
		}
		return exitWith(exitRefused, fmt.Errorf("%s: not converted; what is wrong stands above", in.name))
	}
	output, report, err := emit.Run(c.emitter(), in.config)
	if err != nil {
		return exitWith(exitRefused, fmt.Errorf("%s: %w", in.name, err))
	}
	if err := c.report(term, in, report); err != nil {
		return exitWith(exitRefused, err)
	}
	if lost := report.Summary().Dropped; lost > 0 && !c.AllowLoss {
		return exitWith(exitLoss, fmt.Errorf("%s: %s would be lost, nothing is written; --allow-loss writes the rest", in.name, count(lost, "directive")))
	}
	if err := c.write(term, output.Files[0].Content); err != nil {
		return exitWith(exitRefused, err)
	}
	return nil
}

// emitters are the languages of convert.
func emitters() []emit.Emitter { return []emit.Emitter{yaml.Emitter{}, apache.Emitter{}} }

// targets are their names, with commas between them.
func targets() string {
	var names []string
	for _, e := range emitters() {
		names = append(names, e.Target())
	}
	return strings.Join(names, ",")
}

// emitter returns the one that the command line names.
func (c *convertCmd) emitter() emit.Emitter {
	all := emitters()
	return all[slices.IndexFunc(all, func(e emit.Emitter) bool { return e.Target() == c.To })]
}

func (c *convertCmd) schema(term *terminal) error {
	if c.To != (yaml.Emitter{}).Target() {
		return exitWith(exitUsage, fmt.Errorf("--schema: there is none for --to %s", c.To))
	}
	return c.write(term, yaml.Schema())
}

func (c *convertCmd) input(term *terminal) (*input, error) {
	if c.Path == "" {
		return nil, exitWith(exitUsage, errors.New("convert: name a file or a folder, or - for standard input"))
	}
	inputs, err := c.readAll(term, []string{c.Path}, nil)
	if err != nil {
		return nil, err
	}
	if len(inputs) != 1 {
		return nil, exitWith(exitUsage, fmt.Errorf("%s: %d fragments; convert takes one configuration: name the file", c.Path, len(inputs)))
	}
	return inputs[0], nil
}

// report prints what is not in the output as it was in the input, and writes the report file.
func (c *convertCmd) report(term *terminal, in *input, report *emit.Report) error {
	if in.tree != nil {
		for _, skipped := range in.tree.Skipped {
			at := in.files.Position(skipped.Span.Start)
			_, err := fmt.Fprintf(term.stderr, "%s:%d: not converted, since httpd does not execute it: %s\n",
				diag.Clean(at.Filename), at.Line, diag.Clean(skipped.Reason))
			if err != nil {
				return err
			}
		}
	}
	if err := report.WriteText(term.stderr); err != nil {
		return err
	}
	if c.Report == "" {
		return nil
	}
	var b bytes.Buffer
	write := report.WriteText
	if strings.EqualFold(filepath.Ext(c.Report), ".json") {
		write = report.WriteJSON
	}
	if err := write(&b); err != nil {
		return err
	}
	return replaceFile(c.Report, b.Bytes())
}

// write puts the output where the user wants it.
func (c *convertCmd) write(term *terminal, content []byte) error {
	if c.Output == "" {
		_, err := term.stdout.Write(content)
		return err
	}
	return replaceFile(c.Output, content)
}
