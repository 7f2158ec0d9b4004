package effective

import (
	"strings"
	"time"

	"github.com/lbconf/lbconf/ir"
)

// Value is a setting with the directive that made it.
type Value[T any] struct {
	// Value is what holds.
	Value T
	// By is the directive that set it; nil where httpd's default holds.
	By ir.Item
}

// IsSet says whether a directive set the value.
func (v Value[T]) IsSet() bool { return v.By != nil }

// Settings are the directives of one value each that hold somewhere. What a scope does not set comes from the scope around
// it: a virtual host from the main server, a section from its server. The zero value holds httpd's defaults.
type Settings struct {
	parent   *Settings
	switches settings[ir.SwitchName, *ir.Switch]
	numbers  settings[ir.NumberName, *ir.Number]
	words    settings[ir.WordName, *ir.Word]
	lists    settings[ir.WordsName, *ir.Words]
}

// settings are the directives of one kind by what they set. A scope has so few of them that a list costs less than a map,
// and a large configuration has tens of thousands of scopes.
type settings[K ~string, V any] []setting[K, V]

type setting[K ~string, V any] struct {
	name K
	item V
}

// get returns the directive of a name; the zero value where the scope has none.
func (s settings[K, V]) get(name K) (item V, ok bool) {
	for i := range s {
		if s[i].name == name {
			return s[i].item, true
		}
	}
	return item, false
}

// put takes in a directive; it replaces one of the same name.
func (s *settings[K, V]) put(name K, item V) {
	for i := range *s {
		if (*s)[i].name == name {
			(*s)[i].item = item
			return
		}
	}
	*s = append(*s, setting[K, V]{name, item})
}

// Switch returns a directive that is On or Off.
func (s *Settings) Switch(name ir.SwitchName) Value[bool] {
	for at := s; at != nil; at = at.parent {
		if item, ok := at.switches.get(name); ok {
			return Value[bool]{item.On, item}
		}
	}
	return Value[bool]{Value: switchDefaults[name]}
}

// Number returns a directive with a number, in the unit of the directive.
func (s *Settings) Number(name ir.NumberName) Value[int64] {
	for at := s; at != nil; at = at.parent {
		if item, ok := at.numbers.get(name); ok {
			return Value[int64]{item.Value, item}
		}
	}
	return Value[int64]{Value: numberDefaults[name]}
}

// Word returns a directive with one word.
func (s *Settings) Word(name ir.WordName) Value[string] {
	for at := s; at != nil; at = at.parent {
		if item, ok := at.words.get(name); ok {
			return Value[string]{item.Value, item}
		}
	}
	return Value[string]{Value: wordDefaults[name]}
}

// OwnNumber returns a directive with a number where the scope itself has it, not one around it.
func (s *Settings) OwnNumber(name ir.NumberName) Value[int64] {
	if item, own := s.numbers.get(name); own {
		return Value[int64]{item.Value, item}
	}
	return Value[int64]{Value: numberDefaults[name]}
}

// Words returns a directive with a list of words: those of the innermost scope that has any, where the words of several
// directives of one scope add up (RewriteOptions, LogLevel).
func (s *Settings) Words(name ir.WordsName) Value[[]string] {
	for at := s; at != nil; at = at.parent {
		if item, ok := at.lists.get(name); ok {
			return Value[[]string]{item.Values, item}
		}
	}
	return Value[[]string]{}
}

// Own says whether the scope itself sets a switch, not one around it.
func (s *Settings) Own(name ir.SwitchName) bool {
	_, own := s.switches.get(name)
	return own
}

// EncodedSlashes is AllowEncodedSlashes: that of the scope itself, since httpd inherits it nowhere.
func (s *Settings) EncodedSlashes() Value[string] {
	if item, own := s.words.get(ir.WordAllowEncodedSlashes); own {
		return Value[string]{item.Value, item}
	}
	return Value[string]{Value: wordDefaults[ir.WordAllowEncodedSlashes]}
}

// Timeout is what reading from and writing to a client may take.
func (s *Settings) Timeout() time.Duration {
	return time.Duration(s.Number(ir.NumberTimeout).Value) * time.Second
}

