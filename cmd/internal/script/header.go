package script

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/lbconf/lbconf/cmd/internal/engine"
)

// engineNames are the names that a script may use for engines.
var engineNames = []string{"lbconf", "go", "httpd", "nginx", "haproxy", "caddy"}

// ReadError says that a script cannot be read or makes no sense before it runs.
type ReadError struct {
	File string // the script, or the folder that was to hold scripts
	Line int    // line of the error; 0 when the whole file is meant
	Err  error  // what is wrong and what to write instead
}

// Error starts with the position.
func (e *ReadError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err)
}

// Unwrap returns what is wrong.
func (e *ReadError) Unwrap() error { return e.Err }

// header is what the comment at the top of a script says about the whole of it.
type header struct {
	engines   []string          // engines that run it; nil for all
	departure string            // why lbconf departs from httpd on purpose
	slow      bool              // it waits for seconds
	least     map[string]string // engine → oldest version
}

// readHeader reads a script as far as it must be known before it runs.
func readHeader(file string) (header, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return header{}, &ReadError{File: file, Err: err}
	}
	archive := txtar.Parse(data)
	h := header{least: map[string]string{}}
	commands := false
	leading := true
	for i, line := range strings.Split(string(archive.Comment), "\n") {
		text, comment := strings.CutPrefix(line, "#")
		leading = leading && comment
		commands = commands || !comment && strings.TrimSpace(line) != ""
		if !leading {
			continue
		}
		if err := h.line(strings.TrimSpace(text)); err != nil {
			return header{}, &ReadError{File: file, Line: i + 1, Err: err}
		}
	}
	if !commands {
		return header{}, &ReadError{File: file, Err: fmt.Errorf("no command: the lines before the first `-- FILE --` are the script")}
	}
	return h, h.checkOverlay(file, archive)
}

func (h *header) line(text string) error {
	key, value, colon := strings.Cut(text, ":")
	value = strings.TrimSpace(value)
	switch {
	case text == "slow":
		h.slow = true
	case colon && key == "departure":
		if value == "" {
			return fmt.Errorf("departure without a reason: write `# departure: why lbconf is different here`")
		}
		h.departure = value
	case colon && key == "engines":
		h.engines = strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ',' })
		if len(h.engines) == 0 {
			return fmt.Errorf("engines without a name: write some of %v", engineNames)
		}
		for _, name := range h.engines {
			if !slices.Contains(engineNames, name) {
				return fmt.Errorf("engine %q is unknown: write some of %v", name, engineNames)
			}
		}
	case colon && (key == "engine" || key == "departures"):
		return fmt.Errorf("%q means nothing: write `# engines: …` or `# departure: …`", key)
	default:
		if fields := strings.Fields(text); len(fields) == 3 && fields[1] == ">=" && slices.Contains(engineNames, fields[0]) {
			h.least[fields[0]] = fields[2]
		}
	}
	return nil
}

// checkOverlay sees to it that a file for one engine has a reason, and a reason has such a file.
func (h *header) checkOverlay(file string, archive *txtar.Archive) error {
	overlay := ""
	for _, f := range archive.Files {
		if top, _, ok := strings.Cut(path.Clean(f.Name), "/"); ok && slices.Contains(engineNames, top) {
			overlay = f.Name
		}
	}
	switch {
	case overlay != "" && h.departure == "":
		return &ReadError{File: file, Err: fmt.Errorf("%s is for one engine only, and nothing says why: write `# departure: why` at the top", overlay)}
	case overlay == "" && h.departure != "":
		return &ReadError{File: file, Line: 1, Err: fmt.Errorf("departure without a file of its own for an engine: add one such as httpd/site.conf, or leave the line out")}
	}
	return nil
}

// skip returns why a script does not run on an engine, or nothing.
func (h *header) skip(e engine.Engine, version string, short bool) string {
	if h.engines != nil && !slices.Contains(h.engines, e.Name()) {
		return "for " + strings.Join(h.engines, ", ") + " only"
	}
	if least := h.least[e.Name()]; least != "" && !engine.AtLeast(version, least) {
		return fmt.Sprintf("needs %s %s, this is %s", e.Name(), least, version)
	}
	if h.slow && short {
		return "slow"
	}
	return ""
}
