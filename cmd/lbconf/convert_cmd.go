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
	"github.com/lbconf/lbconf/emit/golang"
	"github.com/lbconf/lbconf/emit/yaml"
	"github.com/lbconf/lbconf/ir/lint"
	"github.com/lbconf/lbconf/parser/diag"
)

// convertCmd writes a configuration in another language.
type convertCmd struct {
	inputFlags
	goFlags

	To           string `required:"" placeholder:"LANGUAGE" enum:"${targets}" help:"Language of the output: ${enum}."`
	Output       string `short:"o" placeholder:"OUT" help:"Write to OUT instead of standard output: a file, which is replaced at once or not at all, or the folder of --to go."`
	Report       string `placeholder:"FILE" help:"Write what became of each directive to FILE: JSON where it ends in .json, else text."`
	AllowLoss    bool   `help:"Write the output even where something is lost."`
	AllowRefused bool   `help:"Convert what httpd refuses too, as it stands; text that cannot be followed is never converted."`
	Schema       bool   `help:"Print the JSON Schema of --to yaml and read nothing."`
	Path         string `arg:"" optional:"" help:"Configuration: a file, - for standard input, or a folder with apache2.conf or httpd.conf."`
}

// Help says what the exit codes mean.
func (*convertCmd) Help() string {
	return `Exit codes: 0 done, 2 usage, 3 the PATH cannot be read or httpd refuses it, 4 something would be lost.
What is lost or only approximated is printed to standard error with its place, and a line that counts.

--to go writes a program that has the configuration compiled in and serves it as lbconf serve does, with the same
--listen. -o names its folder; without it main.go is printed. Building it needs Go and the source of lbconf:
    lbconf convert --to go --replace /src/lbconf -o proxy site.conf
    cd proxy && go mod tidy && go build -o proxy . && ./proxy --listen 80=127.0.0.1:8080
A file that was changed since is not overwritten: what you change is yours.`
}

// Run converts one configuration.
func (c *convertCmd) Run(term *terminal) error {
	if c.Schema {
		return c.schema(term)
	}
	if err := c.goFlags.check(c.To, c.Output); err != nil {
		return exitWith(exitUsage, err)
	}
	in, err := c.input(term)
	if err != nil {
		return err
	}
	if in.refused() {
		if err := diag.Render(term.stderr, in.files, lint.OnceEach(in.findings, in.files), diag.RenderOptions{Color: term.colour(term.stderr)}); err != nil {
			return err
		}
		if in.unreadable() {
			return exitWith(exitRefused, fmt.Errorf("%s: not converted; what is wrong stands above", in.name))
		}
		if !c.AllowRefused {
			return exitWith(exitRefused, fmt.Errorf("%s: not converted; what is wrong stands above, --allow-refused converts it as it stands", in.name))
		}
	}
	emitter, err := c.emitter(in)
	if err != nil {
		return exitWith(exitUsage, err)
	}
	output, report, err := emit.Run(emitter, in.config)
	if err != nil {
		return exitWith(exitRefused, fmt.Errorf("%s: %w", in.name, err))
	}
	if err := c.report(term, in, report); err != nil {
		return exitWith(exitRefused, err)
	}
	if lost := report.Summary().Dropped; lost > 0 && !c.AllowLoss {
		return exitWith(exitLoss, fmt.Errorf("%s: %s would be lost, nothing is written; --allow-loss writes the rest", in.name, count(lost, "directive")))
	}
	if err := c.writeFiles(term, output.Files); err != nil {
		return exitWith(exitRefused, err)
	}
	return nil
}

// writeFiles puts the output where the user wants it.
func (c *convertCmd) writeFiles(term *terminal, files []emit.File) error {
	if c.Output != "" && c.To == (golang.Emitter{}).Target() {
		return c.writeProgram(term, c.Output, files)
	}
	return c.write(term, files[0].Content)
}

// emitters are the languages of convert.
func emitters() []emit.Emitter {
	return []emit.Emitter{yaml.Emitter{}, apache.Emitter{}, golang.Emitter{}}
}

// targets are their names, with commas between them.
func targets() string {
	var names []string
	for _, e := range emitters() {
		names = append(names, e.Target())
	}
	return strings.Join(names, ",")
}

// emitter returns the one that the command line names.
func (c *convertCmd) emitter(in *input) (emit.Emitter, error) {
	if c.To == (golang.Emitter{}).Target() {
		return c.goFlags.emitter(in, c.Output)
	}
	all := emitters()
	return all[slices.IndexFunc(all, func(e emit.Emitter) bool { return e.Target() == c.To })], nil
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

// write puts one file where the user wants it.
func (c *convertCmd) write(term *terminal, content []byte) error {
	if c.Output == "" {
		_, err := term.stdout.Write(content)
		return err
	}
	return replaceFile(c.Output, content)
}