// ProxyTimeout is what reading from and writing to a backend may take where its worker does not say: ProxyTimeout, and
// Timeout where that is not set.
func (s *Settings) ProxyTimeout() time.Duration {
	if v := s.Number(ir.NumberProxyTimeout); v.IsSet() {
		return time.Duration(v.Value) * time.Second
	}
	return s.Timeout()
}

// KeepAliveTimeout is how long an idle connection of a client lives.
func (s *Settings) KeepAliveTimeout() time.Duration {
	return time.Duration(s.Number(ir.NumberKeepAliveTimeout).Value) * time.Millisecond
}

// add takes over an item where it is a setting; a later one of the same scope replaces an earlier one.
func (s *Settings) add(item ir.Item) {
	switch item := item.(type) {
	case *ir.Switch:
		s.switches.put(item.Name, item)
	case *ir.Number:
		s.numbers.put(item.Name, item)
	case *ir.Word:
		s.words.put(item.Name, item)
	case *ir.Words:
		key := listKey(item)
		if before, ok := s.lists.get(key); ok && adds(item) {
			joined := *item
			joined.Values = concat(before.Values, item.Values)
			item = &joined
		}
		s.lists.put(key, item)
	case *ir.LoadModule, *ir.Listen, *ir.ServerName, *ir.ServerAlias, *ir.VirtualHost, *ir.Section, *ir.ProxyPass,
		*ir.ProxyPassReverse, *ir.ProxyPassReverseCookie, *ir.FCGISetEnvIf, *ir.ProxySet, *ir.BalancerMember, *ir.RewriteCond, *ir.RewriteRule, *ir.HeaderEdit, *ir.Require,
		*ir.AccessOrder, *ir.AccessRule, *ir.LogFormat, *ir.CustomLog, *ir.HealthTemplate, *ir.HealthExpr, *ir.SetEnvIf, *ir.SetEnv, *ir.EnvNames, *ir.RewriteMap, *ir.ErrorDocument, *ir.Alias, *ir.MimeEdit, *ir.FilterByType, *ir.Residue:
	}
}

// adds says whether a list adds to an earlier one of the same scope, as most do.
func adds(item *ir.Words) bool {
	switch item.Name {
	case ir.WordsOptions:
		return len(item.Values) > 0 && (strings.HasPrefix(item.Values[0], "+") || strings.HasPrefix(item.Values[0], "-"))
	case ir.WordsAllowOverride, ir.WordsAccessFileName, ir.WordsSSLProtocol, ir.WordsSSLProxyProtocol, ir.WordsSSLCipherSuite,
		ir.WordsSSLProxyCipherSuite:
		return false
	case ir.WordsSSLOptions, ir.WordsRequestReadTimeout, ir.WordsHttpProtocolOptions, ir.WordsRegisterHttpMethod, ir.WordsLogLevel, ir.WordsRewriteOptions, ir.WordsDirectoryIndex, ir.WordsFileETag, ir.WordsProxyErrorOverride,
		ir.WordsProxyRemote, ir.WordsProxyRemoteMatch, ir.WordsNoProxy, ir.WordsProxyBlock, ir.WordsAllowCONNECT:
	}
	return true
}

var switchDefaults = map[ir.SwitchName]bool{
	ir.SwitchRewriteEngine:                     false,
	ir.SwitchProxyRequests:                     false,
	ir.SwitchProxyPreserveHost:                 false,
	ir.SwitchProxyAddHeaders:                   true,
	ir.SwitchProxy100Continue:                  true,
	ir.SwitchProxyWebsocketFallbackToProxyHttp: true,
	ir.SwitchKeepAlive:                         true,
	ir.SwitchProxyPassInterpolateEnv:           false,
	ir.SwitchCGIPassAuth:                       false,
	ir.SwitchBalancerInherit:                   true,
	ir.SwitchProxyPassInherit:                  true,
	ir.SwitchBalancerPersist:                   false,
	ir.SwitchMergeSlashes:                      true,
	ir.SwitchMergeTrailers:                     false,
	ir.SwitchStrictHostCheck:                   false,
	ir.SwitchExtendedStatus:                    true,
	ir.SwitchSSLProxyEngine:                    false,

	ir.SwitchSSLProxyCheckPeerName:   true,
	ir.SwitchSSLProxyCheckPeerCN:     true,
	ir.SwitchSSLProxyCheckPeerExpire: true,
	ir.SwitchSSLHonorCipherOrder:     false,
	ir.SwitchSSLStrictSNIVHostCheck:  false,
	ir.SwitchSSLSessionTickets:       true,
	ir.SwitchDirectorySlash:          true,
}

