package program_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

var mappingSeeds = flag.Int("mapping-seeds", 15, "how many configurations of mappings are held against httpd")

// randomMappings is a configuration whose paths overlap, so that their order counts.
func randomMappings(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("ServerName main.test\n")
	fmt.Fprintf(&b, "AllowEncodedSlashes %s\n", pick(r, "Off", "On", "NoDecode", "NoDecode"))
	fmt.Fprintf(&b, "MergeSlashes %s\n", pick(r, "On", "On", "Off"))
	if r.IntN(2) == 0 {
		b.WriteString("ProxyPassInterpolateEnv On\n")
	}
	b.WriteString("SetEnvIf X-A (.*) A=$1\nSetEnvIf X-No . no-proxy\n<Proxy balancer://set>\nBalancerMember http://@b3@/M\n</Proxy>\n")
	if r.IntN(3) == 0 {
		fmt.Fprintf(&b, "RewriteEngine On\nRewriteRule %s %s\n", pick(r, "^/a/(.*)", "/b(.*)$"),
			pick(r, "/c/$1 [PT]", "http://@b2@/R/$1 [P]", "balancer://set/R/$1 [P]", "http://@b2@/R/$1 [P,NE]", "- [E=A:r$1]", "- [E=no-proxy:1]"))
	}
	for range 2 + r.IntN(6) {
		switch r.IntN(6) {
		case 0:
			fmt.Fprintf(&b, "ProxyPass %s !\n", pick(r, "/a/b", "/a/b/", "/c", "/a%20b"))
		case 1:
			fmt.Fprintf(&b, "ProxyPassMatch %s http://@%s@/%s%s\n", pick(r, "^/(a|b)(/.*)?$", "/c", "^/([^/]*)/(.*)", "(?i)^/A", `^/a/(.*)\.x$`, "^(.*/)b"),
				pick(r, backends...), pick(r, "", "M$1", "$1/$2", "M", "$0", "m$2?$1"), mappingWords(r))
		case 2:
			fmt.Fprintf(&b, "<Location %s>\nProxyPass %s%s\n</Location>\n", pick(r, "/a", "/a/", "/c/", "/*b", "/[ab]/c"), pick(r, "!", "http://@b2@/L", "http://@b2@/L/$0"), mappingWords(r))
		case 3:
			fmt.Fprintf(&b, "<LocationMatch %s>\nRequire all granted\n</LocationMatch>\n", pick(r, "^/(?<g>a)/", "/b"))
		default:
			path := pick(r, "/", "/a", "/a/", "/a/b", "/b/", "/c", "/a//b", "/a%20b", "/a%2fb", "/${A}")
			url := pick(r, "", "/", "/X", "/X/", "/${A}", "/${A}/${B}x")
			if strings.HasSuffix(path, "/") || strings.HasSuffix(path, "}") { // else the client's path would go on the host
				url = "/" + url
			}
			target := "http://@" + pick(r, backends...) + "@"
			if r.IntN(5) == 0 {
				target = "balancer://set"
			}
			fmt.Fprintf(&b, "ProxyPass %s %s%s%s\n", path, target, url, mappingWords(r))
		}
	}
	return b.String()
}

// mappingWords are words behind the URL of a mapping, but for both nocanon and mapping=servlet: see the departure in
// testdata/conformance/proxy.
func mappingWords(r *rand.Rand) string {
	words := ""
	for range r.IntN(3) {
		words += " " + pick(r, "nocanon", "interpolate", "interpolate", "noquery", "mapping=encoded", "mapping=servlet")
	}
	if strings.Contains(words, "servlet") {
		words = strings.ReplaceAll(words, " nocanon", "")
	}
	return words
}

func randomMappingRequest(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("GET " + pick(r, "/", "/a", "/a/", "/b/", "/c", "/a/b"))
	for range r.IntN(6) {
		b.WriteString(pick(r, "/", "/", "..", ".", "a", "b", "b/", "c", "/b/", "%20b", "%2fb", "%2F", "%252f", "%25", ";x", ";x/", ".x", "/../", "/..;/", "//", "%2e%2e", "%41", "%3f", "%3b", "%", "|"))
	}
	b.WriteString(pick(r, "", "", "", "?", "?q=1", "?a%20/b?"))
	if r.IntN(3) == 0 {
		b.WriteString(" | X-A: " + pick(r, "a", "b/", "c/%20", "$1", "a b"))
	}
	if r.IntN(12) == 0 {
		b.WriteString(" | X-No: 1")
	}
	return b.String()
}

