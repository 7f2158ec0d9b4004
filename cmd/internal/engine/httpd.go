package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// HTTPD runs Apache httpd 2.4 on a configuration file, from a main file of our own that includes it.
//
// A file of a whole server, which loads an MPM or mod_authz_core itself (or through a file in the scratch folder), gets
// no module from us. Anything else is a fragment: all modules that are installed are loaded, so that its own LoadModule
// lines are without effect, and `modules` in the scratch folder points to them, so that those lines find their files.
type HTTPD struct {
	Program   string // path or name; empty: apache2 or httpd
	ModuleDir string // folder of the mod_*.so files; empty: the usual places
	AsIs      bool   // the file is the main file: as many processes, and the modules, that it says
}

var _ Engine = HTTPD{}

// Name is httpd.
func (HTTPD) Name() string { return "httpd" }

func (e HTTPD) path() (string, error) { return find("httpd", given(e.Program, "apache2", "httpd")...) }

// Version asks `apache2 -v`.
func (e HTTPD) Version(ctx context.Context) (string, error) {
	path, err := e.path()
	if err != nil {
		return "", err
	}
	return askVersion(ctx, path, "-v")
}

// Check is `apache2 -t`.
func (e HTTPD) Check(ctx context.Context, job Job) (Verdict, error) {
	command, err := e.Command(ctx, job)
	if err != nil {
		return Verdict{}, err
	}
	cmd := exec.CommandContext(ctx, command.Path, append([]string{"-t"}, command.Args...)...)
	cmd.Dir, cmd.Env = command.Dir, append(os.Environ(), command.Env...)
	return ask(cmd)
}

// Command writes the main file and runs httpd in the foreground with one child process, because counters of balancers
// are per child. A front with a configured port is put into the files of the scratch folder, see mapPorts.
func (e HTTPD) Command(_ context.Context, job Job) (Command, error) {
	path, err := e.path()
	if err != nil {
		return Command{}, err
	}
	modules, err := e.modules()
	if err != nil {
		return Command{}, err
	}
	run, err := job.run("httpd")
	if err != nil {
		return Command{}, err
	}
	if err := linkModules(job.Dir, modules); err != nil {
		return Command{}, err
	}
	if e.AsIs {
		return Command{Path: path, Args: []string{"-DFOREGROUND", "-d", job.Dir, "-f", job.Path()}, Dir: job.Dir}, nil
	}
	if err := mapPorts(job); err != nil {
		return Command{}, err
	}
	text, err := mainFile(job, run, modules)
	if err != nil {
		return Command{}, err
	}
	file := filepath.Join(run, "httpd.conf")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return Command{}, err
	}
	if err := os.WriteFile(filepath.Join(run, "mime.types"), nil, 0o644); err != nil {
		return Command{}, err
	}
	if err := os.MkdirAll(filepath.Join(run, "htdocs"), 0o755); err != nil {
		return Command{}, err
	}
	return Command{
		Path:   path,
		Args:   []string{"-DFOREGROUND", "-f", file},
		Env:    debianEnv(run, job.Dir),
		Dir:    job.Dir,
		Ready:  filepath.Join(run, "httpd.pid"),
		Logs:   []string{filepath.Join(run, "error.log")},
		Reload: syscall.SIGUSR1,
	}, nil
}

// modules returns the folder of the shared modules.
func (e HTTPD) modules() (string, error) {
	dirs := []string{
		"/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/lib/httpd/modules",
		"/usr/local/apache2/modules", "/usr/libexec/apache2", "/opt/homebrew/lib/httpd/modules",
	}
	if e.ModuleDir != "" {
		dirs = []string{e.ModuleDir}
	}
	for _, dir := range dirs {
		if found, _ := filepath.Glob(filepath.Join(dir, "mod_*.so")); len(found) > 0 {
			return dir, nil
		}
	}
	return "", &MissingError{Engine: "httpd", Tried: "mod_*.so in " + strings.Join(dirs, ", ")}
}

// linkModules makes `LoadModule x modules/mod_x.so` work with the scratch folder as ServerRoot.
func linkModules(dir, modules string) error {
	err := os.Symlink(modules, filepath.Join(dir, "modules"))
	if errors.Is(err, os.ErrExist) {
		return nil // of an earlier start, or the author's own folder
	}
	return err
}

