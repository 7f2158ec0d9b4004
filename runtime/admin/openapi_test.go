package admin_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lbconf/lbconf/runtime/admin"
)

// document is what the tests look at in the description of the paths for programs.
type document struct {
	OpenAPI    string
	Paths      map[string]map[string]json.RawMessage
	Components struct{ Schemas map[string]schema }
}

type operation struct {
	RequestBody *struct {
		Content map[string]struct{ Schema schema }
	}
	Responses map[string]struct {
		Headers map[string]json.RawMessage
		Content map[string]struct{ Schema schema }
	}
}

// schema is as much of JSON Schema as the description uses.
type schema struct {
	Ref                  string `json:"$ref"`
	Type                 string
	Properties           map[string]schema
	Required             []string
	AdditionalProperties *bool
	Items                *schema
	Enum                 []string
	Minimum, Maximum     *float64
	MaxLength            *int
}

func describe(t *testing.T) *document {
	t.Helper()
	var d document
	if err := json.Unmarshal(admin.OpenAPI(), &d); err != nil {
		t.Fatal(err)
	}
	if d.OpenAPI != "3.1.0" {
		t.Errorf("openapi is %q", d.OpenAPI)
	}
	return &d
}

// of follows a reference.
func (d *document) of(t *testing.T, s schema) schema {
	t.Helper()
	if s.Ref == "" {
		return s
	}
	found, ok := d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	if !ok {
		t.Fatalf("there is no %s", s.Ref)
	}
	return found
}

// check compares a value with a schema.
func (d *document) check(t *testing.T, at string, s schema, value any) {
	t.Helper()
	s = d.of(t, s)
	switch value := value.(type) {
	case map[string]any:
		if s.Type != "object" {
			t.Errorf("%s: an object, want %s", at, s.Type)
		}
		if s.AdditionalProperties == nil { // openapi.json itself
			return
		}
		for name, v := range value {
			property, ok := s.Properties[name]
			if !ok {
				t.Errorf("%s.%s is not described", at, name)
				continue
			}
			d.check(t, at+"."+name, property, v)
		}
		for _, name := range s.Required {
			if _, ok := value[name]; !ok {
				t.Errorf("%s.%s is missing", at, name)
			}
		}
	case []any:
		if s.Type != "array" {
			t.Errorf("%s: an array, want %s", at, s.Type)
			return
		}
		for i, v := range value {
			d.check(t, at+"["+strconv.Itoa(i)+"]", *s.Items, v)
		}
	case string:
		if s.Type != "string" || s.Enum != nil && !slices.Contains(s.Enum, value) || s.MaxLength != nil && len(value) > *s.MaxLength {
			t.Errorf("%s: %q does not fit %+v", at, value, s)
		}
	case float64:
		if s.Type != "number" && s.Type != "integer" || s.Type == "integer" && value != float64(int64(value)) {
			t.Errorf("%s: %v does not fit %+v", at, value, s)
		}
	case bool:
		if s.Type != "boolean" {
			t.Errorf("%s: %v does not fit %+v", at, value, s)
		}
	default:
		t.Errorf("%s: %v", at, value)
	}
}

// TestOpenAPIPaths: the description has the paths and methods that there are, and no others.
func TestOpenAPIPaths(t *testing.T) {
	described := make(map[string][]string)
	for path, item := range describe(t).Paths {
		for method := range item {
			if method != "parameters" {
				described[path] = append(described[path], strings.ToUpper(method))
			}
		}
		slices.Sort(described[path])
	}
	if diff := cmp.Diff(admin.Endpoints(), described); diff != "" {
		t.Errorf("-there are +described:\n%s", diff)
	}
}

// TestOpenAPIFields: what can be sent and what is described are the same: names, kinds and bounds.
func TestOpenAPIFields(t *testing.T) {
	d := describe(t)
	s := start(t, "ProxyHCExpr up {%{REQUEST_STATUS} == 200}\n"+cluster)
	for name, path := range map[string]string{"MemberChange": s.member(t, 0), "BalancerChange": api + "/balancers/cluster"} {
		whole := d.Components.Schemas[name]
		if diff := cmp.Diff(admin.SettingNames(name), d.names(t, "", whole)); diff != "" {
			t.Errorf("%s: -there are +described:\n%s", name, diff)
		}
		d.tryBounds(t, s, path, nil, whole)
	}
	if diff := cmp.Diff(admin.SettingNames("NewMember"), d.names(t, "", d.Components.Schemas["NewMember"])); diff != "" {
		t.Errorf("NewMember: -there are +described:\n%s", diff)
	}
}

// names are the fields of a schema, with those of the objects in it, and the values that they can have.
func (d *document) names(t *testing.T, path string, s schema) (all []string) {
	t.Helper()
	for name, property := range s.Properties {
		if property = d.of(t, property); property.Type == "object" {
			all = append(all, d.names(t, path+name+".", property)...)
		} else {
			all = append(all, path+name+" "+strings.Join(property.Enum, " "))
		}
	}
	slices.Sort(all)
	return all
}