var numberDefaults = map[ir.NumberName]int64{
	ir.NumberTimeout:                 60,
	ir.NumberProxyTimeout:            0,
	ir.NumberKeepAliveTimeout:        5000,
	ir.NumberMaxKeepAliveRequests:    100,
	ir.NumberLimitRequestLine:        8190,
	ir.NumberLimitRequestFields:      100,
	ir.NumberLimitRequestFieldsize:   8190,
	ir.NumberLimitRequestBody:        1 << 30,
	ir.NumberServerLimit:             16,
	ir.NumberMaxRequestWorkers:       400,
	ir.NumberThreadsPerChild:         25,
	ir.NumberThreadLimit:             64,
	ir.NumberProxyMaxForwards:        -1,
	ir.NumberProxyReceiveBufferSize:  0,
	ir.NumberProxyIOBufferSize:       0,
	ir.NumberDeflateCompressionLevel: 6,
	ir.NumberProxyHCTPsize:           16,
	ir.NumberHeartbeatMaxServers:     10,
	ir.NumberSSLVerifyDepth:          1,
	ir.NumberSSLProxyVerifyDepth:     1,
}

var wordDefaults = map[ir.WordName]string{
	ir.WordServerRoot:            "",
	ir.WordDefaultRuntimeDir:     "logs",
	ir.WordServerAdmin:           "",
	ir.WordDocumentRoot:          "",
	ir.WordUser:                  "",
	ir.WordGroup:                 "",
	ir.WordErrorLog:              "logs/error_log",
	ir.WordPidFile:               "logs/httpd.pid",
	ir.WordProxyDomain:           "",
	ir.WordServerTokens:          "Full",
	ir.WordServerSignature:       "Off",
	ir.WordTraceEnable:           "on",
	ir.WordUseCanonicalName:      "Off",
	ir.WordProxyVia:              "Off",
	ir.WordProxyFCGIBackendType:  "FPM",
	ir.WordProxyBadHeader:        "IsError",
	ir.WordProxySourceAddress:    "",
	ir.WordAllowEncodedSlashes:   "Off",
	ir.WordAuthMerging:           "Off",
	ir.WordProxyStatus:           "Off",
	ir.WordSetHandler:            "",
	ir.WordSetOutputFilter:       "",
	ir.WordDeflateAlterETag:      "AddSuffix",
	ir.WordForceType:             "None",
	ir.WordAddDefaultCharset:     "Off",
	ir.WordAcceptPathInfo:        "Default",
	ir.WordTypesConfig:           "conf/mime.types",
	ir.WordMaxRanges:             "default",
	ir.WordHeartbeatListen:       "",
	ir.WordHeartbeatAddress:      "",
	ir.WordHeartbeatStorage:      "/var/run/apache2/hb.dat",
	ir.WordSSLEngine:             "off",
	ir.WordSSLCertificateFile:    "",
	ir.WordSSLCertificateKeyFile: "",

	ir.WordSSLCertificateChainFile:        "",
	ir.WordSSLCACertificateFile:           "",
	ir.WordSSLCACertificatePath:           "",
	ir.WordSSLVerifyClient:                "none",
	ir.WordSSLVHostSNIPolicy:              "secure",
	ir.WordSSLProxyVerify:                 "none",
	ir.WordSSLProxyCACertificateFile:      "",
	ir.WordSSLProxyCACertificatePath:      "",
	ir.WordSSLProxyMachineCertificateFile: "",
}
