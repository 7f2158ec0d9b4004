package engine

import (
	"errors"
	"os"
	"testing"
)

// Require skips a test without its engine, or fails it where LBCONF_REQUIRE_ENGINES is 1. An engine that is there and does not
// say its version fails it too.
func Require(tb testing.TB, e Engine) {
	tb.Helper()
	_, err := e.Version(tb.Context())
	if MaySkip(err) {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// MaySkip reports whether an error says that an engine is missing, and tests may go on without it: LBCONF_REQUIRE_ENGINES is
// not 1.
func MaySkip(err error) bool {
	_, missing := errors.AsType[*MissingError](err)
	return missing && os.Getenv("LBCONF_REQUIRE_ENGINES") != "1"
}
