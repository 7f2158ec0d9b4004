package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
)

// fixes are the edits that findings suggest, by file in the order of reading. A file that was read several times, by two
// Includes or by two inputs, is edited once.
type fixes struct {
	files []*fixedFile
	// left counts fixes that were left out because they touch bytes of another one.
	left int
}

// fixedFile is a file with its edits.
type fixedFile struct {
	file  *diag.File
	edits []jsonEdit
}

// collectFixes takes the fixes of all findings in order, and unless unsafe is set only those that cannot change what works.
func collectFixes(results []linted, unsafe bool) fixes {
	var f fixes
	for _, r := range results {
		for _, d := range r.findings {
			if d.Fix != nil && (d.Fix.Safe || unsafe) {
				f.take(r.input.files, d.Fix)
			}
		}
	}
	return f
}

// take adds a fix as a whole, or not at all where it overlaps with one that was taken before.
func (f *fixes) take(files *diag.FileSet, fix *diag.Fix) {
	edits := make([]jsonEdit, len(fix.Edits))
	for i, e := range fix.Edits {
		at := files.Position(e.Span.Start)
		edits[i] = jsonEdit{at.Filename, at.Offset, e.Span.Len(), e.Text}
	}
	known := 0
	for _, e := range edits {
		switch file := f.find(e.File); {
		case file == nil:
		case slices.Contains(file.edits, e):
			known++
		case slices.ContainsFunc(file.edits, e.touches):
			f.left++
			return
		}
	}
	if known == len(edits) {
		return // the same fix, of a file that was read again
	}
	for i, e := range edits {
		file := f.find(e.File)
		if file == nil {
			file = &fixedFile{file: files.File(files.Original(fix.Edits[i].Span).Start)}
			f.files = append(f.files, file)
		}
		file.edits = append(file.edits, e)
	}
}

func (f *fixes) find(name string) *fixedFile {
	i := slices.IndexFunc(f.files, func(file *fixedFile) bool { return file.file.Name() == name })
	if i < 0 {
		return nil
	}
	return f.files[i]
}

// touches reports whether two edits change the same bytes. Insertions at one place do not: both are made.
func (e jsonEdit) touches(other jsonEdit) bool {
	return e.Offset < other.Offset+other.Length && other.Offset < e.Offset+e.Length
}

// apply returns the source with the edits made.
func (f *fixedFile) apply() ([]byte, error) {
	edits := make([]diag.Edit, len(f.edits))
	for i, e := range f.edits {
		edits[i] = diag.Edit{Span: f.file.Span(e.Offset, e.Offset+e.Length), Text: e.Text}
	}
	return ast.Apply(f.file, edits)
}

// diff prints what the fixes would change, as a unified diff, and reports whether that is anything.
func (f *fixes) diff() (text []byte, err error) {
	for _, file := range f.files {
		after, err := file.apply()
		if err != nil {
			return nil, err
		}
		text = append(text, diff.Diff(file.file.Name(), []byte(file.file.Source()), file.file.Name(), after)...)
	}
	return text, nil
}

// write makes the edits in the files. All are checked before the first is written; each is written whole or not at all.
func (f *fixes) write() error {
	contents := make([][]byte, len(f.files))
	for i, file := range f.files {
		now, err := os.ReadFile(file.file.Name())
		if err != nil {
			return err
		}
		if string(now) != file.file.Source() {
			return fmt.Errorf("%s: changed while lbconf was reading it; nothing is fixed", file.file.Name())
		}
		if contents[i], err = file.apply(); err != nil {
			return err
		}
	}
	for i, file := range f.files {
		if err := replaceFile(file.file.Name(), contents[i]); err != nil {
			return err
		}
	}
	return nil
}

// fixInputs carries out --diff or --fix. It reports whether there is nothing more to do.
func (c *lintCmd) fixInputs(term *terminal, results []linted) (done bool, err error) {
	f := collectFixes(results, c.UnsafeFixes)
	if c.Diff {
		text, err := f.diff()
		if err != nil {
			return true, exitWith(exitRefused, err)
		}
		if _, err := term.stdout.Write(text); err != nil {
			return true, exitWith(exitRefused, err)
		}
		if len(text) > 0 {
			return true, exitWith(exitFindings, nil)
		}
		return true, nil
	}
	if slices.Contains(c.Path, "-") {
		return true, exitWith(exitUsage, errors.New("--fix cannot write standard input: use --diff, or name the file"))
	}
	if err := f.write(); err != nil {
		return true, exitWith(exitRefused, err)
	}
	for _, file := range f.files {
		if _, err := fmt.Fprintf(term.stderr, "lbconf: %s: fixed, %s\n", file.file.Name(), count(len(file.edits), "edit")); err != nil {
			return true, err
		}
	}
	if f.left > 0 {
		_, err = fmt.Fprintf(term.stderr, "lbconf: %s left out, in each other's way: run it again\n", count(f.left, "fix"))
	}
	return false, err
}
