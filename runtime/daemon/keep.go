package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lbconf/lbconf/runtime/upstream"
)

// keptVersion is the version of the file with what is kept of balancers. A file of another one is not read.
const keptVersion = 1

// keptFile is the content of that file.
type keptFile struct {
	Version int
	Servers upstream.Kept
}

// kept is what balancers begin with (mod_proxy: BalancerPersist): what the program that runs knows of them, or what the
// last process left in the file.
func (d *daemon) kept(file string) (kept upstream.Kept, fresh bool) {
	if d.server != nil {
		kept, _ = d.server.Program().Keep()
		return kept, false
	}
	kept, err := readKept(file)
	if err != nil {
		d.options.Log.Warn("what was kept of the balancers is not used, they begin with the configuration", "path", file, "reason", err)
	}
	if _, err := os.Stat(filepath.Dir(file)); err != nil {
		d.options.Log.Warn("the state of the balancers will not be kept (BalancerPersist): make the folder, or name another one with DefaultRuntimeDir", "reason", err)
	}
	return kept, true
}

// readKept reads what a process left. That there is no file is what a first start finds.
func readKept(name string) (upstream.Kept, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var version struct{ Version int }
	if err := json.Unmarshal(data, &version); err != nil {
		return nil, fmt.Errorf("it is damaged (%w): remove it", err)
	}
	if version.Version != keptVersion {
		return nil, fmt.Errorf("it has version %d, and this program reads version %d: remove it", version.Version, keptVersion)
	}
	var content keptFile
	if err := json.Unmarshal(data, &content); err != nil {
		return nil, fmt.Errorf("it is damaged (%w): remove it", err)
	}
	return content.Servers, nil
}

// keep writes what is to outlive the program that runs.
func (d *daemon) keep() {
	kept, file := d.server.Program().Keep()
	if file == "" {
		return
	}
	if err := writeKept(file, kept); err != nil {
		d.options.Log.Error("the state of the balancers is not kept (BalancerPersist)", "path", file, "reason", err)
	}
}

// writeKept replaces the file as a whole, so that no reader finds half of it. Passwords can stand in it.
func writeKept(name string, kept upstream.Kept) error {
	data, err := json.MarshalIndent(keptFile{keptVersion, kept}, "", "\t")
	if err != nil {
		return err
	}
	fresh, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*") // readable by its owner alone
	if err != nil {
		return err
	}
	_, err = fresh.Write(append(data, '\n'))
	if err = errors.Join(err, fresh.Sync(), fresh.Close()); err == nil {
		err = os.Rename(fresh.Name(), name)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(fresh.Name()))
	}
	return err
}