// TestRandomMappings holds that ProxyPass, its kin and its words send requests where httpd sends them, and with the same line.
func TestRandomMappings(t *testing.T) {
	compareRandom(t, 7, randomMappings, randomMappingRequest)
}

// randomReverses is a configuration whose ProxyPassReverse directives and cookie rules overlap.
func randomReverses(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("ServerName main.test:8080\n<Proxy balancer://set>\nBalancerMember http://@b1@\nBalancerMember http://in.test:81/App/\n</Proxy>\n")
	if r.IntN(2) == 0 {
		b.WriteString("ProxyPassInterpolateEnv On\n")
	}
	fmt.Fprintf(&b, "UseCanonicalName %s\nSetEnvIf X-A (.*) A=$1\nProxyPass / http://@b1@/\n", pick(r, "On", "Off"))
	for range 1 + r.IntN(8) {
		flag := pick(r, "", "", " interpolate")
		switch r.IntN(4) {
		case 0:
			fmt.Fprintf(&b, "ProxyPassReverseCookiePath %s %s%s\n", pick(r, "/", "/in", "/in/", "/${A}"), pick(r, "/", "/out", "/${A}/x", "out"), flag)
		case 1:
			fmt.Fprintf(&b, "ProxyPassReverseCookieDomain %s %s%s\n", pick(r, "in.test", ".in.test", "IN", "${A}.test"), pick(r, "out.test", ".out.test", "${A}"), flag)
		case 2:
			fmt.Fprintf(&b, "<Location %s>\nProxyPassReverse %s%s\nProxyPassReverseCookiePath /in /located\n</Location>\n", pick(r, "/", "/a", "/a/b/"), reversed(r), flag)
		default:
			fmt.Fprintf(&b, "ProxyPassReverse %s %s%s\n", pick(r, "/", "/a", "/a/", "/${A}/", "http://pub.test/x", "a"), reversed(r), flag)
		}
	}
	return b.String()
}

// reversed is the URL of a ProxyPassReverse.
func reversed(r *rand.Rand) string {
	return pick(r, "http://in.test/", "http://in.test", "http://in.test:81/", "http://IN.test/App", "/", "/App", "/app/", "balancer://set", "balancer://set/", "balancer://set/sub",
		"balancer://none/", "http://${A}.test/", "https://in.test/", "http://@b1@/")
}

func randomReverseRequest(r *rand.Rand) string {
	line := "GET " + pick(r, "/", "/a", "/a/b/c") + pick(r, "", " | Host: named.test", " | Host: Named.test:82", " | Host: main.test:8080")
	if r.IntN(3) > 0 {
		line += " | X-Location: " + pick(r, "http://in.test", "http://in.test:81", "HTTP://In.Test", "https://in.test", "", "http://@b1@", "balancer://none", "//in.test") +
			pick(r, "/", "/App", "/app/", "/APP/sub/x", "/sub/", "/x?y#z")
	}
	if r.IntN(3) > 0 {
		line += " | X-Cookie: a=b"
		for range r.IntN(4) {
			line += pick(r, ";", "; ", ";; ") + pick(r, "Path=/in", "path=/in/x", "PATH=/", "Path=/IN", "Path=", "Domain=in.test", "domain=.IN.test", "Domain=in.tester", "Secure", "Path =/in", "path=in")
		}
	}
	if r.IntN(3) == 0 {
		line += " | X-A: in"
	}
	return line
}

// TestRandomReverses holds that URLs and cookies of backends become those that httpd makes of them.
func TestRandomReverses(t *testing.T) {
	compareRandom(t, 11, randomReverses, randomReverseRequest)
}

// compareRandom compares the answers of both servers to random requests of random configurations. stream tells the numbers of one
// test from those of another.
func compareRandom(t *testing.T, stream uint64, configuration, request func(*rand.Rand) string) {
	t.Helper()
	for seed := range *mappingSeeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(seed), stream)) //nolint:gosec // a count of tests
			conf := configuration(r)
			var requests []string
			for range 60 {
				requests = append(requests, request(r))
			}
			compareAll(t, conf, requests)
			if t.Failed() {
				t.Log(conf)
			}
		})
	}
}
