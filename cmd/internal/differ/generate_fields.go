package differ

import (
	"slices"
	"strings"
)

// environment draws what sets variables, those with a meaning before all.
func (d *draw) environment(n *nodes) {
	variable := func() string {
		return d.one("MARK", "MARK", "OTHER=v", "!MARK", "proxy-nokeepalive", "force-proxy-request-1.0", "proxy-sendcl", "proxy-sendchunked", "proxy-initial-not-pooled", "proxy-chain-auth",
			"proxy-interim-response=RFC", "proxy-interim-response=Suppress", "no-proxy", "nokeepalive", "downgrade-1.0", "force-response-1.0", "suppress-error-charset", "no-gzip", "proxy-sendextracrlf",
			"MARK=$1", "proxy-nocanon", "redirect-carefully", "force-no-vary")
	}
	switch d.IntN(8) {
	case 0:
		n.add("SetEnv %s %s", d.one("MARK", "proxy-nokeepalive", "force-proxy-request-1.0", "proxy-sendchunked", "proxy-sendcl", "OTHER", "proxy-interim-response"), d.one("1", "RFC", `"a b"`))
	case 1:
		n.add("UnsetEnv %s", d.one("MARK", "OTHER"))
	case 2:
		n.add("BrowserMatch %s %s", d.one("curl", "^Moz", "."), variable())
	case 3:
		n.add("SetEnvIfNoCase %s %s %s", d.one("X-Mode", "Host", "Cookie"), d.one("A", "^(.)", "TEST"), variable())
	default:
		n.add("SetEnvIf %s %s %s", d.one("Request_URI", "Request_URI", "X-Mode", "Request_Method", "Request_Protocol", "Remote_Addr", "Host", "MARK", "^X-M", "Server_Addr"),
			d.one("^"+d.prefix(), ".", "POST", "^(.+)$", "1", "1.0", "x", "a"), variable())
	}
}

// value is the value of a field that is set.
func (d *draw) value() string {
	return d.one(`"v"`, `"a b"`, `"%{MARK}e"`, `"x-%{OTHER}e-y"`, `"%{REQUEST_URI}e"`, `"expr=%{REQUEST_URI}"`, `"expr=%{HTTP:X-Mode}-%{REMOTE_ADDR}"`, `"%%"`, `"%{HTTPS}s"`, `""`,
		`"expr=%{tolower:%{REQUEST_METHOD}}"`, `"%{BALANCER_WORKER_NAME}e"`, `"expr=%{QUERY_STRING}"`, `"close"`, `"a, b"`, `"expr=%{HTTP_HOST}"`, `"expr=%{req:X-Mode}"`)
}

// when is the condition of a Header or RequestHeader.
func (d *draw) when() string {
	if d.chance(70) {
		return ""
	}
	return " " + d.one("env=MARK", "env=!MARK", `"expr=%{HTTP:X-Mode} == 'a'"`, `"expr=%{REQUEST_METHOD} == 'GET'"`, `"expr=-n %{QUERY_STRING}"`, `"expr=%{REQUEST_URI} =~ m#^/a#"`, "env=OTHER")
}

// header draws a change of the fields of answers.
func (d *draw) header(n *nodes) {
	where := d.one("", "", "", "always ", "onsuccess ")
	name := d.one("X-Out", "X-Out", "X-B", "Set-Cookie", "Cache-Control", "Content-Type", "Location", "X-Multi", "Vary", "ETag", "Server", "Last-Modified", "Content-Location")
	switch d.IntN(9) {
	case 0:
		n.add("Header %sunset %s%s", where, d.one("X-Out", "X-B", "Set-Cookie", "Vary", "ETag", "Server", "Location"), d.when())
	case 1:
		n.add("Header %s%s %s %s %s%s", where, d.one("edit", "edit*"), name, d.one(`"(.)b"`, `"^(.+)$"`, `"a"`, `"test/?"`), d.one(`"$1x"`, `"[$1]"`, `""`, `"%{MARK}e"`, `"$0;$0"`), d.when())
	case 2:
		n.add("Header %sappend %s %s%s", where, name, d.value(), d.when())
	case 3:
		n.add("Header %smerge %s %s%s", where, name, d.value(), d.when())
	case 4:
		n.add("Header %sadd %s %s%s", where, name, d.value(), d.when())
	case 5:
		n.add("Header %ssetifempty %s %s%s", where, name, d.value(), d.when())
	default:
		n.add("Header %sset %s %s%s", where, name, d.value(), d.when())
	}
}

