// Package script runs conformance scripts: small txtar archives of which the first lines start backends, start an engine
// on a configuration, send requests and compare bytes. `lbconf test` and `go test` share it.
//
// A script is one fact. It runs once for each engine, each time in a work folder of its own, and all must agree. The
// language is testscript's with the verbs of this package; docs/scripts.md is its manual.
package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lbconf/lbconf/cmd/internal/engine"
)

// Program is how scripts call lbconf.
type Program struct {
	Path string   // program, absolute; empty: scripts cannot call lbconf
	Args []string // arguments before those of the script
	Env  []string // additions to the environment, NAME=VALUE
}

// Options says what to run.
type Options struct {
	Engines  []engine.Engine // each script runs once on each
	Files    []string        // scripts, and folders of which every *.txtar is taken
	LBConf   Program         // for the lbconf verb
	Stdout   io.Writer       // failures and the summary; with Verbose every script
	Verbose  bool            // print the whole log of each script
	Short    bool            // leave out scripts marked slow
	Parallel int             // scripts at the same time; 0 for eight

	selected func(name string) bool // nil for all
}

// State is how a script ended on an engine.
type State int

// The states, in the order of their weight.
const (
	Passed State = iota
	Skipped
	Failed
)

// Outcome is one script on one engine.
type Outcome struct {
	Script string        // path, below the folder that was given if one was
	Engine string        // name of the engine
	State  State         // how it ended
	Log    string        // what happened; for Skipped the reason
	Took   time.Duration // from start to end
}

// Name is SCRIPT/ENGINE without the extension of the script.
func (o Outcome) Name() string {
	return strings.TrimSuffix(o.Script, filepath.Ext(o.Script)) + "/" + o.Engine
}

// Result is what came of a run.
type Result struct {
	Outcomes []Outcome         // sorted by script, then in the order of the engines
	Versions map[string]string // engine → version
	Only     map[string]int    // engine → number of scripts that state that they are for this engine alone
}

// Count returns how many outcomes have the state.
func (r Result) Count(state State) int {
	n := 0
	for _, o := range r.Outcomes {
		if o.State == state {
			n++
		}
	}
	return n
}

// scriptLimit ends a script that hangs.
const scriptLimit = 60 * time.Second

// sideBySide is how many scripts run at the same time unless told otherwise: they wait more than they compute.
const sideBySide = 8

// Run runs the scripts. The error is a *ReadError for a script that cannot be read and an *engine.MissingError for an
// engine that is not installed, and then nothing was run; it is that of ctx when the run was interrupted. A script that
// fails is in the result. Nothing is run either where httpd could not enter the folder of the scripts.
func Run(ctx context.Context, options Options) (Result, error) {
	scripts, err := collect(options.Files)
	if err != nil {
		return Result{}, err
	}
	result := Result{Versions: map[string]string{}, Only: map[string]int{}}
	for _, e := range options.Engines {
		version, err := e.Version(ctx)
		if err != nil {
			return Result{}, err
		}
		result.Versions[e.Name()] = version
	}
	for _, s := range scripts {
		if len(s.header.engines) == 1 {
			result.Only[s.header.engines[0]]++
		}
		for _, e := range options.Engines {
			o := Outcome{Script: s.name, Engine: e.Name()}
			if options.selected == nil || options.selected(o.Name()) {
				result.Outcomes = append(result.Outcomes, o)
			}
		}
	}
	root, err := os.MkdirTemp("", "lbconf-test-")
	if err != nil {
		return Result{}, err
	}
	defer func() { _ = os.RemoveAll(root) }()
	// The account of httpd's children reads files below it.
	if err := os.Chmod(root, 0o755); err != nil {
		return Result{}, err
	}
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return Result{}, err
	}
	for _, e := range options.Engines {
		if httpd, ok := e.(engine.HTTPD); ok {
			if err := httpd.MayEnter(root); err != nil {
				return Result{}, err
			}
		}
	}
	options.runAll(ctx, root, scripts, &result)
	if err := ctx.Err(); err != nil {
		return result, err // what scripts say of the interruption is not about their engines
	}
	result.print(options)
	return result, nil
}

