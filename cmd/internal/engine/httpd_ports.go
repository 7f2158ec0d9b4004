package engine

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

var (
	virtualHostLine = regexp.MustCompile(`(?mi)^[ \t]*<VirtualHost[ \t]+[^>\n]*>`)
	listenLine      = regexp.MustCompile(`(?mi)^([ \t]*Listen[ \t]+)"?(?:([^\s"#]*):)?(\d+)"?([ \t][^\n]*)?$`)
	mpmLine         = regexp.MustCompile(`(?mi)^[ \t]*LoadModule[ \t]+(mpm_\w+|authz_core)_module\b`)
)

// mapPorts makes the one change that httpd needs to serve a configured port on a real one: in the opening lines of
// <VirtualHost> and in Listen lines the configured port becomes the one of the front. Other text stays as it is.
func mapPorts(job Job) error {
	mapped := map[string]string{}
	for _, front := range job.Fronts {
		if front.Port != 0 {
			mapped[strconv.Itoa(front.Port)] = front.Addr
		}
	}
	if len(mapped) == 0 {
		return nil
	}
	return eachFile(job, func(path string, text string) error {
		changed := mapText(text, mapped)
		if changed == text {
			return nil
		}
		return os.WriteFile(path, []byte(changed), 0o644)
	})
}

func mapText(text string, mapped map[string]string) string {
	text = virtualHostLine.ReplaceAllStringFunc(text, func(line string) string {
		for port, addr := range mapped {
			opened := addr[strings.LastIndexByte(addr, ':'):]
			line = regexp.MustCompile(`:`+port+`([\s">])`).ReplaceAllString(line, opened+"$1")
		}
		return line
	})
	return listenLine.ReplaceAllStringFunc(text, func(line string) string {
		part := listenLine.FindStringSubmatch(line)
		if addr, ok := mapped[part[3]]; ok {
			return part[1] + addr + part[4]
		}
		return line
	})
}

// listenLines returns the addresses that Listen lines of the scratch folder name, with mapped ports already replaced.
func listenLines(job Job) (map[string]bool, error) {
	listens := map[string]bool{}
	err := eachFile(job, func(_ string, text string) error {
		for _, part := range listenLine.FindAllStringSubmatch(text, -1) {
			host := part[2]
			if host == "" {
				host = "*"
			}
			listens[host+":"+part[3]] = true
		}
		return nil
	})
	return listens, err
}

// wholeServer reports whether the configuration loads what no httpd runs without, so that its module list is complete.
func wholeServer(job Job) (bool, error) {
	whole := false
	err := eachFile(job, func(_ string, text string) error {
		whole = whole || mpmLine.MatchString(text)
		return nil
	})
	return whole, err
}

// eachFile visits the configuration file and every other text file of the scratch folder: which of them it includes
// is known to httpd only. Folders that engines write to begin with a dot.
func eachFile(job Job, visit func(path, text string) error) error {
	seen := false
	read := func(path string) error {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen = seen || path == job.Path()
		return visit(path, string(data))
	}
	err := filepath.WalkDir(job.Dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != job.Dir && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "logs"):
			return filepath.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		return read(path)
	})
	if err != nil || seen {
		return err
	}
	return read(job.Path())
}
