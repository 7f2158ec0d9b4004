package lower

import "github.com/lbconf/lbconf/ir"

func unixdHandlers() map[string]handler {
	return map[string]handler{
		"User":  word(ir.WordUser),
		"Group": word(ir.WordGroup),
	}
}
