package script

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/lbconf/lbconf/cmd/internal/engine"
	"github.com/lbconf/lbconf/parser/testenv"
)

// session is one script on one engine: its work folder, backends, fronts, client connections and the engine.
type session struct {
	engine  engine.Engine
	lbconf  Program
	script  string // path of the script
	dir     string // work folder
	process *engine.Process
	job     engine.Job
	own     map[string]bool // files that are this engine's own version

	mu       sync.RWMutex // for the next three: backends put addresses into answers while the script goes on
	backends map[string]*backend
	fronts   []front
	sockets  string // folder of the Unix sockets; empty before the first

	clients   map[string]*client // connections that stay open
	authority *authority         // signs the certificates of the script; nil before the first
}

// front is an address that the engine serves, with the port that the script calls it by.
type front struct {
	port        int  // 0 for @front@ without a port
	mapped      bool // the configuration names the port, and the engine maps it
	reservation *testenv.Reservation
}

func newSession(e engine.Engine, lbconf Program, script string) *session {
	return &session{
		engine: e, lbconf: lbconf, script: script,
		own: map[string]bool{}, backends: map[string]*backend{}, clients: map[string]*client{},
	}
}

// setup makes the work folder ready: the files for this engine over the common ones, and a folder for logs.
func (s *session) setup(dir string) error {
	s.dir = dir
	if err := os.MkdirAll(filepath.Join(dir, "logs"), 0o755); err != nil {
		return err
	}
	for _, name := range engineNames {
		if slices.Contains(engine.Names(s.engine), name) {
			if err := s.overlay(name); err != nil {
				return err
			}
		}
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// overlay moves the files of a folder over those of the work folder.
func (s *session) overlay(name string) error {
	top := filepath.Join(s.dir, name)
	if _, err := os.Stat(top); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(top, path)
		if err != nil {
			return err
		}
		target := filepath.Join(s.dir, relative)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		s.own[target] = true
		return os.Rename(path, target)
	})
}

// close ends everything that the script has started.
func (s *session) close() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(s.clients)) {
		s.clients[name].close()
	}
	if s.process != nil {
		errs = append(errs, s.process.Stop())
	}
	for _, b := range s.backends {
		errs = append(errs, b.close())
	}
	for _, f := range s.fronts {
		errs = append(errs, f.reservation.Release())
	}
	if s.sockets != "" {
		errs = append(errs, os.RemoveAll(s.sockets))
	}
	return errors.Join(errs...)
}

// placeholders maps each placeholder to its address. The first front is @front@, and each has @front:PORT@.
func (s *session) placeholders() map[string]string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	known := map[string]string{}
	if s.sockets != "" {
		known["@sockets@"] = s.sockets
	}
	for name, b := range s.backends {
		known["@"+name+"@"] = b.reservation.Addr
		known["@"+name+":localhost@"] = "localhost" + portOf(b.reservation.Addr)
	}
	for i, f := range s.fronts {
		if i == 0 {
			known["@front@"] = f.reservation.Addr
		}
		if f.port != 0 {
			known[fmt.Sprintf("@front:%d@", f.port)] = f.reservation.Addr
		}
	}
	return known
}

// render puts the addresses for the placeholders.
func (s *session) render(text []byte) []byte {
	if !bytes.Contains(text, []byte("@")) {
		return text
	}
	for name, addr := range s.placeholders() {
		text = bytes.ReplaceAll(text, []byte(name), []byte(addr))
	}
	return text
}

// restore puts the placeholders for the addresses, so that text can be compared. The shortest name wins: the first
// front is @front@.
func (s *session) restore(text string) string {
	known := s.placeholders()
	names := slices.SortedFunc(maps.Keys(known), func(a, b string) int { return len(a) - len(b) })
	for _, name := range names {
		text = strings.ReplaceAll(text, known[name], name)
	}
	return text
}

var (
	anyPlaceholder   = regexp.MustCompile(`@([a-z][a-z0-9_-]*)(?::(\d+|localhost))?@`)
	frontPlaceholder = regexp.MustCompile(`@front:(\d+)@`)
)

// openFronts reserves an address for each mapped port, or else for @front@, and for each @front:PORT@ in the files.
// Without mapped ports a later start has the fronts of the one before, with them it has those instead.
func (s *session) openFronts(mapped []int) error {
	if len(mapped) > 0 {
		if err := s.closeFronts(mapped); err != nil {
			return err
		}
	}
	if len(mapped) == 0 && len(s.fronts) == 0 {
		mapped = []int{0}
	}
	for _, port := range mapped {
		if err := s.openFront(port, port != 0); err != nil {
			return err
		}
	}
	return s.eachFile(func(text []byte) ([]byte, error) {
		for _, match := range frontPlaceholder.FindAllSubmatch(text, -1) {
			port, err := strconv.Atoi(string(match[1]))
			if err != nil {
				return nil, err
			}
			if err := s.openFront(port, false); err != nil {
				return nil, err
			}
		}
		return text, nil
	})
}

