package lower

import "github.com/lbconf/lbconf/ir"

func mpmHandlers() map[string]handler {
	return map[string]handler{
		"PidFile":           {inMain, word(ir.WordPidFile)},
		"ServerLimit":       {inMain, number(ir.NumberServerLimit)},
		"MaxRequestWorkers": {inMain, number(ir.NumberMaxRequestWorkers)},
		"MaxClients":        {inMain, number(ir.NumberMaxRequestWorkers)},
		"ThreadsPerChild":   {inMain, number(ir.NumberThreadsPerChild)},
		"ThreadLimit":       {inMain, number(ir.NumberThreadLimit)},
	}
}
