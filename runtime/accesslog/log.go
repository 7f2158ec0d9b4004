package accesslog

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
)

// Log is one CustomLog.
type Log struct {
	// Path is the file, absolute or relative to where the server runs.
	Path string
	// Format is what a line holds.
	Format *Format
	// EnvName restricts the log to requests that have an environment variable of that name, or, with EnvUnset, to those
	// that have none; empty does not restrict it.
	EnvName string
	// EnvUnset inverts EnvName.
	EnvUnset bool

	// when restricts it to requests for which an expression is true; nil does not.
	when *eval.Condition
	out  io.Writer
}

// Set is the access logs of one virtual host. After Open it is safe for concurrent use.
type Set struct {
	// Server is what the lines say of the server.
	Server Server
	// Logs are in the order of the configuration.
	Logs []*Log

	pid     int
	dropped atomic.Uint64
}

// Files are the log files of a program. Each path is opened once, whatever number of logs write to it.
type Files struct {
	open map[string]*os.File
}

// Open opens the files of the sets for appending, as httpd does, and creates those that do not exist. A folder is never
// created. After an error nothing is open.
func (f *Files) Open(sets ...*Set) error {
	pid := os.Getpid()
	for _, s := range sets {
		s.pid = pid
		for _, log := range s.Logs {
			file, err := f.file(log.Path)
			if err != nil {
				return errors.Join(err, f.Close())
			}
			log.out = file
		}
	}
	return nil
}

func (f *Files) file(path string) (*os.File, error) {
	if file, ok := f.open[path]; ok {
		return file, nil
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		if folder := filepath.Dir(path); errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("access log %s: the folder %s does not exist: create it, or name another file in CustomLog", path, folder)
		}
		if about, ok := errors.AsType[*os.PathError](err); ok {
			err = about.Err
		}
		return nil, fmt.Errorf("access log %s: %w: name a file in CustomLog that can be written", path, err)
	}
	if f.open == nil {
		f.open = make(map[string]*os.File)
	}
	f.open[path] = file
	return file, nil
}

// Close closes the files. No request may write any more.
func (f *Files) Close() error {
	var errs []error
	for _, file := range f.open {
		errs = append(errs, file.Close())
	}
	f.open = nil
	return errors.Join(errs...)
}

// room is what writing a line needs, so that a request allocates none of it.
type room struct {
	line line
	buf  []byte
	expr eval.Room
}

var rooms = sync.Pool{New: func() any { return new(room) }}

// Write writes the lines of a request that is done, each with one call; vars is what expressions see. It does nothing
// before Open.
func (s *Set) Write(x *exchange.Exchange, vars *eval.Context) error {
	if s == nil || len(s.Logs) == 0 {
		return nil
	}
	r, _ := rooms.Get().(*room)
	r.line = line{x: x, server: &s.Server, pid: s.pid}
	var failed error
	for _, log := range s.Logs {
		if log.out == nil || !log.wants(vars, r) {
			continue
		}
		r.buf = log.Format.append(r.buf[:0], &r.line)
		if _, err := log.out.Write(r.buf); err != nil {
			s.dropped.Add(1)
			if failed == nil {
				failed = err
			}
		}
	}
	r.line = line{}
	rooms.Put(r)
	return failed
}

func (l *Log) wants(vars *eval.Context, r *room) bool {
	switch {
	case l.when != nil:
		return l.when.Holds(vars, &r.expr)
	case l.EnvName == "":
		return true
	}
	_, set := r.line.x.Env.Get(l.EnvName)
	return set != l.EnvUnset
}

// SetCondition reads the last argument of CustomLog: env=NAME, env=!NAME or expr= and an expression, for which server is
// what it says of the virtual host.
func (l *Log) SetCondition(text string, server *eval.Server) error {
	if clib.HasPrefixFold(text, exprPrefix) {
		var err error
		l.when, err = eval.ParseCondition(text[len(exprPrefix):], server)
		return err
	}
	name, ok := strings.CutPrefix(text, "env=")
	switch {
	case text == "":
		return nil
	case !ok:
		return fmt.Errorf("condition %q of an access log is not run by this server: write env=NAME, env=!NAME or expr=…", text)
	}
	l.EnvName, l.EnvUnset = strings.CutPrefix(name, "!")
	if l.EnvName == "" {
		return errors.New("env= of an access log names no variable: write env=NAME or env=!NAME")
	}
	return nil
}

// exprPrefix stands before an expression.
const exprPrefix = "expr="
