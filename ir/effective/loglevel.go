package effective

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// LogLevel returns the word of LogLevel that holds for a module, in lower case: "warn" where nothing is written. A word
// without a module is for all modules: what was said of one before, here or in a scope around, is forgotten.
func (s *Settings) LogLevel(module string) string {
	global, search := "", true
	for at := s; at != nil; at = at.parent {
		item, ok := at.lists.get(ir.WordsLogLevel)
		if !ok {
			continue
		}
		own, forModule, reset := scopeLevel(item.Values, module)
		if search && forModule != "" {
			return forModule
		}
		search = search && !reset
		if global == "" {
			global = own
		}
	}
	if global == "" {
		return "warn"
	}
	return global
}

// scopeLevel reads the words of one scope. reset says that there is a level for all.
func scopeLevel(words []string, module string) (global, forModule string, reset bool) {
	for _, word := range words {
		word = clib.ToLower(word)
		name, level, perModule := strings.Cut(word, ":")
		switch {
		case !perModule:
			global, forModule, reset = word, "", true
		case moduleName(name) == module:
			forModule = level
		}
	}
	return global, forModule, reset
}

// moduleName is the name of a module that LogLevel can call proxy, proxy_module and mod_proxy.c.
func moduleName(name string) string {
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".c"), "_module")
	return strings.TrimPrefix(name, "mod_")
}
