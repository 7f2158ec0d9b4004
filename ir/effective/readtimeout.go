package effective

import (
	"slices"
	"time"

	"github.com/lbconf/lbconf/ir"
)

// readTimeoutDefaults are mod_reqtimeout's: handshake=0 header=20-40,MinRate=500 body=20,MinRate=500.
var readTimeoutDefaults = map[ir.ReadStage]ir.ReadTimeout{
	ir.ReadHandshake: {},
	ir.ReadHeader:    {First: 20 * time.Second, Most: 40 * time.Second, PerByte: time.Second / 500},
	ir.ReadBody:      {First: 20 * time.Second, PerByte: time.Second / 500},
}

// ReadTimeout returns how long a client may take for a stage of a request (mod_reqtimeout: RequestReadTimeout): the last word
// for it in the innermost scope that has any.
func (s *Settings) ReadTimeout(stage ir.ReadStage) Value[ir.ReadTimeout] {
	for at := s; at != nil; at = at.parent {
		item, ok := at.lists.get(ir.WordsRequestReadTimeout)
		if !ok {
			continue
		}
		for _, word := range slices.Backward(item.Values) {
			if of, t, err := ir.ParseReadTimeout(word); err == nil && of == stage {
				return Value[ir.ReadTimeout]{t, item}
			}
		}
	}
	return Value[ir.ReadTimeout]{Value: readTimeoutDefaults[stage]}
}
