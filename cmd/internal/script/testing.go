package script

import (
	"flag"
	"regexp"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/cmd/internal/engine"
)

// Test runs the scripts in and below a folder as subtests SCRIPT/ENGINE, eight at the same time, those of which keep says
// so; nil keeps all. An engine that is not installed skips its subtests, and fails the test when LBCONF_REQUIRE_ENGINES
// is 1. The result has the versions of the engines that are there.
func Test(t *testing.T, dir string, lbconf Program, keep func(name string) bool, engines ...engine.Engine) Result {
	t.Helper()
	asked := runFilter()
	selected := func(name string) bool { return (keep == nil || keep(name)) && (asked == nil || asked(name)) }
	var present []engine.Engine
	for _, e := range engines {
		_, err := e.Version(t.Context())
		if engine.MaySkip(err) {
			t.Run(e.Name(), func(t *testing.T) { t.Skip(err) })
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		present = append(present, e)
	}
	result, err := Run(t.Context(), Options{
		Engines: present, Files: []string{dir}, LBConf: lbconf, Verbose: testing.Verbose(), Short: testing.Short(),
		selected: selected,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range result.Outcomes {
		t.Run(o.Name(), func(t *testing.T) {
			switch o.State {
			case Skipped:
				t.Skip(o.Log)
			case Failed:
				t.Errorf("%.2fs\n%s", o.Took.Seconds(), o.Log)
			case Passed:
				t.Logf("%.2fs\n%s", o.Took.Seconds(), o.Log)
			}
		})
	}
	t.Log(result.Summary())
	return result
}

// Filtered reports whether `go test -run` asked for some scripts only.
func Filtered() bool { return runFilter() != nil }

// runFilter applies what stands after the first slash of `go test -run` to the names of the subtests, so that scripts
// that nobody asked for do not run.
func runFilter() func(name string) bool {
	pattern := flag.Lookup("test.run")
	if pattern == nil {
		return nil
	}
	_, rest, ok := strings.Cut(pattern.Value.String(), "/")
	if !ok {
		return nil
	}
	var levels []*regexp.Regexp
	for part := range strings.SplitSeq(rest, "/") {
		level, err := regexp.Compile(part)
		if err != nil {
			return nil // go test has refused it already
		}
		levels = append(levels, level)
	}
	return func(name string) bool {
		for i, part := range strings.Split(name, "/") {
			if i < len(levels) && !levels[i].MatchString(part) {
				return false
			}
		}
		return true
	}
}
