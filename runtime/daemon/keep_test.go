package daemon

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// TestKeptFile holds that what is written is read, and that nothing else is.
func TestKeptFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "state.json")
	if kept, err := readKept(name); kept != nil || err != nil {
		t.Errorf("no file: %v, %v", kept, err)
	}
	params := ir.DefaultWorker()
	params.Secret = ir.Setting[string]{Value: "secret", Set: true}
	want := upstream.Kept{{Name: "main", Slots: 6, Balancers: []upstream.KeptBalancer{{
		Name: "balancer://a", Params: ir.DefaultBalancer(), ResetDue: true, Slots: 2,
		Members: []upstream.KeptMember{{
			Name: "http://a", Params: params,
			Slot: upstream.KeptSlot{Status: ir.StatusError, LBStatus: -7, Elected: 1 << 40, FailedAt: time.Unix(1_700_000_000, 5000).UTC()},
		}},
	}}}}
	for range 2 {
		if err := writeKept(name, want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := readKept(name)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of a file with passwords: %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(name)); len(left) != 1 {
		t.Errorf("%d files in the folder", len(left))
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for text, reason := range map[string]string{
		"":                                      "it is damaged",
		string(data[:len(data)/2]):              "it is damaged",
		`{"Version": 2, "Servers": "elsewhat"}`: "it has version 2",
		`{"Version": 1, "Servers": "elsewhat"}`: "it is damaged",
		`[]`:                                    "it is damaged",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if kept, err := readKept(name); kept != nil || err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%.20q: %v, %v", text, kept, err)
		}
	}
	if err := writeKept(filepath.Join(t.TempDir(), "none", "state.json"), want); err == nil {
		t.Error("a folder that is not there takes a file")
	}
}

// TestKeptSays warns of what cannot be used before the first request, and not at the stop.
func TestKeptSays(t *testing.T) {
	log := &journal{}
	d := &daemon{options: Options{Log: slog.New(slog.NewTextHandler(log, nil))}}
	if kept, fresh := d.kept(filepath.Join(t.TempDir(), "none", "state.json")); kept != nil || !fresh {
		t.Errorf("%v, fresh %t", kept, fresh)
	}
	log.await(t, "will not be kept (BalancerPersist): make the folder")
	file := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if kept, _ := d.kept(file); kept != nil {
		t.Errorf("%v of a damaged file", kept)
	}
	log.await(t, "they begin with the configuration")
}
