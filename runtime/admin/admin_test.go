package admin_test

import (
	"fmt"
	"html"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestNothingOfAClientIsMarkup: text that clients and forms put in comes out escaped, on every page.
func TestNothingOfAClientIsMarkup(t *testing.T) {
	s := start(t, cluster)
	const evil, encoded = `"><script>alert(1)</script>`, `%22%3E%3Cscript%3Ealert(1)%3C/script%3E`
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintf(conn, "GET /x?%s HTTP/1.1\r\nHost: a\r\n\r\n", `<script>alert(2)</script>`); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 4096)); err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{
		"b=cluster&nonce=secret&w=" + s.one + "&w_wr=" + encoded + "&w_rr=" + encoded + "&w_hu=" + encoded,
		"b=cluster&nonce=secret&b_ss=" + encoded,
		"b=cluster&nonce=secret&b_wyes=1&b_nwrkr=http://127.0.0.1:9/" + encoded,
	} {
		status, page := s.do(t, "/balancer-manager", form)
		if status != 200 {
			t.Errorf("%s: status %d", form, status)
		}
		if strings.Contains(page, evil) {
			t.Errorf("%s comes out as markup", form)
		}
	}
	if route, _ := s.balancer(t, "cluster").Members[0].Labels(); route != evil {
		t.Errorf("the route is %q", route)
	}
	for _, path := range []string{
		"/server-status", "/server-status?notable", "/balancer-manager", "/balancer-manager?xml=1", "/server-info?config",
		"/balancer-manager?b=cluster&w=" + s.one + "&nonce=" + encoded,
	} {
		if _, page := s.do(t, path, ""); strings.Contains(page, "<script>alert") {
			t.Errorf("%s has the script", path)
		}
	}
}

// TestRequestInWork: a request that its backend keeps waiting stands on the status page as one that is in work, with its
// client and its line, and is counted when it is done.
func TestRequestInWork(t *testing.T) {
	release := make(chan struct{})
	backend, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = backend.Close() }()
	arrived := make(chan struct{})
	go func() {
		conn, err := backend.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		if _, err := conn.Read(make([]byte, 4096)); err != nil {
			return
		}
		close(arrived)
		<-release
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + strings.Repeat("x", 1000))) // the test sees it
	}()
	s := start(t, "ProxyPass /slow http://"+backend.Addr().String()+"/\n"+cluster)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		s.do(t, "/slow?it=is", "")
	}()
	<-arrived
	_, page := s.do(t, "/server-status", "")
	if !regexp.MustCompile(`class="busy"><th scope="row" class="line">GET /slow\?it=is HTTP/1.1</th><td data-label="Mode"><abbr title="Sending Reply">W</abbr></td><td data-label="Client">127.0.0.1</td>`).MatchString(page) {
		t.Errorf("the request is not on the page:\n%s", page)
	}
	var auto string
	until := func(done func() bool) {
		t.Helper()
		for deadline := time.Now().Add(5 * time.Second); ; {
			// What asked before may still be at its log.
			if _, auto = s.do(t, "/server-status?auto", ""); done() {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("it stays so:\n%s", auto)
			}
		}
	}
	until(func() bool {
		return strings.Contains(auto, "\nBusyWorkers: 2\n") && regexp.MustCompile(`\nScoreboard: _*W_*W_*\n`).MatchString(auto)
	})
	close(release)
	<-answered
	until(func() bool {
		return strings.Contains(auto, "\nBusyWorkers: 1\n") && regexp.MustCompile(`\nTotal Accesses: [3-9]`).MatchString(auto) && !strings.Contains(auto, "Total kBytes: 0")
	})
}

// TestPolicy: the pages name what they use and nothing else may come in.
func TestPolicy(t *testing.T) {
	s := start(t, cluster)
	for _, path := range []string{"/balancer-manager", "/server-status", "/server-info"} {
		_, page := s.do(t, path, "")
		for _, outside := range []string{"http-equiv", "src=", " style=", " onclick"} {
			if strings.Contains(page, outside) {
				t.Errorf("%s has %s", path, outside)
			}
		}
	}
}

// TestForm: a form that is too long is refused, and one that is not read to its end changes nothing.
func TestForm(t *testing.T) {
	s := start(t, cluster)
	if status, _ := s.do(t, "/balancer-manager", "b=cluster&nonce=secret&b_tmo=5&x="+strings.Repeat("x", 20<<10)); status != 413 {
		t.Errorf("status %d", status)
	}
	if timeout := s.balancer(t, "cluster").Live().Timeout; timeout != 0 {
		t.Errorf("the timeout is %v", timeout)
	}
}

// TestScriptsForHTTPD: what scripts look for on httpd's page is on this one: Ansible's apache2_mod_proxy reads the version,
// the links and the second table by these expressions, and posts what stands in a link.
func TestScriptsForHTTPD(t *testing.T) {
	s := start(t, cluster)
	_, page := s.do(t, "/balancer-manager", "")
	version := regexp.MustCompile(`SERVER VERSION: APACHE/([\d.]+)`).FindStringSubmatch(strings.ToUpper(page))
	if version == nil || !regexp.MustCompile(`2\.4\.[\d]*`).MatchString(version[1]) {
		t.Errorf("the version is %q", version)
	}
	links := regexp.MustCompile(`<a href="([^"]*)"`).FindAllStringSubmatch(page, -1)
	if len(links) != 7 {
		t.Fatalf("links: %q", links)
	}
	member := regexp.MustCompile(`(b=([\w\.\-]+)&w=(https?|ajp|wss?|ftp|[sf]cgi)://([\w\.\-]+):?(\d*)([/\w\.\-]*)&?[\w\-\=]*)`)
	for _, i := range []int{1, 2, 3, 5, 6} {
		if link := html.UnescapeString(links[i][1]); !member.MatchString(link) {
			t.Errorf("link %d is no member: %s", i, link)
		}
	}
	form := member.FindString(html.UnescapeString(links[1][1])) + "&w_status_I=0&w_status_N=0&w_status_D=1&w_status_H=0"
	if status, _ := s.do(t, "/balancer-manager", form); status != 200 {
		t.Errorf("status %d", status)
	}
	_, page = s.do(t, html.UnescapeString(links[1][1]), "")
	table := regexp.MustCompile(`(?s)<table.*?</table>`).FindAllString(page, -1)[1]
	rows := regexp.MustCompile(`(?s)<tr.*?</tr>`).FindAllString(table, -1)
	keys := regexp.MustCompile(`<th>([^<]*)</th>`).FindAllStringSubmatch(rows[0], -1)
	cells := regexp.MustCompile(`(?s)<td[^>]*>(.*?)</td>`).FindAllStringSubmatch(rows[1], -1)
	if len(keys) != len(cells) {
		t.Fatalf("%d keys, %d values", len(keys), len(cells))
	}
	for i, key := range keys {
		value := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(cells[i][1], "")
		if want, ok := map[string]string{"Route": "one", "Factor": "1.00", "Set": "0", "Status": "Init Dis ", "Busy": "0"}[key[1]]; ok && value != want {
			t.Errorf("%s is %q, want %q", key[1], value, want)
		}
	}
}
