package ir

import (
	"time"

	"github.com/lbconf/lbconf/parser/clib"
)

// The four setting types carry the directives whose whole meaning is a value. Which directives they are is said by the
// typed names below; a directive with a structure of its own has a type of its own.

// SwitchName is a directive that is On or Off.
type SwitchName string

// The switches.
const (
	// SwitchRewriteEngine is mod_rewrite: RewriteEngine, default Off, inherited by virtual hosts.
	SwitchRewriteEngine SwitchName = "RewriteEngine"
	// SwitchProxyRequests is mod_proxy: ProxyRequests, the forward proxy, default Off.
	SwitchProxyRequests SwitchName = "ProxyRequests"
	// SwitchProxyPreserveHost is mod_proxy: ProxyPreserveHost, default Off.
	SwitchProxyPreserveHost SwitchName = "ProxyPreserveHost"
	// SwitchProxyAddHeaders is mod_proxy: ProxyAddHeaders, the X-Forwarded-* headers, default On.
	SwitchProxyAddHeaders SwitchName = "ProxyAddHeaders"
	// SwitchProxy100Continue is mod_proxy: Proxy100Continue, default On.
	SwitchProxy100Continue SwitchName = "Proxy100Continue"
	// SwitchProxyWebsocketFallbackToProxyHttp is mod_proxy_wstunnel: ProxyWebsocketFallbackToProxyHttp, whether mod_proxy_http serves what goes
	// to backends of ws and wss, be it WebSocket or not, default On.
	SwitchProxyWebsocketFallbackToProxyHttp SwitchName = "ProxyWebsocketFallbackToProxyHttp" //nolint:staticcheck // as the directive
	// SwitchCGIPassAuth is core: CGIPassAuth, whether applications get credentials, default Off.
	SwitchCGIPassAuth SwitchName = "CGIPassAuth"
	// SwitchProxyPassInterpolateEnv is mod_proxy: ProxyPassInterpolateEnv, whether ${NAME} is replaced where a directive has the word
	// interpolate, default Off.
	SwitchProxyPassInterpolateEnv SwitchName = "ProxyPassInterpolateEnv"
	// SwitchKeepAlive is core: KeepAlive towards clients, default On.
	SwitchKeepAlive SwitchName = "KeepAlive"
	// SwitchBalancerInherit is mod_proxy: BalancerInherit, default On. A virtual host has the workers and balancers of the main
	// server unless this and SwitchProxyPassInherit are Off.
	SwitchBalancerInherit SwitchName = "BalancerInherit"
	// SwitchProxyPassInherit is mod_proxy: ProxyPassInherit, default On. ProxyPass itself is inherited in any case.
	SwitchProxyPassInherit SwitchName = "ProxyPassInherit"
	// SwitchBalancerPersist is mod_proxy: BalancerPersist, default Off. A virtual host does not inherit it.
	SwitchBalancerPersist SwitchName = "BalancerPersist"
	// SwitchMergeSlashes is core: MergeSlashes, default On.
	SwitchMergeSlashes SwitchName = "MergeSlashes"
	// SwitchExtendedStatus is core: ExtendedStatus, which figures server-status keeps, default On where mod_status is loaded.
	SwitchExtendedStatus SwitchName = "ExtendedStatus"
	// SwitchSSLProxyEngine is mod_ssl: SSLProxyEngine, TLS to backends, default Off.
	SwitchSSLProxyEngine SwitchName = "SSLProxyEngine"
	// SwitchSSLProxyCheckPeerName is mod_ssl: SSLProxyCheckPeerName, the names of a backend's certificate, default On.
	SwitchSSLProxyCheckPeerName SwitchName = "SSLProxyCheckPeerName"
	// SwitchSSLProxyCheckPeerCN is mod_ssl: SSLProxyCheckPeerCN, default On; Off counts where SSLProxyCheckPeerName is not
	// set, On where that is Off.
	SwitchSSLProxyCheckPeerCN SwitchName = "SSLProxyCheckPeerCN"
	// SwitchSSLProxyCheckPeerExpire is mod_ssl: SSLProxyCheckPeerExpire, default On.
	SwitchSSLProxyCheckPeerExpire SwitchName = "SSLProxyCheckPeerExpire"
	// SwitchSSLHonorCipherOrder is mod_ssl: SSLHonorCipherOrder, default Off.
	SwitchSSLHonorCipherOrder SwitchName = "SSLHonorCipherOrder"
	// SwitchSSLStrictSNIVHostCheck is mod_ssl: SSLStrictSNIVHostCheck, default Off.
	SwitchSSLStrictSNIVHostCheck SwitchName = "SSLStrictSNIVHostCheck"
	// SwitchSSLSessionTickets is mod_ssl: SSLSessionTickets, default On.
	SwitchSSLSessionTickets SwitchName = "SSLSessionTickets"
	// SwitchMergeTrailers is core: MergeTrailers, whether the fields behind a body in chunks count as fields of its request,
	// default Off.
	SwitchMergeTrailers SwitchName = "MergeTrailers"
	// SwitchStrictHostCheck is core: StrictHostCheck, whether a request for a name that no server of its address has is
	// refused, default Off. That of the first virtual host of the address counts.
	SwitchStrictHostCheck SwitchName = "StrictHostCheck"
	// SwitchDirectorySlash is mod_dir: DirectorySlash, a redirect to the name of a folder with its slash, default On.
	SwitchDirectorySlash SwitchName = "DirectorySlash"
)

