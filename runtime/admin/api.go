package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// openAPI describes the paths for programs in OpenAPI 3.1.
//
//go:embed openapi.json
var openAPI []byte

// OpenAPI returns the description of the paths of balancer-manager for programs. It must not be changed.
func OpenAPI() []byte { return openAPI }

// maxDocument bounds what a program may send in bytes.
const maxDocument = 64 << 10

// problem is an error that a program is told (RFC 9457).
type problem struct {
	Status int `json:"status"`
	// Title is the reason of the status.
	Title string `json:"title"`
	// Detail says what is wrong, why, and what to write instead.
	Detail string `json:"detail"`
	// Field is the field of the request that is wrong; empty for none.
	Field string `json:"field,omitempty"`
}

// Error implements error.
func (p *problem) Error() string { return p.Detail }

func problemf(status int, format string, args ...any) *problem {
	titles := map[int]string{
		400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
		412: "Precondition Failed", 413: "Content Too Large", 415: "Unsupported Media Type",
	}
	return &problem{Status: status, Title: titles[status], Detail: fmt.Sprintf(format, args...)}
}

// call is a request of a program.
type call struct {
	manager *manager
	x       *exchange.Exchange
	host    *program.Host
	body    io.Reader
	// base is the path up to the version, segments what follows it.
	base     string
	segments []string
	balancer *upstream.Balancer
	worker   *upstream.Worker
}

// endpoint is a path for programs, with what answers each of its methods.
type endpoint struct {
	// path has {balancer} and {member} where a name stands.
	path string
	get  func(*call) (any, error)
	// patch and post change something; nil where that cannot be.
	patch, post func(*call) (any, error)
}

// endpoints are all paths.
func endpoints() []endpoint {
	return []endpoint{
		{path: "/openapi.json", get: func(*call) (any, error) { return json.RawMessage(openAPI), nil }},
		{path: "/balancers", get: (*call).listBalancers},
		{path: "/balancers/{balancer}", get: (*call).showBalancer, patch: (*call).changeBalancer},
		{path: "/balancers/{balancer}/members", get: (*call).listMembers, post: (*call).addMember},
		{path: "/balancers/{balancer}/members/{member}", get: (*call).showMember, patch: (*call).changeMember},
	}
}

// methods lists what an endpoint answers, for Allow.
func (e *endpoint) methods() []string {
	all := []string{"GET", "HEAD"}
	if e.patch != nil {
		all = append(all, "PATCH")
	}
	if e.post != nil {
		all = append(all, "POST")
	}
	return all
}

// answer answers a program. rest is the path behind the version.
func (m *manager) answer(x *exchange.Exchange, host *program.Host, rest string, body io.Reader) exchange.Content {
	c := &call{manager: m, x: x, host: host, body: body, base: strings.TrimSuffix(string(x.Request.Path), rest)}
	x.Response.Status = 200
	field(x, "Cache-Control", "no-store")
	field(x, "X-Content-Type-Options", "nosniff")
	value, err := c.serve(rest)
	contentType := "application/json"
	if err != nil {
		said, ok := errors.AsType[*problem](err)
		if !ok {
			said = problemf(400, "%v", err)
		}
		x.Response.Status, contentType, value = said.Status, "application/problem+json", said
	}
	document, err := json.Marshal(value)
	if err != nil {
		x.Response.Status = 500
		return exchange.Content{}
	}
	return text(x, contentType, append(document, '\n'))
}

// serve finds what answers the request and lets it.
func (c *call) serve(rest string) (any, error) {
	if err := c.guard(); err != nil {
		return nil, err
	}
	c.segments = strings.Split(rest, "/")
	for _, e := range endpoints() {
		if !c.fits(e.path) {
			continue
		}
		if err := c.find(e.path); err != nil {
			return nil, err
		}
		var do func(*call) (any, error)
		switch string(c.x.Request.Method) {
		case "GET", "HEAD":
			do = e.get
		case "PATCH":
			do = e.patch
		case "POST":
			do = e.post
		}
		if do == nil {
			allowed := strings.Join(e.methods(), ", ")
			field(c.x, "Allow", allowed)
			return nil, problemf(405, "%s is no method of %s: it has %s", c.x.Request.Method, e.path, allowed)
		}
		return do(c)
	}
	return nil, problemf(404, "there is nothing at %s: %s/openapi.json describes what there is", c.base+rest, c.base)
}

// guard refuses who may not come in: without the token where there is one, and pages of other sites, from which a browser of
// somebody who may come in could be made to ask. Those could not send application/json either.
func (c *call) guard() error {
	fields := c.x.Request.Fields
	if want := c.manager.token; len(want) > 0 {
		scheme, token, _ := strings.Cut(string(fields.Get("Authorization")), " ")
		given, wanted := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256(want)
		if subtle.ConstantTimeCompare(given[:], wanted[:]) != 1 || !clib.EqualFold(scheme, "bearer") {
			field(c.x, "WWW-Authenticate", `Bearer realm="balancer-manager"`)
			return problemf(401, "the token is missing or another one: send the field Authorization: Bearer TOKEN, with what is in the file of --api-token-file")
		}
	}
	origin := string(fields.Get("Origin"))
	site := string(fields.Get("Sec-Fetch-Site"))
	if origin != "" && !c.isOwn(origin) || site != "" && site != "same-origin" && site != "none" {
		return problemf(403, "the request comes from a page of another site: send it from a program, or from a page of this host")
	}
	return nil
}