// mainFile is the configuration around the file of the job.
func mainFile(job Job, run, modules string) (string, error) {
	listens, err := listenLines(job)
	if err != nil {
		return "", err
	}
	whole, err := wholeServer(job)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&text, format+"\n", args...) }
	line("ServerRoot %q", job.Dir)
	line("DefaultRuntimeDir %q", run)
	line("ErrorLog %q", filepath.Join(run, "error.log"))
	line("ServerName localhost")
	for _, front := range job.Fronts {
		if !listens[front.Addr] {
			line("Listen %s", front.Addr)
		}
	}
	if whole {
		line("Include %q", job.Path())
		line("<IfModule mpm_event_module>\n%s\n</IfModule>", oneChild)
	} else {
		for _, name := range loadOrder(modules) {
			line("LoadModule %s_module %q", name, filepath.Join(modules, "mod_"+name+".so"))
		}
		line("TypesConfig %q", filepath.Join(run, "mime.types"))
		line("DocumentRoot %q", documentRoot(job.Dir, run))
		line(oneChild)
		if account := serviceAccount(); account != "" {
			line("User %s\nGroup %s", account, account)
		}
		line("Include %q", job.Path())
	}
	line("PidFile %q", filepath.Join(run, "httpd.pid")) // last, so that it is where we look for it
	return text.String(), nil
}

// oneChild makes httpd run as one child that never grows, so that it behaves the same each time.
const oneChild = "ServerLimit 1\nStartServers 1\nThreadsPerChild 25\nMaxRequestWorkers 25\nMinSpareThreads 1\nMaxSpareThreads 50"

// documentRoot is the author's htdocs, or an empty folder instead of the distribution's welcome page.
func documentRoot(dir, run string) string {
	if info, err := os.Stat(filepath.Join(dir, "htdocs")); err == nil && info.IsDir() {
		return filepath.Join(dir, "htdocs")
	}
	return run + "/htdocs"
}

// loadOrder lists the modules of a folder by name. Modules whose symbols others use come first; there is one MPM, and
// of cgi and cgid the one that suits it.
func loadOrder(dir string) []string {
	first := []string{
		"mpm_event", "authn_core", "authz_core", "dbd", "ldap", "session", "cache", "socache_shmcb", "slotmem_shm",
		"xml2enc", "dav", "ssl", "http2", "proxy",
	}
	never := []string{"mpm_prefork", "mpm_worker", "cgi"}
	files, _ := filepath.Glob(filepath.Join(dir, "mod_*.so")) // the pattern is valid
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "mod_"), ".so"))
	}
	var order []string
	for _, name := range first {
		if slices.Contains(names, name) {
			order = append(order, name)
		}
	}
	for _, name := range names {
		if !slices.Contains(first, name) && !slices.Contains(never, name) {
			order = append(order, name)
		}
	}
	return order
}

// serviceAccount is the account that distributions give httpd: it refuses to serve as root.
func serviceAccount() string {
	if os.Geteuid() != 0 {
		return ""
	}
	for _, name := range []string{"www-data", "apache", "_www", "daemon"} {
		if _, err := user.Lookup(name); err != nil {
			continue
		}
		if _, err := user.LookupGroup(name); err == nil {
			return name
		}
	}
	return "nobody"
}

// MayEnter returns an error that names the first folder on the way to dir which the account of httpd's children may not enter:
// it answers 403 to whatever it looks for below. Who is not root runs the children under their own account.
func (HTTPD) MayEnter(dir string) error {
	account := serviceAccount()
	if account == "" {
		return nil
	}
	for up := dir; ; up = filepath.Dir(up) {
		info, err := os.Stat(up)
		if err != nil {
			return err
		}
		if info.Mode()&0o001 == 0 {
			return fmt.Errorf("%[1]s may not enter %[2]s (mode %04[3]o), and httpd runs its children as %[1]s: let TMPDIR name a folder that everybody may enter, as /tmp",
				account, up, info.Mode().Perm())
		}
		if up == filepath.Dir(up) {
			return nil
		}
	}
}

// debianEnv holds the variables that Debian's apache2.conf expects from its envvars file.
func debianEnv(run, dir string) []string {
	account := serviceAccount()
	return []string{
		"APACHE_RUN_USER=" + account, "APACHE_RUN_GROUP=" + account, "APACHE_PID_FILE=" + run + "/httpd.pid",
		"APACHE_RUN_DIR=" + run, "APACHE_LOCK_DIR=" + run, "APACHE_LOG_DIR=" + dir + "/logs",
	}
}
