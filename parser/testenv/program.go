// Package testenv gives tests what is no part of the project: programs of the machine, real configurations, and ports that
// nobody else gets. A test is skipped where a program or the configurations are missing, and fails where the environment says
// that they must be there.
package testenv

import (
	"os"
	"os/exec"
	"testing"
)

// Modules is the folder of the modules of Debian's httpd.
const Modules = "/usr/lib/apache2/modules"

// Program returns the path of a program: apache2, pcre2test, chromium. Without it the test is skipped, or fails where
// LBCONF_REQUIRE_ENGINES is 1.
func Program(tb testing.TB, name string) string {
	tb.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(tb, "LBCONF_REQUIRE_ENGINES", name+" is not installed", err)
	}
	return path
}

// File returns a path where a file is there. Without it the test is skipped, or fails where LBCONF_REQUIRE_ENGINES is 1.
func File(tb testing.TB, path, of string) string {
	tb.Helper()
	if _, err := os.Stat(path); err != nil {
		missing(tb, "LBCONF_REQUIRE_ENGINES", of+" is not installed", err)
	}
	return path
}

// missing ends a test that lacks something; the variable says by 1 that this is a failure.
func missing(tb testing.TB, variable, what string, err error) {
	tb.Helper()
	if os.Getenv(variable) == "1" {
		tb.Fatalf("%s, and %s is 1: %v", what, variable, err)
	}
	tb.Skipf("%s: %v", what, err)
}
