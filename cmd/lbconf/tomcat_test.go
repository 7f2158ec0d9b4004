package main

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/parser/testenv"
)

const tomcatHome = "/usr/share/tomcat10"

// tomcat starts Tomcat with a connector of AJP without a secret and one with.
func tomcat(t *testing.T) (open, secret string) {
	t.Helper()
	testenv.File(t, tomcatHome+"/bin/bootstrap.jar", "tomcat10")
	java := testenv.Program(t, "java")
	open, secret = reserve(t), reserve(t)
	port := func(address string) string {
		_, port, _ := net.SplitHostPort(address)
		return port
	}
	base := folder(t, map[string]string{
		"conf/server.xml": fmt.Sprintf(`<Server port="-1"><Service name="Catalina">
<Connector port="%s" address="127.0.0.1" protocol="AJP/1.3" secretRequired="false" allowedRequestAttributesPattern=".*"/>
<Connector port="%s" address="127.0.0.1" protocol="AJP/1.3" secret="geheim"/>
<Engine name="Catalina" defaultHost="localhost" jvmRoute="node1">
<Realm className="org.apache.catalina.realm.MemoryRealm"/>
<Host name="localhost" appBase="webapps" autoDeploy="false" deployOnStartup="false">
<Context path="" docBase="ROOT" privileged="true"/></Host></Engine></Service></Server>`, port(open), port(secret)),
		"conf/tomcat-users.xml": `<tomcat-users/>`,
		"webapps/ROOT/WEB-INF/web.xml": `<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0" metadata-complete="true">
<servlet><servlet-name>default</servlet-name><servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class></servlet>
<servlet><servlet-name>cgi</servlet-name><servlet-class>org.apache.catalina.servlets.CGIServlet</servlet-class>
<init-param><param-name>cgiPathPrefix</param-name><param-value>WEB-INF/cgi</param-value></init-param>
<init-param><param-name>executable</param-name><param-value>/bin/sh</param-value></init-param>
<init-param><param-name>enableCmdLineArguments</param-name><param-value>false</param-value></init-param></servlet>
<servlet-mapping><servlet-name>default</servlet-name><url-pattern>/</url-pattern></servlet-mapping>
<servlet-mapping><servlet-name>cgi</servlet-name><url-pattern>/cgi/*</url-pattern></servlet-mapping>
<security-constraint><web-resource-collection><web-resource-name>s</web-resource-name><url-pattern>/login/*</url-pattern></web-resource-collection>
<auth-constraint><role-name>nobody</role-name></auth-constraint></security-constraint>
<login-config><auth-method>FORM</auth-method><form-login-config><form-login-page>/form.txt</form-login-page>
<form-error-page>/form.txt</form-error-page></form-login-config></login-config>
<security-role><role-name>nobody</role-name></security-role></web-app>`,
		"webapps/ROOT/form.txt":  "who are you\n",
		"webapps/ROOT/large.txt": strings.Repeat("0123456789abcdef", 20000),
		"webapps/ROOT/sub/a.txt": "a\n",
		"webapps/ROOT/WEB-INF/cgi/echo.sh": `printf 'Content-Type: text/plain\nX-Made-By: echo\n\n'
env | grep -E '^(REQUEST_METHOD|QUERY_STRING|PATH_INFO|REMOTE_ADDR|SERVER_NAME|SERVER_PROTOCOL|CONTENT_LENGTH|CONTENT_TYPE|AUTH_TYPE|HTTP_X_[A-Z_]*|HTTP_HOST|HTTP_COOKIE)=' | sort
[ "${CONTENT_LENGTH:-0}" -gt 0 ] && printf 'body %s\n' "$(cat | cksum)"
exit 0
`,
		"logs/x": "", "temp/x": "", "work/x": "",
	})
	command := exec.Command(java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Xmx96m",
		"-cp", tomcatHome+"/bin/bootstrap.jar:"+tomcatHome+"/bin/tomcat-juli.jar",
		"-Dcatalina.home="+tomcatHome, "-Dcatalina.base="+base, "-Djava.io.tmpdir="+filepath.Join(base, "temp"),
		"org.apache.catalina.startup.Bootstrap", "start")
	startApplication(t, command, "tcp", open, secret)
	return open, secret
}

