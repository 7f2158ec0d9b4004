package golang

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/ir"
)

// moduleName is the name of the module, and of the program that go build makes: that of the configuration.
func (e Emitter) moduleName() string {
	base := filepath.Base(e.Source)
	name := strings.Map(func(r rune) rune {
		if isLetter(r) || isDigit(r) || r == '-' {
			return r
		}
		return '-'
	}, strings.TrimSuffix(base, filepath.Ext(base)))
	return strings.ToLower(strings.Trim("lbconf-"+strings.Trim(name, "-"), "-"))
}

// goMod writes go.mod.
func (e Emitter) goMod() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "module %s\n\ngo 1.26\n\nrequire %s v0.0.0\n\n", e.moduleName(), modulePath)
	b.WriteString("// lbconf is not published: the folder of its source stands here.\n")
	if e.Replace == "" {
		fmt.Fprintf(&b, "// replace %s => ../lbconf\n", modulePath)
	} else {
		fmt.Fprintf(&b, "replace %s => %s\n", modulePath, modString(e.Replace))
	}
	return []byte(b.String())
}

// modString writes a path for go.mod, which takes one without a ./ for a module.
func modString(path string) string {
	if !filepath.IsAbs(path) && !strings.HasPrefix(path, "./") && !strings.HasPrefix(path, "../") && path != ".." {
		path = "./" + path
	}
	if strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || strings.ContainsRune("\"'`()[]{},", r) || r > '~' }) {
		return strconv.Quote(path)
	}
	return path
}

// dockerfile writes how an image is built of the program.
func dockerfile(cfg *ir.Config) []byte {
	ports, listens := listenedPorts(cfg)
	var b strings.Builder
	b.WriteString(`# docker build --build-context lbconf=FOLDER_OF_LBCONF .
FROM golang:1.26 AS build
COPY --from=lbconf . /lbconf
WORKDIR /src
COPY go.mod *.go ./
RUN go mod edit -replace ` + modulePath + `=/lbconf && cp /lbconf/go.sum . \
    && CGO_ENABLED=0 go build -mod=mod -trimpath -ldflags="-s -w" -o /proxy .

# A static binary, certificates of authorities, and no shell. Files that the configuration names are below /etc/proxy.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /proxy /proxy
WORKDIR /etc/proxy
USER 65532:65532
`)
	for _, port := range ports {
		fmt.Fprintf(&b, "EXPOSE %d\n", port)
	}
	b.WriteString("ENTRYPOINT [\"/proxy\"]\n")
	if !listens && len(ports) > 0 {
		b.WriteString("# The configuration has no Listen: the ports of its virtual hosts are opened.\nCMD [")
		for i, port := range ports {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, `"--listen", ":%d"`, port)
		}
		b.WriteString("]\n")
	}
	return []byte(b.String())
}

// listenedPorts are those of Listen, sorted, or without any those of the virtual hosts.
func listenedPorts(cfg *ir.Config) (ports []int, listens bool) {
	for l := range ir.Of[*ir.Listen](cfg.Items) {
		ports, listens = append(ports, l.Port), true
	}
	if !listens {
		for host := range ir.Of[*ir.VirtualHost](cfg.Items) {
			for _, a := range host.Addresses {
				if a.Port != 0 {
					ports = append(ports, a.Port)
				}
			}
		}
	}
	slices.Sort(ports)
	return slices.Compact(ports), listens
}

// mark is what the first line of a written file says, before the digest of the rest.
const mark = " Written by lbconf convert --to go. "

// sign puts a line before a file by which Written knows it again. comment is how a comment begins.
func sign(comment string, content []byte) []byte {
	return append([]byte(comment+mark+digest(content)+"\n\n"), content...)
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:8])
}

// Written says whether an emitter wrote a file, and whether it is as it was written: what somebody has changed since is
// theirs.
func Written(content []byte) (written, unchanged bool) {
	first, rest, _ := strings.Cut(string(content), "\n\n")
	_, sum, found := strings.Cut(first, mark)
	if !found || strings.Contains(first, "\n") {
		return false, false
	}
	return true, sum == digest([]byte(rest))
}