// tryBounds sends each value that is on a bound of the description, which is taken, and those beyond, which are not.
func (d *document) tryBounds(t *testing.T, s *site, path string, within []string, of schema) {
	t.Helper()
	send := func(name, value string, want int) {
		body := `{"` + name + `": ` + value + `}`
		for _, outer := range slices.Backward(within) {
			body = `{"` + outer + `": ` + body + `}`
		}
		if strings.Contains(body, "expression") && !strings.Contains(body, `""`) {
			return // a name that is too long is also one that there is not
		}
		if a := s.call(t, "PATCH", path, body); a.status != want {
			t.Errorf("%.100s: %d %v, want %d", body, a.status, a.body["detail"], want)
		}
	}
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	for name, property := range of.Properties {
		property = d.of(t, property)
		switch property.Type {
		case "object":
			d.tryBounds(t, s, path, append(slices.Clone(within), name), property)
		case "boolean":
			send(name, "true", 200)
			send(name, "false", 200)
			send(name, "0", 400)
		case "integer", "number":
			send(name, number(*property.Minimum), 200)
			send(name, number(*property.Maximum), 200)
			send(name, number(*property.Minimum-1), 400)
			send(name, number(*property.Maximum+1), 400)
		case "string":
			for _, value := range property.Enum {
				send(name, `"`+value+`"`, 200)
			}
			if property.Enum != nil {
				send(name, `"nonsense"`, 400)
				continue
			}
			send(name, `"`+strings.Repeat("x", *property.MaxLength)+`"`, 200)
			send(name, `"`+strings.Repeat("x", *property.MaxLength+1)+`"`, 400)
			send(name, `""`, 200)
		default:
			t.Errorf("%s is a %s", name, property.Type)
		}
	}
}

// TestOpenAPIResponses: each status that the description has is given, with the fields and the body that it says, and none
// that it does not have.
func TestOpenAPIResponses(t *testing.T) {
	d := describe(t)
	const balancers, balancer, members = "/balancers", "/balancers/cluster", "/balancers/cluster/members"
	type sent struct {
		method, path, body string
		fields             []string
	}
	long := `{"timeout": 1` + strings.Repeat(" ", 70_000) + `}`
	foreign, form, stale := []string{"Origin: http://x.test"}, []string{"Content-Type: text/plain"}, []string{`If-Match: "x"`}
	given := make(map[string]map[string]bool)
	try := func(s *site, pattern string, c sent) {
		t.Helper()
		a := s.call(t, c.method, api+c.path, c.body, c.fields...)
		status, key := strconv.Itoa(a.status), c.method+" "+pattern
		var o operation
		if err := json.Unmarshal(d.Paths[pattern][strings.ToLower(c.method)], &o); err != nil {
			t.Fatal(err)
		}
		response, ok := o.Responses[status]
		if !ok {
			t.Errorf("%s answers %s, which is not described", key, status)
			return
		}
		if given[key] == nil {
			given[key] = make(map[string]bool)
		}
		given[key][status] = true
		content, ok := response.Content[a.header.Get("Content-Type")]
		if !ok {
			t.Errorf("%s %s has the type %s", key, status, a.header.Get("Content-Type"))
		}
		d.check(t, key, content.Schema, a.body)
		for field := range response.Headers {
			if a.header.Get(field) == "" {
				t.Errorf("%s %s has no %s", key, status, field)
			}
		}
	}
	every := func(s *site, fields []string) {
		for pattern, item := range d.Paths {
			for method := range item {
				if method != "parameters" {
					try(s, pattern, sent{strings.ToUpper(method), strings.NewReplacer("{balancer}", "cluster", "{member}", "x").Replace(pattern), "", fields})
				}
			}
		}
	}
	t.Run("with a token", func(t *testing.T) {
		every(startWith(t, cluster, admin.Options{Token: []byte("secret")}), nil)
	})
	open := start(t, cluster)
	member := strings.TrimPrefix(open.member(t, 0), api)
	every(open, foreign)
	for _, c := range []struct {
		pattern string
		sent    []sent
	}{
		{"/openapi.json", []sent{{"GET", "/openapi.json", "", nil}}},
		{balancers, []sent{{"GET", balancers, "", nil}}},
		{"/balancers/{balancer}", []sent{
			{"GET", balancer, "", nil},
			{"GET", "/balancers/x", "", nil},
			{"PATCH", balancer, `{"timeout": 0}`, nil},
			{"PATCH", balancer, `{}`, nil},
			{"PATCH", "/balancers/x", `{"timeout": 0}`, nil},
			{"PATCH", balancer, `{"timeout": 0}`, stale},
			{"PATCH", balancer, long, nil},
			{"PATCH", balancer, `{"timeout": 0}`, form},
		}},
		{"/balancers/{balancer}/members", []sent{
			{"GET", members, "", nil},
			{"GET", "/balancers/x/members", "", nil},
			{"POST", members, `{"url": "http://127.0.0.1:2"}`, nil},
			{"POST", members, `{"url": "http://127.0.0.1:2"}`, nil},
			{"POST", members, `{}`, nil},
			{"POST", "/balancers/x/members", `{"url": "http://127.0.0.1:2"}`, nil},
			{"POST", members, `{"url": "http://127.0.0.1:9"}`, stale},
			{"POST", members, long, nil},
			{"POST", members, `{}`, form},
		}},
		{"/balancers/{balancer}/members/{member}", []sent{
			{"GET", member, "", nil},
			{"GET", members + "/x", "", nil},
			{"PATCH", member, `{"set": 0}`, nil},
			{"PATCH", member, `{}`, nil},
			{"PATCH", members + "/x", `{"set": 0}`, nil},
			{"PATCH", member, `{"set": 0}`, stale},
			{"PATCH", member, long, nil},
			{"PATCH", member, `{"set": 0}`, form},
		}},
	} {
		for _, request := range c.sent {
			try(open, c.pattern, request)
		}
	}
	for path, item := range d.Paths {
		for method, raw := range item {
			if method == "parameters" {
				continue
			}
			var o operation
			if err := json.Unmarshal(raw, &o); err != nil {
				t.Fatal(err)
			}
			key := strings.ToUpper(method) + " " + path
			if missing := slices.Sorted(maps.Keys(o.Responses)); !slices.Equal(missing, slices.Sorted(maps.Keys(given[key]))) {
				t.Errorf("%s is described with %v, and answered %v", key, missing, slices.Sorted(maps.Keys(given[key])))
			}
		}
	}
}
