package daemon

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/lbconf/lbconf/runtime/server"
)

// reloadOnHangup loads the configuration again at each SIGHUP until the returned function is called.
func (d *daemon) reloadOnHangup(ctx context.Context) (stop func()) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangup:
				if err := d.reload(ctx); err != nil {
					d.options.Log.Error("reload failed, the old configuration stays", "reason", err)
				} else {
					d.options.Log.Info("reloaded", "path", d.name)
				}
			}
		}
	}()
	return func() {
		signal.Stop(hangup)
		cancel()
		<-done
	}
}

func (d *daemon) reload(ctx context.Context) error {
	d.keep()
	before := d.server.Addresses()
	compiled, err := d.compile(ctx)
	if err != nil {
		return err
	}
	if err := d.server.Swap(compiled); err != nil {
		return d.listenError(errors.Join(err, compiled.CloseLogs()))
	}
	d.listenChanged(before, d.server.Addresses())
	return nil
}

// listenChanged says which addresses a reload opened and closed.
func (d *daemon) listenChanged(before, now []server.Bound) {
	for _, bound := range now {
		if !slices.Contains(before, bound) {
			d.options.Log.Info("listening on "+bound.Actual.String(), "configured", bound.Configured.Port)
		}
	}
	for _, bound := range before {
		if !slices.Contains(now, bound) {
			d.options.Log.Info("no longer listening on "+bound.Actual.String(), "configured", bound.Configured.Port)
		}
	}
}
