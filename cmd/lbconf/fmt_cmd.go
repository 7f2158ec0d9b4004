package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/format"
)

// fmtCmd brings files into the canonical layout.
type fmtCmd struct {
	Write         bool   `short:"w" help:"Write the result to the file instead of printing it. Each file is replaced at once or not at all, and keeps its owner and mode."`
	List          bool   `short:"l" help:"Print the names of the files that differ from the canonical layout."`
	Diff          bool   `short:"d" help:"Print what would change, as a unified diff."`
	StdinFilename string `placeholder:"NAME" default:"<stdin>" help:"Name of what is read from - in messages."`
	MaxInput      int64  `placeholder:"MIB" default:"64" help:"Highest size of a file, in MiB. Default: ${default}."`

	Path []string `arg:"" optional:"" help:"File, - for standard input, or folder: each configuration in it and in the folders below."`
}

// Help says what the exit codes mean, and which files of a folder are formatted.
func (*fmtCmd) Help() string {
	return `Without a flag the formatted text is printed; -w, -l and -d can be combined.
Exit codes: 0 formatted, or nothing to do; 1 something would change (-l or -d without -w); 2 usage; 3 a PATH cannot be read, or
its syntax is such that httpd would not read it: that file is left alone, the others are formatted.

White space and the spelling of names change, and never what httpd reads: no argument, comment or order.
Of a folder these are formatted, and nothing that they include from elsewhere: *.conf, .htaccess, and what lies in Debian's
conf-*, mods-* and sites-*. A link is followed to its file and stays a link; a file in which nothing is httpd's is left alone.
In a pre-commit hook:
    git diff --cached --name-only --diff-filter=d -z -- '*.conf' | xargs -0r lbconf fmt -l`
}

// Run formats each file and ends with the code of the worst that happened.
func (c *fmtCmd) Run(term *terminal) error {
	if err := c.check(); err != nil {
		return exitWith(exitUsage, err)
	}
	targets, err := formatTargets(c.Path)
	if err != nil {
		return exitWith(exitRefused, err)
	}
	failed, changes := false, false
	for _, target := range targets {
		changed, err := c.format(term, target)
		if err != nil {
			_, _ = fmt.Fprintf(term.stderr, "lbconf: %s\n", diag.Clean(err.Error())) // the exit code still says it
			failed = true
		}
		changes = changes || changed
	}
	switch {
	case failed:
		return exitWith(exitRefused, nil)
	case changes && !c.Write && (c.List || c.Diff):
		return exitWith(exitFindings, nil)
	}
	return nil
}

// check finds what cannot be meant on the command line.
func (c *fmtCmd) check() error {
	if len(c.Path) == 0 {
		return errors.New("fmt: name a file or a folder, or - for standard input")
	}
	if err := checkPaths(c.Path); err != nil {
		return err
	}
	if c.Write && slices.Contains(c.Path, "-") {
		return errors.New("-w cannot write standard input: leave it out, or name the file")
	}
	if c.MaxInput < 1 || c.MaxInput > mostInput {
		return fmt.Errorf("--max-input %d: from 1 to %d MiB", c.MaxInput, int64(mostInput))
	}
	return nil
}

// format formats one file and reports whether that changes it. What is wrong with its syntax is printed where it is found.
func (c *fmtCmd) format(term *terminal, target formatTarget) (changed bool, err error) {
	name := target.name
	if name == "-" {
		name = c.StdinFilename
	}
	reading := inputFlags{MaxInput: c.MaxInput, From: "auto"}
	src, err := reading.readSource(term, target.name)
	if err != nil {
		return false, err
	}
	if reading.isYAML(name, src) {
		return false, fmt.Errorf("%s: YAML; fmt formats the language of httpd only", name)
	}
	files := diag.NewFileSet()
	tree, refused := format.Parse(files.Add(name, src, diag.Span{}))
	switch language := format.LanguageOf(tree); {
	case language != format.Httpd && target.found:
		_, err := fmt.Fprintf(term.stderr, "lbconf: %s: left alone, it does not look like a configuration of httpd\n", diag.Clean(name))
		return false, err
	case language == format.Foreign:
		return false, fmt.Errorf("%s: not formatted, it is written in the language of another program", name)
	case language == format.Binary:
		return false, fmt.Errorf("%s: not formatted, it has NUL bytes and nothing of httpd's: if it is UTF-16, save it as UTF-8", name)
	case len(refused) > 0:
		if err := diag.Render(term.stderr, files, refused, diag.RenderOptions{Color: term.colour(term.stderr)}); err != nil {
			return false, err
		}
		return false, fmt.Errorf("%s: not formatted; what is wrong stands above", name)
	}
	text := format.File(tree)
	return !bytes.Equal(src, text), c.emit(term, name, src, text)
}

// emit does with a formatted file what the flags say.
func (c *fmtCmd) emit(term *terminal, name string, before, after []byte) error {
	if !c.Write && !c.List && !c.Diff {
		_, err := term.stdout.Write(after)
		return err
	}
	if bytes.Equal(before, after) {
		return nil
	}
	if c.Write {
		if err := rewrite(name, before, after); err != nil {
			return err
		}
	}
	if c.List {
		if _, err := fmt.Fprintln(term.stdout, name); err != nil {
			return err
		}
	}
	if c.Diff {
		_, err := term.stdout.Write(diff.Diff(name, before, name, after))
		return err
	}
	return nil
}

// rewrite puts text into a file that was read before, unless somebody changed it since.
func rewrite(name string, before, after []byte) error {
	now, err := os.ReadFile(name)
	if err != nil {
		return unread(err)
	}
	if !bytes.Equal(now, before) {
		return fmt.Errorf("%s: changed while lbconf was reading it; it is not formatted", name)
	}
	return replaceFile(name, after)
}
