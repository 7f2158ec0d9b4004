package differ

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/lbconf/lbconf/cmd/internal/engine"
	"github.com/lbconf/lbconf/parser/testenv"
)

// Outcome is what happened in a batch.
type Outcome struct {
	// Client is what the client got for each request.
	Client []string
	// Received is what the backends got, in order: name, whether the connection was kept, and the bytes.
	Received []string
}

// Run is what an engine did with a case.
type Run struct {
	// Refused is what the engine said when it did not start, else empty.
	Refused string
	// Outcomes has one for each batch.
	Outcomes []Outcome
}

// run runs a case on an engine, with everything that is its own put back into placeholders.
func (c *Case) run(ctx context.Context, e engine.Engine, b *backends) (*Run, error) {
	front, err := testenv.Reserve()
	if err != nil {
		return nil, err
	}
	defer func() { _ = front.Release() }() // the address is nobody's now
	fill := filler(b, front.Addr)
	dir, err := c.folder(fill)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // what is left over is the system's to clean
	p, err := engine.Start(ctx, e, engine.Job{Dir: dir, File: "site.conf", Fronts: []engine.Front{{Addr: front.Addr}}})
	if failed := (*engine.StartError)(nil); errors.As(err, &failed) {
		return &Run{Refused: failed.Message}, nil
	}
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	b.fill, b.received = fill, nil
	b.mu.Unlock()
	client := client{addr: front.Addr}
	run := &Run{Outcomes: make([]Outcome, len(c.Batches))}
	for i, batch := range c.Batches {
		var answers []Answer
		for _, r := range batch.Requests {
			answers = append(answers, r.Answers...)
		}
		b.begin(i, answers)
		run.Outcomes[i].Client = client.send(ctx, batch, fill)
	}
	client.close()
	err = p.Stop()
	b.drop()
	b.begin(len(c.Batches), nil)
	clean := cleaner(b, front.Addr, dir)
	for _, r := range b.received {
		how := "new connection"
		if r.kept {
			how = "kept connection"
		}
		o := &run.Outcomes[r.batch]
		o.Received = append(o.Received, fmt.Sprintf("%s on a %s\r\n%s", r.backend, how, clean(r.text)))
	}
	for i := range run.Outcomes {
		for k, text := range run.Outcomes[i].Client {
			run.Outcomes[i].Client[k] = clean(text)
		}
	}
	return run, err
}

// folder writes the configuration and the files, where the account of httpd can read them.
func (c *Case) folder(fill func(string) string) (string, error) {
	dir, err := os.MkdirTemp("", "differ")
	if err != nil {
		return "", err
	}
	files := map[string]string{"site.conf": fill(c.Text())}
	for name, text := range c.Files {
		files["htdocs/"+name] = text
	}
	err = errors.Join(os.Chmod(dir, 0o755), os.Mkdir(filepath.Join(dir, "logs"), 0o755), os.Mkdir(filepath.Join(dir, "htdocs"), 0o755))
	for name, text := range files {
		path := filepath.Join(dir, name)
		err = errors.Join(err, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644), os.Chtimes(path, fileTime, fileTime))
	}
	return dir, err
}

// filler puts addresses in the place of placeholders.
func filler(b *backends, front string) func(string) string {
	pairs := []string{"@front@", front}
	for name, addr := range b.addresses {
		pairs = append(pairs, "@"+name+"@", addr)
	}
	r := strings.NewReplacer(pairs...)
	return r.Replace
}

// cleaner puts placeholders back, and masks for what two servers cannot have in common.
func cleaner(b *backends, front, dir string) func(string) string {
	_, port, _ := strings.Cut(front, ":")
	pairs := []string{front, "@front@", ":" + port, ":@port@", "Port " + port, "Port @port@", dir, "@dir@"}
	for name, addr := range b.addresses {
		pairs = append(pairs, addr, "@"+name+"@")
	}
	r := strings.NewReplacer(pairs...)
	return func(text string) string { return mask(r.Replace(text)) }
}
