package program

import (
	"net/netip"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/header"
)

// survey goes through all directives and reports those that the program does not run.
func (b *builder) survey(items []ir.Item, in *ir.Section) {
	for _, item := range items {
		b.surveyItem(item, in)
		if c, ok := item.(ir.Container); ok {
			around := in
			if section, ok := item.(*ir.Section); ok {
				around = section
			}
			b.survey(c.Children(), around)
		}
	}
}

func (b *builder) surveyItem(item ir.Item, in *ir.Section) {
	switch item := item.(type) {
	case *ir.Switch:
		b.surveySwitch(item)
	case *ir.Word:
		b.surveyWord(item, in)
	case *ir.Words:
		switch item.Name {
		case ir.WordsRewriteOptions: // judged where rules are compiled
		case ir.WordsDirectoryIndex, ir.WordsFileETag, ir.WordsAllowOverride, ir.WordsAccessFileName, ir.WordsOptions:
			b.surveyFileWords(item)
		case ir.WordsProxyErrorOverride, ir.WordsProxyRemote, ir.WordsProxyRemoteMatch, ir.WordsNoProxy, ir.WordsProxyBlock,
			ir.WordsAllowCONNECT: // run, or judged where a forward proxy is compiled
		case ir.WordsSSLProtocol, ir.WordsSSLProxyProtocol, ir.WordsSSLProxyCipherSuite, ir.WordsSSLOptions, ir.WordsSSLCipherSuite:
			b.surveyTLS(item, in)
		case ir.WordsRequestReadTimeout:
			b.surveyReadTimeout(item)
		case ir.WordsLogLevel: // about messages, of which this server has its own
		case ir.WordsHttpProtocolOptions, ir.WordsRegisterHttpMethod: // run
		}
	case *ir.Number:
		if item.Name == ir.NumberSSLVerifyDepth && in != nil {
			b.anotherHandshake(item, string(item.Name), in)
		}
	case *ir.HeaderEdit:
		b.surveyHeader(item, in)
	case *ir.SetEnvIf:
		if b.looksUp && clib.EqualFold(item.Attribute, "Remote_Host") {
			b.report.refuse(item, "Remote_Host is the name of the client with HostnameLookups, and this server would compare the address: write Remote_Addr, or HostnameLookups Off")
		}
	case *ir.RewriteMap:
		b.rewriteMap(b.view.ServerOf(item), item)
	case *ir.Section:
		b.surveySection(item)
	case *ir.Residue:
		b.surveyResidue(item, in)
	case *ir.Alias:
		b.surveyAlias(item, in)
	case *ir.MimeEdit:
		b.surveyMime(item)
	case *ir.ErrorDocument:
		b.surveyDocument(item)
	case *ir.FCGISetEnvIf:
		if _, problem := compileFixes([]ir.Item{item}, &b.program.main.server); problem != nil {
			b.report.ignore(item, "the variable of ProxyFCGISetEnvIf stays as it is: %v", problem)
		}
	case *ir.FilterByType:
		b.surveyFilters(item, item.Filters)
	case *ir.LoadModule, *ir.Listen, *ir.ServerName, *ir.ServerAlias, *ir.VirtualHost, *ir.ProxyPass,
		*ir.HealthTemplate, *ir.HealthExpr, *ir.ProxyPassReverse, *ir.ProxyPassReverseCookie, *ir.ProxySet, *ir.BalancerMember, *ir.RewriteCond, *ir.RewriteRule, *ir.Require, *ir.AccessOrder,
		*ir.AccessRule, *ir.LogFormat, *ir.SetEnv, *ir.EnvNames,
		*ir.CustomLog:
		// Run, or judged where they are compiled.
	}
}

// surveyHeader refuses a RequestHeader that is not run, which could make a backend trust a field of the client. A Header
// that is not run is left out.
func (b *builder) surveyHeader(item *ir.HeaderEdit, in *ir.Section) {
	if item.Request {
		_, problems := header.Compile([]*ir.HeaderEdit{item}, &b.program.main.server)
		for _, p := range problems {
			b.report.refuse(p.Item, "%s", p.Message)
		}
		return
	}
	if isOfFiles(in) && !b.servesFiles() {
		b.report.ignore(item, "Header stands in <%s>, and no files are served", in.Kind)
		return
	}
	outside := 1
	if in != nil {
		outside = 0
	}
	_, problems := header.CompileResponse([]*ir.HeaderEdit{item}, outside, &b.program.main.server)
	for _, p := range problems {
		b.report.ignore(p.Item, "%s", p.Message)
	}
}

// surveyReadTimeout reports a rate for handshakes, of whose bytes the server knows nothing.
func (b *builder) surveyReadTimeout(item *ir.Words) {
	for _, word := range item.Values {
		if stage, t, err := ir.ParseReadTimeout(word); err == nil && stage == ir.ReadHandshake && t.First > 0 && t.PerByte > 0 {
			b.report.ignore(item, "MinRate of handshake= is not run by this server: a client has the longer time without sending a byte, at most Timeout")
		}
	}
}

