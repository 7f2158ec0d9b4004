package lower_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/lbconf/lbconf/ir"
)

// proxyModules are loaded beyond modulesOf.
var proxyModules = []string{
	"proxy_ajp", "proxy_fcgi", "proxy_scgi", "proxy_uwsgi", "proxy_wstunnel", "proxy_connect", "proxy_ftp", "proxy_express",
	"xml2enc", "proxy_html", "lbmethod_bybusyness", "lbmethod_heartbeat", "heartmonitor", "heartbeat", "proxy_http2",
}

func long(n int) string { return strings.Repeat("x", n) }

var targets = []string{
	"http://b", "http://b/", "http://b/p", "http://b/q/", "HTTP://B/P", "http://b:80/", "http://b:8080/", "http://b:99999/", "http://b:0/", "http://b:/",
	"http://b:x/", "http://b:8x/", "http://b:-1/", "http://b: 80/", "http://[::1]:80/", "http://[::1/", "http://[::1]x/", "http://[::1]", "http:///", "http://", "http:/b", "http:b",
	"http", "b", "/", "/b", "//b/", "///b", "", "!", "!x", "-", "ftp://b", "ajp://b:8009/x", "fcgi://b/", "foo://x/", "foo+1.2-3://x", "1foo://x", "f_o://x", "://b",
	"http://u:p@b/", "http://u@b:x/", "http://u@/", "http://@b:1/", "http://b?x", "http://b#x", "http://b/?x#y", "http://$1/", "http://b:$1/", "http://b:80$1", "http://b$1:8$2x/",
	"http://b/$1", "http://b/$1/x", "http://b/\\$1", "http://b\\x/", "http://a:b:80/", "http://b/c d", "http://b c/", "h2://b", "h2c://b:80", "ws://b/x", "wss://b:443/x",
	"balancer://b", "balancer://b/", "balancer://b/p", "BALANCER://B/x", "balancer://c/", "balancer://", "balancer:///", "balancer:///x", "balancer:", "balancer:c",
	"balancer:/c", "balancers://c", "balancer://b:80/", "balancer://b$1/", "balancer://b_1/",
	"unix:/s|http://b/", "unix:/s|http://localhost", "unix:/s|http:", "unix:/s|http://", "unix:/s|http", "unix:/s", "unix:", "unix:|http://b/", "UNIX:/s|fcgi://b/x", "unix:s|http://b/",
	"unix:/s|b", "unix:/s|", "unix:/s|/b", "unix:/s|http:/b", "unix:/s|http://b:x/", "unix://h/s|http://b", "unix:/s|balancer://b", "unix:/s|unix:/t|http://b", "unix:a:b|http://b",
	"http://" + long(63) + "/", "http://" + long(255) + "/", "http://" + long(256) + "/", "http://b/" + long(400), "balancer://" + long(84), "balancer://" + long(85) + "/x",
	long(15) + "://b", long(20) + "://b", "unix:/" + long(94) + "|http://b/", "unix:/" + long(95) + "|http://b/", "http://%{HTTP_HOST}/", "http://b/%{x}", "http://é/", "http://b.é:x",
}

var paths = []string{
	"/", "/a", "/a/", "a", "", "!", "~", "/b c", "/a*", "/[a]", "/[", "(", "^/(.*)$", "^/x", "/a?b", "http://h/p", "http://h:x/p", "//h/p", "a:b", ":x", "/" + long(62), "/" + long(63), "/" + long(64),
	"http://" + long(63) + "/", "http://" + long(64) + "/", "[::1", "http://[::1", "é", "*", "/a$", "balancer://x", "/x=y", "k=v",
}

var words = []string{
	"nocanon", "NoCanon", "interpolate", "noquery", "mapping=encoded", "mapping=servlet", "Mapping=Servlet", "mapping=x", "mapping=", "mapping", "nocanon=x", "=", "=x", "x=", "x", "/x", "!", "keyword",
	"#c", "retry=1 2", "retry", "timeout=5", "Timeout=0", "unknown=1", "hcunknown=1", "bogus", "http://c/", "balancer://c",
}

// randomWord is key=value with a key of either object and mostly a value that it takes.
func randomWord(r *rand.Rand) string {
	if r.IntN(8) == 0 {
		return one(r, words)
	}
	spec := one(r, ir.WorkerParams())
	if r.IntN(3) == 0 {
		spec = one(r, ir.BalancerParams())
	}
	key := spec.Key
	if r.IntN(8) == 0 {
		key = strings.ToUpper(key)
	}
	value := one(r, moreValuesOf(spec))
	if r.IntN(12) == 0 {
		value = one(r, numbers)
	}
	return key + "=" + value
}

