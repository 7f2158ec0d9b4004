package lower

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
)

// limitHandlers are the sections of core that hold for some methods.
func limitHandlers() map[string]handler {
	return map[string]handler{"<Limit": limit(false), "<LimitExcept": limit(true)}
}

// methodChecks are those of mod_allowmethods.
func methodChecks() map[string]check {
	return map[string]check{"AllowMethods": checkAllowMethods}
}

// methods are the numbers of those that httpd knows. <Limit> and <LimitExcept> make others known.
type methods map[string]int

// mostMethods is how many httpd can tell apart.
const mostMethods = 64

// registeredMethods are those that httpd knows from the start (ap_method_registry_init). HEAD is GET to it.
func registeredMethods() methods {
	all := methods{"HEAD": 0}
	for i, name := range strings.Fields(`GET PUT POST DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK
		VERSION-CONTROL CHECKOUT UNCHECKOUT CHECKIN UPDATE LABEL REPORT MKWORKSPACE MKACTIVITY BASELINE-CONTROL MERGE`) {
		all[name] = i
	}
	return all
}

// isMethod says whether httpd has a method registered.
func (l *lowering) isMethod(name string) bool {
	_, known := l.methods[name]
	return known
}

// methodNumber registers a method that is new.
func (l *lowering) methodNumber(name string) int {
	if number, known := l.methods[name]; known {
		return number
	}
	number := min(len(l.methods)-1, mostMethods-1)
	l.learn().methods[name] = number
	return number
}

// limit is Limit or LimitExcept.
func limit(except bool) handler {
	return func(l *lowering, n *parser.Node, at place) ir.Item {
		name := canonical(n)
		if len(n.Words) == 0 {
			l.invalid(n, n.Span(), name+" directive requires additional arguments", "write "+strings.TrimSuffix(name, ">")+" GET POST>", "%s has no method", display(n))
			return nil
		}
		var named uint64
		for _, w := range n.Words {
			method := w.String()
			if method == "TRACE" && !except {
				l.invalid(n, w.Text.All(), "TRACE cannot be controlled by <Limit>, see TraceEnable", "write TraceEnable off for the server",
					"<Limit> does not hold for TRACE")
				return nil
			}
			if !l.isMethod(method) && l.tree.Context == parser.ContextHtaccess {
				l.invalid(n, w.Text.All(), "Could not register method '"+method+"' for "+strings.TrimSuffix(name, ">")+" from .htaccess configuration",
					"move it to the configuration of the server", "a .htaccess file cannot name the method %q, which httpd does not know", method)
				return nil
			}
			named |= 1 << l.methodNumber(method)
		}
		if except {
			named = ^named
		}
		problem := ""
		switch ^at.excluded & named {
		case 0:
			problem = "excludes all methods"
		case ^at.excluded:
			problem = "specifies methods already excluded"
		}
		if problem != "" {
			l.invalid(n, n.Span(), name+" directive "+problem, "name methods that the section around it has, and not all of them", "%s holds for none or all of the methods around it", display(n))
			return nil
		}
		at.excluded |= ^named
		item := l.keep(n, at)
		item.Name, item.State, item.Guards = strings.Trim(name, "<>"), ir.ResidueUnsupported, true
		return item
	}
}

func checkAllowMethods(l *lowering, n *parser.Node) bool {
	words := n.Words
	switch {
	case len(words) == 0 || len(words) == 1 && words[0].String() == "":
		l.invalid(n, n.Span(), "AllowMethods: No method or 'reset' keyword given", "write AllowMethods GET, or reset", "AllowMethods names no method")
		return false
	case len(words) == 1 && contains([]string{"reset"}, words[0].String()):
		return true
	}
	for _, w := range words {
		if !l.isMethod(w.String()) {
			l.invalid(n, w.Text.All(), "AllowMethods: Invalid Method '"+w.String()+"'", "write methods of HTTP or WebDAV in capitals", "AllowMethods does not know %q", w.String())
			return false
		}
	}
	return true
}
