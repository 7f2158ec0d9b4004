package rewrite

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
)

// MapType is the kind of a RewriteMap.
type MapType uint8

// The kinds of map.
const (
	// MapText is txt:, a text file of keys and values; a path without a type means it too.
	MapText MapType = iota
	// MapRandom is rnd:, a text file with alternatives between bars.
	MapRandom
	// MapInternal is int:, one of toupper, tolower, escape and unescape.
	MapInternal
	// MapDBM is dbm: or dbm=type:, a DBM file.
	MapDBM
	// MapProgram is prg:, a program that answers line by line.
	MapProgram
	// MapDBD is dbd:, a SQL query per lookup.
	MapDBD
	// MapFastDBD is fastdbd:, a SQL query whose results are kept until a restart.
	MapFastDBD
)

// MapSource is the second argument of a RewriteMap.
type MapSource struct {
	Type MapType
	// Argument is the path, the function, the command with its arguments, or the SQL.
	Argument string
	// Start is the offset of Argument in the text.
	Start int
	// DBM is the type of DBM file: default, sdbm, gdbm, ndbm or db as written; empty for other maps.
	DBM string
}

// ParseMapSource reads the second argument of a RewriteMap, quotes already taken off. Whether files exist is not judged
// here.
func ParseMapSource(text string) (MapSource, []Problem) {
	prefixes := []struct {
		prefix string
		kind   MapType
	}{
		{"txt:", MapText},
		{"rnd:", MapRandom},
		{"dbd:", MapDBD},
		{"fastdbd:", MapFastDBD},
		{"prg:", MapProgram},
		{"int:", MapInternal},
	}
	for _, p := range prefixes {
		if !clib.HasPrefixFold(text, p.prefix) {
			continue
		}
		m := MapSource{Type: p.kind, Argument: text[len(p.prefix):], Start: len(p.prefix)}
		if m.Type == MapInternal {
			return m, checkInternal(m)
		}
		return m, nil
	}
	if clib.HasPrefixFold(text, "dbm") {
		return parseDBM(text)
	}
	return MapSource{Type: MapText, Argument: text}, nil
}

func checkInternal(m MapSource) []Problem {
	switch m.Argument {
	case "toupper", "tolower", "escape", "unescape":
		return nil
	}
	return []Problem{{
		Offset: m.Start, End: m.Start + len(m.Argument), Kind: BadMap,
		Message: fmt.Sprintf("there is no internal map %q; write toupper, tolower, escape or unescape", m.Argument),
		HTTPD:   "RewriteMap: internal map not found:" + m.Argument,
	}}
}

// parseDBM reads dbm:path or dbm=type:path. Every text that begins with dbm is meant as one.
func parseDBM(text string) (MapSource, []Problem) {
	m := MapSource{Type: MapDBM}
	rest := text[3:]
	if path, ok := strings.CutPrefix(rest, ":"); ok {
		m.DBM, m.Argument, m.Start = "default", path, len("dbm:")
		return m, nil
	}
	kind, path, ok := strings.Cut(rest, ":")
	kind, equals := strings.CutPrefix(kind, "=")
	if !ok || !equals {
		return m, []Problem{{
			Offset: 0, End: len(text), Kind: BadMap,
			Message: fmt.Sprintf("%q is no DBM map; write dbm:path or dbm=sdbm:path", text),
			HTTPD:   "RewriteMap: bad map:" + text,
		}}
	}
	m.DBM, m.Argument, m.Start = kind, path, len(text)-len(path)
	for _, known := range []string{"default", "sdbm", "gdbm", "ndbm", "db", "lmdb"} {
		if clib.EqualFold(kind, known) {
			return m, nil
		}
	}
	return m, []Problem{{
		Offset: 0, End: m.Start, Kind: BadMap,
		Message: fmt.Sprintf("there is no type %q of DBM files; write dbm=sdbm:path, or gdbm, db or ndbm where APR was built with them", kind),
		HTTPD:   "RewriteMap: dbm type " + kind + " is invalid",
	}}
}
