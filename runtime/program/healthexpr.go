package program

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/expr"
	"github.com/lbconf/lbconf/runtime/eval"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// condition compiles hcexpr of a member; nil where the status decides. report says whether problems are reported.
func (b *builder) condition(w *effective.Worker, report bool) func(upstream.Answer) bool {
	name := w.Params.Health.Expr.Value
	if w.Balancer == nil || w.Balancer.Server == nil || name == "" {
		return nil
	}
	item := w.Balancer.Server.HealthExpr(name)
	if item == nil {
		return nil // httpd refuses it, and lowering said so
	}
	healthy, err := healthCondition(item)
	if err != nil && report {
		b.report.refuse(item, "the condition %s of a health check: %v", item.Name, err)
	}
	return healthy
}

// HealthConditions returns the conditions of health checks that the server knows, by name (mod_proxy_hcheck: ProxyHCExpr).
func (h *Host) HealthConditions() map[string]func(upstream.Answer) bool {
	all := make(map[string]func(upstream.Answer) bool)
	for item := range ir.Of[*ir.HealthExpr](h.scopes.server.Items) {
		if healthy, err := healthCondition(item); err == nil {
			all[item.Name] = healthy
		}
	}
	return all
}

// healthCondition compiles a ProxyHCExpr.
func healthCondition(item *ir.HealthExpr) (func(upstream.Answer) bool, error) {
	compiled, err := compileHealthExpr(item.Expr)
	if err != nil {
		return nil, err
	}
	return func(a upstream.Answer) bool {
		var room eval.Room
		x := &exchange.Exchange{}
		x.Request.Method, x.Request.Minor = []byte(a.Method), a.Minor
		x.Response.Status, x.Response.Fields = a.Status, a.Fields
		return compiled.Holds(&eval.Context{Exchange: x, Server: &eval.Server{}, Fields: a.Fields, Body: a.Body}, &room)
	}, nil
}

func compileHealthExpr(text string) (*eval.Condition, error) {
	parsed, err := expr.ParseCondition(text, expr.Options{})
	if err != nil {
		return nil, err
	}
	if asksForClient(parsed) {
		return nil, fmt.Errorf("-R asks for the address of a client, which a health check does not have: leave it out")
	}
	for word := range expr.Words(parsed) {
		switch word := word.(type) {
		case *expr.Variable:
			if !isOfCheck(word.Name) {
				return nil, fmt.Errorf("%%{%s} is not run by this server for a health check: ask for %%{REQUEST_STATUS}, %%{REQUEST_METHOD}, %%{CONTENT_TYPE}, %%{HC_BODY} or resp('NAME')", word.Name)
			}
		case *expr.Call:
			if word.Function == "env" {
				return nil, fmt.Errorf("env() is not run by this server for a health check: ask for resp('NAME') or hc('body')")
			}
		case *expr.Literal, *expr.BackRef, *expr.Concat:
		}
	}
	return eval.CompileCondition(parsed, &eval.Server{})
}

// isOfCheck says whether a variable has the value for the response to a health check that it has in httpd. Fields of the
// request and its target are empty there, as those are that req() asks for.
func isOfCheck(name string) bool {
	switch name {
	case "REQUEST_STATUS", "CONTENT_TYPE", "HC_BODY", "REQUEST_METHOD", "SERVER_PROTOCOL", "REQUEST_URI", "QUERY_STRING", "THE_REQUEST":
		return true
	case "HTTP_HOST", "HTTP_USER_AGENT", "HTTP_COOKIE", "HTTP_REFERER", "HTTP_ACCEPT", "HTTP_FORWARDED":
		return true
	}
	return strings.HasPrefix(name, "TIME")
}

// asksForClient reports -R, the one test that has the address of a client without its being a word.
func asksForClient(c expr.Condition) bool {
	switch c := c.(type) {
	case *expr.Not:
		return asksForClient(c.Of)
	case *expr.And:
		return asksForClient(c.Left) || asksForClient(c.Right)
	case *expr.Or:
		return asksForClient(c.Left) || asksForClient(c.Right)
	case *expr.Test:
		return c.Op == 'R'
	case *expr.Constant, *expr.Compare, *expr.Member, *expr.Match, *expr.Relation:
	}
	return false
}
