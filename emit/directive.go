package emit

import "github.com/lbconf/lbconf/ir"

// Directive returns the name of the directive or section that an item is, in the spelling of httpd's documentation.
func Directive(item ir.Item) string {
	switch item := item.(type) {
	case *ir.LoadModule:
		return "LoadModule"
	case *ir.Listen:
		return "Listen"
	case *ir.ServerName:
		return "ServerName"
	case *ir.ServerAlias:
		return "ServerAlias"
	case *ir.VirtualHost:
		return "VirtualHost"
	case *ir.Section:
		return string(item.Kind)
	case *ir.Switch:
		return string(item.Name)
	case *ir.Number:
		return string(item.Name)
	case *ir.Word:
		return string(item.Name)
	case *ir.Words:
		return string(item.Name)
	case *ir.ProxyPass:
		return proxyPassDirective(item)
	case *ir.ProxyPassReverse:
		return "ProxyPassReverse"
	case *ir.ProxyPassReverseCookie:
		if item.Domain {
			return "ProxyPassReverseCookieDomain"
		}
		return "ProxyPassReverseCookiePath"
	case *ir.FCGISetEnvIf:
		return "ProxyFCGISetEnvIf"
	case *ir.ProxySet:
		return "ProxySet"
	case *ir.BalancerMember:
		return "BalancerMember"
	case *ir.HealthTemplate:
		return "ProxyHCTemplate"
	case *ir.HealthExpr:
		return "ProxyHCExpr"
	case *ir.RewriteCond:
		return "RewriteCond"
	case *ir.RewriteRule:
		return "RewriteRule"
	case *ir.RewriteMap:
		return "RewriteMap"
	case *ir.SetEnvIf:
		if item.NoCase {
			return "SetEnvIfNoCase"
		}
		return "SetEnvIf"
	case *ir.SetEnv:
		return "SetEnv"
	case *ir.EnvNames:
		if item.Unset {
			return "UnsetEnv"
		}
		return "PassEnv"
	case *ir.HeaderEdit:
		if item.Request {
			return "RequestHeader"
		}
		return "Header"
	case *ir.Require:
		return "Require"
	case *ir.AccessOrder:
		if item.Satisfy {
			return "Satisfy"
		}
		return "Order"
	case *ir.AccessRule:
		if item.Deny {
			return "Deny"
		}
		return "Allow"
	case *ir.LogFormat:
		return "LogFormat"
	case *ir.CustomLog:
		return "CustomLog"
	case *ir.ErrorDocument:
		return "ErrorDocument"
	case *ir.Alias:
		if item.Regex != nil {
			return "AliasMatch"
		}
		return "Alias"
	case *ir.MimeEdit:
		return string(item.Action)
	case *ir.FilterByType:
		return "AddOutputFilterByType"
	case *ir.Residue:
		return item.Name
	}
	return ""
}

// proxyPassDirective tells ProxyPassMatch from `ProxyPass ~`, which mean the same.
func proxyPassDirective(p *ir.ProxyPass) string {
	if p.Regex != nil && !p.Tilde {
		return "ProxyPassMatch"
	}
	return "ProxyPass"
}
