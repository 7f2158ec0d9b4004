package lower

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// mutexModules are the modules that have a mutex, by its name.
var mutexModules = map[string]string{
	"default": "core_module", "authdigest-client": "auth_digest_module", "authn-socache": "authn_socache_module",
	"cache-socache": "cache_socache_module", "ldap-cache": "ldap_module", "lua-ivm-shm": "lua_module", "mpm-accept": "mpm_prefork_module",
	"proxy": "proxy_module", "proxy-balancer-shm": "proxy_balancer_module", "rewrite-map": "rewrite_module", "ssl-cache": "ssl_module",
	"ssl-stapling": "ssl_module", "ssl-stapling-refresh": "ssl_module", "watchdog-callback": "watchdog_module",
}

// checkMutex is mechanism[:file] and names of mutexes, of which httpd looks at the last one first.
func checkMutex(l *lowering, n *parser.Node) bool {
	const help = "write default, fcntl:FOLDER, flock:FOLDER, posixsem, sysvsem or pthread, and the names of the mutexes"
	if first(n).String() == "" {
		return l.wrong(n, first(n), "Mutex requires at least a mechanism argument", help)
	}
	mechanism, _, _ := strings.Cut(first(n).String(), ":")
	none := contains([]string{"none", "no"}, mechanism)
	if !none && !contains([]string{"default", "yes", "fcntl", "file", "flock", "posixsem", "sem", "sysvsem", "pthread"}, mechanism) {
		return l.wrong(n, first(n), "Invalid Mutex argument %s", help)
	}
	l.mutexFolder(n)
	names := 0
	for _, w := range slices.Backward(n.Words[1:]) {
		if clib.EqualFold(w.String(), "OmitPID") {
			continue
		}
		names++
		if !l.hasMutex(n, w.String()) {
			return l.wrong(n, w, "Mutex type %s is not valid", "write default, or the name of a mutex of a module that is loaded, as ssl-cache")
		}
		if none {
			return l.wrong(n, w, "None is not allowed for mutex type %s", help)
		}
	}
	if none && names == 0 {
		return l.wrong(n, first(n), "None is not allowed for mutex type default", help)
	}
	return true
}

// hasMutex reports whether a module that is loaded has a mutex of a name. One that is not known here may have any.
func (l *lowering) hasMutex(n *parser.Node, name string) bool {
	if module, known := mutexModules[name]; known {
		return l.tree.HasModule(module)
	}
	_, strange := l.stranger(n)
	return strange
}
