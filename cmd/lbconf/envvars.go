package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// assignment is a line of an envvars file that sets a variable: export NAME=value.
var assignment = regexp.MustCompile(`^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$`)

// operator is an expansion with more than a name in it: ${NAME:-default}, ${NAME##prefix}, $(command).
var operator = regexp.MustCompile(`\$\(|\$\{\w*[^\w}]`)

// readEnvvars adds the assignments of a file such as Debian's /etc/apache2/envvars to env. A value may use variables that
// env has already. It returns the numbers of the lines that are neither empty nor a comment nor an assignment: they
// would need a shell, which a tool that runs in CI on other people's files must not start.
func readEnvvars(src string, env map[string]string) (skipped []int) {
	for i, line := range strings.Split(src, "\n") {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || trimmed[0] == '#' {
			continue
		}
		match := assignment.FindStringSubmatch(line)
		if match == nil {
			if !exportOnly(trimmed) {
				skipped = append(skipped, i+1)
			}
			continue
		}
		value, ok := envvarsValue(match[2], env)
		if !ok {
			skipped = append(skipped, i+1)
			continue
		}
		env[match[1]] = value
	}
	return skipped
}

// listLines names lines, which are in order: "lines 4, 7-9, 11".
func listLines(lines []int) string {
	if len(lines) == 1 {
		return fmt.Sprintf("line %d", lines[0])
	}
	var parts []string
	for i := 0; i < len(lines); {
		from := i
		for i++; i < len(lines) && lines[i] == lines[i-1]+1; i++ {
		}
		if last := lines[i-1]; last > lines[from] {
			parts = append(parts, fmt.Sprintf("%d-%d", lines[from], last))
		} else {
			parts = append(parts, strconv.Itoa(last))
		}
	}
	return "lines " + strings.Join(parts, ", ")
}

// exportOnly reports a line such as `export LANG`, which changes no value.
func exportOnly(line string) bool {
	name, found := strings.CutPrefix(line, "export ")
	return found && !strings.ContainsAny(name, "=`$(")
}

// envvarsValue returns the value of the right side of an assignment; ok is false where only a shell can tell.
func envvarsValue(text string, env map[string]string) (value string, ok bool) {
	text = strings.TrimSpace(text)
	if quoted, found := strings.CutPrefix(text, "'"); found {
		value, rest, closed := strings.Cut(quoted, "'")
		return value, closed && isEnd(rest)
	}
	rest := ""
	if quoted, found := strings.CutPrefix(text, `"`); found {
		var closed bool
		text, rest, closed = strings.Cut(quoted, `"`)
		if !closed {
			return "", false
		}
	} else if i := strings.IndexAny(text, " \t;"); i >= 0 {
		text, rest = text[:i], text[i:]
	}
	if strings.ContainsAny(text, "`\\'\"") || operator.MatchString(text) || !isEnd(rest) {
		return "", false
	}
	return os.Expand(text, func(name string) string { return env[name] }), true
}

// isEnd reports whether nothing but a comment follows.
func isEnd(rest string) bool {
	rest = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), ";"))
	return rest == "" || rest[0] == '#'
}
