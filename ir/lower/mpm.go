package lower

import "github.com/lbconf/lbconf/ir"

func mpmHandlers() map[string]handler {
	return map[string]handler{
		"PidFile":           word(ir.WordPidFile),
		"ServerLimit":       number(ir.NumberServerLimit),
		"MaxRequestWorkers": number(ir.NumberMaxRequestWorkers),
		"MaxClients":        number(ir.NumberMaxRequestWorkers),
		"ThreadsPerChild":   number(ir.NumberThreadsPerChild),
		"ThreadLimit":       number(ir.NumberThreadLimit),
	}
}