var numbers = []string{
	"1", "0", "-1", "5", "+5", " 5", "5s", "5ms", "5mi", "5min", "5m", "5M", "5MS", "5S", "5h", "0x10", "1e3", "1.5", ".5", "inf", "nan", "1e999", "on", "Off", "", "x", "99", "100", "101", "511", "512", "1000", "1001",
	"2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "99999999999999999999", "-9223372036854775809", "5 s", "500ms", "99ms", "100ms", "-5s", "--5", "9223372036855s", "9223372036854s",
}

func moreValuesOf(spec ir.ParamSpec) []string {
	list := valuesOf(spec)
	if spec.Key == "hcexpr" || spec.Key == "hctemplate" {
		return []string{"up", "UP", "tt", "TT", "nope", ""}
	}
	return append(list, list[0], list[0])
}

func quote(r *rand.Rand, word string) string {
	if word == "" || strings.ContainsAny(word, " #") || r.IntN(10) == 0 {
		return `"` + word + `"`
	}
	return word
}

func target(r *rand.Rand) string {
	if r.IntN(2) == 0 {
		return one(r, []string{"http://b/", "http://b/p", "balancer://b/", "balancer://c/", "http://p/"})
	}
	return one(r, targets)
}

func path(r *rand.Rand) string {
	if r.IntN(2) == 0 {
		return one(r, []string{"/", "/a", "/b/", "^/(.*)$"})
	}
	return one(r, paths)
}

// randomParams is one parameter, or two, on one object.
func randomParams(r *rand.Rand) string {
	var b strings.Builder
	if r.IntN(3) == 0 {
		b.WriteString("ProxyHCExpr up {true}\nProxyHCTemplate tt hcmethod=GET\n")
	}
	var list []string
	for range 1 + r.IntN(3) {
		list = append(list, quote(r, randomWord(r)))
	}
	fmt.Fprintf(&b, one(r, []string{
		"ProxyPass /a http://b/ %s", "ProxyPass /a balancer://b/ %s", "ProxyPassMatch /a http://b/$1 %s", "<Location /x>\nProxyPass http://b/ %s\n</Location>",
		"<Proxy balancer://b>\nBalancerMember http://m %s\n</Proxy>", "BalancerMember balancer://b http://m %s", "<Proxy balancer://b>\nProxySet %s\n</Proxy>",
		"<Proxy http://b>\nProxySet %s\n</Proxy>", "<Proxy http://b %s>\n</Proxy>", "<Proxy balancer://b %s>\n</Proxy>", "ProxyHCTemplate x %s",
		"ProxyPass /a http://b/\nProxySet http://b/ %s", "ProxyPass /a balancer://b/\nProxySet balancer://b %s", "<ProxyMatch http://b/(.*)>\nProxySet %s\n</ProxyMatch>",
		"ProxyPass /a http://b/\nProxyPass /b http://b/c %s", "ProxyPass /a balancer://b/\nProxyPass /b balancer://b/c %s", "BalancerMember balancer://b http://m\nBalancerMember balancer://b http://m/x %s",
	}), strings.Join(list, " "))
	return b.String()
}

// randomProxy is some directives of mod_proxy and its modules in any place.
func randomProxy(r *rand.Rand) string {
	var all []string
	for range 1 + r.IntN(3) {
		all = append(all, somewhere(r, proxyDirective(r), 45))
	}
	return strings.Join(all, "\n")
}

func proxyDirective(r *rand.Rand) string {
	var list []string
	name := one(r, []string{"ProxyPass", "ProxyPass", "ProxyPass", "ProxyPassMatch", "ProxyPassMatch", "BalancerMember", "BalancerMember", "ProxySet", "ProxySet", "<Proxy", "<ProxyMatch", "ProxyPassReverse", "other", "other", "other"})
	switch name {
	case "other":
		return otherProxyDirective(r)
	case "ProxyPass", "ProxyPassMatch", "ProxyPassReverse":
		if r.IntN(8) == 0 {
			list = append(list, "~")
		}
		if r.IntN(4) > 0 {
			list = append(list, path(r))
		}
		if r.IntN(12) > 0 {
			list = append(list, target(r))
		}
	case "BalancerMember":
		if r.IntN(2) > 0 {
			list = append(list, target(r))
		}
		if r.IntN(8) > 0 {
			list = append(list, target(r))
		}
	default:
		if r.IntN(8) > 0 {
			list = append(list, target(r))
		}
	}
	for range r.IntN(3) {
		list = append(list, randomWord(r))
	}
	if r.IntN(10) == 0 {
		r.Shuffle(len(list), func(i, k int) { list[i], list[k] = list[k], list[i] })
	}
	for i := range list {
		list[i] = quote(r, list[i])
	}
	args := strings.Join(list, " ")
	if strings.HasPrefix(name, "<") {
		return fmt.Sprintf("%s %s>\n%s</%s>", name, args, one(r, []string{"", "", "ProxySet retry=5\n", "BalancerMember http://m\n", "RewriteRule a b\n"}), name[1:])
	}
	return name + " " + args
}