// requestHeader draws a change of the fields that a backend gets.
func (d *draw) requestHeader(n *nodes) {
	name := d.one("X-In", "X-In", "X-Mode", "Cookie", "Authorization", "X-Forwarded-For", "X-Forwarded-Proto", "Accept-Encoding", "X-Multi", "Host", "Range", "User-Agent", "Via")
	switch d.IntN(8) {
	case 0:
		n.add("RequestHeader unset %s%s", name, d.when())
	case 1:
		n.add("RequestHeader %s %s %s %s%s", d.one("edit", "edit*"), name, d.one(`"(.)b"`, `"^(.+)$"`, `"a"`, `"="`), d.one(`"$1x"`, `"[$1]"`, `""`), d.when())
	case 2:
		n.add("RequestHeader append %s %s%s", name, d.value(), d.when())
	case 3:
		n.add("RequestHeader merge %s %s%s", name, d.value(), d.when())
	case 4:
		n.add("RequestHeader add %s %s%s", d.one("X-In", "X-Multi"), d.value(), d.when())
	case 5:
		n.add("RequestHeader setifempty %s %s%s", name, d.value(), d.when())
	default:
		n.add("RequestHeader set %s %s%s", name, d.value(), d.when())
	}
}

// rewriting draws rules with their conditions.
func (d *draw) rewriting(n *nodes) {
	n.add("RewriteEngine On")
	for range 1 + d.IntN(4) {
		for range max(0, d.IntN(4)-1) {
			n.add("RewriteCond %s %s%s", d.one("%{REQUEST_URI}", "%{QUERY_STRING}", "%{HTTP:X-Mode}", "%{HTTP_HOST}", "%{REQUEST_METHOD}", "%{ENV:MARK}", "%{HTTP_COOKIE}", "$1", "%{THE_REQUEST}", "%{REMOTE_ADDR}", "%{SERVER_PROTOCOL}", "%{REQUEST_FILENAME}", "%{HTTPS}", "%{SERVER_NAME}"),
				d.one("a", "!a", "^(.)(.*)$", "=a", "!=POST", `"!^$"`, ">b", "!\\.txt$", "^$", "-f", "!-d", "(.+)=(.+)"), d.one("", "", " [NC]", " [OR]"))
		}
		path := d.prefix()
		pattern := d.one("^"+path+"(.*)$", path, "^(.*)$", "!^"+path, "^"+path+"/?([^/]*)/?(.*)$", "(.+)\\.txt$", "^/([a-z])")
		to := d.one("-", "/$1", "/r/$1", "http://"+d.backend()+"/R/$1", "http://"+d.backend()+"$1", "http://other.test/$1", d.prefix()+"$1", "/$1?q=$1", "/x?a=%1", "http://"+d.backend()+"/%{REQUEST_URI}?%{QUERY_STRING}", "http://moved.test$1", "/files/a.txt", "/y%20z/$1", "/%{ENV:OTHER}/$1")
		if len(d.balancers) > 0 && d.chance(15) {
			to = "balancer://" + d.one(d.balancers...) + d.one("$1", "/$1", "/R/$1")
		}
		forwards := strings.HasPrefix(to, "http://@") || strings.HasPrefix(to, "balancer:")
		var list []string
		for range 1 + d.IntN(3) {
			flag := d.one("P", "P", "P", "R,L", "R=301,L", "L", "L", "NE", "QSA", "QSD", "B", "PT", "END", "F", "G", "NC", "E=MARK:$1", "E=OTHER:%1", "S=1", "C", "R=404,L", "BNP", "E=no-proxy:1", "E=!MARK", "B=x", "UnsafeAllow3F", "DPI")
			if flag == "PT" && strings.Contains(to, "ENV:") {
				flag = "L" // what is empty leaves no path
			}
			if flag == "P" && !forwards {
				flag = "L" // it would fetch from itself, or from a host that has no address
			}
			list = append(list, flag)
		}
		if strings.Contains(to, "://") && !slices.Contains(list, "P") {
			list = append(list, "L") // what rules behind it make of the URL keeps its status of a redirect
		}
		flags := strings.Join(list, ",")
		if to == "-" && d.chance(50) {
			flags = d.one("F", "G", "E=MARK:1", "L", "R=403", "S=1", "E=proxy-nokeepalive:1", "C", "NS,L")
		}
		n.add("RewriteRule \"%s\" \"%s\" [%s]", pattern, to, flags)
	}
}