// runAll fills the outcomes, some at the same time.
func (options Options) runAll(ctx context.Context, root string, scripts []source, result *Result) {
	parallel := options.Parallel
	if parallel < 1 {
		parallel = sideBySide
	}
	slots := make(chan struct{}, parallel)
	var tasks sync.WaitGroup
	for i := range result.Outcomes {
		o := &result.Outcomes[i]
		s := scripts[slices.IndexFunc(scripts, func(s source) bool { return s.name == o.Script })]
		e := options.Engines[slices.IndexFunc(options.Engines, func(e engine.Engine) bool { return e.Name() == o.Engine })]
		if reason := s.header.skip(e, result.Versions[o.Engine], options.Short); reason != "" {
			o.State, o.Log = Skipped, reason
			continue
		}
		slots <- struct{}{}
		tasks.Go(func() {
			defer func() { <-slots }()
			start := time.Now()
			ctx, cancel := context.WithTimeout(ctx, scriptLimit)
			defer cancel()
			work := filepath.Join(root, fmt.Sprintf("%d-%s", i, o.Engine))
			o.State, o.Log = runOne(ctx, work, newSession(e, options.LBConf, s.path), options.Verbose)
			o.Took = time.Since(start)
		})
	}
	tasks.Wait()
}

// source is a script before it runs.
type source struct {
	path   string // to read it from, absolute
	name   string // for reports
	header header
}

// collect finds and reads the scripts.
func collect(files []string) ([]source, error) {
	var list []source
	add := func(path, name string) error {
		h, err := readHeader(path)
		if err != nil {
			return err
		}
		absolute, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		list = append(list, source{path: absolute, name: filepath.ToSlash(name), header: h})
		return nil
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			if about, ok := errors.AsType[*fs.PathError](err); ok {
				err = about.Err // the file is named already
			}
			return nil, &ReadError{File: file, Err: err}
		}
		if !info.IsDir() {
			if err := add(file, file); err != nil {
				return nil, err
			}
			continue
		}
		before := len(list)
		err = filepath.WalkDir(file, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return &ReadError{File: path, Err: err}
			}
			if entry.IsDir() || filepath.Ext(path) != ".txtar" {
				return nil
			}
			name, err := filepath.Rel(file, path)
			if err != nil {
				return err
			}
			return add(path, name)
		})
		if err != nil {
			return nil, err
		}
		if len(list) == before {
			return nil, &ReadError{File: file, Err: errors.New("no script: none of the files in it or below ends in .txtar")}
		}
	}
	slices.SortStableFunc(list, func(a, b source) int { return strings.Compare(a.name, b.name) })
	list = slices.CompactFunc(list, func(a, b source) bool { return a.path == b.path })
	for i := 1; i < len(list); i++ {
		if list[i].name == list[i-1].name {
			list[i-1].name, list[i].name = list[i-1].path, list[i].path
		}
	}
	return list, nil
}

// print writes the failures, with Verbose everything, and a summary.
func (r Result) print(options Options) {
	out := options.Stdout
	if out == nil {
		return
	}
	for _, o := range r.Outcomes {
		name := fmt.Sprintf("%s on %s", o.Script, o.Engine)
		switch {
		case o.State == Failed:
			_, _ = fmt.Fprintf(out, "FAIL %s (%.2fs)\n%s\n", name, o.Took.Seconds(), indent(o.Log))
		case options.Verbose && o.State == Skipped:
			_, _ = fmt.Fprintf(out, "skip %s: %s\n", name, o.Log)
		case options.Verbose:
			_, _ = fmt.Fprintf(out, "ok   %s (%.2fs)\n%s\n", name, o.Took.Seconds(), indent(o.Log))
		}
	}
	_, _ = fmt.Fprintln(out, r.Summary())
}

// Summary is one line: counts, what is for one engine only, and the versions.
func (r Result) Summary() string {
	parts := []string{fmt.Sprintf("%d passed, %d failed, %d skipped", r.Count(Passed), r.Count(Failed), r.Count(Skipped))}
	for _, name := range slices.Sorted(maps.Keys(r.Only)) {
		parts = append(parts, fmt.Sprintf("%d for %s only", r.Only[name], name))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Versions)) {
		parts = append(parts, name+" "+r.Versions[name])
	}
	return strings.Join(parts, "; ")
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
}
