package admin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/testenv"
	"github.com/lbconf/lbconf/runtime/admin"
	"github.com/lbconf/lbconf/runtime/upstream"
)

const api = "/balancer-manager/api/v1"

// answer is a response.
type answer struct {
	status int
	header http.Header
	text   string
	// body is what a program reads in text.
	body map[string]any
}

// call sends a request of a program. fields are "Name: value"; a body has the type of JSON unless they say another.
func (s *site) call(t *testing.T, method, path, body string, fields ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, field := range fields {
		name, value, _ := strings.Cut(field, ": ")
		request.Header.Set(name, value)
	}
	a := exchange(t, request)
	if len(a.text) > 0 {
		if err := json.Unmarshal([]byte(a.text), &a.body); err != nil {
			t.Fatalf("%s %s: %v in %q", method, path, err, a.text)
		}
	}
	return a
}

// member returns the path of the nth member of cluster.
func (s *site) member(t *testing.T, n int) string {
	t.Helper()
	list := s.call(t, "GET", api+"/balancers/cluster/members", "").body["members"].([]any)
	return api + "/balancers/cluster/members/" + list[n].(map[string]any)["id"].(string)
}

// TestAPIChanges: what a program changes is what the page shows and the balancer goes by.
func TestAPIChanges(t *testing.T) {
	s := start(t, "ProxyHCExpr up {%{REQUEST_STATUS} == 200}\n"+cluster)
	one := s.member(t, 0)
	a := s.call(t, "PATCH", one, `{"load_factor": 2.5, "set": 3, "route": "uno", "redirect": "two",
		"status": {"draining": true, "hot_spare": true, "health_check_failed": true},
		"health_check": {"method": "GET", "interval_ms": 1500, "passes": 2, "fails": 4, "uri": "/up", "expression": "UP"}}`)
	if a.status != 200 {
		t.Fatalf("%d %v", a.status, a.body)
	}
	w := s.balancer(t, "cluster").Members[0]
	route, redirect := w.Labels()
	check, texts := w.Slot.Check(), w.Texts()
	got := fmt.Sprintln(w.Slot.Factor(), w.Slot.LBSet(), route, redirect, w.Slot.Status(), check.Method, check.Interval, check.Passes, check.Fails, texts.CheckURI, texts.CheckExpr)
	if want := "250 3 uno two ONRC GET 1.5s 2 4 /up up\n"; got != want {
		t.Errorf("the member is %s, want %s", got, want)
	}
	again := s.call(t, "GET", one, "")
	if diff := cmp.Diff(a.body, again.body); diff != "" || a.header.Get("ETag") != again.header.Get("ETag") {
		t.Errorf("what a change answers is another thing than what is there: %s", diff)
	}
	if a := s.call(t, "PATCH", one, `{"route": "", "status": {"draining": false}}`); a.status != 200 || a.body["route"] != "" || a.body["set"] != 3. {
		t.Errorf("%d %v", a.status, a.body)
	}
	const balancer = api + "/balancers/cluster"
	a = s.call(t, "PATCH", balancer, `{"method": "heartbeat", "sticky_session": "A|b", "no_failover": true, "timeout": 7, "max_attempts": 0}`)
	live := s.balancer(t, "cluster").Live()
	if a.status != 200 || live.Method.String() != "heartbeat" || live.StickyCookie != "A" || live.StickyParam != "b" || !live.NoFailover || live.Timeout.Seconds() != 7 || live.MaxAttempts != 0 {
		t.Errorf("%d %v: %+v", a.status, a.body, live)
	}
	if a := s.call(t, "PATCH", balancer, `{"sticky_session": ""}`); a.body["sticky_session"] != "" || a.body["timeout"] != 7. {
		t.Errorf("%d %v", a.status, a.body)
	}
	if _, page := s.do(t, "/balancer-manager", ""); !strings.Contains(page, "heartbeat") {
		t.Error("the page does not show the method")
	}
}

