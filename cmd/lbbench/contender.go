package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/lbconf/lbconf/cmd/internal/engine"
)

// contender is an engine with the file that makes it do the job.
type contender struct {
	engine engine.Engine
	config func(job address) string
}

// address is who listens where in a job.
type address struct {
	front, backend, dir string
}

// contenders are the engines that can take part, lbconf first: ratios are lbconf's to the others'.
func contenders(lbconf string) []contender {
	return []contender{
		{engine.LBConf{Program: lbconf}, lbconfConfig},
		{engine.HTTPD{AsIs: true}, httpdConfig},
		{engine.Nginx{}, nginxConfig},
		{engine.HAProxy{}, haproxyConfig},
		{engine.Caddy{}, caddyConfig},
	}
}

func lbconfConfig(job address) string {
	return fmt.Sprintf("MaxKeepAliveRequests 0\nListen %s\n<VirtualHost %s>\n  ServerName bench.test\n  ProxyPass \"/\" \"http://%s/\"\n</VirtualHost>\n", job.front, job.front, job.backend)
}

// httpdConfig is the same virtual host in a server with nothing else in it and the defaults of the event MPM.
func httpdConfig(job address) string {
	var text strings.Builder
	for _, module := range []string{"mpm_event", "authz_core", "proxy", "proxy_http"} {
		fmt.Fprintf(&text, "LoadModule %[1]s_module modules/mod_%[1]s.so\n", module)
	}
	fmt.Fprintf(&text, "DefaultRuntimeDir %q\nPidFile %q\nErrorLog %q\nServerName localhost\n",
		job.dir, job.dir+"/httpd.pid", job.dir+"/error.log")
	if os.Geteuid() == 0 {
		text.WriteString("User www-data\nGroup www-data\n")
	}
	return text.String() + lbconfConfig(job)
}

func nginxConfig(job address) string {
	return fmt.Sprintf(`worker_processes auto;
pid %[3]s/nginx.pid;
error_log %[3]s/error.log warn;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  upstream backend { server %[2]s; keepalive 1024; keepalive_requests 1000000000; }
  server {
    listen %[1]s;
    location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`, job.front, job.backend, job.dir)
}

func haproxyConfig(job address) string {
	return fmt.Sprintf(`global
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend front
  bind %s
  default_backend back
backend back
  server one %s
`, job.front, job.backend)
}

func caddyConfig(job address) string {
	host, port, _ := strings.Cut(job.front, ":")
	return fmt.Sprintf(`{
  admin off
  auto_https off
}
http://:%s {
  bind %s
  reverse_proxy %s {
    transport http {
      keepalive_idle_conns_per_host 1024
    }
  }
}
`, port, host, job.backend)
}

// findLBConf returns the lbconf to measure: the one that the user named, or the one beside this program.
func findLBConf(named string) (string, error) {
	if named != "" {
		return exec.LookPath(named)
	}
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	path, err := exec.LookPath(filepath.Join(filepath.Dir(self), "lbconf"))
	if err != nil {
		return "", fmt.Errorf("no lbconf beside %s: build it there, or name one with --lbconf", self)
	}
	return path, nil
}

// processor returns the name of the machine's processor, or "unknown processor".
func processor() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	defer func() { _ = file.Close() }() // it was only read
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, value, found := strings.Cut(lines.Text(), ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}
