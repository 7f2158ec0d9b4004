package main

import (
	"os/exec"
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

// TestConformance runs every script on lbconf and on real httpd: both must give what the script says.
func TestConformance(t *testing.T) {
	lbconf := lbconfProgram(t)
	script.Test(t, "../../testdata/conformance", script.Program{Path: lbconf}, engine.LBConf{Program: lbconf}, engine.HTTPD{})
}

// TestLintWitnesses runs what proves each rule of lint: the effect on a server, and the twin that lint is silent on.
func TestLintWitnesses(t *testing.T) {
	lbconf := lbconfProgram(t)
	script.Test(t, "../../testdata/lint", script.Program{Path: lbconf}, engine.LBConf{Program: lbconf}, engine.HTTPD{})
}
