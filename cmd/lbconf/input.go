package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/emit/yaml"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

// inputFlags say how a configuration is to be read. Commands that read one embed them.
type inputFlags struct {
	ServerRoot    string   `short:"d" placeholder:"DIR" help:"Folder that relative paths belong to. Default: the ServerRoot directive, else the folder of the file."`
	Define        []string `short:"D" placeholder:"NAME" help:"Define NAME for <IfDefine>, as httpd -D does. Repeatable."`
	Env           []string `placeholder:"NAME=VALUE" sep:"none" help:"Give $${NAME} a value. Repeatable."`
	Envvars       []string `placeholder:"FILE" sep:"none" help:"Read assignments from FILE, such as Debian's /etc/apache2/envvars. No shell is run. Repeatable."`
	AssumeModule  []string `placeholder:"ID" help:"Take module ID (proxy_module) as loaded. Repeatable."`
	HTTPDVersion  string   `name:"httpd-version" placeholder:"X.Y.Z" default:"${httpdVersion}" help:"Version that <IfVersion> compares with. Default: ${default}."`
	StdinFilename string   `placeholder:"NAME" default:"<stdin>" help:"Name of what is read from - in messages."`
	Context       string   `enum:"auto,server,vhost,directory,htaccess" default:"auto" help:"Where the input stands: ${enum}. auto: a file called .htaccess stands in a folder whose AllowOverride allows all, any other in the main server."`
	From          string   `enum:"auto,apache,yaml" default:"auto" help:"Language of the input: ${enum}. auto: YAML by the ending .yaml or .yml, or a first key lbconf."`
	MaxInput      int64    `placeholder:"MIB" default:"512" help:"Highest size of an input with everything that it includes, in MiB. Default: ${default}, and 64 for one file; a higher value holds for both."`
}

// fileFlags say what to ask about the files that a configuration names: certificates, maps, the folders of logs. Commands
// that ask embed them.
type fileFlags struct {
	Files string `enum:"auto,check,skip" default:"auto" help:"Look for the files that the configuration names, as httpd does: ${enum}. auto: those below --root or a ServerRoot that is there."`
	Root  string `placeholder:"DIR" help:"Folder that holds the tree of the server: absolute paths of the configuration, of an Include too, are looked for below it."`
}

// input is one configuration that was read.
type input struct {
	name     string
	files    *diag.FileSet
	tree     *parser.Tree // nil for YAML
	config   *ir.Config
	findings diag.List // of reading: syntax, includes, and what httpd refuses
	// stops is where httpd gives up: of what it refuses, what it comes to first. It is invalid where httpd takes the input.
	stops diag.Pos
	// unseen is the number of files that the configuration names and nobody looked at.
	unseen int
}

// refused reports whether httpd refuses the input, or lbconf does not understand it.
func (in *input) refused() bool {
	return slices.ContainsFunc(in.findings, func(d diag.Diagnostic) bool {
		return d.Severity == diag.Error && d.Class != diag.Defect
	})
}

// unreadable reports whether the text itself cannot be followed, so that what it says is not known.
func (in *input) unreadable() bool {
	findings := in.findings
	if in.tree != nil {
		findings = in.tree.Diagnostics
	}
	return slices.ContainsFunc(findings, func(d diag.Diagnostic) bool {
		return d.Severity == diag.Error && d.Class != diag.Defect
	})
}

// readAll reads the inputs that paths name: files, - for standard input, and folders.
func (f *inputFlags) readAll(term *terminal, paths []string, environment []string) ([]*input, error) {
	return f.readWith(term, paths, environment, nil)
}

// readWith is readAll, and asks about the files that the inputs name; with nil it does not. Where some cannot be read it
// says so and returns the others beside the error, which has nothing more to print.
func (f *inputFlags) readWith(term *terminal, paths []string, environment []string, files *namedFiles) ([]*input, error) {
	if err := f.check(paths); err != nil {
		return nil, exitWith(exitUsage, err)
	}
	env, err := f.environment(term, environment)
	if err != nil {
		return nil, err
	}
	var inputs []*input
	var failed error
	fail := func(err error) {
		_, _ = fmt.Fprintf(term.stderr, "lbconf: %s\n", diag.Clean(err.Error()))
		failed = exitWith(exitRefused, nil)
	}
	for _, path := range paths {
		names, err := expand(path)
		if err != nil {
			fail(err)
		}
		for _, name := range names {
			in, err := f.read(term, name, env, files)
			if err != nil {
				fail(err)
				continue
			}
			inputs = append(inputs, in)
		}
	}
	return inputs, failed
}

