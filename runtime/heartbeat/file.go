package heartbeat

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/lbconf/lbconf/runtime/upstream"
)

// maxStorage bounds the file of heartbeats in bytes.
const maxStorage = 4 << 20

// maxStorageLine bounds what is read of a line (mod_lbmethod_heartbeat: 4096).
const maxStorageLine = 4096

// File keeps heartbeats in a file of lines "ADDRESS &ready=75&busy=3&lastseen=1&port=80" (mod_heartmonitor:
// HeartbeatStorage with HeartbeatMaxServers 0). It is written by a rename, so that whoever reads it finds it whole.
type File struct {
	path string
	log  *slog.Logger

	// writing is held while the file is changed.
	writing sync.Mutex

	mu    sync.Mutex
	read  fs.FileInfo
	beats map[string]upstream.Beat
	// said is the last error that was logged.
	said string
}

// NewFile returns the heartbeats of a file, which need not exist. log gets what is wrong with it.
func NewFile(path string, log *slog.Logger) *File { return &File{path: path, log: log} }

// Beats implements upstream.Heartbeats. The file is read again when it is another one.
func (f *File) Beats() (map[string]upstream.Beat, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	beats, err := f.load()
	said := ""
	if err != nil {
		said = err.Error()
	}
	if said != "" && said != f.said {
		f.log.Error("lb_heartbeat: Unable to read heartbeats", "id", "AH01213", "reason", err)
	}
	f.said = said
	return beats, err
}

func (f *File) load() (map[string]upstream.Beat, error) {
	info, err := os.Stat(f.path)
	if err != nil {
		return nil, fmt.Errorf("the heartbeats of HeartbeatStorage: %w", err)
	}
	if f.read != nil && os.SameFile(info, f.read) && info.ModTime().Equal(f.read.ModTime()) && info.Size() == f.read.Size() {
		return f.beats, nil
	}
	content, _, err := f.content()
	if err != nil {
		return nil, err
	}
	f.read, f.beats = info, readStorage(content)
	return f.beats, nil
}

// content returns what is in the file, and when that was written.
func (f *File) content() (content []byte, written time.Time, err error) {
	file, err := os.Open(f.path)
	if err != nil {
		return nil, written, fmt.Errorf("the heartbeats of HeartbeatStorage: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err == nil {
		content, err = io.ReadAll(io.LimitReader(file, maxStorage))
	}
	if err != nil {
		return nil, written, fmt.Errorf("the heartbeats of HeartbeatStorage: %w", err)
	}
	return content, info.ModTime(), nil
}

// Random implements upstream.Heartbeats.
func (*File) Random(most uint32) uint32 { return upstream.RandomUpTo(most) }

// readStorage reads the lines of a file as the balancing method does. A number that is none, or is out of 0 to 2147483647,
// leaves what an earlier line of the host said. Each line without its last byte counts: of one that no newline ends that is
// a digit.
func readStorage(content []byte) map[string]upstream.Beat {
	beats := make(map[string]upstream.Beat)
	for host, values := range storageLines(content) {
		beat := beats[host]
		set := func(key string, to *int32) {
			if text, ok := values.get(key); ok {
				if number, ok := inRange(text); ok {
					*to = number
				}
			}
		}
		age := int32(beat.Age / time.Second)
		set("busy", &beat.Busy)
		set("ready", &beat.Ready)
		set("lastseen", &age)
		beat.Age = time.Duration(age) * time.Second
		beats[host] = beat
	}
	return beats
}

// storageLines yields the host and the values of each line that has them; comments begin with #.
func storageLines(content []byte) func(func(string, pairs) bool) {
	return func(yield func(string, pairs) bool) {
		for line := range bytes.Lines(content) {
			host, values, ok := splitLine(line)
			if ok && !yield(host, parse([]byte(values))) {
				return
			}
		}
	}
}

// splitLine takes a line apart, without its last byte.
func splitLine(line []byte) (host, values string, ok bool) {
	line = line[:min(len(line), maxStorageLine)]
	host, values, ok = strings.Cut(string(line[:len(line)-1]), " ")
	return host, values, ok && !strings.HasPrefix(host, "#")
}

// Put notes what a host said just now. The lines of the other hosts grow older by the time since the file was written, and
// what is no line stays (mod_heartmonitor: hm_file_update_stat).
func (f *File) Put(host string, beat upstream.Beat, port int32) error {
	f.writing.Lock()
	defer f.writing.Unlock()
	content, written, err := f.content()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var out []byte
	done := false
	for line := range bytes.Lines(content) {
		other, values, ok := splitLine(line)
		switch {
		case !ok:
			out = append(append(out, line[:len(line)-1]...), '\n')
		case other == host:
			out, done = appendLine(out, host, beat.Ready, beat.Busy, 0, port), true
		default:
			out = appendAged(out, other, parse([]byte(values)), beat.Seen.Sub(written))
		}
	}
	if !done {
		out = appendLine(out, host, beat.Ready, beat.Busy, 0, port)
	}
	return f.replace(out)
}

// appendAged appends the line of another host, whose numbers are read with atoi.
func appendAged(dst []byte, host string, values pairs, age time.Duration) []byte {
	number := func(key string, missing int32) int32 {
		if text, ok := values.get(key); ok {
			return atoi(text)
		}
		return missing
	}
	seen := time.Duration(number("lastseen", int32(silentSeconds)))*time.Second + age.Truncate(time.Second)
	return appendLine(dst, host, number("ready", 0), number("busy", 0), seen, number("port", defaultPort))
}

// silentSeconds is how old a line counts that does not say it (mod_heartmonitor: SEEN_TIMEOUT).
const silentSeconds = 30

// replace writes the file anew.
func (f *File) replace(content []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+".tmp.")
	if err != nil {
		return fmt.Errorf("the heartbeats of HeartbeatStorage: %w", err)
	}
	_, err = temporary.Write(content)
	err = errors.Join(err, temporary.Chmod(0o444), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), f.path)
	}
	if err != nil {
		_ = os.Remove(temporary.Name()) // the first error says it
		return fmt.Errorf("the heartbeats of HeartbeatStorage: %w", err)
	}
	return nil
}