// Switch is a directive that is On or Off.
type Switch struct {
	Node
	// Name says which.
	Name SwitchName
	// On is its value.
	On bool
}

// NumberName is a directive with a number that httpd reads with atoi.
type NumberName string

// The numbers.
const (
	// NumberTimeout is core: Timeout, seconds, default 60.
	NumberTimeout NumberName = "Timeout"
	// NumberProxyTimeout is mod_proxy: ProxyTimeout, seconds, at least 1, default Timeout.
	NumberProxyTimeout NumberName = "ProxyTimeout"
	// NumberKeepAliveTimeout is core: KeepAliveTimeout, seconds or with the unit ms, default 5 s.
	NumberKeepAliveTimeout NumberName = "KeepAliveTimeout"
	// NumberMaxKeepAliveRequests is core: MaxKeepAliveRequests, default 100, 0 is unlimited.
	NumberMaxKeepAliveRequests NumberName = "MaxKeepAliveRequests"
	// NumberLimitRequestLine is core: LimitRequestLine, bytes, default 8190. A virtual host has what the main server says above
	// it; the first one of an address counts for its connections, as with the two that follow.
	NumberLimitRequestLine NumberName = "LimitRequestLine"
	// NumberLimitRequestFields is core: LimitRequestFields, default 100, 0 is unlimited.
	NumberLimitRequestFields NumberName = "LimitRequestFields"
	// NumberLimitRequestFieldsize is core: LimitRequestFieldSize, bytes, default 8190.
	NumberLimitRequestFieldsize NumberName = "LimitRequestFieldsize"
	// NumberLimitRequestBody is core: LimitRequestBody, bytes, default 1 GiB, 0 is unlimited. Requests that are proxied have
	// no limit.
	NumberLimitRequestBody NumberName = "LimitRequestBody"
	// NumberServerLimit is the MPM's: ServerLimit, processes, default 16.
	NumberServerLimit NumberName = "ServerLimit"
	// NumberMaxRequestWorkers is the MPM's: MaxRequestWorkers, formerly MaxClients, requests in work at a time, default 400.
	NumberMaxRequestWorkers NumberName = "MaxRequestWorkers"
	// NumberThreadsPerChild is the MPM's: ThreadsPerChild, requests in work in one process, default 25.
	NumberThreadsPerChild NumberName = "ThreadsPerChild"
	// NumberThreadLimit is the MPM's: ThreadLimit, what ThreadsPerChild is bound by, default 64.
	NumberThreadLimit NumberName = "ThreadLimit"
	// NumberProxyMaxForwards is mod_proxy: ProxyMaxForwards, default -1: none is added.
	NumberProxyMaxForwards NumberName = "ProxyMaxForwards"
	// NumberProxyIOBufferSize is mod_proxy: ProxyIOBufferSize, bytes of what is moved at a time, 512 or more, default 0: 8192.
	NumberProxyIOBufferSize NumberName = "ProxyIOBufferSize"
	// NumberProxyReceiveBufferSize is mod_proxy: ProxyReceiveBufferSize, bytes of the receive buffer of connections to backends,
	// 512 or more, or 0 for that of the system, which is the default. Workers that are defined behind it have it.
	NumberProxyReceiveBufferSize NumberName = "ProxyReceiveBufferSize"
	// NumberSSLVerifyDepth is mod_ssl: SSLVerifyDepth, certificates above a client's own, 0 or more, default 1.
	NumberSSLVerifyDepth NumberName = "SSLVerifyDepth"
	// NumberSSLProxyVerifyDepth is mod_ssl: SSLProxyVerifyDepth, the same for backends, default 1.
	NumberSSLProxyVerifyDepth NumberName = "SSLProxyVerifyDepth"
	// NumberDeflateCompressionLevel is mod_deflate: DeflateCompressionLevel, 1 to 9, default that of zlib, which is 6.
	NumberDeflateCompressionLevel NumberName = "DeflateCompressionLevel"
	// NumberProxyHCTPsize is mod_proxy_hcheck: ProxyHCTPsize, the health checks that run at a time, default 16.
	NumberProxyHCTPsize NumberName = "ProxyHCTPsize"
	// NumberHeartbeatMaxServers is mod_heartmonitor: HeartbeatMaxServers, the hosts that are kept in memory, 10 or more, or 0
	// for the file of HeartbeatStorage; default 10.
	NumberHeartbeatMaxServers NumberName = "HeartbeatMaxServers"
)