func (b *builder) surveySwitch(item *ir.Switch) {
	switch item.Name {
	case ir.SwitchProxyRequests: // an open proxy is refused where its server is compiled
	case ir.SwitchRewriteEngine, ir.SwitchProxyPreserveHost, ir.SwitchProxyAddHeaders, ir.SwitchProxy100Continue, ir.SwitchProxyWebsocketFallbackToProxyHttp,
		ir.SwitchProxyPassInterpolateEnv, ir.SwitchCGIPassAuth, ir.SwitchBalancerInherit, ir.SwitchProxyPassInherit, ir.SwitchBalancerPersist, ir.SwitchKeepAlive, ir.SwitchMergeSlashes, ir.SwitchExtendedStatus, ir.SwitchDirectorySlash, ir.SwitchStrictHostCheck:
	case ir.SwitchMergeTrailers:
		if item.On {
			b.report.ignore(item, "MergeTrailers On is not run by this server: fields behind a body are dropped, so that no log and no Header directive sees them; they go to no backend in httpd either")
		}
	case ir.SwitchSSLProxyEngine, ir.SwitchSSLProxyCheckPeerName, ir.SwitchSSLProxyCheckPeerCN, ir.SwitchSSLProxyCheckPeerExpire,
		ir.SwitchSSLHonorCipherOrder, ir.SwitchSSLStrictSNIVHostCheck, ir.SwitchSSLSessionTickets: // judged where TLS is compiled
	}
}

func (b *builder) surveyWord(item *ir.Word, in *ir.Section) {
	switch item.Name {
	case ir.WordSetHandler:
		b.surveyHandler(item, in)
	case ir.WordSetOutputFilter:
		b.surveyFilters(item, item.Value)
	case ir.WordSSLVerifyClient:
		b.surveyVerifyClient(item, in)
	case ir.WordErrorLog:
		b.report.tell(item, "messages go to the standard error of this server, not to %s: let what starts it keep them", item.Value)
	case ir.WordPidFile:
		b.report.tell(item, "no file with the process identifier is written: let what starts this server remember it, as systemd does")
	case ir.WordUseCanonicalName:
		if clib.EqualFold(item.Value, "dns") {
			b.report.refuse(item, "UseCanonicalName DNS is not run by this server: write On or Off")
		}
	case ir.WordServerRoot, ir.WordDefaultRuntimeDir, ir.WordServerTokens, ir.WordServerSignature, ir.WordDocumentRoot, ir.WordServerAdmin, ir.WordUser, ir.WordGroup,
		ir.WordProxyVia, ir.WordAuthMerging, ir.WordProxyStatus, ir.WordSSLEngine, ir.WordSSLCertificateFile, ir.WordSSLCertificateKeyFile, ir.WordSSLCertificateChainFile,
		ir.WordSSLCACertificateFile, ir.WordSSLCACertificatePath, ir.WordSSLVHostSNIPolicy, ir.WordSSLProxyVerify,
		ir.WordSSLProxyCACertificateFile, ir.WordSSLProxyCACertificatePath, ir.WordSSLProxyMachineCertificateFile, ir.WordAcceptPathInfo, ir.WordAddDefaultCharset,
		ir.WordProxyBadHeader, ir.WordProxyFCGIBackendType, ir.WordAllowEncodedSlashes, ir.WordTypesConfig, ir.WordMaxRanges, ir.WordDeflateAlterETag, ir.WordTraceEnable,
		ir.WordHeartbeatAddress, ir.WordHeartbeatStorage, ir.WordProxyDomain:
	case ir.WordProxySourceAddress:
		if _, err := netip.ParseAddr(item.Value); err != nil {
			b.report.refuse(item, "ProxySourceAddress %s is no IP address in full, and httpd resolves it when it starts: write the address", item.Value)
		}
	case ir.WordHeartbeatListen:
		b.surveyHeartbeats(item)
	case ir.WordForceType:
		b.surveyType(item, item.Value)
	}
}

func (b *builder) surveySection(item *ir.Section) {
	switch item.Kind {
	case ir.SectionIf, ir.SectionElseIf, ir.SectionElse:
		b.report.refuse(item, "<%s> is not run by this server: write its directives for a path or a virtual host", item.Kind)
	case ir.SectionProxy, ir.SectionProxyMatch, ir.SectionLocation, ir.SectionLocationMatch, ir.SectionDirectory,
		ir.SectionDirectoryMatch, ir.SectionFiles, ir.SectionFilesMatch, ir.SectionRequireAll, ir.SectionRequireAny,
		ir.SectionRequireNone:
	}
}

func (b *builder) surveyResidue(item *ir.Residue, in *ir.Section) {
	if (item.State == ir.ResidueInert || item.State == ir.ResidueUnsupported) && b.surveyFileResidue(item) {
		return
	}
	switch item.State {
	case ir.ResidueInert:
	case ir.ResidueUnsupported:
		switch {
		case b.surveyTLSResidue(item):
		case item.Guards && isOfFiles(in) && !b.servesFiles():
			b.report.ignore(item, "%s is not run by this server; it stands in <%s>, and no files are served", item.Name, in.Kind)
		case item.Guards:
			b.report.refuse(item, "%s is not run by this server, and to ignore it could open a door: leave it out only if nothing depends on it", item.Name)
		default:
			b.report.ignore(item, "%s is not run by this server", item.Name)
		}
	case ir.ResidueUnknown:
		b.report.refuse(item, "httpd 2.4 has no directive %s: correct the name or leave it out", item.Name)
	case ir.ResidueRefused:
		b.report.refuse(item, "httpd refuses this %s: lint says why", item.Name)
	}
}

// isOfFiles says whether a section concerns local files only.
func isOfFiles(in *ir.Section) bool {
	if in == nil {
		return false
	}
	switch in.Kind {
	case ir.SectionDirectory, ir.SectionDirectoryMatch, ir.SectionFiles, ir.SectionFilesMatch:
		return true
	case ir.SectionProxy, ir.SectionProxyMatch, ir.SectionLocation, ir.SectionLocationMatch, ir.SectionIf, ir.SectionElseIf,
		ir.SectionElse, ir.SectionRequireAll, ir.SectionRequireAny, ir.SectionRequireNone:
	}
	return false
}
