package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// formatTarget is a file to format.
type formatTarget struct {
	name string
	// found says that it lies in a folder that the user named, and was not named itself.
	found bool
}

// formatTargets returns the files that paths stand for, each once: a file may be named twice, and a link may lead to it.
func formatTargets(paths []string) ([]formatTarget, error) {
	var all []formatTarget
	for _, path := range paths {
		info, err := os.Stat(path)
		if path == "-" || err != nil || !info.IsDir() {
			all = append(all, formatTarget{name: path}) // reading it says what is wrong with it
			continue
		}
		names, err := configurationsIn(path)
		if err != nil {
			return nil, unread(err)
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("%s: a folder without a *.conf or .htaccess, as are those below it: name the files", path)
		}
		for _, name := range names {
			all = append(all, formatTarget{name, true})
		}
	}
	return once(all), nil
}

// once leaves out what is there twice: a link to a file that is there itself, and what resolves to an earlier file.
func once(all []formatTarget) []formatTarget {
	direct := map[string]bool{}
	resolved := make([]string, len(all))
	link := make([]bool, len(all))
	for i, target := range all {
		resolved[i] = resolve(target.name)
		info, err := os.Lstat(target.name)
		link[i] = err == nil && info.Mode().Type() == fs.ModeSymlink
		if !link[i] {
			direct[resolved[i]] = true
		}
	}
	var kept []formatTarget
	seen := map[string]bool{}
	for i, target := range all {
		if seen[resolved[i]] || link[i] && direct[resolved[i]] {
			continue
		}
		seen[resolved[i]] = true
		kept = append(kept, target)
	}
	return kept
}

// resolve returns the one name of a file that has several, or the name itself where there is no such file.
func resolve(name string) string {
	if name == "-" {
		return name
	}
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	if absolute, err := filepath.Abs(name); err == nil {
		return absolute
	}
	return name
}

// configurationsIn returns the configurations in a folder and below it, sorted within each folder. Links to folders are
// not followed, and hidden folders are not searched: they hold what programs keep for themselves.
func configurationsIn(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		name := filepath.Join(folder, entry.Name())
		switch {
		case entry.IsDir() && !strings.HasPrefix(entry.Name(), "."):
			below, err := configurationsIn(name)
			if err != nil {
				return nil, err
			}
			names = append(names, below...)
		case isConfiguration(folder, entry.Name()) && isFile(name, entry):
			names = append(names, name)
		}
	}
	return names, nil
}

// isFile reports whether an entry is a file or a link that may be one: a link that leads nowhere is an error to report.
func isFile(name string, entry fs.DirEntry) bool {
	if entry.Type() != fs.ModeSymlink {
		return entry.Type().IsRegular()
	}
	info, err := os.Stat(name)
	return err != nil || info.Mode().IsRegular()
}

// isConfiguration reports whether a file of a folder is one of httpd by its name. In the folders that Debian has, files
// without an ending are too.
func isConfiguration(folder, name string) bool {
	switch filepath.Ext(name) {
	case ".conf":
		return !strings.HasPrefix(name, ".")
	case ".htaccess":
		return name == ".htaccess"
	case "", ".load":
		kind, state, _ := strings.Cut(filepath.Base(folder), "-")
		return (kind == "conf" || kind == "mods" || kind == "sites") && (state == "available" || state == "enabled")
	}
	return false
}
