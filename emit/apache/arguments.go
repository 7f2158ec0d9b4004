package apache

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// arguments returns the text behind the name of a directive or section. The error is for what no lowering makes.
func arguments(item ir.Item) (string, error) {
	switch item := item.(type) {
	case *ir.LoadModule:
		return words(item.Module, item.File), nil
	case *ir.Listen:
		return listen(item), nil
	case *ir.ServerName:
		return words(serverName(item)), nil
	case *ir.ServerAlias:
		return words(item.Names...), nil
	case *ir.VirtualHost:
		return addresses(item.Addresses), nil
	case *ir.Section:
		return section(item), nil
	case *ir.Switch:
		return onOff(item.On), nil
	case *ir.Number:
		return words(item.Written), nil
	case *ir.Word:
		return words(item.Value), nil
	case *ir.Words:
		return words(item.Values...), nil
	case *ir.ProxyPass:
		return proxyPass(item), nil
	case *ir.ProxyPassReverse:
		return proxyPassReverse(item), nil
	case *ir.ProxyPassReverseCookie:
		return words(append([]string{item.Internal, item.Public}, flagged(item.Interpolate)...)...), nil
	case *ir.FCGISetEnvIf:
		if item.Unset {
			return words(item.Condition, "!"+item.Name), nil
		}
		return words(append([]string{item.Condition, item.Name}, optional(item.Value)...)...), nil
	case *ir.ProxySet:
		return words(append(optional(item.URL), params(item.Params)...)...), nil
	case *ir.BalancerMember:
		return words(append(append(optional(item.Balancer), item.URL), params(item.Params)...)...), nil
	case *ir.HealthTemplate:
		return words(append([]string{item.Name}, params(item.Params)...)...), nil
	case *ir.HealthExpr:
		return words(item.Name, item.Expr), nil
	case *ir.RewriteCond:
		return rewriting(item.Cond.String()), nil
	case *ir.RewriteRule:
		return rewriting(item.Rule.String()), nil
	case *ir.RewriteMap:
		return words(append([]string{item.Name, item.Source}, optional(item.Owner)...)...), nil
	case *ir.SetEnvIf:
		return words(append([]string{item.Attribute, item.Pattern.Source}, item.Assign...)...), nil
	case *ir.SetEnv:
		return words(append([]string{item.Name}, optional(item.Value)...)...), nil
	case *ir.EnvNames:
		return words(item.Names...), nil
	case *ir.HeaderEdit:
		return header(item)
	case *ir.Require:
		return require(item), nil
	case *ir.AccessOrder:
		return words(item.Value), nil
	case *ir.AccessRule:
		return words(append([]string{"from"}, item.From...)...), nil
	case *ir.LogFormat:
		return words(append([]string{item.Format}, optional(item.Nickname)...)...), nil
	case *ir.CustomLog:
		return customLog(item), nil
	case *ir.ErrorDocument:
		return words(strconv.Itoa(item.Status), item.Target), nil
	case *ir.Alias:
		return words(append(optional(item.Path), item.Target)...), nil
	case *ir.MimeEdit:
		return words(append(optional(item.Value), item.Extensions...)...), nil
	case *ir.FilterByType:
		return words(append([]string{item.Filters}, item.Types...)...), nil
	case *ir.Residue:
		return item.Args, nil
	}
	return "", fmt.Errorf("unknown type %T", item)
}

// rewriting writes the arguments of mod_rewrite, which has its own way to split them.
func rewriting(raw string) string {
	args, problems := rewrite.SplitArgs(raw)
	if len(rewrite.Refused(problems)) > 0 {
		return raw
	}
	if joined, ok := emit.JoinRewrite(args); ok {
		return joined
	}
	return raw
}

// words joins words with spaces, quoted where httpd would split or change them.
func words(all ...string) string {
	quoted := make([]string, len(all))
	for i, word := range all {
		quoted[i] = quote(word)
	}
	return strings.Join(quoted, " ")
}

// quote writes a word so that httpd reads it back. ${NAME}, for which there is no sure spelling, is written as it is and
// marked as approximated; a line break makes the whole line unwritable.
func quote(word string) string {
	mask := "$\x02"
	for strings.Contains(word, mask) {
		mask += "\x02"
	}
	quoted, ok := ast.Quote(strings.ReplaceAll(word, "${", mask))
	if !ok {
		return word
	}
	return strings.ReplaceAll(quoted, mask, "${")
}

