package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// setting is a field that a program may send, with the parameter of the page that it becomes.
type setting struct {
	// name is the field; param the parameter, empty where of are the fields of an object.
	name, param string
	of          []setting
	// read returns the value of the parameter. ok is false for one that is not as says demands.
	read func(raw json.RawMessage) (value string, ok bool)
	// values are those that a text can have; nil for any.
	values []string
	// says is what the value must be: "a number from 1 to 100".
	says string
}

func balancerSettings() []setting {
	var methods []string
	for m := upstream.ByRequests; m <= upstream.ByHeartbeat; m++ {
		methods = append(methods, m.String())
	}
	return []setting{
		oneOf("method", "b_lbm", methods),
		{name: "sticky_session", param: "b_ss", says: `a text of at most 62 bytes, "COOKIE" or "COOKIE|PARAMETER", or "" for none`, read: readSticky},
		truth("no_failover", "b_sforce"),
		whole("timeout", "b_tmo", 0, 7200, "seconds"),
		whole("max_attempts", "b_max", 0, 99, ""),
	}
}

func memberSettings() []setting {
	var checks []string
	for m := upstream.CheckNone; m <= upstream.LastCheck; m++ {
		checks = append(checks, m.String())
	}
	return []setting{
		{name: "load_factor", param: "w_lf", says: "a number from 1 to 100", read: readFactor},
		whole("set", "w_ls", 0, 99, ""),
		label("route", "w_wr"),
		label("redirect", "w_rr"),
		{name: "status", of: []setting{
			truth("ignore_errors", "w_status_I"), truth("draining", "w_status_N"), truth("disabled", "w_status_D"),
			truth("hot_standby", "w_status_H"), truth("hot_spare", "w_status_R"), truth("stopped", "w_status_S"),
			truth("health_check_failed", "w_status_C"),
		}},
		{name: "health_check", of: []setting{
			oneOf("method", "w_hm", checks), whole("interval_ms", "w_hi", 100, math.MaxInt32, "milliseconds"),
			whole("passes", "w_hp", 1, math.MaxInt32, ""), whole("fails", "w_hf", 1, math.MaxInt32, ""),
			label("uri", "w_hu"), label("expression", "w_he"),
		}},
	}
}

func newMemberSettings() []setting {
	return []setting{{name: "url", param: "b_nwrkr", says: `a text, such as "http://10.0.0.7:8080"`, read: readText}}
}

func truth(name, param string) setting {
	return setting{name: name, param: param, says: "true or false", read: func(raw json.RawMessage) (string, bool) {
		switch string(raw) {
		case "true":
			return "1", true
		case "false":
			return "0", true
		}
		return "", false
	}}
}

func whole(name, param string, least, most int, unit string) setting {
	says := fmt.Sprintf("a whole number from %d to %d", least, most)
	if unit != "" {
		says = fmt.Sprintf("%s, in %s", says, unit)
	}
	return setting{name: name, param: param, says: says, read: func(raw json.RawMessage) (string, bool) {
		n, err := strconv.Atoi(string(raw))
		return strconv.Itoa(n), err == nil && least <= n && n <= most
	}}
}

func label(name, param string) setting {
	return setting{name: name, param: param, says: `a text of at most 63 bytes, or "" for none`, read: func(raw json.RawMessage) (string, bool) {
		value, ok := readText(raw)
		return value, ok && len(value) <= maxLabel
	}}
}

func oneOf(name, param string, values []string) setting {
	return setting{name: name, param: param, values: values, says: "one of " + strings.Join(values, ", "), read: func(raw json.RawMessage) (string, bool) {
		value, ok := readText(raw)
		for _, v := range values {
			if ok && v == value {
				return value, true
			}
		}
		return "", false
	}}
}

// readText reads a text without NUL, which C would take for its end.
func readText(raw json.RawMessage) (value string, ok bool) {
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &value) != nil {
		return "", false
	}
	return value, !strings.Contains(value, "\x00")
}

func readSticky(raw json.RawMessage) (value string, ok bool) {
	value, ok = readText(raw)
	if value == "" {
		return "-", ok // the page's word for none
	}
	return value, ok && value != "-" && len(value) <= maxSticky && value[0] != '|'
}

func readFactor(raw json.RawMessage) (value string, ok bool) {
	var number float64
	if json.Unmarshal(raw, &number) != nil || string(raw) == "null" || number < 1 || number > 100 {
		return "", false
	}
	return strconv.FormatFloat(number, 'f', 2, 64), true
}

