package irtest

import (
	"fmt"
	"reflect"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// Every returns a configuration with an item of each type, each of whose fields says something.
func Every() *ir.Config {
	pattern, err := pcre.Parse("^/a")
	if err != nil {
		panic(err)
	}
	rule, _ := rewrite.ParseRule("^/a /b [L]")
	cond, _ := rewrite.ParseCond("%{HTTPS} on [NC]")
	params := []ir.Param{{Key: "timeout", Value: "5"}}
	cfg := &ir.Config{Items: []ir.Item{
		&ir.LoadModule{Module: "proxy_module", File: "modules/mod_proxy.so"},
		&ir.Listen{Address: "127.0.0.1", Port: 8080, Protocol: "https"},
		&ir.ServerName{Scheme: "https", Host: "example.com", Port: 8443},
		&ir.Switch{Name: ir.SwitchRewriteEngine, On: true},
		&ir.Number{Name: ir.NumberTimeout, Written: "5", Value: 5},
		&ir.Word{Name: ir.WordServerAdmin, Value: "x"},
		&ir.Words{Name: ir.WordsOptions, Values: []string{"None"}},
		&ir.ProxyPass{Path: "/a", URL: "http://b/", Params: params, NoCanon: true, Interpolate: true, NoQuery: true},
		&ir.Switch{Name: ir.SwitchKeepAlive, On: true},
		&ir.ProxyPassReverse{Path: "/a", URL: "http://b/", Interpolate: true},
		&ir.ProxyPassReverseCookie{Domain: true, Internal: "b", Public: "a", Interpolate: true},
		&ir.FCGISetEnvIf{Condition: "true", Name: "X", Value: "y"},
		&ir.ProxySet{URL: "http://b/", Params: params},
		&ir.BalancerMember{Balancer: "balancer://x", URL: "http://b/", Params: params},
		&ir.HealthTemplate{Name: "web", Params: params},
		&ir.HealthExpr{Name: "up", Expr: "true"},
		&ir.RewriteCond{Cond: cond},
		&ir.RewriteRule{Rule: rule},
		&ir.RewriteMap{Name: "m", Source: "txt:map.txt", Owner: "a:b"},
		&ir.SetEnvIf{Attribute: "Remote_Addr", Pattern: pattern, Assign: []string{"x=y"}},
		&ir.SetEnv{Name: "X", Value: "y"},
		&ir.EnvNames{Unset: true, Names: []string{"X"}},
		&ir.HeaderEdit{Always: true, Action: ir.HeaderEditFirst, Name: "X", Value: "a", Replacement: "b", Condition: "env=X"},
		&ir.LogFormat{Format: "%h", Nickname: "short"},
		&ir.ErrorDocument{Status: 404, Target: "/missing.html"},
		&ir.Alias{Path: "/a", Target: "/srv/a"},
		&ir.MimeEdit{Action: ir.MimeAddType, Value: "text/x", Extensions: []string{".x"}},
		&ir.FilterByType{Filters: "DEFLATE", Types: []string{"text/html"}},
		&ir.CustomLog{Target: "log", Format: "short", Condition: "env=X"},
		&ir.VirtualHost{Addresses: []ir.Address{{Host: "*", Port: 80}}, Items: []ir.Item{&ir.ServerAlias{Names: []string{"a"}}}},
		&ir.Section{Kind: ir.SectionLocationMatch, Pattern: "^/a", Regex: pattern, Items: []ir.Item{
			&ir.Require{Not: true, Provider: "ip", Args: []string{"192.0.2.1"}},
			&ir.AccessOrder{Value: "deny,allow"},
			&ir.AccessRule{Deny: true, From: []string{"all"}},
		}},
		&ir.Section{Kind: ir.SectionProxy, Pattern: "http://b/", Params: params},
		&ir.Residue{State: ir.ResidueUnsupported, Guards: true, Name: "Foo", Args: "bar", Section: true, Items: []ir.Item{&ir.Listen{Port: 1}}},
	}}
	cfg.Number()
	return cfg
}

// Flips calls check with copies of Every in each of which one field of one item is different. field names it:
// "ProxyPass.NoCanon". Seq and Origin are left alone.
func Flips(check func(field string, cfg *ir.Config)) {
	count := 0
	for range ir.All(Every().Items) {
		count++
	}
	for i := range count {
		for field := range fields(nth(Every(), i)) {
			cfg := Every()
			item := reflect.ValueOf(nth(cfg, i)).Elem()
			if change(item.Field(field)) {
				check(item.Type().Name()+"."+item.Type().Field(field).Name, cfg)
			}
		}
	}
}

func fields(item ir.Item) int { return reflect.ValueOf(item).Elem().NumField() }

func nth(cfg *ir.Config, n int) ir.Item {
	for item := range ir.All(cfg.Items) {
		if n == 0 {
			return item
		}
		n--
	}
	panic(fmt.Sprintf("no item %d", n))
}

// change makes a value different, and reports whether there is anything to change.
func change(v reflect.Value) bool {
	switch v.Interface().(type) {
	case ir.Node, *pcre.Pattern:
		return false // evidence, and what follows from the text of the pattern
	case ir.SwitchName:
		v.Set(reflect.ValueOf(ir.SwitchProxyRequests))
	case ir.NumberName:
		v.Set(reflect.ValueOf(ir.NumberServerLimit))
	case ir.WordName:
		v.Set(reflect.ValueOf(ir.WordUser))
	case ir.WordsName:
		v.Set(reflect.ValueOf(ir.WordsLogLevel))
	case ir.MimeAction:
		v.Set(reflect.ValueOf(ir.MimeAddCharset))
	case ir.HeaderAction:
		v.Set(reflect.ValueOf(ir.HeaderEditAll))
	case ir.SectionKind:
		v.Set(reflect.ValueOf(ir.SectionDirectoryMatch))
	case ir.ResidueState:
		v.Set(reflect.ValueOf(ir.ResidueInert))
	case *rewrite.Rule:
		rule, _ := rewrite.ParseRule("^/a /c")
		v.Set(reflect.ValueOf(rule))
	case *rewrite.Cond:
		cond, _ := rewrite.ParseCond("%{HTTPS} off")
		v.Set(reflect.ValueOf(cond))
	case []ir.Item:
		if v.Len() == 0 {
			return false
		}
		v.SetZero()
	default:
		return changePlain(v)
	}
	return true
}

func changePlain(v reflect.Value) bool {
	switch {
	case v.CanInt():
		v.SetInt(v.Int() + 1)
	case v.Kind() == reflect.Bool:
		v.SetBool(!v.Bool())
	case v.Kind() == reflect.String:
		v.SetString(v.String() + "x")
	case v.Kind() == reflect.Slice && v.Len() > 0:
		v.Set(reflect.AppendSlice(v, v.Slice(v.Len()-1, v.Len())))
	case v.Kind() == reflect.Slice:
		return false
	default:
		panic("a field of type " + v.Type().String() + " is not changed")
	}
	return true
}