// Read returns what httpd makes of an argument, in the unit of Number.Value. ok is false for a KeepAliveTimeout or a
// LimitRequestBody that httpd refuses; the others are read with atoi, which takes anything.
func (n NumberName) Read(written string) (value int64, ok bool) {
	if n == NumberLimitRequestBody {
		return readSize(written)
	}
	if n == NumberKeepAliveTimeout {
		d, ok := ParseInterval(written, time.Second)
		return d.Milliseconds(), ok
	}
	if n == NumberProxyIOBufferSize {
		return clib.Atoi64(written), true
	}
	return int64(clib.Atoi(written)), true
}

// readSize reads a number of bytes, behind which nothing may stand.
func readSize(written string) (size int64, ok bool) {
	size, rest, ok := clib.Strtoll(written)
	return size, ok && rest == "" && size >= 0
}

// Number is a directive with a number. httpd reads digits and ignores what follows, so both are kept.
type Number struct {
	Node
	// Name says which.
	Name NumberName
	// Written is the argument: "500ms".
	Written string
	// Value is what httpd makes of it, in the directive's unit; NumberKeepAliveTimeout is in milliseconds.
	Value int64
}

// WordName is a directive with one word.
type WordName string

// The words.
const (
	// WordServerRoot is core: ServerRoot.
	WordServerRoot WordName = "ServerRoot"
	// WordDefaultRuntimeDir is core: DefaultRuntimeDir, which relative paths of Unix sockets count from. httpd's own default
	// depends on who built it: logs unless told otherwise.
	WordDefaultRuntimeDir WordName = "DefaultRuntimeDir"
	// WordServerAdmin is core: ServerAdmin.
	WordServerAdmin WordName = "ServerAdmin"
	// WordDocumentRoot is core: DocumentRoot.
	WordDocumentRoot WordName = "DocumentRoot"
	// WordUser is mod_unixd: User.
	WordUser WordName = "User"
	// WordGroup is mod_unixd: Group.
	WordGroup WordName = "Group"
	// WordErrorLog is core: ErrorLog.
	WordErrorLog WordName = "ErrorLog"
	// WordPidFile is the MPM's: PidFile.
	WordPidFile WordName = "PidFile"
	// WordProxyDomain is mod_proxy: ProxyDomain, a domain with a dot before it that a forward proxy adds to names without one.
	WordProxyDomain WordName = "ProxyDomain"
	// WordServerTokens is core: ServerTokens, in httpd's spelling: Prod, Major, Minor, Min, OS or Full.
	WordServerTokens WordName = "ServerTokens"
	// WordServerSignature is core: ServerSignature: On, Off or EMail.
	WordServerSignature WordName = "ServerSignature"
	// WordTraceEnable is core: TraceEnable, whether TRACE is answered, and with bodies where extended: on, off or extended;
	// default on.
	WordTraceEnable WordName = "TraceEnable"
	// WordUseCanonicalName is core: UseCanonicalName: On, Off or DNS.
	WordUseCanonicalName WordName = "UseCanonicalName"
	// WordProxyVia is mod_proxy: ProxyVia: Off, On, Full or Block.
	WordProxyVia WordName = "ProxyVia"
	// WordProxyFCGIBackendType is mod_proxy_fcgi: ProxyFCGIBackendType, what applications are taken for: FPM, the default, or
	// GENERIC.
	WordProxyFCGIBackendType WordName = "ProxyFCGIBackendType"
	// WordProxyBadHeader is mod_proxy: ProxyBadHeader, what a line without a colon in the head of a response does: IsError, Ignore
	// or StartBody; default IsError.
	WordProxyBadHeader WordName = "ProxyBadHeader"
	// WordProxySourceAddress is mod_proxy: ProxySourceAddress, the address of this machine that connections to backends come
	// from.
	WordProxySourceAddress WordName = "ProxySourceAddress"
	// WordAllowEncodedSlashes is core: AllowEncodedSlashes, what becomes of a path with %2F: Off, On, which decodes it, or NoDecode;
	// default Off. A virtual host does not inherit it.
	WordAllowEncodedSlashes WordName = "AllowEncodedSlashes"
	// WordAuthMerging is mod_authz_core: AuthMerging: Off, And or Or.
	WordAuthMerging WordName = "AuthMerging"
	// WordProxyStatus is mod_proxy: ProxyStatus, whether server-status shows the balancers: Off, On or Full.
	WordProxyStatus WordName = "ProxyStatus"
	// WordSetHandler is core: SetHandler.
	WordSetHandler WordName = "SetHandler"
	// WordSetOutputFilter is core: SetOutputFilter, names joined by semicolons.
	WordSetOutputFilter WordName = "SetOutputFilter"
	// WordDeflateAlterETag is mod_deflate: DeflateAlterETag: AddSuffix, NoChange or Remove.
	WordDeflateAlterETag WordName = "DeflateAlterETag"
	// WordForceType is core: ForceType, a media type, or None.
	WordForceType WordName = "ForceType"
	// WordAddDefaultCharset is core: AddDefaultCharset: a charset, Off, or On for iso-8859-1.
	WordAddDefaultCharset WordName = "AddDefaultCharset"
	// WordAcceptPathInfo is core: AcceptPathInfo: On, Off or Default.
	WordAcceptPathInfo WordName = "AcceptPathInfo"
	// WordTypesConfig is mod_mime: TypesConfig, a file.
	WordTypesConfig WordName = "TypesConfig"
	// WordMaxRanges is core: MaxRanges: a number from 1, none, default or unlimited.
	WordMaxRanges WordName = "MaxRanges"
	// WordHeartbeatListen is mod_heartmonitor: HeartbeatListen, the IPv4 address and port where heartbeats arrive.
	WordHeartbeatListen WordName = "HeartbeatListen"
	// WordHeartbeatAddress is mod_heartbeat: HeartbeatAddress, the IPv4 address and port to which heartbeats are sent.
	WordHeartbeatAddress WordName = "HeartbeatAddress"
	// WordHeartbeatStorage is mod_heartmonitor and mod_lbmethod_heartbeat: HeartbeatStorage, the file of heartbeats, relative to
	// DefaultRuntimeDir. The default does not depend on that: /var/run/apache2/hb.dat of Debian.
	WordHeartbeatStorage WordName = "HeartbeatStorage"
	// WordSSLEngine is mod_ssl: SSLEngine: on or off.
	WordSSLEngine WordName = "SSLEngine"
	// WordSSLCertificateFile is mod_ssl: SSLCertificateFile; a server may have several.
	WordSSLCertificateFile WordName = "SSLCertificateFile"
	// WordSSLCertificateKeyFile is mod_ssl: SSLCertificateKeyFile, the key of the certificate of the same place.
	WordSSLCertificateKeyFile WordName = "SSLCertificateKeyFile"
	// WordSSLCertificateChainFile is mod_ssl: SSLCertificateChainFile, certificates above the server's own.
	WordSSLCertificateChainFile WordName = "SSLCertificateChainFile"
	// WordSSLCACertificateFile is mod_ssl: SSLCACertificateFile, who may sign certificates of clients.
	WordSSLCACertificateFile WordName = "SSLCACertificateFile"
	// WordSSLCACertificatePath is mod_ssl: SSLCACertificatePath, a folder of such certificates by hashed names.
	WordSSLCACertificatePath WordName = "SSLCACertificatePath"
	// WordSSLVerifyClient is mod_ssl: SSLVerifyClient: none, optional, require or optional_no_ca; default none.
	WordSSLVerifyClient WordName = "SSLVerifyClient"
	// WordSSLVHostSNIPolicy is mod_ssl: SSLVHostSNIPolicy, which virtual hosts a connection for another one may ask for:
	// strict, secure, authonly or insecure; default secure.
	WordSSLVHostSNIPolicy WordName = "SSLVHostSNIPolicy"
	// WordSSLProxyVerify is mod_ssl: SSLProxyVerify, as SSLVerifyClient for backends.
	WordSSLProxyVerify WordName = "SSLProxyVerify"
	// WordSSLProxyCACertificateFile is mod_ssl: SSLProxyCACertificateFile, who may sign certificates of backends.
	WordSSLProxyCACertificateFile WordName = "SSLProxyCACertificateFile"
	// WordSSLProxyCACertificatePath is mod_ssl: SSLProxyCACertificatePath, a folder of such certificates by hashed names.
	WordSSLProxyCACertificatePath WordName = "SSLProxyCACertificatePath"
	// WordSSLProxyMachineCertificateFile is mod_ssl: SSLProxyMachineCertificateFile, certificates and keys that backends
	// are shown.
	WordSSLProxyMachineCertificateFile WordName = "SSLProxyMachineCertificateFile"
)

