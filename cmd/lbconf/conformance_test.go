package main

import (
	"hash/crc32"
	"os/exec"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/cmd/internal/engine"
	"github.com/lbconf/lbconf/cmd/internal/script"
)

// lbconfProgram returns the path by which this test binary answers as lbconf.
func lbconfProgram(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("lbconf")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestConformance runs every script on lbconf and on real httpd: both must give what the script says. Those of the seeds
// are run by TestSeeds.
func TestConformance(t *testing.T) {
	lbconf := lbconfProgram(t)
	beside := func(name string) bool { return !strings.HasPrefix(name, "seeds/") }
	script.Test(t, "../../testdata/conformance", script.Program{Path: lbconf}, beside, engine.LBConf{Program: lbconf}, engine.HTTPD{})
}

// TestGoPrograms runs a sample of the scripts on programs of convert --to go: a fifteenth, by a sum over their names, so
// that a script that is added does not change what is run of the others.
func TestGoPrograms(t *testing.T) {
	lbconf := engine.LBConf{Program: lbconfProgram(t)}
	sample := func(name string) bool {
		return !strings.HasPrefix(name, "seeds/") && crc32.ChecksumIEEE([]byte(name))%15 == 0
	}
	script.Test(t, "../../testdata/conformance", script.Program{Path: lbconf.Program}, sample, engine.GoProgram{LBConf: lbconf, Source: engine.SourceAround(".")})
}

// TestLintWitnesses runs what proves each rule of lint: the effect on a server, and the twin that lint is silent on.
func TestLintWitnesses(t *testing.T) {
	lbconf := lbconfProgram(t)
	script.Test(t, "../../testdata/lint", script.Program{Path: lbconf}, nil, engine.LBConf{Program: lbconf}, engine.HTTPD{})
}
