package lower

import "github.com/lbconf/lbconf/ir"

func unixdHandlers() map[string]handler {
	return map[string]handler{
		"User":  {inMain, word(ir.WordUser)},
		"Group": {inMain, word(ir.WordGroup)},
	}
}
