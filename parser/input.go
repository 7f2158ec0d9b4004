package parser

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// DefaultVersion is the httpd release that is assumed where the user names none.
const DefaultVersion = "2.4.71"

// Context is where the entry file stands in a server's configuration.
type Context uint8

// The contexts.
const (
	// ContextServer is the main server: httpd.conf and what it includes.
	ContextServer Context = iota
	// ContextVirtualHost is inside a <VirtualHost>.
	ContextVirtualHost
	// ContextDirectory is inside a <Directory>, <Location> or <Files>.
	ContextDirectory
	// ContextHtaccess is a .htaccess file.
	ContextHtaccess
)

// String returns the word that the command line uses.
func (c Context) String() string {
	switch c {
	case ContextServer:
		return "server"
	case ContextVirtualHost:
		return "vhost"
	case ContextDirectory:
		return "directory"
	case ContextHtaccess:
		return "htaccess"
	}
	return "invalid"
}

// Input is what Load reads.
type Input struct {
	// Name is the entry file as the user wrote it.
	Name string
	// Source is the content of the entry file.
	Source []byte
	// Context is where the entry file stands.
	Context Context
	// ServerRoot is the folder that relative paths belong to. Empty: what the ServerRoot directive says, and before it
	// the folder of Name.
	ServerRoot string
	// Defines are the names of -D.
	Defines []string
	// Env are the environment variables that ${NAME} finds when no Define has the name.
	Env map[string]string
	// EnvComplete says that httpd would have no other variables: what is neither in Env nor defined stays as it is written,
	// and a directive is judged with that text. Otherwise a value is assumed that httpd takes.
	EnvComplete bool
	// Version is the httpd release that <IfVersion> compares with; empty means DefaultVersion.
	Version string
	// Modules are further module identifiers ("proxy_module") that a server is assumed to have.
	Modules []string
	// Read is the file system; nil means the machine's.
	Read FileSystem
	// Limits bound the work; its zero fields mean the defaults.
	Limits Limits
}

// FileSystem is what Load needs of one. Names are what the configuration says, joined with the ServerRoot.
type FileSystem interface {
	// ReadFile returns the content of a file.
	ReadFile(name string) ([]byte, error)
	// ReadDir returns the entries of a folder in any order.
	ReadDir(name string) ([]fs.DirEntry, error)
	// Stat follows symbolic links.
	Stat(name string) (fs.FileInfo, error)
}

// Limits bound what an input may cost. A zero field means its default.
type Limits struct {
	// FileBytes is the size of one file, default 64 MiB.
	FileBytes int64
	// TotalBytes is the size of all files together, default 512 MiB; a file that is included twice counts twice.
	TotalBytes int64
	// Files is the number of files, default 10,000.
	Files int
	// IncludeDepth is the number of nested Includes, default and highest 128: httpd's own limit (2.4.71).
	IncludeDepth int
}

// DefaultLimits returns the limits of a zero Limits.
func DefaultLimits() Limits {
	return Limits{FileBytes: 64 << 20, TotalBytes: 512 << 20, Files: 10_000, IncludeDepth: 128}
}

// maxTotal keeps every position of an input below the 4 GiB that a diag.Pos can name.
const maxTotal = 3 << 30

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	if l.FileBytes <= 0 {
		l.FileBytes = d.FileBytes
	}
	if l.TotalBytes <= 0 {
		l.TotalBytes = d.TotalBytes
	}
	l.TotalBytes = min(l.TotalBytes, maxTotal)
	l.FileBytes = min(l.FileBytes, l.TotalBytes)
	if l.Files <= 0 {
		l.Files = d.Files
	}
	if l.IncludeDepth <= 0 || l.IncludeDepth > d.IncludeDepth {
		l.IncludeDepth = d.IncludeDepth
	}
	return l
}

// machine is the file system of the machine. It never returns more than limit bytes of a file.
type machine struct{ limit int64 }

var errTooLarge = errors.New("larger than the limit")

// ReadFile implements FileSystem.
func (m machine) ReadFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	var read bytes.Buffer
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		read.Grow(int(min(info.Size(), m.limit)) + bytes.MinRead) // room for all, and for seeing its end
	}
	_, err = read.ReadFrom(io.LimitReader(file, m.limit+1))
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil && int64(read.Len()) > m.limit {
		err = fmt.Errorf("%s: %w", name, errTooLarge)
	}
	return read.Bytes(), err
}

// ReadDir implements FileSystem.
func (machine) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(name) }

// Stat implements FileSystem.
func (machine) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }
