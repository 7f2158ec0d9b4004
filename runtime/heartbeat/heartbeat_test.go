package heartbeat_test

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/runtime/heartbeat"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// TestParse holds what httpd 2.4.71 wrote into its file of heartbeats for each message, by UDP and by POST.
func TestParse(t *testing.T) {
	const ready, busy = 5, 3
	for _, c := range []struct {
		message  string
		datagram *heartbeat.Report
		form     *heartbeat.Report
	}{
		{"v=1&ready=5&busy=3", &heartbeat.Report{Ready: ready, Busy: busy, Port: 80}, &heartbeat.Report{Ready: ready, Busy: busy, Port: 80}},
		{"ready=5&busy=3&port=8080", nil, &heartbeat.Report{Ready: ready, Busy: busy, Port: 8080}},
		{"v=1&ready=5", nil, nil},
		{"", nil, nil},
		{"V=&READY=%35&bUSY=3", &heartbeat.Report{Ready: ready, Busy: busy, Port: 80}, &heartbeat.Report{Ready: ready, Busy: busy, Port: 80}},
		{"v=1&ready=5x&busy=3y", &heartbeat.Report{Ready: ready, Busy: busy, Port: 80}, &heartbeat.Report{Port: 80}},
		{"v=1&ready= +5&busy=03", &heartbeat.Report{Ready: ready, Busy: busy, Port: 80}, &heartbeat.Report{Ready: ready, Busy: busy, Port: 80}},
		{"v&ready&&busy&", &heartbeat.Report{Ready: 1, Busy: 1, Port: 80}, &heartbeat.Report{Ready: 1, Busy: 1, Port: 80}},
		{"v=1&ready=1&ready=5&busy=&port=99999", &heartbeat.Report{Ready: ready, Port: 99999}, &heartbeat.Report{Ready: ready, Port: 80}},
		{"v=1&ready=99999999999&busy=-1&port=0", &heartbeat.Report{Ready: 1215752191, Busy: -1}, &heartbeat.Report{Ready: 1215752191, Busy: -1, Port: 80}},
		{"v=1&ready=99999999999999999999&busy=%3", &heartbeat.Report{Ready: -1, Port: 80}, &heartbeat.Report{Ready: -1, Port: 80}},
		{"v=1&ready=5&busy=3\x00&busy=9", &heartbeat.Report{Ready: ready, Busy: busy, Port: 80}, &heartbeat.Report{Ready: ready, Busy: busy, Port: 80}},
	} {
		report, ok := heartbeat.ParseDatagram([]byte(c.message))
		if ok != (c.datagram != nil) || ok && report != *c.datagram {
			t.Errorf("%q by UDP: %+v, %t, want %+v", c.message, report, ok, c.datagram)
		}
		report, _, ok = heartbeat.ParseForm([]byte(c.message))
		if ok != (c.form != nil) || ok && report != *c.form {
			t.Errorf("%q by POST: %+v, %t, want %+v", c.message, report, ok, c.form)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("v=1&ready=75&busy=3&port=80"))
	f.Add([]byte("127.0.0.1 &ready=%35&busy\n# x\n\n 0"))
	f.Fuzz(func(t *testing.T, message []byte) {
		_, datagram := heartbeat.ParseDatagram(message)
		if _, _, form := heartbeat.ParseForm(message); datagram && !form {
			t.Error("by UDP it is a heartbeat, by POST it is none")
		}
		path := filepath.Join(t.TempDir(), "hb.dat")
		if err := os.WriteFile(path, message, 0o600); err != nil {
			t.Fatal(err)
		}
		file := heartbeat.NewFile(path, slog.New(slog.DiscardHandler))
		if err := file.Put("h", upstream.Beat{Ready: 7, Busy: 1, Seen: time.Now()}, 80); err != nil {
			t.Fatal(err)
		}
		beats, err := file.Beats()
		if err != nil || beats["h"].Ready != 7 {
			t.Errorf("what was put is not there: %v %v", beats, err)
		}
	})
}

// TestFile holds what httpd 2.4.71 makes of a file when a heartbeat comes by POST: other hosts grow older, what is no line
// stays, and the last byte of the last line is taken for its end.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hb.dat")
	const before = "# c\nweird\n10.0.0.1 &ready=3&busy=2&lastseen=7&port=8080\n10.0.0.2 &ready=x&busy=99999999999&lastseen=x&port=99999\n" +
		"10.0.0.3 x=1\n10.0.0.4 &ready=-4&busy=-1&lastseen=-3&port=-1\n127.0.0.1 &ready=9\n10.0.0.5 &ready=4&busy=1&lastseen=100"
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	written := time.Unix(1_000_000, 0)
	if err := os.Chtimes(path, written, written); err != nil {
		t.Fatal(err)
	}
	file := heartbeat.NewFile(path, slog.New(slog.DiscardHandler))
	if err := file.Put("127.0.0.1", upstream.Beat{Ready: 5, Busy: 6, Seen: written.Add(3500 * time.Millisecond)}, 7); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const want = "# c\nweird\n10.0.0.1 &ready=3&busy=2&lastseen=10&port=8080\n10.0.0.2 &ready=0&busy=1215752191&lastseen=3&port=99999\n" +
		"10.0.0.3 &ready=0&busy=0&lastseen=33&port=80\n10.0.0.4 &ready=4294967292&busy=4294967295&lastseen=0&port=4294967295\n" +
		"127.0.0.1 &ready=5&busy=6&lastseen=0&port=7\n10.0.0.5 &ready=4&busy=1&lastseen=13&port=80\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	beats, err := file.Beats()
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]upstream.Beat{
		"10.0.0.1": {Ready: 3, Busy: 2, Age: 10 * time.Second},
		"10.0.0.4": {}, // out of range
		"10.0.0.5": {Ready: 4, Busy: 1, Age: 13 * time.Second},
	} {
		if beats[host] != want {
			t.Errorf("%s: %+v, want %+v", host, beats[host], want)
		}
	}
	if other, _ := filepath.Glob(path + "?*"); len(other) > 0 {
		t.Errorf("files are left: %v", other)
	}
}

