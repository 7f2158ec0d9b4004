package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadEnvvars(t *testing.T) {
	env := map[string]string{"SUFFIX": "-two"}
	skipped := readEnvvars(`# Debian's file, shortened
unset HOME
if [ "${APACHE_CONFDIR##/etc/apache2-}" != "${APACHE_CONFDIR}" ] ; then
	SUFFIX="-${APACHE_CONFDIR##/etc/apache2-}"
else
	SUFFIX=
fi
export APACHE_RUN_USER=www-data
export APACHE_PID_FILE=/var/run/apache2$SUFFIX/apache2.pid
export LANG=C ## a comment
export LANG
SPACED="two words"
LITERAL='$HOME'
COMMAND=$(hostname)
BROKEN="no end
FALLBACK=${X:-y}
`, env)
	want := map[string]string{
		"SUFFIX": "", "APACHE_RUN_USER": "www-data", "APACHE_PID_FILE": "/var/run/apache2/apache2.pid",
		"LANG": "C", "SPACED": "two words", "LITERAL": "$HOME",
	}
	if diff := cmp.Diff(want, env); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{2, 3, 4, 5, 7, 14, 15, 16}, skipped); diff != "" {
		t.Error(diff)
	}
}
