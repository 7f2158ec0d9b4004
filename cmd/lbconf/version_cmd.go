package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// followedVersion is the release of httpd whose behaviour lbconf follows.
const followedVersion = "2.4.71"

// versionCmd prints what this binary is.
type versionCmd struct{}

// Run prints one line.
func (versionCmd) Run(term *terminal) error {
	_, err := fmt.Fprintf(term.stdout, "lbconf %s (follows httpd %s, %s, %s/%s)\n",
		buildVersion(), followedVersion, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// buildVersion is the module version, or the revision of the checkout the binary was built from.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version := strings.Trim(info.Main.Version, "()")
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && (version == "" || version == "devel") {
			return setting.Value
		}
	}
	return version
}