// TestFileChanges: another file is read at once, and a file that is not there is an error that is logged once.
func TestFileChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hb.dat")
	var log bytes.Buffer
	file := heartbeat.NewFile(path, slog.New(slog.NewTextHandler(&log, nil)))
	for range 3 {
		if _, err := file.Beats(); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("without a file: %v", err)
		}
	}
	if n := strings.Count(log.String(), "AH01213"); n != 1 {
		t.Errorf("logged %d times:\n%s", n, log.String())
	}
	for i, line := range []string{"a &ready=1\n", "a &ready=2\n", "a &ready=30\n"} {
		if err := file.Put("a", upstream.Beat{}, 80); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(line), 0o600); err != nil {
			t.Fatal(err)
		}
		beats, err := file.Beats()
		if want := []int32{1, 2, 30}[i]; err != nil || beats["a"].Ready != want {
			t.Errorf("%q: %+v, %v", line, beats, err)
		}
	}
}

// TestMonitor: what arrives is stored when it is flushed, and who is silent for more than 30 seconds is left out.
func TestMonitor(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	path := filepath.Join(t.TempDir(), "hb.dat")
	memory := upstream.NewTable().Beats()
	memory.SetRoom(10)
	for _, store := range []heartbeat.Store{heartbeat.NewFile(path, slog.New(slog.DiscardHandler)), memory} {
		monitor := heartbeat.NewMonitor(store, slog.New(slog.DiscardHandler))
		monitor.Receive("10.0.0.2", []byte("v=1&ready=5&busy=3&port=81"), start)
		monitor.Receive("10.0.0.1", []byte("v=1&ready=7&busy=1"), start.Add(25*time.Second))
		monitor.Receive("10.0.0.3", []byte("nonsense"), start)
		for _, c := range []struct {
			after time.Duration
			want  string
			hosts int
		}{
			{30 * time.Second, "10.0.0.1 &ready=7&busy=1&lastseen=5&port=80\n10.0.0.2 &ready=5&busy=3&lastseen=30&port=81\n", 2},
			{31 * time.Second, "10.0.0.1 &ready=7&busy=1&lastseen=6&port=80\n", 1},
			{60 * time.Second, "", 0},
		} {
			if err := monitor.Flush(start.Add(c.after)); err != nil {
				t.Fatal(err)
			}
			beats, err := store.Beats()
			if err != nil || len(beats) != c.hosts {
				t.Errorf("%T after %v: %v, %v", store, c.after, beats, err)
			}
			if _, ok := store.(*heartbeat.File); ok {
				if got, _ := os.ReadFile(path); string(got) != c.want {
					t.Errorf("after %v the file is %q, want %q", c.after, got, c.want)
				}
			}
		}
	}
}

// TestRoom: a host for which there is no room is left out until another one is dropped.
func TestRoom(t *testing.T) {
	memory := upstream.NewTable().Beats()
	memory.SetRoom(2)
	for _, host := range []string{"a", "b", "c", "a"} {
		if err := memory.Put(host, upstream.Beat{Ready: 1}, 80); err != nil {
			t.Fatal(err)
		}
	}
	beats, _ := memory.Beats()
	if len(beats) != 2 || beats["c"].Ready != 0 {
		t.Errorf("there are %v", beats)
	}
	memory.Drop("a")
	_ = memory.Put("c", upstream.Beat{Ready: 1}, 80) // memory does not fail
	if beats, _ := memory.Beats(); beats["c"].Ready != 1 || len(beats) != 2 {
		t.Errorf("after one was dropped there are %v", beats)
	}
}
