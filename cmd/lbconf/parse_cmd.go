package main

import (
	"errors"
	"io"

	"github.com/lbconf/lbconf/ir/lint"
)

// parseCmd prints what lbconf reads, for people and for other tools.
type parseCmd struct {
	inputFlags
	fileFlags

	Format string `enum:"tree,json" default:"tree" help:"Form of the output: ${enum}. tree is what httpd would execute, for people; json is a document on one line for each input, for jq, conftest and programs."`
	Output string `short:"o" placeholder:"FILE" help:"Write to FILE instead of standard output."`
	Syntax bool   `help:"With --format json: also each file byte for byte, with comments and blank lines, as files[].syntax."`
	Schema bool   `help:"Print the JSON Schema of --format json and read nothing."`

	Path []string `arg:"" optional:"" help:"File, - for standard input, or folder: one with apache2.conf or httpd.conf is that server, any other is its *.conf files. Several PATHs are independent."`
}

// Help says what the exit codes mean.
func (*parseCmd) Help() string {
	return `Exit codes: 0 done, 2 usage, 3 a PATH cannot be read (the others are printed). What httpd refuses and what lbconf does not understand
does not change the code: it stands in the output, under findings, and the rest of the input is there all the same.
"lbconf lint" has a code that says how bad it is, and finds more.
json has the values of the configuration as they are, passwords too; tree masks them.`
}

// Run prints every input.
func (c *parseCmd) Run(term *terminal) error {
	switch {
	case c.Schema:
		return term.write(c.Output, func(w io.Writer, _ bool) error {
			_, err := w.Write(parseSchema())
			return err
		})
	case len(c.Path) == 0:
		return exitWith(exitUsage, errors.New("parse: name a file or a folder, or - for standard input"))
	case c.Syntax && c.Format != "json":
		return exitWith(exitUsage, errors.New("--syntax belongs to --format json"))
	}
	files, err := c.open()
	if err != nil {
		return exitWith(exitUsage, err)
	}
	inputs, failed := c.readWith(term, c.Path, nil, files)
	for _, in := range inputs {
		in.findings = lint.Weigh(in.findings, in.files, in.reading(c.hasEnvironment()))
	}
	err = term.write(c.Output, func(w io.Writer, colour bool) error {
		for i, in := range inputs {
			if c.Format == "json" {
				err = writeParseJSON(w, in, c.Syntax)
			} else {
				err = writeParseTree(w, in, treeOptions{colour: colour, first: i == 0})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return exitWith(exitRefused, err)
	}
	return failed
}
