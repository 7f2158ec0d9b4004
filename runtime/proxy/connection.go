package proxy

import (
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/wire"
)

// nominated says whether a Connection field names the field.
func nominated(fields wire.Fields, name []byte) bool {
	for i := range fields {
		if isConnection(fields[i].Name) && names(fields[i].Value, name) {
			return true
		}
	}
	return false
}

// connectionCloses says whether a Connection field of a response ends the connection.
func connectionCloses(fields wire.Fields) bool { return nominated(fields, closeName) }

var closeName = []byte("close")

func isConnection(name []byte) bool { return len(name) == 10 && wire.EqualFold(name, "Connection") }

// names says whether a Connection field has a name.
func names(list, name []byte) bool {
	for len(list) > 0 {
		var one []byte
		if one, list = nextName(list); wire.EqualFoldBytes(one, name) {
			return true
		}
	}
	return false
}

// nextName cuts the first name off a Connection field. Commas, semicolons and blanks end one, but not in quotes, which are
// part of it (mod_proxy: find_conn_headers).
func nextName(list []byte) (name, rest []byte) {
	start := 0
	for start < len(list) && (list[start] == ',' || list[start] == ';') {
		start++
	}
	for start < len(list) && clib.IsSpace(list[start]) {
		start++
	}
	end := start
	for quoted := false; end < len(list); end++ {
		c := list[end]
		if c == '"' {
			quoted = !quoted
		}
		if !quoted && (c == ',' || c == ';' || clib.IsSpace(c)) {
			break
		}
	}
	rest = list[end:]
	for len(rest) > 0 && clib.IsSpace(rest[0]) {
		rest = rest[1:]
	}
	return list[start:end], rest
}