// Values returns the words that the directive takes, in the spelling of Word.Value; nil where it takes any. httpd does not
// mind their case.
func (n WordName) Values() []string {
	switch n {
	case WordServerTokens:
		return []string{"Prod", "Major", "Minor", "Min", "OS", "Full"}
	case WordServerSignature:
		return []string{"On", "Off", "EMail"}
	case WordTraceEnable:
		return []string{"on", "off", "extended"}
	case WordUseCanonicalName:
		return []string{"On", "Off", "DNS"}
	case WordProxyStatus:
		return []string{"Off", "On", "Full"}
	case WordProxyVia:
		return []string{"Off", "On", "Full", "Block"}
	case WordProxyFCGIBackendType:
		return []string{"FPM", "GENERIC"}
	case WordProxyBadHeader:
		return []string{"IsError", "Ignore", "StartBody"}
	case WordAllowEncodedSlashes:
		return []string{"On", "Off", "NoDecode"}
	case WordAuthMerging:
		return []string{"Off", "And", "Or"}
	case WordSSLEngine:
		return []string{"on", "off"}
	case WordSSLVerifyClient, WordSSLProxyVerify:
		return []string{"none", "optional", "require", "optional_no_ca"}
	case WordSSLVHostSNIPolicy:
		return []string{"strict", "secure", "authonly", "insecure"}
	case WordDeflateAlterETag:
		return []string{"AddSuffix", "NoChange", "Remove"}
	case WordAcceptPathInfo:
		return []string{"On", "Off", "Default"}
	case WordServerRoot, WordDefaultRuntimeDir, WordServerAdmin, WordDocumentRoot, WordUser, WordGroup, WordErrorLog, WordPidFile, WordSetHandler, WordProxyDomain,
		WordSetOutputFilter, WordForceType, WordAddDefaultCharset, WordTypesConfig, WordMaxRanges, WordHeartbeatListen,
		WordHeartbeatAddress, WordHeartbeatStorage, WordSSLCertificateFile,
		WordSSLCertificateKeyFile, WordSSLCertificateChainFile, WordSSLCACertificateFile, WordSSLCACertificatePath,
		WordSSLProxyCACertificateFile, WordSSLProxyCACertificatePath, WordSSLProxyMachineCertificateFile, WordProxySourceAddress:
	}
	return nil
}

