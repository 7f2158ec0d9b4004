// Command lbbench gives lbconf, httpd, nginx, HAProxy and Caddy the same job in alternating rounds and prints what it cost each
// of them: processor time per request of all their processes, requests per second, latency, memory, and the ratios.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
