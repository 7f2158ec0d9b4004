package lower

import (
	"strconv"
	"strings"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// cacheChecks are those of mod_cache, its storage and the caches of objects.
func cacheChecks() map[string]check {
	const hour = " can only be 0 or up to one hour."
	return map[string]check{
		"CacheKeyBaseURL":         checkCacheBase,
		"CacheLastModifiedFactor": checkCacheFactor,
		"CacheLockMaxAge":         strtoff(1, maxOff, "CacheLockMaxAge value must be a non-zero positive integer"),
		"CacheMaxFileSize":        strtoff(0, maxOff, "CacheMaxFileSize argument must be a non-negative integer representing the max size of a file to cache in bytes."),
		"CacheMinFileSize":        strtoff(0, maxOff, "CacheMinFileSize argument must be a non-negative integer representing the min size of a file to cache in bytes."),
		"CacheReadSize":           strtoff(0, maxOff, "CacheReadSize argument must be a non-negative integer representing the max amount of data to cache in go."),
		"CacheReadTime":           strtoff(0, maxOff, "CacheReadTime argument must be a non-negative integer representing the max amount of time taken to cache in go."),
		"CacheSocache":            checkCacheSocache,
		"CacheSocacheMaxSize":     strtoff(1024, 1<<32-1, "CacheSocacheMaxSize argument must be a integer representing the max size of a cached entry (headers and body), at least 1024 and at most"),
		"CacheSocacheMaxTime":     strtoff(0, maxOff, "CacheSocacheMaxTime argument must be the maximum amount of time in seconds to cache an entry."),
		"CacheSocacheMinTime":     strtoff(0, maxOff, "CacheSocacheMinTime argument must be the minimum amount of time in seconds to cache an entry."),
		"CacheSocacheReadSize":    strtoff(0, maxOff, "CacheSocacheReadSize argument must be a non-negative integer representing the max amount of data to cache in go."),
		"CacheSocacheReadTime":    strtoff(0, maxOff, "CacheSocacheReadTime argument must be a non-negative integer representing the max amount of time taken to cache in go."),
		"MemcacheConnTTL":         intervalWithin(0, time.Hour, "MemcacheConnTTL has wrong format", "MemcacheConnTTL"+hour),
		"RedisConnPoolTTL":        intervalWithin(0, time.Hour, "RedisConnPoolTTL has wrong format", "RedisConnPoolTTL"+hour),
		"RedisTimeout":            intervalWithin(0, time.Hour, "RedisTimeout has wrong format", "RedisTimeout"+hour),
	}
}

// cachePlacedChecks are those of mod_cache that take a path outside of a Location.
func cachePlacedChecks() map[string]placedCheck {
	return map[string]placedCheck{
		"CacheDisable":   checkCacheDisable,
		"CacheEnable":    checkCacheEnable,
		"CacheDirLength": checkCacheDepth("CacheDirLevels"),
		"CacheDirLevels": checkCacheDepth("CacheDirLength"),
	}
}

func checkCacheDisable(l *lowering, n *parser.Node, at place) bool {
	text := first(n).String()
	switch {
	case at.perDir() && !clib.EqualFold(text, "on"):
		return l.wrong(n, first(n), "CacheDisable must be followed by the word 'on' when in a Location.", "write CacheDisable on")
	case !at.perDir() && !strings.HasPrefix(text, "/") && !strings.Contains(text, ":"):
		return l.wrong(n, first(n), "CacheDisable must specify a path or an URL.", "write a path that begins with /")
	}
	return true
}

// checkCacheEnable is the storage and a path, which a Location brings itself.
func checkCacheEnable(l *lowering, n *parser.Node, at place) bool {
	switch {
	case strings.HasPrefix(first(n).String(), "/"):
		return l.wrong(n, first(n), "provider (%s) starts with a '/'.  Are url and provider switched?", "write CacheEnable disk /path")
	case at.perDir() && len(n.Words) == 2 && n.Words[1].String() != "" && !strings.HasPrefix(n.Words[1].String(), at.pattern):
		return l.wrong(n, n.Words[1], "When in a Location, CacheEnable must specify a path or an URL below that location.", "write "+at.pattern+" or a path below it, or none")
	case !at.perDir() && (len(n.Words) < 2 || n.Words[1].String() == ""):
		return l.wrong(n, first(n), "CacheEnable provider (%s) is missing an URL.", "write CacheEnable "+first(n).String()+" /path")
	}
	return true
}

func checkCacheBase(l *lowering, n *parser.Node) bool {
	u, ok := ir.ParseURI(first(n).String())
	if !ok {
		return l.wrong(n, first(n), "Could not parse '%s' as an URL.", "write http://host:port")
	}
	return u.Scheme != "" || u.Host != "" || u.Port != "" || l.wrong(n, first(n),
		"URL '%s' must contain at least one of a scheme, a hostname or a port.", "write http://host:port")
}

// checkCacheFactor is a number that httpd reads with sscanf.
func checkCacheFactor(l *lowering, n *parser.Node) bool {
	text := strings.TrimLeft(first(n).String(), " \t\n\v\f\r")
	for end := len(text); end > 0; end-- {
		if _, err := strconv.ParseFloat(text[:end], 64); err == nil {
			return true
		}
	}
	return l.wrong(n, first(n), "CacheLastModifiedFactor value must be a float", "write a number such as 0.1")
}

// checkCacheDepth is one of two numbers whose product is 20 at most; the other one is 2 where nothing above says otherwise.
func checkCacheDepth(other string) placedCheck {
	return func(l *lowering, n *parser.Node, at place) bool {
		number, factor := clib.Atoi(first(n).String()), 2
		for _, before := range at.before {
			if before.Is(other) {
				factor = clib.Atoi(first(before).String())
			}
		}
		switch {
		case number < 1:
			return l.wrong(n, first(n), canonical(n)+" value must be an integer greater than 0", "write a number from 1 to "+strconv.Itoa(20/max(factor, 1)))
		case number*factor > 20:
			return l.wrong(n, first(n), "CacheDirLevels*CacheDirLength value must not be higher than 20", "write a number from 1 to "+strconv.Itoa(20/factor))
		}
		return true
	}
}

func checkCacheSocache(l *lowering, n *parser.Node) bool {
	name, _, _ := strings.Cut(first(n).String(), ":")
	if module, known := socacheModules[name]; known && l.tree.HasModule(module) {
		return true
	}
	return l.wrong(n, first(n), "Unknown socache provider '"+name+"'. Maybe you need to load the appropriate socache module (mod_socache_"+name+"?)",
		"write shmcb, and load mod_socache_shmcb")
}