// read reads the body as an object with these fields and no others, and returns the parameters of the page that say the
// same.
func (c *call) read(settings []setting) (map[string]string, error) {
	contentType := string(c.x.Request.Fields.Get("Content-Type"))
	if media, _, err := mime.ParseMediaType(contentType); err != nil || media != "application/json" && media != "application/merge-patch+json" {
		return nil, problemf(415, "the body is of type %q: send JSON, and say so with Content-Type: application/json", contentType)
	}
	document, err := io.ReadAll(io.LimitReader(c.body, maxDocument+1))
	switch {
	case err != nil:
		return nil, problemf(400, "the body cannot be read: %v", err)
	case len(document) > maxDocument:
		return nil, problemf(413, "the body is longer than %d bytes: send the fields that are to be changed, and no others", maxDocument)
	}
	params := make(map[string]string)
	if err := readObject(document, "", settings, params); err != nil {
		return nil, err
	}
	if len(params) == 0 {
		return nil, problemf(400, "the body changes nothing: send at least one of the fields %s", names(settings))
	}
	return params, nil
}

// readObject reads an object, whose fields are settings; path is the object's own, with a dot at its end, or empty.
func readObject(document []byte, path string, settings []setting, params map[string]string) error {
	fields, err := objectFields(document)
	if err != nil {
		said := problemf(400, "%s is no JSON object that can be read: %v; send an object with fields of %s", "what was sent", err, names(settings))
		said.Field = strings.TrimSuffix(path, ".")
		return said
	}
	for _, f := range fields {
		said := &problem{Status: 400, Title: "Bad Request", Field: path + f.name}
		at := -1
		for i := range settings {
			if settings[i].name == f.name {
				at = i
			}
		}
		if at < 0 {
			said.Detail = fmt.Sprintf("there is no field %s%s that can be changed: there are %s", path, f.name, names(settings))
			return said
		}
		s := &settings[at]
		if s.of != nil {
			if err := readObject(f.value, path+f.name+".", s.of, params); err != nil {
				return err
			}
			continue
		}
		if _, twice := params[s.param]; twice {
			said.Detail = fmt.Sprintf("%s%s stands there twice, and nobody knows which counts: send it once", path, f.name)
			return said
		}
		value, ok := s.read(f.value)
		if !ok {
			said.Detail = fmt.Sprintf("%s%s cannot be %.80s: it is %s", path, f.name, f.value, s.says)
			return said
		}
		params[s.param] = value
	}
	return nil
}

func names(settings []setting) string {
	var all []string
	for _, s := range settings {
		all = append(all, s.name)
	}
	return strings.Join(all, ", ")
}

// objectField is a field of an object.
type objectField struct {
	name  string
	value json.RawMessage
}

// objectFields returns the fields of a JSON object in their order, the same name as often as it stands there.
func objectFields(document []byte) (fields []objectField, _ error) {
	in := json.NewDecoder(bytes.NewReader(document))
	if token, err := in.Token(); err != nil || token != json.Delim('{') {
		return nil, fmt.Errorf("it does not begin with {")
	}
	for in.More() {
		name, err := in.Token()
		if err != nil {
			return nil, fmt.Errorf("a name of a field: %w", err)
		}
		text, ok := name.(string)
		if !ok {
			return nil, fmt.Errorf("%v is no name of a field", name)
		}
		f := objectField{name: text}
		if err := in.Decode(&f.value); err != nil {
			return nil, fmt.Errorf("the value of %s: %w", text, err)
		}
		fields = append(fields, f)
	}
	if _, err := in.Token(); err != nil {
		return nil, fmt.Errorf("it has no end: %w", err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("something follows its end")
	}
	return fields, nil
}

// checkExpression refuses what the page would leave out: a condition that the server does not know, and one for a check
// without a response.
func (c *call) checkExpression(params map[string]string) error {
	name := params["w_he"]
	if name == "" {
		return nil
	}
	said := &problem{Status: 400, Title: "Bad Request", Field: "health_check.expression"}
	method := c.worker.Slot.Check().Method
	if asked, ok := params["w_hm"]; ok {
		method, _ = upstream.CheckMethodOf(ir.HealthMethod(asked)) // it was one of them
	}
	if !method.Responds() {
		said.Detail = fmt.Sprintf("a check with the method %s has no response that %s could look at: send a method such as GET with it", method, name)
		return said
	}
	for known := range c.host.HealthConditions() {
		if clib.EqualFold(known, name) {
			return nil
		}
	}
	said.Detail = fmt.Sprintf("this server has no ProxyHCExpr %q: write ProxyHCExpr %s {%%{REQUEST_STATUS} =~ /^2/} into its configuration and reload, or send another name", name, name)
	return said
}
