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
	config func(at place) string
}

// place is where a contender does its job: who listens where, the folder of its files, and whether clients speak TLS, with the
// certificate in that folder.
type place struct {
	front, backend, dir string
	tls                 bool
}

// certificate returns a text that names the file of the certificate, where clients speak TLS.
func (p place) certificate(format string) string {
	if !p.tls {
		return ""
	}
	return strings.ReplaceAll(format, "FILE", filepath.Join(p.dir, certificateFile))
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

func lbconfConfig(at place) string {
	return fmt.Sprintf(`MaxKeepAliveRequests 0
Listen %[1]s
<VirtualHost %[1]s>
  ServerName bench.test
  ProxyPass "/" "http://%[2]s/"
%[3]s</VirtualHost>
`, at.front, at.backend, at.certificate("  SSLEngine On\n  SSLCertificateFile FILE\n"))
}

// httpdConfig is the same virtual host in a server with nothing else in it and the defaults of the event MPM.
func httpdConfig(at place) string {
	var text strings.Builder
	modules := []string{"mpm_event", "authz_core", "proxy", "proxy_http"}
	if at.tls {
		modules = append(modules, "ssl")
	}
	for _, module := range modules {
		fmt.Fprintf(&text, "LoadModule %[1]s_module modules/mod_%[1]s.so\n", module)
	}
	fmt.Fprintf(&text, "DefaultRuntimeDir %q\nPidFile %q\nErrorLog %q\nServerName localhost\n",
		at.dir, at.dir+"/httpd.pid", at.dir+"/error.log")
	if os.Geteuid() == 0 {
		text.WriteString("User www-data\nGroup www-data\n")
	}
	return text.String() + lbconfConfig(at)
}

func nginxConfig(at place) string {
	return fmt.Sprintf(`worker_processes auto;
pid %[3]s/nginx.pid;
error_log %[3]s/error.log warn;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  upstream backend { server %[2]s; keepalive 1024; keepalive_requests 1000000000; }
  server {
    listen %[1]s%[4]s;
    location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`, at.front, at.backend, at.dir, at.certificate(" ssl;\n    ssl_certificate FILE;\n    ssl_certificate_key FILE;\n    ssl_protocols TLSv1.3"))
}

func haproxyConfig(at place) string {
	return fmt.Sprintf(`global
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend front
  bind %s%s
  default_backend back
backend back
  server one %s
`, at.front, at.certificate(" ssl crt FILE"), at.backend)
}

func caddyConfig(at place) string {
	host, port, _ := strings.Cut(at.front, ":")
	scheme := "http"
	if at.tls {
		scheme = "https"
	}
	return fmt.Sprintf(`{
  admin off
  auto_https off
}
%s://:%s {
  bind %s
%s  reverse_proxy %s {
    transport http {
      keepalive_idle_conns_per_host 1024
    }
  }
}
`, scheme, port, host, at.certificate("  tls FILE FILE\n"), at.backend)
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