// optional returns no word for an empty one.
func optional(word string) []string {
	if word == "" {
		return nil
	}
	return []string{word}
}

func onOff(on bool) string {
	if on {
		return "On"
	}
	return "Off"
}

// params are written as key=value; the quotes stand around the whole word.
func params(all []ir.Param) []string {
	var written []string
	for _, p := range all {
		written = append(written, p.Key+"="+p.Value)
	}
	return written
}

// hostPort joins a host and a port; an IPv6 address gets brackets.
func hostPort(host string, port int) string {
	if address, err := netip.ParseAddr(host); err == nil && address.Is6() {
		host = "[" + host + "]"
	}
	if port == 0 {
		return host
	}
	return host + ":" + strconv.Itoa(port)
}

func listen(l *ir.Listen) string {
	address := strconv.Itoa(l.Port)
	if l.Address != "" {
		address = hostPort(l.Address, l.Port)
	}
	return words(append([]string{address}, optional(l.Protocol)...)...)
}

func serverName(s *ir.ServerName) string {
	name := s.Host
	if s.Port != 0 {
		name += ":" + strconv.Itoa(s.Port)
	}
	if s.Scheme != "" {
		name = s.Scheme + "://" + name
	}
	return name
}

func addresses(all []ir.Address) string {
	var written []string
	for _, a := range all {
		written = append(written, hostPort(a.Host, a.Port))
	}
	return words(written...)
}

// section writes the argument of an opening tag.
func section(s *ir.Section) string {
	var all []string
	if s.Tilde {
		all = append(all, "~")
	}
	if s.Pattern != "" {
		all = append(all, s.Pattern)
	}
	return words(append(all, params(s.Params)...)...)
}

func proxyPass(p *ir.ProxyPass) string {
	var all []string
	if p.Tilde {
		all = append(all, "~")
	}
	all = append(all, optional(p.Path)...)
	if p.Exclude {
		all = append(all, "!")
	} else {
		all = append(all, p.URL)
	}
	all = append(all, params(p.Params)...)
	for _, flag := range []struct {
		on   bool
		word string
	}{{p.NoCanon, "nocanon"}, {p.Interpolate, "interpolate"}, {p.NoQuery, "noquery"}} {
		if flag.on {
			all = append(all, flag.word)
		}
	}
	return words(all...)
}

func proxyPassReverse(p *ir.ProxyPassReverse) string {
	return words(append(append(optional(p.Path), p.URL), flagged(p.Interpolate)...)...)
}

// flagged is the word interpolate, or nothing.
func flagged(interpolate bool) []string {
	if interpolate {
		return []string{"interpolate"}
	}
	return nil
}

func header(h *ir.HeaderEdit) (string, error) {
	var all []string
	switch {
	case h.Always && h.OnSuccess:
		return "", fmt.Errorf("both tables are named")
	case h.Always:
		all = append(all, "always")
	case h.OnSuccess:
		all = append(all, "onsuccess")
	}
	all = append(all, string(h.Action), h.Name)
	switch h.Action {
	case ir.HeaderUnset, ir.HeaderEcho:
	case ir.HeaderAdd, ir.HeaderSet, ir.HeaderSetIfEmpty, ir.HeaderAppend, ir.HeaderMerge, ir.HeaderNote:
		all = append(all, h.Value)
	case ir.HeaderEditFirst, ir.HeaderEditAll:
		all = append(all, h.Value, h.Replacement)
	default:
		return "", fmt.Errorf("unknown action %q", h.Action)
	}
	return words(append(all, optional(h.Condition)...)...), nil
}

func require(r *ir.Require) string {
	var all []string
	if r.Not {
		all = append(all, "not")
	}
	all = append(all, r.Provider)
	if r.Provider == "expr" && len(r.Args) == 1 {
		return words(all...) + " " + expression(r.Args[0])
	}
	return words(append(all, r.Args...)...)
}

// expression writes the expression of Require expr, which is the rest of the line: double quotes around the whole are taken
// off, and nothing else is.
func expression(text string) string {
	if n := len(text); n > 1 && text[0] == '"' && text[n-1] == '"' || strings.TrimSpace(text) != text {
		return `"` + text + `"`
	}
	return text
}

func customLog(l *ir.CustomLog) string {
	all := []string{l.Target}
	if l.Format != "" || l.Condition != "" {
		all = append(all, l.Format)
	}
	return words(append(all, optional(l.Condition)...)...)
}