// TestAPIMembers: members are added as far as growth= goes, disabled, and once.
func TestAPIMembers(t *testing.T) {
	s := start(t, cluster)
	const members = api + "/balancers/cluster/members"
	a := s.call(t, "POST", members, `{"url": "http://127.0.0.1:2/x"}`)
	if a.status != 201 || a.body["url"] != "http://127.0.0.1:2/x" || a.body["usable"] != false {
		t.Fatalf("%d %v", a.status, a.body)
	}
	if again := s.call(t, "GET", a.header.Get("Location"), ""); again.status != 200 || again.body["url"] != "http://127.0.0.1:2/x" {
		t.Errorf("behind Location %s: %d %v", a.header.Get("Location"), again.status, again.body)
	}
	for _, c := range []struct {
		body   string
		status int
		says   string
	}{
		{`{"url": "http://127.0.0.1:2/x"}`, 409, "there already"},
		{`{"url": "http://127.0.0.1:2/xy"}`, 409, "there already"},
		{`{"url": "nonsense"}`, 400, "no URL"},
		{`{"url": "ftp://127.0.0.1:2"}`, 400, "ftp"},
		{`{"url": 7}`, 400, "a text"},
		{`{}`, 400, "at least one"},
		{`{"url": "http://127.0.0.1:4/"}`, 201, ""},
		{`{"url": "http://127.0.0.1:5/"}`, 409, "growth="},
	} {
		a := s.call(t, "POST", members, c.body)
		if detail, _ := a.body["detail"].(string); a.status != c.status || !strings.Contains(detail, c.says) {
			t.Errorf("%s: %d %v, want %d %q", c.body, a.status, a.body, c.status, c.says)
		}
	}
	if n := len(s.balancer(t, "cluster").Live().Members); n != 5 {
		t.Errorf("there are %d members", n)
	}
}

