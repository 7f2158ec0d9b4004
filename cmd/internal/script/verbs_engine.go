package script

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// verbUse is `use PATH [NAME] [HOST[:PORT]=BACKEND…]`: a file or folder, found from the script, comes into the work folder.
func verbUse(_ context.Context, s *session, c *call) error {
	const form = "usage: use PATH [NAME] [HOST[:PORT]=BACKEND…]"
	if len(c.args) == 0 {
		return usage(form)
	}
	source := c.args[0]
	if !filepath.IsAbs(source) {
		source = filepath.Join(filepath.Dir(s.script), source)
	}
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	name := "site.conf"
	if info.IsDir() {
		name = "."
	}
	var list []address
	for i, arg := range c.args[1:] {
		host, backend, ok := strings.Cut(arg, "=")
		switch {
		case !ok && i == 0:
			name = arg
		case !ok || host == "" || !backendName.MatchString(backend):
			return usage("%s: %q is no HOST[:PORT]=BACKEND", form, arg)
		default:
			list = append(list, address{host: host, backend: backend})
		}
	}
	if !filepath.IsLocal(name) {
		return usage("%s: NAME %q leads out of the work folder", form, name)
	}
	report, err := copyIn(source, filepath.Join(s.dir, name), s.own, list)
	if err == nil && report != "" {
		c.ts.Logf("%s", strings.TrimSuffix(report, "\n"))
	}
	return err
}

// verbEngine is `engine [-port N]… [FILE]`, which starts the engine under test, or `engine -stop`.
func verbEngine(ctx context.Context, s *session, c *call) error {
	if c.flag("-stop") {
		if len(c.args) > 0 || s.process == nil {
			return usage("engine -stop takes no more arguments and stops the engine that was started")
		}
		process := s.process
		s.process = nil
		return process.Stop()
	}
	file, ports, err := c.configuration("engine [-port N]… [FILE]")
	if err != nil {
		return err
	}
	if err := s.start(ctx, file, ports); err != nil {
		return err
	}
	for i, f := range s.fronts {
		if i == 0 {
			c.ts.Setenv("FRONT", f.reservation.Addr)
		}
		if f.port != 0 {
			c.ts.Setenv("FRONT_"+strconv.Itoa(f.port), f.reservation.Addr)
		}
	}
	return nil
}

// configuration takes [-port N]… [FILE]: the ports that the file names and the file to run.
func (c *call) configuration(form string) (string, []int, error) {
	var ports []int
	for {
		value, ok, err := c.option("-port")
		if err != nil {
			return "", nil, err
		}
		if !ok {
			break
		}
		port, err := strconv.ParseUint(value, 10, 16)
		if err != nil || port == 0 {
			return "", nil, usage("-port %s is no port", value)
		}
		ports = append(ports, int(port))
	}
	switch {
	case len(c.args) == 0:
		return "site.conf", ports, nil
	case len(c.args) > 1 || !filepath.IsLocal(c.args[0]):
		return "", nil, usage("usage: %s, FILE in the work folder; `use` copies a file there", form)
	}
	return c.args[0], ports, nil
}

// verbCheck is `check [-port N]… [FILE]`: the engine accepts the file.
func verbCheck(ctx context.Context, s *session, c *call) error {
	file, ports, err := c.configuration("check [-port N]… [FILE]")
	if err != nil {
		return err
	}
	if err := s.prepare(file, ports); err != nil {
		return err
	}
	verdict, err := s.engine.Check(ctx, s.job)
	if err != nil {
		return usage("%v", err)
	}
	if !verdict.OK {
		return fmt.Errorf("%s refuses %s with exit status %d\n%s", s.engine.Name(), file, verdict.Exit, verdict.Message)
	}
	c.prints = true
	fmt.Fprintln(&c.stdout, verdict.Message)
	return nil
}

// verbReload is `reload`: the engine reads its files again.
func verbReload(ctx context.Context, s *session, c *call) error {
	if len(c.args) > 0 || s.process == nil {
		return usage("usage: reload, after engine")
	}
	var mapped []int // the fronts exist already
	if err := s.prepare(s.job.File, mapped); err != nil {
		return err
	}
	// Preparing is what puts ports into the files of httpd; the call itself has not changed.
	if _, err := s.engine.Command(ctx, s.job); err != nil {
		return err
	}
	return s.process.Reload()
}

// verbLog is `log [-module NAME]`: it prints what the engine has said, or what one module has.
func verbLog(_ context.Context, s *session, c *call) error {
	module, ok, err := c.option("-module")
	if err != nil {
		return err
	}
	if len(c.args) > 0 || s.process == nil {
		return usage("usage: log [-module NAME], after engine")
	}
	c.prints = true
	if !ok {
		fmt.Fprintln(&c.stdout, s.process.Log())
		return nil
	}
	for _, said := range s.process.Messages(module) {
		fmt.Fprintln(&c.stdout, said)
	}
	return nil
}
