package lower

import (
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
)

// socacheChecks are those of mod_authn_socache.
func socacheChecks() map[string]check {
	return map[string]check{"AuthnCacheSOCache": func(l *lowering, n *parser.Node) bool {
		return len(n.Words) == 0 || l.socache(n, n.Words[0], "Unknown socache provider '")
	}}
}

// socacheModules are the modules that have a cache of shared objects, by the name in a configuration.
var socacheModules = map[string]string{
	"shmcb": "socache_shmcb_module", "default": "socache_shmcb_module", "dbm": "socache_dbm_module",
	"memcache": "socache_memcache_module", "redis": "socache_redis_module", "dc": "socache_dc_module",
}

// socache reports whether httpd takes name[:argument] of a cache of shared objects. unknown is what it says, up to the
// list of the caches that it has, to a name that it does not know; %s in it is the name.
func (l *lowering) socache(n *parser.Node, w parser.Word, unknown string) bool {
	text, span := w.String(), w.Text.All()
	name, argument, _ := strings.Cut(text, ":")
	module, known := socacheModules[name]
	if !known || !l.tree.HasModule(module) {
		help := "write shmcb:PATH(BYTES)"
		if known {
			help = loadModule(module)
		}
		l.invalid(n, span, strings.ReplaceAll(unknown, "%s", name), help, "%s names the cache %q, which is not loaded", n.Name, name)
		return false
	}
	switch name {
	case "memcache", "redis":
		if argument == "" {
			l.invalid(n, span, "List of server names required to create "+name+" socache.", "write "+name+":HOST:PORT", "%s names no server", n.Name)
			return false
		}
	case "shmcb", "default":
		return l.shmcb(n, span, argument)
	}
	return true
}

// shmcbMost is what mod_socache_shmcb calls SHMCB_MAX_SIZE: offsets have 32 bits.
const shmcbMost = 1<<32 - 1

// shmcb checks PATH(BYTES). httpd looks for the last parenthesis.
func (l *lowering) shmcb(n *parser.Node, span diag.Span, argument string) bool {
	open, closed := strings.LastIndexByte(argument, '('), strings.HasSuffix(argument, ")")
	var httpd string
	switch {
	case open < 0 && closed:
		httpd = "Invalid argument: no opening parenthesis"
	case open < 0:
		return true
	case !closed:
		httpd = "Invalid argument: no closing parenthesis or cache size missing after pathname with parenthesis"
	default:
		httpd = shmcbSize(argument[open+1 : len(argument)-1])
	}
	if httpd == "" {
		return true
	}
	l.invalid(n, span, httpd, "write shmcb:PATH(BYTES) with 8192 bytes or more: shmcb:logs/cache(512000)", "%s has no size that a cache can have", n.Name)
	return false
}

// shmcbSize is what httpd says to a size, or nothing. A negative one is a large one.
func shmcbSize(text string) string {
	if clib.AfterInt(text) != "" {
		return "Invalid argument: cache size not numerical"
	}
	switch size := uint64(clib.Atoi64(text)); {
	case size < 8192:
		return "Invalid argument: size has to be >= 8192 bytes"
	case size >= shmcbMost:
		return "Invalid argument: size has to be < 4294967295 bytes on this platform"
	}
	return ""
}
