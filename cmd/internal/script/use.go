package script

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// address is a HOST[:PORT]=BACKEND argument of use.
type address struct {
	host    string // with the port, as in the file
	backend string
}

// replacement says that an address in a file became a placeholder.
type replacement struct {
	line        int
	host        string
	placeholder string
}

// replaceHosts puts placeholders for the hosts of URLs: what stands between // and the first byte that cannot belong to
// a host or port. Other mentions, in ServerName, in a pattern or as the name of a balancer, stay as they are.
func replaceHosts(text []byte, list []address) ([]byte, []replacement) {
	var done []replacement
	for _, a := range list {
		pattern := regexp.MustCompile(`//(?:[^\s/"'@]*@)?(` + regexp.QuoteMeta(a.host) + `)`)
		placeholder := "@" + a.backend + "@"
		var out []byte
		rest := text
		line := 1
		for {
			at := pattern.FindSubmatchIndex(rest)
			if at == nil {
				break
			}
			out = append(out, rest[:at[2]]...)
			line += bytes.Count(rest[:at[2]], []byte("\n"))
			if after := rest[at[3]:]; hostGoesOn(after) || bytes.HasSuffix(rest[:at[0]], []byte("balancer:")) {
				out = append(out, a.host...)
			} else {
				out = append(out, placeholder...)
				done = append(done, replacement{line: line, host: a.host, placeholder: placeholder})
			}
			rest = rest[at[3]:]
		}
		text = append(out, rest...)
	}
	return text, done
}

// hostGoesOn reports whether the byte after a host belongs to a longer host or port.
func hostGoesOn(after []byte) bool {
	return len(after) > 0 && (after[0] == ':' || after[0] == '-' || after[0] == '.' || after[0] == '_' ||
		'0' <= after[0] && after[0] <= '9' || 'a' <= after[0]|0x20 && after[0]|0x20 <= 'z')
}

// copyIn copies a file, or a folder with all in it, into the work folder, and replaces hosts. A file of which the engine
// has its own version is not copied, but its hosts are replaced too. It returns a line for each replacement.
func copyIn(source, target string, own map[string]bool, list []address) (string, error) {
	var report strings.Builder
	used := map[string]bool{}
	err := filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(source, path)
		if err != nil {
			return err
		}
		destination := filepath.Join(target, relative)
		if entry.IsDir() {
			return os.MkdirAll(destination, 0o755)
		}
		if own[destination] {
			path = destination
		}
		done, err := copyFile(path, destination, list)
		for _, r := range done {
			used[r.host] = true
			fmt.Fprintf(&report, "%s:%d: %s is %s\n", filepath.Base(destination), r.line, r.host, r.placeholder)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	for _, a := range list {
		if !used[a.host] {
			return "", fmt.Errorf("%s: no URL has the host %s", source, a.host)
		}
	}
	return report.String(), nil
}

func copyFile(source, target string, list []address) ([]replacement, error) {
	data, err := os.ReadFile(source)
	if err != nil {
		return nil, err
	}
	data, done := replaceHosts(data, list)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return nil, err
	}
	return done, os.WriteFile(target, data, 0o644)
}
