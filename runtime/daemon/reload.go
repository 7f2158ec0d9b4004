package daemon

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
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
	compiled, err := d.compile(ctx)
	if err != nil {
		return err
	}
	if err := d.server.Swap(compiled); err != nil {
		return d.listenError(errors.Join(err, compiled.CloseLogs()))
	}
	return nil
}
