package lint

import "github.com/lbconf/lbconf/ir"

// writtenParam is a key=value word with the directive or section that it stands in.
type writtenParam struct {
	ir.Param
	by ir.Item
}

// params returns the words of the directives and sections that define workers, in order.
func (p *Pass) params() []writtenParam {
	return p.facts.params.get(func() []writtenParam {
		var all []writtenParam
		for item := range p.items() {
			for _, param := range paramsOf(item) {
				all = append(all, writtenParam{param, item})
			}
		}
		return all
	})
}

// paramsOf returns the key=value words of a directive or section that defines a worker.
func paramsOf(item ir.Item) []ir.Param {
	switch item := item.(type) {
	case *ir.ProxyPass:
		return item.Params
	case *ir.ProxySet:
		return item.Params
	case *ir.BalancerMember:
		return item.Params
	case *ir.Section:
		return item.Params
	case *ir.LoadModule, *ir.Listen, *ir.ServerName, *ir.ServerAlias, *ir.VirtualHost, *ir.Switch, *ir.Number, *ir.Word,
		*ir.Words, *ir.ProxyPassReverse, *ir.ProxyPassReverseCookie, *ir.FCGISetEnvIf, *ir.RewriteCond, *ir.RewriteRule, *ir.HeaderEdit, *ir.Require, *ir.AccessOrder,
		*ir.AccessRule, *ir.LogFormat, *ir.CustomLog, *ir.HealthTemplate, *ir.HealthExpr, *ir.SetEnvIf, *ir.SetEnv, *ir.EnvNames, *ir.RewriteMap, *ir.ErrorDocument, *ir.Alias, *ir.MimeEdit, *ir.FilterByType, *ir.Residue:
	}
	return nil
}