// TestTomcat puts httpd and lbconf in front of the same Tomcat, which must not see a difference, nor may their clients.
func TestTomcat(t *testing.T) {
	open, secret := tomcat(t)
	dead := reserve(t)
	config := fmt.Sprintf(`
<Proxy balancer://nodes>
    BalancerMember ajp://%s route=node1 ping=2
    BalancerMember ajp://%s route=node2
    ProxySet stickysession=JSESSIONID|jsessionid
</Proxy>
ProxyPreserveHost On
ProxyPass        /open/   ajp://%[1]s/
ProxyPass        /wrong/  ajp://%[3]s/sub/ secret=falsch
ProxyPass        /none/   ajp://%[3]s/login/
ProxyPass        /secret/ ajp://%[3]s/ secret=geheim
ProxyPass        /nodes/  balancer://nodes/
ProxyPassReverse /open/   http://site.example/
ProxyErrorOverride Off
<Location /open/own/>
    ProxyErrorOverride On
    ProxyPass ajp://%[1]s/
</Location>
`, open, dead, secret)
	large := strings.Repeat("body ", 20000)
	sameAnswers(t, config, []exchange{
		{name: "file", method: "GET", path: "/open/sub/a.txt", status: 200, text: "a\n"},
		{name: "head", method: "HEAD", path: "/open/sub/a.txt", status: 200},
		{name: "large file", method: "GET", path: "/open/large.txt", status: 200, text: "0123456789abcdef"},
		{name: "range", method: "GET", path: "/open/large.txt", fields: []string{"Range: bytes=2-5"}, status: 206, text: "2345"},
		{name: "unchanged", method: "GET", path: "/open/sub/a.txt", fields: []string{"If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"}, status: 304},
		{name: "folder", method: "GET", path: "/open/sub?x=1", status: 302},
		{name: "missing", method: "GET", path: "/open/nothing", status: 404},
		{name: "own page", method: "GET", path: "/open/own/nothing", status: 404, text: "DTD HTML 4.01"},
		{name: "echo", method: "GET", path: "/open/cgi/echo.sh/info/%C3%A9?a=b&c=%20d", fields: []string{"X-One: 1", "X-Two: a, b", "Cookie: k=v"}, status: 200, text: "QUERY_STRING=a=b&c=%20d"},
		{name: "post", method: "POST", path: "/open/cgi/echo.sh", fields: []string{"Content-Type: text/x"}, body: "hello", status: 200, text: "CONTENT_LENGTH=5"},
		{name: "large post", method: "POST", path: "/open/cgi/echo.sh", body: large, status: 200, text: "CONTENT_LENGTH=100000"},
		{name: "put", method: "PUT", path: "/open/cgi/echo.sh", body: "x", status: 405},
		{name: "unknown method", method: "PURGE", path: "/open/sub/a.txt", status: 501},
		{name: "options", method: "OPTIONS", path: "/open/sub/a.txt", status: 200},
		{name: "secret", method: "GET", path: "/secret/cgi/echo.sh", status: 200, text: "SERVER_NAME=site.example"},
		{name: "wrong secret", method: "GET", path: "/wrong/a.txt", status: 403},
		{name: "no secret", method: "GET", path: "/none/a.txt", status: 403},
		{name: "session", method: "GET", path: "/open/login/", status: 200, text: "who are you"},
		{name: "sticky by cookie", method: "GET", path: "/nodes/sub/a.txt", fields: []string{"Cookie: JSESSIONID=0123.node1"}, status: 200, text: "a\n"},
		{name: "sticky by path", method: "GET", path: "/nodes/sub/a.txt;jsessionid=0123.node1", status: 200, text: "a\n"},
		{name: "route that is down", method: "GET", path: "/nodes/sub/a.txt", fields: []string{"Cookie: JSESSIONID=0123.node2"}, status: 200, text: "a\n"},
		{name: "post to the one that is up", method: "POST", path: "/nodes/cgi/echo.sh", body: "abc", status: 200, text: "CONTENT_LENGTH=3"},
	})
}