// moduleID is what LoadModule calls a module.
var moduleID = regexp.MustCompile(`^\w+_module$`)

// release is a version of httpd.
var release = regexp.MustCompile(`^\d{1,4}(\.\d{1,4}){1,2}$`)

// checkPaths finds paths that cannot be read: one without a name, and standard input for the second time.
func checkPaths(paths []string) error {
	stdin := 0
	for _, path := range paths {
		switch path {
		case "":
			return errors.New(`"" is no path: name a file or a folder, or - for standard input`)
		case "-":
			stdin++
		}
	}
	if stdin > 1 {
		return errors.New("standard input can be read once: give - once")
	}
	return nil
}

// check finds values of flags that mean nothing, which would otherwise change nothing without a word.
func (f *inputFlags) check(paths []string) error {
	if err := checkPaths(paths); err != nil {
		return err
	}
	if !release.MatchString(f.HTTPDVersion) {
		return fmt.Errorf("--httpd-version %s: write a release such as %s", f.HTTPDVersion, followedVersion)
	}
	for _, id := range f.AssumeModule {
		if !moduleID.MatchString(id) {
			return fmt.Errorf("--assume-module %s: write the identifier that LoadModule has, such as proxy_module", id)
		}
	}
	if f.MaxInput < 1 || f.MaxInput > mostInput {
		return fmt.Errorf("--max-input %d: from 1 to %d MiB", f.MaxInput, mostInput)
	}
	if f.ServerRoot != "" {
		if info, err := os.Stat(f.ServerRoot); err != nil || !info.IsDir() {
			return fmt.Errorf("--server-root %s: there is no such folder", f.ServerRoot)
		}
	}
	return nil
}

// variables are what ${NAME} may stand for.
type variables struct {
	values map[string]string
	// complete says that httpd would have no others either, so that what is left is judged as it is written.
	complete bool
}

// environment collects what ${NAME} may stand for; --env wins over --envvars, and both over what the process has.
func (f *inputFlags) environment(term *terminal, process []string) (variables, error) {
	env := map[string]string{}
	for _, assignment := range process {
		name, value, _ := strings.Cut(assignment, "=")
		env[name] = value
	}
	for _, file := range f.Envvars {
		src, err := os.ReadFile(file)
		if err != nil {
			return variables{}, exitWith(exitRefused, unread(err))
		}
		if lines := readEnvvars(string(src), env); len(lines) > 0 {
			_, _ = fmt.Fprintf(term.stderr, "lbconf: %s: not executed, since no shell is run: %s\n", file, listLines(lines))
		}
	}
	for _, assignment := range f.Env {
		name, value, found := strings.Cut(assignment, "=")
		if !found || name == "" {
			return variables{}, exitWith(exitUsage, fmt.Errorf("--env %s: write it as NAME=VALUE", assignment))
		}
		env[name] = value
	}
	return variables{env, process != nil}, nil
}

// expand returns the inputs that a path stands for: a folder with a server's main file is that server, any other folder
// is its *.conf files, each a fragment of its own.
func expand(path string) ([]string, error) {
	if path == "-" {
		return []string{path}, nil
	}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return []string{path}, nil // reading it says what is wrong with it
	}
	for _, main := range []string{"apache2.conf", "httpd.conf"} {
		name := filepath.Join(path, main)
		if _, err := os.Stat(name); err == nil {
			return []string{name}, nil
		}
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, unread(err)
	}
	var names []string
	for _, entry := range entries {
		hidden := strings.HasPrefix(entry.Name(), ".") // httpd's *.conf has no hidden file either
		if name := filepath.Join(path, entry.Name()); filepath.Ext(name) == ".conf" && !hidden && isFile(name, entry) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: a folder without apache2.conf, httpd.conf or any *.conf: name the files", path)
	}
	return names, nil
}

// escapeGlob makes a path match itself only.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

func (f *inputFlags) read(term *terminal, name string, env variables, files *namedFiles) (*input, error) {
	src, err := f.readSource(term, name)
	if err != nil {
		return nil, err
	}
	shown := name
	if name == "-" {
		shown = f.StdinFilename
	}
	return f.parse(shown, src, env, files), nil
}

