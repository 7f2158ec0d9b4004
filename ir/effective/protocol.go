package effective

import (
	"slices"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// Protocol is what HttpProtocolOptions says. The zero value is httpd's default.
type Protocol struct {
	// Unsafe reads requests as httpd did before 2.4.25: with line feeds alone, control bytes and blanks.
	Unsafe bool
	// Registered refuses methods that the server does not know.
	Registered bool
	// Require10 refuses requests of HTTP/0.9, which have no version.
	Require10 bool
}

// Protocol returns what HttpProtocolOptions says, each option as the innermost scope that names it.
func (s *Settings) Protocol() Protocol {
	return Protocol{s.option("Strict", "Unsafe"), s.option("LenientMethods", "RegisteredMethods"), s.option("Allow0.9", "Require1.0")}
}

// option says whether the second of two words holds, the first being the default.
func (s *Settings) option(usual, other string) bool {
	for at := s; at != nil; at = at.parent {
		item, ok := at.lists.get(ir.WordsHttpProtocolOptions)
		if !ok {
			continue
		}
		for _, word := range item.Values {
			switch {
			case clib.EqualFold(word, usual):
				return false
			case clib.EqualFold(word, other):
				return true
			}
		}
	}
	return false
}

// Limit returns LimitRequestLine, LimitRequestFields or LimitRequestFieldSize. A virtual host takes over what the main
// server says above it, and nothing that stands below (httpd: ap_init_virtual_host).
func (s *Server) Limit(name ir.NumberName) Value[int64] {
	if own := s.Settings.OwnNumber(name); own.IsSet() {
		return own
	}
	limit := s.Settings.Number(name)
	if s.IsMain() || !limit.IsSet() || limit.By.Head().Seq < s.VirtualHost.Seq {
		return limit
	}
	for _, item := range slices.Backward(s.View.Main().Items) {
		if n, ok := item.(*ir.Number); ok && n.Name == name && n.Seq < s.VirtualHost.Seq {
			return Value[int64]{n.Value, n}
		}
	}
	return Value[int64]{Value: numberDefaults[name]}
}