// Word is a directive with one word.
type Word struct {
	Node
	// Name says which.
	Name WordName
	// Value is the word.
	Value string
}

// WordsName is a directive with a list of words.
type WordsName string

// The lists of words.
const (
	// WordsOptions is core: Options.
	WordsOptions WordsName = "Options"
	// WordsLogLevel is core: LogLevel, "info" or "proxy:trace2".
	WordsLogLevel WordsName = "LogLevel"
	// WordsRewriteOptions is mod_rewrite: RewriteOptions.
	WordsRewriteOptions WordsName = "RewriteOptions"
	// WordsDirectoryIndex is mod_dir: DirectoryIndex, names of files or paths, or disabled.
	WordsDirectoryIndex WordsName = "DirectoryIndex"
	// WordsFileETag is core: FileETag, of what entity tags are made.
	WordsFileETag WordsName = "FileETag"
	// WordsAllowOverride is core: AllowOverride, what .htaccess files may say.
	WordsAllowOverride WordsName = "AllowOverride"
	// WordsAccessFileName is core: AccessFileName, the names of .htaccess files.
	WordsAccessFileName WordsName = "AccessFileName"
	// WordsProxyErrorOverride is mod_proxy: ProxyErrorOverride, on with statuses from 400 to 599 or without any, or off.
	WordsProxyErrorOverride WordsName = "ProxyErrorOverride"
	// WordsSSLProtocol is mod_ssl: SSLProtocol: all, TLSv1, TLSv1.1, TLSv1.2, TLSv1.3, each with + or - before it, read from
	// left to right. Without a sign a word drops those before it. Default all.
	WordsSSLProtocol WordsName = "SSLProtocol"
	// WordsSSLProxyProtocol is mod_ssl: SSLProxyProtocol, the same for backends.
	WordsSSLProxyProtocol WordsName = "SSLProxyProtocol"
	// WordsSSLCipherSuite is mod_ssl: SSLCipherSuite: a list of ciphers in OpenSSL's language, or before it SSL, which means
	// the same, or TLSv1.3, whose suites have a list of their own.
	WordsSSLCipherSuite WordsName = "SSLCipherSuite"
	// WordsSSLProxyCipherSuite is mod_ssl: SSLProxyCipherSuite, the same for backends.
	WordsSSLProxyCipherSuite WordsName = "SSLProxyCipherSuite"
	// WordsSSLOptions is mod_ssl: SSLOptions: StdEnvVars, ExportCertData, FakeBasicAuth, StrictRequire, OptRenegotiate,
	// LegacyDNStringFormat, each with + or - before it.
	WordsSSLOptions WordsName = "SSLOptions"
	// WordsRequestReadTimeout is mod_reqtimeout: RequestReadTimeout, words that ParseReadTimeout reads; the last word for a
	// stage counts. Default handshake=0 header=20-40,MinRate=500 body=20,MinRate=500.
	WordsRequestReadTimeout WordsName = "RequestReadTimeout"
	// WordsHttpProtocolOptions is core: HttpProtocolOptions: Strict or Unsafe, LenientMethods or RegisteredMethods, Allow0.9 or
	// Require1.0, in any case. Default Strict LenientMethods Allow0.9.
	WordsHttpProtocolOptions WordsName = "HttpProtocolOptions" //nolint:staticcheck // as the directive
	// WordsRegisterHttpMethod is core: RegisterHttpMethod, methods that the server knows beside those of HTTP and WebDAV.
	WordsRegisterHttpMethod WordsName = "RegisterHttpMethod" //nolint:staticcheck // as the directive
	// WordsProxyRemote is mod_proxy: ProxyRemote: what goes to another proxy (*, a scheme, or the beginning of a URL), the
	// URL of that proxy, and user:password for it, which may be left out.
	WordsProxyRemote WordsName = "ProxyRemote"
	// WordsProxyRemoteMatch is mod_proxy: ProxyRemoteMatch, the same with a regular expression on the URL.
	WordsProxyRemoteMatch WordsName = "ProxyRemoteMatch"
	// WordsNoProxy is mod_proxy: NoProxy: networks, domains, hosts and parts of names that no ProxyRemote counts for.
	WordsNoProxy WordsName = "NoProxy"
	// WordsProxyBlock is mod_proxy: ProxyBlock: parts of names of hosts, or * for all, that nothing is proxied to, nor to the
	// addresses that they have when the server starts.
	WordsProxyBlock WordsName = "ProxyBlock"
	// WordsAllowCONNECT is mod_proxy_connect: AllowCONNECT: ports, or two joined by -, that CONNECT may go to. Default 443 563.
	WordsAllowCONNECT WordsName = "AllowCONNECT"
)

// Words is a directive with a list of words.
type Words struct {
	Node
	// Name says which.
	Name WordsName
	// Values are the words in order.
	Values []string
}

func (*Switch) item() {}
func (*Number) item() {}
func (*Word) item()   {}
func (*Words) item()  {}
