// Package environ sets the environment variables of a request: SetEnvIf and BrowserMatch of mod_setenvif, SetEnv, PassEnv
// and UnsetEnv of mod_env.
//
// Directives are compiled once. A request allocates nothing in the steady state.
package environ

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/exchange"
)

// Variables are what SetEnv, PassEnv and UnsetEnv leave of each other. They are immutable; nil sets nothing.
type Variables struct{ list []variable }

type variable struct{ name, value string }

// Merge works out the variables of SetEnv, PassEnv and UnsetEnv directives in the order of merging. getenv reads the
// environment of the process; missing are the names that it does not have, each with its directive: httpd warns of them
// (AH01506) and sets nothing.
func Merge(items []ir.Item, getenv func(name string) (string, bool)) (v *Variables, missing []Problem) {
	out := &Variables{}
	for _, item := range items {
		if set, ok := item.(*ir.SetEnv); ok {
			out.set(set.Name, set.Value)
		}
		names, ok := item.(*ir.EnvNames)
		if !ok {
			continue
		}
		for _, name := range names.Names {
			value, found := "", false
			if !names.Unset {
				value, found = getenv(name)
			}
			switch {
			case names.Unset:
				out.unset(name)
			case found:
				out.set(name, value)
			default:
				missing = append(missing, Problem{names, "PassEnv names " + name + ", which the environment of this server does not have: no variable is set"})
			}
		}
	}
	if len(out.list) == 0 {
		return nil, missing
	}
	return out, missing
}

func (v *Variables) index(name string) int {
	for i := range v.list {
		if clib.EqualFold(v.list[i].name, name) {
			return i
		}
	}
	return -1
}

func (v *Variables) set(name, value string) {
	if i := v.index(name); i >= 0 {
		v.list[i].value = value
		return
	}
	v.list = append(v.list, variable{name, value})
}

func (v *Variables) unset(name string) {
	if i := v.index(name); i >= 0 {
		v.list = append(v.list[:i], v.list[i+1:]...)
	}
}

// Apply sets the variables that the request does not have yet (mod_env: fixup_env_module).
func (v *Variables) Apply(x *exchange.Exchange) {
	if v == nil {
		return
	}
	for i := range v.list {
		if _, taken := x.Env.Get(v.list[i].name); !taken {
			x.Env.SetString(v.list[i].name, v.list[i].value)
		}
	}
}
