package engine

import (
	"os"
	"regexp"
	"strconv"
	"strings"
)

var (
	// httpdMessage is a line of httpd's error log: [date] [module:level] [pid] file(line): [client] text.
	httpdMessage = regexp.MustCompile(`^\[[^\]]*\] \[(\w*):(\w+)\] (?:\[pid [^\]]*\] )?(?:\w+\.c\(\d+\): )?(?:\[client [^\]]*\] )?(.*)$`)
	// rewriteHead is what mod_rewrite puts before its messages: who asks, the server, the connection and the request.
	rewriteHead = regexp.MustCompile(`^\S+ \S+ \S+ \[[^\]]*/sid#[^\]]*\]\[rid#[^\]]*\] `)
	// lbconfMessage is a line of lbconf's log in the name of a module.
	lbconfMessage = regexp.MustCompile(`^time=\S+ level=(\w+) msg=("(?:[^"\\]|\\.)*"|\S+) module=(\w+) `)
)

// Messages returns what the engine has said in the name of a module of httpd: the level in lower case and the text.
func (p *Process) Messages(module string) []string {
	var found []string
	for _, file := range append([]string{p.stderr}, p.command.Logs...) {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // an engine that said nothing has no log
		}
		for line := range strings.Lines(string(data)) {
			if said, ok := messageOf(strings.TrimSuffix(line, "\n"), module); ok {
				found = append(found, said)
			}
		}
	}
	return found
}

// messageOf reads one line.
func messageOf(line, module string) (string, bool) {
	if m := httpdMessage.FindStringSubmatch(line); m != nil {
		return m[2] + " " + rewriteHead.ReplaceAllString(m[3], ""), m[1] == module
	}
	m := lbconfMessage.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	text := m[2]
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	return strings.ToLower(m[1]) + " " + text, m[3] == module
}