// parse reads a configuration that is in memory, with the files that it includes, and asks about those that it names; with
// nil it does not.
func (f *inputFlags) parse(shown string, src []byte, env variables, named *namedFiles) *input {
	if f.isYAML(shown, src) {
		files := diag.NewFileSet()
		config, findings := yaml.Decode(files, shown, src)
		in := &input{name: shown, files: files, config: config, findings: findings}
		if len(findings) == 0 {
			source := parser.Input{Name: path.Join(path.Dir(shown), "lbconf.conf"), Context: f.context(shown), ServerRoot: f.ServerRoot}
			asked := named.of()
			in.findings = yamlRefusals(config, source, asked)
			in.unseen = asked.unseen()
		}
		return in
	}
	asked := named.of()
	tree := parser.Load(parser.Input{
		Read: asked.fileSystem(f.fileLimit()),
		Name: shown, Source: src, Context: f.context(shown), ServerRoot: f.ServerRoot, Defines: f.Define, Env: env.values, EnvComplete: env.complete,
		Version: f.HTTPDVersion, Modules: f.AssumeModule, Limits: parser.Limits{TotalBytes: f.limit(), FileBytes: f.fileLimit()},
	})
	config, refusals := asked.lower(tree)
	first, _ := lower.FirstRefusal(tree, refusals)
	findings := slices.Concat(tree.Diagnostics, refusals)
	findings.Sort()
	return &input{
		name: shown, files: tree.Files, tree: tree, config: config, findings: findings, stops: first.Span.Start, unseen: asked.unseen(),
	}
}

// limit is the highest size of an input in bytes.
func (f *inputFlags) limit() int64 { return f.MaxInput << 20 }

// mostInput is the highest --max-input in MiB: beyond it positions do not fit.
const mostInput = 3 << 10

// fileLimit is the highest size of one file in bytes. It is lower than that of an input until somebody raises that.
func (f *inputFlags) fileLimit() int64 {
	d := parser.DefaultLimits()
	if f.limit() > d.TotalBytes {
		return f.limit()
	}
	return min(f.limit(), d.FileBytes)
}

// hasEnvironment reports that the user gave variables.
func (f *inputFlags) hasEnvironment() bool { return len(f.Env)+len(f.Envvars) > 0 }

// context is where an input stands, by its name where the user says nothing.
func (f *inputFlags) context(name string) parser.Context {
	for _, c := range []parser.Context{parser.ContextServer, parser.ContextVirtualHost, parser.ContextDirectory, parser.ContextHtaccess} {
		if c.String() == f.Context {
			return c
		}
	}
	if filepath.Base(name) == ".htaccess" {
		return parser.ContextHtaccess
	}
	return parser.ContextServer
}

func (f *inputFlags) isYAML(name string, src []byte) bool {
	switch f.From {
	case "yaml":
		return true
	case "apache":
		return false
	}
	if ext := strings.ToLower(filepath.Ext(name)); ext == ".yaml" || ext == ".yml" {
		return true
	}
	for line := range bytes.Lines(src) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && !bytes.Equal(line, []byte("---")) {
			return bytes.HasPrefix(line, []byte("lbconf:"))
		}
	}
	return false
}

// readSource returns the bytes of a file or of standard input, and an error before it reads more than the limit.
func (f *inputFlags) readSource(term *terminal, name string) ([]byte, error) {
	source, limit := term.stdin, f.fileLimit()
	var read bytes.Buffer
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, unread(err)
		}
		defer func() { _ = file.Close() }() // it was only read
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			if info.Size() > limit {
				return nil, f.tooLarge(name)
			}
			read.Grow(int(info.Size()) + bytes.MinRead) // room for all, and for seeing its end
		}
		source = file
	}
	if _, err := read.ReadFrom(io.LimitReader(source, limit+1)); err != nil {
		if _, named := errors.AsType[*fs.PathError](err); named {
			return nil, unread(err)
		}
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(read.Len()) > limit {
		return nil, f.tooLarge(name)
	}
	return read.Bytes(), nil
}

// unread says of a file that cannot be read its name and why, without the system call that found it out.
func unread(err error) error {
	if about, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", about.Path, about.Err)
	}
	return err
}

func (f *inputFlags) tooLarge(name string) error {
	if f.fileLimit() < f.limit() {
		return fmt.Errorf("%s: larger than %d MiB, the limit of one file: --max-input %d or more raises it", name, f.fileLimit()>>20, parser.DefaultLimits().TotalBytes>>20+1)
	}
	return fmt.Errorf("%s: larger than %d MiB: --max-input raises the limit", name, f.limit()>>20)
}
