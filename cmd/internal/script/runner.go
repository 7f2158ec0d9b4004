package script

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lbconf/lbconf/cmd/internal/engine"
)

// runner is what testscript needs of a testing.T, for one script, in a program that is no test.
type runner struct {
	verbose bool
	state   State
	reason  string // for Skipped
	log     strings.Builder
}

var _ testscript.T = (*runner)(nil)

// Skip ends the script without a verdict.
func (r *runner) Skip(args ...any) {
	r.state, r.reason = Skipped, strings.TrimSpace(fmt.Sprintln(args...))
	runtime.Goexit()
}

// Fatal fails the script.
func (r *runner) Fatal(args ...any) {
	r.Log(args...)
	r.FailNow()
}

// Parallel has nothing to do: Run of this package has chosen what runs beside this script.
func (*runner) Parallel() {}

// Log adds to the log.
func (r *runner) Log(args ...any) { _, _ = fmt.Fprintln(&r.log, args...) }

// FailNow fails the script and ends its goroutine, which is what testscript relies on.
func (r *runner) FailNow() {
	r.state = Failed
	runtime.Goexit()
}

// Verbose reports whether the log keeps what succeeded.
func (r *runner) Verbose() bool { return r.verbose }

// Run calls f on a goroutine that it may end, and waits.
func (r *runner) Run(_ string, f func(testscript.T)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				r.state = Failed
				r.Log("panic:", p, "\n"+string(debug.Stack()))
			}
		}()
		f(r)
	}()
	<-done
}

// runOne runs one script in the folder work.
func runOne(ctx context.Context, work string, s *session, verbose bool) (State, string) {
	r := &runner{verbose: verbose}
	if err := os.Mkdir(work, 0o755); err != nil {
		return Failed, err.Error()
	}
	deadline, _ := ctx.Deadline()
	var trouble strings.Builder
	testscript.RunT(r, testscript.Params{
		Files:              []string{s.script},
		WorkdirRoot:        work,
		RequireUniqueNames: true,
		Deadline:           deadline,
		Cmds:               commands(ctx, s),
		Condition: func(name string) (bool, error) {
			if slices.Contains(engineNames, name) {
				return slices.Contains(engine.Names(s.engine), name), nil
			}
			return false, fmt.Errorf("conditions beside testscript's are the engines %v", engineNames)
		},
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, s.lbconf.Env...)
			env.Defer(func() { s.wrapUp(r, &trouble) })
			return s.setup(env.WorkDir)
		},
	})
	if r.state == Skipped {
		return Skipped, r.reason
	}
	// With a folder of our own testscript begins the log with its name; it is gone when anybody reads this.
	log := r.log.String()
	if strings.HasPrefix(log, "WORK=") {
		_, log, _ = strings.Cut(log, "\n")
	}
	return r.state, strings.TrimSpace(s.restore(log) + trouble.String())
}

// wrapUp stops everything. A failed script gets the last words of the engine; an engine that does not stop or has died
// fails a script that passed.
func (s *session) wrapUp(r *runner, trouble *strings.Builder) {
	var last string
	if s.process != nil {
		last = s.process.Log()
		select {
		case <-s.process.Done():
			r.state = Failed
			fmt.Fprintf(trouble, "\n%s ended by itself with exit status %d", s.engine.Name(), s.process.Exit())
		default:
		}
	}
	if err := s.close(); err != nil {
		r.state = Failed
		fmt.Fprintf(trouble, "\n%v", err)
	}
	if r.state == Failed && last != "" {
		last = strings.ReplaceAll(s.restore(last), s.dir, "$WORK")
		fmt.Fprintf(trouble, "\nlast messages of %s:\n%s", s.engine.Name(), indent(last))
	}
}
