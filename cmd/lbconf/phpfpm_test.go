package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/parser/testenv"
)

// phpFPM starts php-fpm on a port and on a socket, with scripts in a folder.
func phpFPM(t *testing.T) (address, socket, scripts string) {
	t.Helper()
	program := ""
	for _, name := range []string{"php-fpm8.2", "php-fpm8.3", "php-fpm8.4", "php-fpm"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		testenv.Program(t, "php-fpm8.2")
	}
	scripts = folder(t, map[string]string{
		"show.php": `<?php
header('X-One: 1'); header('X-One: 2', false); setcookie('a', 'b');
ksort($_SERVER);
foreach ($_SERVER as $name => $value) {
	if (is_string($value) && $name !== 'UNIQUE_ID' && $name !== 'PATH' && $name !== 'HOME' && $name !== 'USER') echo "$name=$value\n";
}
$body = file_get_contents('php://input');
echo 'body ', strlen($body), ' ', md5($body), "\n";`,
		"status.php": `<?php http_response_code(404); header('Content-Type: text/plain; charset=utf-8'); echo 'gone';`,
		"away.php":   `<?php header('Location: /elsewhere');`,
		"large.php":  `<?php echo str_repeat('0123456789', 30000);`,
		"none.php":   `<?php http_response_code(204);`,
		"etag.php":   `<?php header('ETag: "x"'); header_remove('X-Powered-By'); echo 'tagged';`,
		"fatal.php":  `<?php ini_set('display_errors', '0'); error_log('noted'); nothing();`,
		"flush.php":  `<?php echo 'one'; flush(); echo 'two';`,
	})
	address = reserve(t)
	dir := folder(t, nil)
	socket = filepath.Join(dir, "php.sock")
	pool := "pm = static\npm.max_children = 2\nclear_env = yes\nuser = www-data\ngroup = www-data\nlisten.mode = 0666\n"
	config := folder(t, map[string]string{"fpm.conf": fmt.Sprintf("[global]\nerror_log = %s/error.log\ndaemonize = no\n[port]\nlisten = %s\n%s[socket]\nlisten = %s\n%s",
		dir, address, pool, socket, pool)})
	command := exec.Command(program, "-n", "-F", "-R", "-y", filepath.Join(config, "fpm.conf"), "-d", "cgi.fix_pathinfo=1")
	startApplication(t, command, "unix", socket)
	return address, socket, scripts
}

// TestPHPFPM puts httpd and lbconf in front of the same php-fpm, which must not see a difference, nor may their clients.
func TestPHPFPM(t *testing.T) {
	address, socket, scripts := phpFPM(t)
	config := fmt.Sprintf(`
DocumentRoot %[3]s
ServerAdmin webmaster@site.example
<Directory %[3]s>
    Require all granted
</Directory>
<FilesMatch ".+\.php$">
    SetHandler "proxy:unix:%[2]s|fcgi://localhost"
</FilesMatch>
SetEnv COLOUR blue
SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1
ProxyPass      /port/   fcgi://%[1]s%[3]s/
ProxyPass      /socket/ unix:%[2]s|fcgi://localhost%[3]s/
ProxyPass      /kept/   unix:%[2]s|fcgi://kept%[3]s/ enablereuse=on
ProxyPassMatch ^/match/(.*\.php(/.*)?)$ fcgi://%[1]s%[3]s/$1
ProxyPass      /generic/ fcgi://%[1]s%[3]s/
<Location /generic/>
    ProxyFCGIBackendType GENERIC
    ProxyFCGISetEnvIf "%%{QUERY_STRING} =~ /colour=([a-z]+)/" COLOUR "$1"
    ProxyFCGISetEnvIf true !SERVER_ADMIN
</Location>
<Location /own/>
    ProxyErrorOverride On
    ProxyPass fcgi://%[1]s%[3]s/
</Location>
`, address, socket, scripts)
	large := strings.Repeat("body ", 40000)
	sameAnswers(t, config, []exchange{
		{name: "port", method: "GET", path: "/port/show.php?a=b&c=%20d", fields: []string{"X-Two: a, b", "Cookie: k=v", "Authorization: Basic Zm9vOmJhcg=="}, status: 200, text: "QUERY_STRING=a=b&c=%20d"},
		{name: "socket", method: "GET", path: "/socket/show.php", status: 200, text: "SCRIPT_FILENAME=" + scripts + "/show.php"},
		{name: "kept", method: "GET", path: "/kept/show.php", status: 200, text: "REQUEST_URI=/kept/show.php"},
		{name: "kept again", method: "GET", path: "/kept/show.php", status: 200, text: "REQUEST_URI=/kept/show.php"},
		{name: "match", method: "GET", path: "/match/show.php/info/x", status: 200, text: "PATH_INFO="},
		{name: "generic", method: "GET", path: "/generic/show.php?colour=red", status: 200, text: "COLOUR=red"},
		{name: "head", method: "HEAD", path: "/port/show.php", status: 200},
		{name: "post", method: "POST", path: "/port/show.php", fields: []string{"Content-Type: application/x-www-form-urlencoded"}, body: "a=b", status: 200, text: "CONTENT_LENGTH=3"},
		{name: "large post", method: "POST", path: "/port/show.php", body: large, status: 200, text: "body 200000"},
		{name: "status", method: "GET", path: "/port/status.php", status: 404, text: "gone"},
		{name: "own page", method: "GET", path: "/own/status.php", status: 404, text: "DTD HTML 4.01"},
		{name: "redirect", method: "GET", path: "/port/away.php", status: 302},
		{name: "large", method: "GET", path: "/port/large.php", status: 200, text: "0123456789"},
		{name: "no content", method: "GET", path: "/port/none.php", status: 204},
		{name: "unchanged", method: "GET", path: "/port/etag.php", fields: []string{`If-None-Match: "x"`}, status: 304},
		{name: "changed", method: "GET", path: "/port/etag.php", fields: []string{`If-None-Match: "y"`}, status: 200, text: "tagged"},
		{name: "fatal", method: "GET", path: "/port/fatal.php", status: 500},
		{name: "missing", method: "GET", path: "/port/nothing.php", status: 404, text: "File not found."},
		{name: "handler", method: "GET", path: "/show.php/in/fo?a=b", status: 200, text: "PATH_INFO=/in/fo"},
		{name: "handler, post", method: "POST", path: "/show.php", body: "abc", status: 200, text: "body 3"},
		{name: "handler, status", method: "GET", path: "/status.php", status: 404, text: "gone"},
		{name: "handler, missing", method: "GET", path: "/nothing.php", status: 404, text: "File not found."},
		{name: "flush", method: "GET", path: "/port/flush.php", status: 200, text: "onetwo"},
	})
}