// closeFronts gives up the fronts that a start with these ports does not have.
func (s *session) closeFronts(mapped []int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var kept []front
	var errs []error
	for _, f := range s.fronts {
		if f.port != 0 && (!f.mapped || slices.Contains(mapped, f.port)) {
			kept = append(kept, f)
		} else {
			errs = append(errs, f.reservation.Release())
		}
	}
	s.fronts = kept
	return errors.Join(errs...)
}

func (s *session) openFront(port int, mapped bool) error {
	if slices.ContainsFunc(s.fronts, func(f front) bool { return f.port == port }) {
		return nil
	}
	reservation, err := testenv.Reserve()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fronts = append(s.fronts, front{port: port, mapped: mapped, reservation: reservation})
	return nil
}

// eachFile lets change see every file of the work folder, apart from logs and what the engine keeps for itself, and
// writes back what differs.
func (s *session) eachFile(change func(text []byte) ([]byte, error)) error {
	visit := func(path string) error {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		changed, err := change(text)
		if err != nil || bytes.Equal(changed, text) {
			return err
		}
		return os.WriteFile(path, changed, 0o644)
	}
	return filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != s.dir && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "logs"):
			return filepath.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		return visit(path)
	})
}

// renderFiles puts the addresses for the placeholders in every file.
func (s *session) renderFiles() error {
	return s.eachFile(func(text []byte) ([]byte, error) { return s.render(text), nil })
}

// prepare writes the addresses into the files and says what the engine is to run.
func (s *session) prepare(file string, mapped []int) error {
	path := filepath.Join(s.dir, file)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := s.openFronts(mapped); err != nil {
		return err
	}
	known := s.placeholders()
	for _, match := range anyPlaceholder.FindAllStringIndex(string(text), -1) {
		name := string(text[match[0]:match[1]])
		if _, ok := known[name]; !ok {
			line := 1 + bytes.Count(text[:match[0]], []byte("\n"))
			return fmt.Errorf("%s:%d: nothing is called %s: write `backend %s` before `engine`", file, line, name, strings.Trim(name, "@"))
		}
	}
	err = s.renderFiles()
	s.job = engine.Job{Dir: s.dir, File: file}
	for _, f := range s.fronts {
		front := engine.Front{Addr: f.reservation.Addr}
		if f.mapped {
			front.Port = f.port
		}
		s.job.Fronts = append(s.job.Fronts, front)
	}
	return err
}

// start runs the engine. A port that somebody else got hold of is replaced by another, twice.
func (s *session) start(ctx context.Context, file string, mapped []int) error {
	if s.process != nil {
		if err := s.process.Stop(); err != nil {
			return err
		}
		s.process = nil
	}
	for attempt := 0; ; attempt++ {
		if err := s.prepare(file, mapped); err != nil {
			return err
		}
		process, err := engine.Start(ctx, s.engine, s.job)
		if err == nil {
			s.process = process
			return nil
		}
		if failed := (*engine.StartError)(nil); !errors.As(err, &failed) || !failed.InUse() || attempt == 2 {
			return err
		}
		if err := s.moveFronts(); err != nil {
			return err
		}
	}
}

// moveFronts gives every front another port, in the files too.
func (s *session) moveFronts() error {
	for i, f := range s.fronts {
		fresh, err := testenv.Reserve()
		if err != nil {
			return err
		}
		before, after := portOf(f.reservation.Addr), portOf(fresh.Addr)
		err = errors.Join(f.reservation.Release(), s.eachFile(func(text []byte) ([]byte, error) {
			return bytes.ReplaceAll(text, []byte(before), []byte(after)), nil
		}))
		s.mu.Lock()
		s.fronts[i].reservation = fresh
		s.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

func portOf(addr string) string { return addr[strings.LastIndexByte(addr, ':'):] }

// address returns where a client connects: the front of that port, or the first one for 0.
func (s *session) address(port int) (string, error) {
	for _, f := range s.fronts {
		if port == 0 || f.port == port {
			return f.reservation.Addr, nil
		}
	}
	if len(s.fronts) == 0 {
		return "", errors.New("no engine was started: write `engine` before")
	}
	return "", fmt.Errorf("the engine has no port %d: write `engine -port %d …`", port, port)
}

// backend returns a backend that the script has named.
func (s *session) backend(name string) (*backend, error) {
	if b := s.backends[name]; b != nil {
		return b, nil
	}
	return nil, fmt.Errorf("no backend is called %q: the script has %q", name, slices.Sorted(maps.Keys(s.backends)))
}
