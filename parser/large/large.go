// Package large is the configuration that speed and memory are measured on. The benchmarks and lbbench measure the same one.
package large

import (
	"bytes"
	"fmt"
)

// VirtualHosts returns a configuration of n virtual hosts of sixteen lines, as a tool writes them: a redirect, a rule with
// [P], three ProxyPass, and a balancer of two members. httpd accepts it, and no rule of lint fires on it.
func VirtualHosts(n int) []byte {
	var source bytes.Buffer
	source.WriteString("ServerName localhost\nListen 80\n")
	for i := range n {
		fmt.Fprintf(&source, `<VirtualHost *:80>
    ServerName host%[1]d.example.com
    RewriteEngine On
    RewriteCond %%{HTTP_HOST} ^www\.
    RewriteRule ^/www/(.*) https://host%[1]d.example.com/$1 [R=301,L]
    RewriteRule ^/legacy/(.*) http://backend%[1]d.example.com:8080/legacy/$1 [P]
    ProxyPass /static !
    ProxyPass /api balancer://api%[1]d
    ProxyPassReverse /api balancer://api%[1]d
    ProxyPass / http://backend%[1]d.example.com:8080/
    ProxyPassReverse / http://backend%[1]d.example.com:8080/
    <Proxy balancer://api%[1]d>
        BalancerMember http://a%[1]d.example.com:8080
        BalancerMember http://b%[1]d.example.com:8080
    </Proxy>
</VirtualHost>
`, i)
	}
	return source.Bytes()
}
