package program

import (
	"slices"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
)

// resetsSlashes says whether a section resets AllowEncodedSlashes for what is forwarded. Each section that has settings of the
// core has its own, which is off in all of them: every Location has such settings, and a Proxy section with a directive of the
// core (httpd: merge_core_dir_configs).
func resetsSlashes(s *effective.Section) bool {
	switch s.Section.Kind {
	case ir.SectionLocation, ir.SectionLocationMatch:
		return true
	case ir.SectionProxy, ir.SectionProxyMatch, ir.SectionDirectory, ir.SectionDirectoryMatch, ir.SectionFiles, ir.SectionFilesMatch,
		ir.SectionIf, ir.SectionElseIf, ir.SectionElse, ir.SectionRequireAll, ir.SectionRequireAny, ir.SectionRequireNone:
	}
	return slices.ContainsFunc(s.Section.Items, isOfCore)
}

// isOfCore says whether a directive of a section belongs to the core of httpd.
func isOfCore(item ir.Item) bool {
	switch item := item.(type) {
	case *ir.ErrorDocument:
		return true
	case *ir.Switch:
		return coreDirectives[string(item.Name)]
	case *ir.Number:
		return coreDirectives[string(item.Name)]
	case *ir.Word:
		return coreDirectives[string(item.Name)]
	case *ir.Words:
		return coreDirectives[string(item.Name)]
	case *ir.Residue:
		return coreDirectives[item.Name]
	case *ir.Section:
		return coreDirectives[string(item.Kind)]
	case *ir.AccessOrder, *ir.AccessRule, *ir.Alias, *ir.BalancerMember, *ir.CustomLog, *ir.EnvNames, *ir.FCGISetEnvIf, *ir.FilterByType,
		*ir.HeaderEdit, *ir.HealthExpr, *ir.HealthTemplate, *ir.Listen, *ir.LoadModule, *ir.LogFormat, *ir.MimeEdit, *ir.ProxyPass,
		*ir.ProxyPassReverse, *ir.ProxyPassReverseCookie, *ir.ProxySet, *ir.Require, *ir.RewriteCond, *ir.RewriteMap, *ir.RewriteRule,
		*ir.ServerAlias, *ir.ServerName, *ir.SetEnv, *ir.SetEnvIf, *ir.VirtualHost:
	}
	return false
}

// coreDirectives are those of the core that sections may have, but for those that are done while httpd reads.
var coreDirectives = map[string]bool{
	"AcceptPathInfo": true, "AddDefaultCharset": true, "AllowOverride": true, "AllowOverrideList": true, "CGIPassAuth": true,
	"CGIVar": true, "ContentDigest": true, "DefaultType": true, "EnableMMAP": true, "EnableSendfile": true, "FileETag": true,
	"Files": true, "FilesMatch": true, "ForceType": true, "HostnameLookups": true, "LimitRequestBody": true,
	"LimitXMLRequestBody": true, "LogLevel": true, "MaxRangeOverlaps": true, "MaxRangeReversals": true, "MaxRanges": true,
	"Options": true, "QualifyRedirectURL": true, "ReadBufferSize": true, "RLimitCPU": true, "RLimitMEM": true, "RLimitNPROC": true,
	"ServerSignature": true, "SetHandler": true, "SetInputFilter": true, "SetOutputFilter": true, "UseCanonicalName": true,
	"UseCanonicalPhysicalPort": true,
}