// isOwn says whether an origin is the host that the request is for.
func (c *call) isOwn(origin string) bool {
	parsed, err := url.Parse(origin)
	return err == nil && parsed.Host != "" && clib.EqualFold(parsed.Host, string(c.x.Request.Fields.Get("Host")))
}

// fits says whether the path is one of a pattern.
func (c *call) fits(pattern string) bool {
	parts := strings.Split(pattern, "/")
	return slices.EqualFunc(parts, c.segments, func(part, segment string) bool {
		return part == segment || strings.HasPrefix(part, "{") && segment != ""
	})
}

// find finds the balancer and the member that the path names.
func (c *call) find(pattern string) error {
	for i, part := range strings.Split(pattern, "/") {
		switch name := c.segments[i]; part {
		case "{balancer}":
			at := slices.IndexFunc(c.host.Balancers(), func(b *upstream.Balancer) bool { return short(b) == clib.ToLower(name) })
			if at < 0 {
				return problemf(404, "this server has no balancer %q: %s/balancers lists those that it has", name, c.base)
			}
			c.balancer = c.host.Balancers()[at]
		case "{member}":
			members := c.balancer.Live().Members
			at := slices.IndexFunc(members, func(w *upstream.Worker) bool { return memberID(w) == name })
			if at < 0 {
				return problemf(404, "%s has no member %q: %s/balancers/%s/members lists those that it has, with their id", c.balancer.Name, name, c.base, short(c.balancer))
			}
			c.worker = members[at]
		}
	}
	return nil
}

func (c *call) listBalancers() (any, error) {
	all := []balancerDocument{}
	for _, b := range c.host.Balancers() {
		all = append(all, c.balancerDocument(b))
	}
	return balancerList{all}, nil
}

func (c *call) showBalancer() (any, error) {
	field(c.x, "ETag", c.etag())
	return c.balancerDocument(c.balancer), nil
}

func (c *call) listMembers() (any, error) {
	return memberList{memberDocuments(c.balancer)}, nil
}

func (c *call) showMember() (any, error) {
	field(c.x, "ETag", c.etag())
	return newMemberDocument(c.worker), nil
}

func (c *call) changeBalancer() (any, error) {
	if err := c.change(balancerSettings()); err != nil {
		return nil, err
	}
	return c.showBalancer()
}

func (c *call) changeMember() (any, error) {
	if err := c.change(memberSettings()); err != nil {
		return nil, err
	}
	return c.showMember()
}

// addMember adds a member, which is disabled until somebody enables it.
func (c *call) addMember() (any, error) {
	params, err := c.read(newMemberSettings())
	if err != nil {
		return nil, err
	}
	raw, ok := params["b_nwrkr"]
	if !ok {
		return nil, &problem{Status: 400, Title: "Bad Request", Field: "url", Detail: `the URL of the new member is missing: send {"url": "http://10.0.0.7:8080"}`}
	}
	params["b_wyes"] = "1"
	c.manager.changing.Lock()
	defer c.manager.changing.Unlock()
	if err := c.permit(); err != nil {
		return nil, err
	}
	change := change{host: c.host, balancer: c.balancer, params: params}
	if err := c.manager.apply(c.x, &change); err != nil {
		said := problemf(400, "%v", err)
		if errors.Is(err, program.ErrMemberExists) || errors.Is(err, program.ErrNoRoom) {
			said = problemf(409, "%v", err)
		}
		said.Field = "url"
		return nil, said
	}
	c.worker = program.Member(c.balancer, raw)
	c.x.Response.Status = 201
	field(c.x, "Location", c.base+"/balancers/"+short(c.balancer)+"/members/"+memberID(c.worker))
	return c.showMember()
}

// change applies what the body says, in the way of the page.
func (c *call) change(settings []setting) error {
	params, err := c.read(settings)
	if err != nil {
		return err
	}
	c.manager.changing.Lock()
	defer c.manager.changing.Unlock()
	if err := c.permit(); err != nil {
		return err
	}
	if err := c.checkExpression(params); err != nil {
		return err
	}
	return c.manager.apply(c.x, &change{host: c.host, balancer: c.balancer, worker: c.worker, params: params})
}

// permit says whether the balancer may be changed, and whether it is still what the program has seen of it.
func (c *call) permit() error {
	if c.manager.nonceOf(c.balancer) == "" {
		return problemf(403, "%s has nonce=None, with which nothing of it can be changed while the server runs: leave that out of ProxySet", c.balancer.Name)
	}
	match := string(c.x.Request.Fields.Get("If-Match"))
	if match == "" || match == "*" {
		return nil
	}
	current := c.etag()
	for tag := range strings.SplitSeq(match, ",") {
		if strings.TrimSpace(tag) == current {
			return nil
		}
	}
	return problemf(412, "somebody has changed it meanwhile: read it again and decide anew, or leave If-Match out")
}