// otherProxyDirective is a directive with arguments that are right or wrong.
func otherProxyDirective(r *rand.Rand) string {
	d := one(r, otherProxy)
	if r.IntN(6) == 0 {
		return d.name + " " + one(r, otherProxy[r.IntN(len(otherProxy)):][0].args)
	}
	return d.name + " " + one(r, d.args)
}

var otherProxy = []struct {
	name string
	args []string
}{
	{"ProxyRequests", []string{"On", "off", "x", "", "On On"}},
	{"ProxyRemote", []string{"* http://r", "* http://r:80", "* http://r:x", "* http://r:99999", "* http://", "* http:/r", "* r", "* r:80", "* http://r:80x", "* http://r u:p", "* http://r u:p x", "*", "", "http http://r:", "http://X/ http://R:65535", "* ://r", "* http://r:65536", "* http://r:-1", "* http://[::1]:80", "* \"http://r: 8\"", "* http://r:+80", "* http://r:4294967297"}},
	{"ProxyRemoteMatch", []string{"( http://r", "( r", "^x http://r:80", "^x http://r:x", "x http://r u:p", "x", "[a http://r:99999"}},
	{"NoProxy", []string{".x", "10.", "10.0.0.0/8", "10.0.0.0/33", "10.0.0.0/255.0.0.0", "host", "", "*", "256.0.0.1", "a b c", "10.0.0.0/x", "/8"}},
	{"ProxyBlock", []string{"x", "*", "", "a b", "10.0.0.1", "nosuch.invalid"}},
	{"ProxyDomain", []string{".x", "x", "", "\"\"", ".", ".x y"}},
	{"ProxyReceiveBufferSize", numbers},
	{"ProxyIOBufferSize", numbers},
	{"ProxyMaxForwards", numbers},
	{"ProxyTimeout", numbers},
	{"BalancerGrowth", numbers},
	{"BalancerPersist", []string{"On", "x", "", "off"}},
	{"BalancerInherit", []string{"On", "x", "", "off"}},
	{"ProxyPassInherit", []string{"On", "x", "off"}},
	{"ProxyPassInterpolateEnv", []string{"On", "x", "off", "on off"}},
	{"ProxyVia", []string{"On", "off", "full", "BLOCK", "x", "", "\"\"", "on off"}},
	{"ProxyStatus", []string{"On", "off", "full", "block", "x", ""}},
	{"ProxyBadHeader", []string{"IsError", "ignore", "StartBody", "x", ""}},
	{"ProxyErrorOverride", []string{"On", "off", "on 404", "on 404 500", "on 399", "on 600", "off 404", "404", "on x", "on 404x", "on off 404", "off on 404", "x", "", "on 4e2", "on -404", "on \"\"", "on +404", "on 99999999999999999999"}},
	{"ProxyAddHeaders", []string{"On", "x", "off"}},
	{"ProxyPreserveHost", []string{"On", "x", "off"}},
	{"Proxy100Continue", []string{"On", "x", "off"}},
	{"ProxySourceAddress", []string{"127.0.0.1", "::1", "300.1.1.1", "", "\"\"", "localhost", "a:b", "127.1", "1", "0x7f000001", "nosuch.invalid", "[::1]", "1.2.3.4.5"}},
	{"ProxyPassReverseCookieDomain", []string{"a b", "a", "a b interpolate", "a b c", "a b c d", ""}},
	{"ProxyPassReverseCookiePath", []string{"a b", "a", "a b interpolate", "a b c d"}},
	{"ProxyPassReverse", []string{"/ http://b", "/", "http://b", "http://b interpolate", "/ http://b interpolate", "/ http://b x", "/ http://b interpolate x", "", "/ interpolate", "/ INTERPOLATE x", "/ x y"}},
	{"AllowCONNECT", []string{"443", "443 563", "1-5", "5-1", "x", "1-", "-1", "1x", "1-5x", "", "1--5", "99999999999999999999", "0", "1-+5", "\"1- 5\"", "1-5-9", "443 x", "\"\"", "1- "}},
	{"ProxyFCGIBackendType", []string{"FPM", "generic", "x", "", "\"\""}},
	{"ProxyFCGISetEnvIf", []string{"true X", "true X Y", "true !X", "true !X Y", "true !", "( X", "true", "true X %{REQUEST_URI}", "true X \"%{\"", "true X %{NOPE}", "true X Y Z", "\"true &&\" X", "true \"\" Y", "\"reqenv('a') == 'b'\" X \"%{reqenv:a}\""}},
	{"ProxyFtpListOnWildcard", []string{"On", "x"}},
	{"ProxyFtpEscapeWildcards", []string{"Off", "x"}},
	{"ProxyFtpDirCharset", []string{"x", "", "x y"}},
	{"ProxySCGISendfile", []string{"On", "X-Sendfile", "", "a b"}},
	{"ProxySCGIInternalRedirect", []string{"On", "x", ""}},
	{"ProxyWebsocketFallbackToProxyHttp", []string{"On", "x", ""}},
	{"ProxyExpressEnable", []string{"On", "x", ""}},
	{"ProxyExpressDBMFile", []string{"x", "", "/x", "a b", "\"\""}},
	{"ProxyExpressDBMType", []string{"x", "db", ""}},
	{"ProxyHTMLEnable", []string{"On", "x"}},
	{"ProxyHTMLURLMap", []string{"a b", "a b R", "( b R", "( b", "a b x true", "a b R (", "a b \"\" (", "a", "", "a b Rv (", "( b Rv", "a b R env=x", "a b l !x", "a b c !x=y", "a b c x=y", "a b c \"%{X\"", "a b c x", "a b c \"true && false\"", "a b c ''", "( b Ri", "a b c x=", "a b c =x", "a b c true z", "a b c !", "a b c \"x y\"", "a b c a-b", "a b c 'a'='b'"}},
	{"ProxyHTMLDoctype", []string{"html", "xhtml legacy", "html5 x", "foo", "a b c", "", "\"<!DOCTYPE html>\" x"}},
	{"ProxyHTMLFixups", []string{"lowercase", "x", "", "dospath reset"}},
	{"ProxyHTMLLinks", []string{"a href", "a", "", "a href src"}},
	{"ProxyHTMLEvents", []string{"onclick", "", "a b"}},
	{"ProxyHTMLBufSize", numbers},
	{"ProxyHTMLCharsetOut", []string{"*", "utf-8", ""}},
	{"ProxyHTMLMeta", []string{"On", "x"}},
	{"ProxyHTMLInterp", []string{"On", "x"}},
	{"ProxyHTMLExtended", []string{"On", "x"}},
	{"ProxyHTMLStripComments", []string{"On", "x"}},
	{"xml2EncDefault", []string{"utf-8", "nope", "", "iso-8859-1", "\"\""}},
	{"xml2EncAlias", []string{"utf-8 x", "nope y", "utf-8", "", "iso-8859-1 a b", "utf8 iso-8859-1"}},
	{"xml2StartParse", []string{"html", "", "a b"}},
	{"HeartbeatListen", []string{"239.0.0.1:27999", "239.0.0.1", ":80", "80", "x:y", "", "239.0.0.1:0", "239.0.0.1:99999", "[::1]:80", "127.0.0.1:80"}},
	{"HeartbeatAddress", []string{"239.0.0.1:27999", "239.0.0.1", "80", "x:y", "", "239.0.0.1:0", "[::1]:80"}},
	{"HeartbeatStorage", []string{"logs/x", "", "a b", "\"\""}},
	{"HeartbeatMaxServers", []string{"10", "0", "9", "x", "-1", "", "100"}},
	{"ProxyHCTPsize", numbers},
	{"ProxyHCTemplate", []string{"t hcmethod=GET", "t hcmethod", "", "\"\" hcmethod=GET", "t hcinterval=5", "t hcuri=/x hcexpr=up", "t hctemplate=T"}},
	{"ProxyHCExpr", []string{"up {true}", "up", "", "\"\" {true}", "abcdefghijklmnop {true}", "up {true", "up {(}", "up {true} x", "up {true}x", "up ''", "up { true }"}},
}