// TestAPIRefuses: whatever is wrong is told with a status, the field and what to send instead, and changes nothing.
func TestAPIRefuses(t *testing.T) {
	s := start(t, "ProxyHCExpr up {%{REQUEST_STATUS} == 200}\n"+cluster)
	one := s.member(t, 0)
	const balancer = api + "/balancers/cluster"
	before := fmt.Sprint(s.call(t, "GET", balancer, "").body)
	for _, c := range []struct {
		method, path, body string
		fields             []string
		status             int
		field, says        string
	}{
		{"PATCH", one, `{"load_factor": 0}`, nil, 400, "load_factor", "from 1 to 100"},
		{"PATCH", one, `{"load_factor": 100.5}`, nil, 400, "load_factor", "from 1 to 100"},
		{"PATCH", one, `{"load_factor": "2"}`, nil, 400, "load_factor", "a number"},
		{"PATCH", one, `{"load_factor": null}`, nil, 400, "load_factor", "a number"},
		{"PATCH", one, `{"set": 1.5}`, nil, 400, "set", "a whole number"},
		{"PATCH", one, `{"set": 100}`, nil, 400, "set", "from 0 to 99"},
		{"PATCH", one, `{"set": 1, "set": 2}`, nil, 400, "set", "twice"},
		{"PATCH", one, `{"Set": 1}`, nil, 400, "Set", "there are load_factor, set"},
		{"PATCH", one, `{"set": 1, "url": "http://x"}`, nil, 400, "url", "no field url"},
		{"PATCH", one, `{"route": "` + strings.Repeat("x", 64) + `"}`, nil, 400, "route", "63 bytes"},
		{"PATCH", one, `{"route": "a\u0000b"}`, nil, 400, "route", "a text"},
		{"PATCH", one, `{"status": {"draining": 1}}`, nil, 400, "status.draining", "true or false"},
		{"PATCH", one, `{"status": {"error": false}}`, nil, 400, "status.error", "there are ignore_errors"},
		{"PATCH", one, `{"status": true}`, nil, 400, "status", "no JSON object"},
		{"PATCH", one, `{"status": {}}`, nil, 400, "", "changes nothing"},
		{"PATCH", one, `{"health_check": {"method": "get"}}`, nil, 400, "health_check.method", "one of NONE, TCP"},
		{"PATCH", one, `{"health_check": {"interval_ms": 99}}`, nil, 400, "health_check.interval_ms", "from 100"},
		{"PATCH", one, `{"health_check": {"passes": 0}}`, nil, 400, "health_check.passes", "from 1"},
		{"PATCH", one, `{"health_check": {"method": "GET", "expression": "down"}}`, nil, 400, "health_check.expression", "ProxyHCExpr"},
		{"PATCH", one, `{"health_check": {"expression": "up"}}`, nil, 400, "health_check.expression", "no response"},
		{"PATCH", balancer, `{"method": "random"}`, nil, 400, "method", "byrequests, bytraffic"},
		{"PATCH", balancer, `{"timeout": 7201}`, nil, 400, "timeout", "seconds"},
		{"PATCH", balancer, `{"max_attempts": -1}`, nil, 400, "max_attempts", "from 0 to 99"},
		{"PATCH", balancer, `{"sticky_session": "-"}`, nil, 400, "sticky_session", "none"},
		{"PATCH", balancer, `{"sticky_session": "|x"}`, nil, 400, "sticky_session", "COOKIE"},
		{"PATCH", balancer, ``, []string{"Content-Type: application/json"}, 400, "", "begin with {"},
		{"PATCH", balancer, `[]`, nil, 400, "", "begin with {"},
		{"PATCH", balancer, `{"timeout": 1`, nil, 400, "", "no end"},
		{"PATCH", balancer, `{"timeout": 1} {}`, nil, 400, "", "follows its end"},
		{"PATCH", balancer, `{"timeout": 1, }`, nil, 400, "", "no JSON object"},
		{"PATCH", balancer, `{"timeout": 1` + strings.Repeat(" ", 70_000) + `}`, nil, 413, "", "longer than"},
		{"PATCH", balancer, `timeout=1`, []string{"Content-Type: application/x-www-form-urlencoded"}, 415, "", "application/json"},
		{"PATCH", balancer, `{"timeout": 1}`, []string{"Content-Type: text/plain"}, 415, "", "application/json"},
		{"PATCH", balancer, `{"timeout": 1}`, []string{"Origin: http://evil.test"}, 403, "", "another site"},
		{"PATCH", balancer, `{"timeout": 1}`, []string{"Origin: null"}, 403, "", "another site"},
		{"PATCH", balancer, `{"timeout": 1}`, []string{"Sec-Fetch-Site: cross-site"}, 403, "", "another site"},
		{"GET", balancer, ``, []string{"Sec-Fetch-Site: same-site"}, 403, "", "another site"},
		{"PATCH", balancer, `{"timeout": 1}`, []string{`If-Match: "other", "another"`}, 412, "", "meanwhile"},
		{"PATCH", api + "/balancers/reports", `{"timeout": 1}`, nil, 403, "", "nonce=None"},
		{"POST", api + "/balancers/reports/members", `{"url": "http://127.0.0.1:3"}`, nil, 403, "", "nonce=None"},
		{"GET", api + "/balancers/other", ``, nil, 404, "", "no balancer"},
		{"PATCH", api + "/balancers/cluster/members/0", `{"set": 1}`, nil, 404, "", "no member"},
		{"GET", api, ``, nil, 404, "", "openapi.json"},
		{"GET", api + "/", ``, nil, 404, "", "openapi.json"},
		{"GET", api + "/balancers/", ``, nil, 404, "", "openapi.json"},
		{"POST", balancer, `{"timeout": 1}`, nil, 405, "", "GET, HEAD, PATCH"},
		{"DELETE", one, ``, nil, 405, "", "GET, HEAD, PATCH"},
		{"PUT", api + "/balancers", ``, nil, 405, "", "GET, HEAD"},
	} {
		a := s.call(t, c.method, c.path, c.body, c.fields...)
		detail, _ := a.body["detail"].(string)
		field, _ := a.body["field"].(string)
		if a.status != c.status || field != c.field || !strings.Contains(detail, c.says) || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s %.80s: %d %v, want %d at %q: %q", c.method, c.path, c.body, a.status, a.body, c.status, c.field, c.says)
		}
		if c.status == 405 && a.header.Get("Allow") != c.says {
			t.Errorf("%s %s: Allow: %s", c.method, c.path, a.header.Get("Allow"))
		}
	}
	if after := fmt.Sprint(s.call(t, "GET", balancer, "").body); after != before {
		t.Errorf("something was changed:\n%s\n%s", before, after)
	}
}

