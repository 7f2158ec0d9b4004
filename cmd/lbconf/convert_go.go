package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/cmd/internal/engine"
	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/emit/golang"
	"github.com/lbconf/lbconf/parser/diag"
)

// goFlags are about the program that --to go writes.
type goFlags struct {
	Replace    string `placeholder:"DIR" help:"--to go: folder with the source of lbconf, which go.mod is to name: lbconf is not published."`
	Dockerfile bool   `help:"--to go: write a Dockerfile too."`
	Force      bool   `help:"--to go: overwrite files that lbconf did not write, or that were changed since."`
}

// check finds flags that would change nothing.
func (f goFlags) check(target, output string) error {
	switch {
	case f == goFlags{}:
		return nil
	case target != (golang.Emitter{}).Target():
		return fmt.Errorf("--replace, --dockerfile and --force belong to --to %s", golang.Emitter{}.Target())
	case output == "":
		return errors.New("--replace, --dockerfile and --force are about the files of a folder: name it with -o")
	case f.Replace == "":
		return nil
	}
	if !engine.IsSource(f.Replace) {
		return fmt.Errorf("--replace %s: it is no folder with the source of lbconf", f.Replace)
	}
	return nil
}

// emitter writes the program for an input.
func (f goFlags) emitter(in *input, output string) (golang.Emitter, error) {
	e := golang.Emitter{Source: in.name, Dockerfile: f.Dockerfile, OneFile: output == "", Replace: f.Replace}
	if f.Replace == "" || filepath.IsAbs(f.Replace) {
		return e, nil
	}
	// A relative folder stays one, seen from where go.mod is.
	from, err := filepath.Abs(output)
	if err != nil {
		return e, err
	}
	to, err := filepath.Abs(f.Replace)
	if err != nil {
		return e, err
	}
	e.Replace, err = filepath.Rel(from, to)
	return e, err
}

// writeProgram puts the files of a program into a folder, and removes those of an earlier one that are not in it any more.
// It touches nothing where a file is not as lbconf wrote it. go.mod stays once it is there: `go mod tidy` changes it.
func (f goFlags) writeProgram(term *terminal, folder string, files []emit.File) error {
	if info, err := os.Stat(folder); err == nil && !info.IsDir() {
		return fmt.Errorf("%s: it is a file; --to go writes a folder", folder)
	}
	var foreign []string
	write := slices.Clone(files)
	for _, file := range files {
		problem, err := inTheWay(filepath.Join(folder, file.Name), file.Content)
		switch {
		case err != nil:
			return err
		case problem == "" || f.Force:
		case file.Name == "go.mod":
			write = slices.DeleteFunc(write, func(w emit.File) bool { return w.Name == file.Name })
			if _, err := fmt.Fprintf(term.stderr, "%s stays as it is; --force overwrites it\n", diag.Clean(filepath.Join(folder, file.Name))); err != nil {
				return err
			}
		default:
			foreign = append(foreign, problem)
		}
	}
	stale, problems, err := staleFiles(folder, files)
	if err != nil {
		return err
	}
	if foreign = append(foreign, problems...); len(foreign) > 0 && !f.Force {
		return fmt.Errorf("nothing is written:\n%s\n--force overwrites them", strings.Join(foreign, "\n"))
	}
	if err := replaceFolder(folder, write, stale); err != nil {
		return err
	}
	return f.needsSource(term, folder, write)
}

// needsSource says that a go.mod that was written does not build yet: lbconf is not published.
func (f goFlags) needsSource(term *terminal, folder string, written []emit.File) error {
	if f.Replace != "" || !slices.ContainsFunc(written, func(w emit.File) bool { return w.Name == "go.mod" }) {
		return nil
	}
	_, err := fmt.Fprintf(term.stderr, "%s does not say where the source of lbconf is: fill in its replace line, or add --replace DIR\n",
		diag.Clean(filepath.Join(folder, "go.mod")))
	return err
}

func replaceFolder(folder string, files []emit.File, stale []string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, file := range files {
		if err := replaceFile(filepath.Join(folder, file.Name), file.Content); err != nil {
			return err
		}
	}
	for _, path := range stale {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// inTheWay says why a file must not be overwritten; it is empty for one that is absent, the same, or as lbconf wrote it.
func inTheWay(path string, content []byte) (problem string, err error) {
	present, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	written, unchanged := golang.Written(present)
	switch {
	case unchanged, bytes.Equal(present, content):
		return "", nil
	case written:
		return path + " was changed since lbconf wrote it", nil
	}
	return path + " was not written by lbconf", nil
}

// staleFiles finds virtual hosts of an earlier program, which would be compiled into this one.
func staleFiles(folder string, files []emit.File) (stale, problems []string, err error) {
	present, err := filepath.Glob(filepath.Join(escapeGlob(folder), "site-*.go"))
	if err != nil {
		return nil, nil, err
	}
	for _, path := range present {
		if slices.ContainsFunc(files, func(f emit.File) bool { return f.Name == filepath.Base(path) }) {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, err
		}
		written, unchanged := golang.Written(content)
		if !written {
			continue
		}
		stale = append(stale, path)
		if !unchanged {
			problems = append(problems, path+" was changed since lbconf wrote it, and its virtual host is no more")
		}
	}
	return stale, problems, nil
}
