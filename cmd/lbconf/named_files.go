package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

// namedFiles answers for the files that configurations name, as --files and --root say.
type namedFiles struct {
	mode string
	// dir is --root as a full path, and tree opens what lies in it; nil without one.
	dir  string
	tree *os.Root
}

// open returns what the flags ask for.
func (f *fileFlags) open() (*namedFiles, error) {
	n := &namedFiles{mode: f.Files}
	if f.Root == "" {
		return n, nil
	}
	dir, err := filepath.Abs(f.Root)
	if err == nil {
		n.dir = dir
		n.tree, err = os.OpenRoot(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("--root %s: there is no such folder", f.Root)
	}
	return n, nil
}

// askedFiles are the questions about the files of one input.
type askedFiles struct {
	*namedFiles

	// below is the ServerRoot where it is there, else "".
	below string
	// missed are the names of files that nobody looked at.
	missed map[string]bool
}

// of returns the questions of an input; nil asks nothing.
func (n *namedFiles) of() *askedFiles {
	if n == nil {
		return nil
	}
	return &askedFiles{namedFiles: n, missed: map[string]bool{}}
}

// unseen is the number of files that nobody looked at.
func (a *askedFiles) unseen() int {
	if a == nil {
		return 0
	}
	return len(a.missed)
}

// lower lowers a tree and asks about the files that it names.
func (a *askedFiles) lower(tree *parser.Tree) (*ir.Config, diag.List) {
	if a == nil {
		return lower.Lower(tree)
	}
	if info, err := a.stat(tree.Root.Path); tree.Root.Given && err == nil && info.IsDir() {
		a.below = filepath.Clean(tree.Root.Path)
	}
	return lower.WithFiles(tree, a)
}

// Stat implements lower.Files.
func (a *askedFiles) Stat(name string) (fs.FileInfo, error) {
	if !a.looks(name) {
		a.missed[name] = true
		return nil, lower.ErrUnseen
	}
	info, err := a.stat(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.missed[name] = true // httpd may see it: it starts as root, and its links lead elsewhere
	}
	return info, err
}

// looks reports whether a file is to be looked for.
func (a *askedFiles) looks(name string) bool {
	switch {
	case a.mode == "skip":
		return false
	case a.mode == "check", a.tree != nil && filepath.IsAbs(name):
		return true
	}
	inside, err := filepath.Rel(a.below, name)
	return a.below != "" && err == nil && filepath.IsLocal(inside)
}

// stat follows links. A path through something that is no folder leads nowhere.
func (n *namedFiles) stat(name string) (fs.FileInfo, error) {
	info, err := n.find(name)
	if errors.Is(err, syscall.ENOTDIR) {
		return nil, fs.ErrNotExist
	}
	return info, err
}

func (n *namedFiles) find(name string) (fs.FileInfo, error) {
	if inside, ok := n.inside(name); ok {
		return n.tree.Stat(inside)
	}
	return os.Stat(name)
}

// inside returns the name of a file below --root. A name that is below it already is not moved again.
func (n *namedFiles) inside(name string) (string, bool) {
	if n.tree == nil || !filepath.IsAbs(name) {
		return "", false
	}
	if inside, err := filepath.Rel(n.dir, name); err == nil && filepath.IsLocal(inside) {
		return inside, true
	}
	if inside := strings.Trim(filepath.Clean(name), "/"); inside != "" {
		return inside, true
	}
	return ".", true
}

// fileSystem is where Include looks; nil means the machine as it is.
func (a *askedFiles) fileSystem(limit int64) parser.FileSystem {
	if a == nil || a.tree == nil {
		return nil
	}
	return rootedFiles{a.namedFiles, limit}
}

// rootedFiles is the file system of the machine with the absolute names of a tree. It never returns more than limit bytes of
// a file.
type rootedFiles struct {
	*namedFiles

	limit int64
}

// ReadFile implements parser.FileSystem.
func (r rootedFiles) ReadFile(name string) ([]byte, error) {
	file, err := r.openFile(name)
	if err != nil {
		return nil, err
	}
	src, err := io.ReadAll(io.LimitReader(file, r.limit+1))
	if err = errors.Join(err, file.Close()); err == nil && int64(len(src)) > r.limit {
		err = fmt.Errorf("%s: larger than the limit of a file", name)
	}
	return src, err
}

// ReadDir implements parser.FileSystem.
func (r rootedFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	file, err := r.openFile(name)
	if err != nil {
		return nil, err
	}
	entries, err := file.ReadDir(-1)
	return entries, errors.Join(err, file.Close())
}

// Stat implements parser.FileSystem.
func (r rootedFiles) Stat(name string) (fs.FileInfo, error) { return r.find(name) }

func (r rootedFiles) openFile(name string) (*os.File, error) {
	if inside, ok := r.inside(name); ok {
		return r.tree.Open(inside)
	}
	return os.Open(name)
}