// TestAPILostUpdates: a change for what somebody else has changed meanwhile is refused, and counters are no change.
func TestAPILostUpdates(t *testing.T) {
	s := start(t, cluster)
	one := s.member(t, 0)
	seen := s.call(t, "GET", one, "").header.Get("ETag")
	s.do(t, "/x", "") // counts
	if a := s.call(t, "PATCH", one, `{"set": 4}`, "If-Match: "+seen); a.status != 200 || a.header.Get("ETag") == seen {
		t.Errorf("%d, ETag %s as before", a.status, a.header.Get("ETag"))
	}
	if a := s.call(t, "PATCH", one, `{"set": 5}`, "If-Match: "+seen); a.status != 412 {
		t.Errorf("the second of two changes for the same: %d", a.status)
	}
	if a := s.call(t, "PATCH", one, `{"set": 5}`, `If-Match: "x", `+s.call(t, "GET", one, "").header.Get("ETag")); a.status != 200 {
		t.Errorf("with what is there now: %d", a.status)
	}
	if status, _ := s.do(t, "/balancer-manager", "b=cluster&nonce=secret&w="+s.one+"&w_ls=6"); status != 200 {
		t.Fatal(status)
	}
	if a := s.call(t, "GET", one, ""); a.body["set"] != 6. {
		t.Errorf("what the page changed is not there: %v", a.body)
	}
}

// TestAPIToken: with a token nobody comes in without it, and it is not what another length or case of it is.
func TestAPIToken(t *testing.T) {
	s := startWith(t, cluster, admin.Options{Token: []byte("a-token-of-some-length")})
	for _, field := range []string{"X: y", "Authorization: Bearer", "Authorization: Bearer a-token-of-some-lengt", "Authorization: Bearer A-token-of-some-length", "Authorization: Basic a-token-of-some-length"} {
		a := s.call(t, "GET", api+"/balancers", "", field)
		if a.status != 401 || a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d %v", field, a.status, a.header)
		}
	}
	if a := s.call(t, "GET", api+"/balancers", "", "Authorization: bearer  a-token-of-some-length"); a.status != 200 {
		t.Errorf("with the token: %d %v", a.status, a.body)
	}
	if status, _ := s.do(t, "/balancer-manager", ""); status != 200 {
		t.Errorf("the page, which Require guards: %d", status)
	}
}

// TestAPIIsThePage: the paths of the page itself stay the page's, and its methods httpd's.
func TestAPIIsThePage(t *testing.T) {
	s := start(t, cluster)
	for path, want := range map[string]string{"/balancer-manager/": "text/html; charset=utf-8", "/balancer-manager/api/v12": "text/html; charset=utf-8", "/balancer-manager/api/v1/balancers": "application/json"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodHead, s.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		a := exchange(t, request)
		if got := a.header.Get("Content-Type"); got != want || a.status != 200 {
			t.Errorf("%s: %d %s, want %s", path, a.status, got, want)
		}
	}
}

// TestAPIExamples runs the examples of docs/admin.md.
func TestAPIExamples(t *testing.T) {
	testenv.Program(t, "curl")
	page, err := os.ReadFile("../../docs/admin.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "<!-- api -->\n```sh\n")
	example, _, ok := strings.Cut(example, "```")
	if !ok {
		t.Fatal("docs/admin.md has no examples of the API")
	}
	s := start(t, strings.Replace(cluster, "BalancerMember TWO route=two status=+H", "BalancerMember http://10.0.0.7:8080", 1))
	command := exec.CommandContext(t.Context(), "sh", "-eux", "-c", strings.ReplaceAll(example, "http://proxy.example.com", s.url))
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b := s.balancer(t, "cluster").Live()
	w := b.Members[1]
	if !w.Slot.Status().Has(ir.StatusDrain) || w.Slot.Factor() != 250 || w.Slot.Check().Method != upstream.CheckGet || b.Method != upstream.ByBusyness || b.StickyParam != "jsessionid" || len(b.Members) != 4 {
		t.Errorf("after the examples: %v, factor %d, %+v, %+v", w.Slot.Status(), w.Slot.Factor(), w.Slot.Check(), b)
	}
}
