package yaml

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// The keys of settings are the names of their directives in snake case.

var switchKeys = map[ir.SwitchName]string{
	ir.SwitchRewriteEngine:                     "rewrite_engine",
	ir.SwitchProxyRequests:                     "proxy_requests",
	ir.SwitchProxyPreserveHost:                 "proxy_preserve_host",
	ir.SwitchProxyAddHeaders:                   "proxy_add_headers",
	ir.SwitchProxy100Continue:                  "proxy_100_continue",
	ir.SwitchProxyWebsocketFallbackToProxyHttp: "proxy_websocket_fallback_to_proxy_http",
	ir.SwitchKeepAlive:                         "keep_alive",
	ir.SwitchCGIPassAuth:                       "cgi_pass_auth",
	ir.SwitchProxyPassInterpolateEnv:           "proxy_pass_interpolate_env",
	ir.SwitchBalancerInherit:                   "balancer_inherit",
	ir.SwitchProxyPassInherit:                  "proxy_pass_inherit",
	ir.SwitchBalancerPersist:                   "balancer_persist",
	ir.SwitchMergeSlashes:                      "merge_slashes",
	ir.SwitchMergeTrailers:                     "merge_trailers",
	ir.SwitchStrictHostCheck:                   "strict_host_check",
	ir.SwitchExtendedStatus:                    "extended_status",
	ir.SwitchSSLProxyEngine:                    "ssl_proxy_engine",

	ir.SwitchSSLProxyCheckPeerName:   "ssl_proxy_check_peer_name",
	ir.SwitchSSLProxyCheckPeerCN:     "ssl_proxy_check_peer_cn",
	ir.SwitchSSLProxyCheckPeerExpire: "ssl_proxy_check_peer_expire",
	ir.SwitchSSLHonorCipherOrder:     "ssl_honor_cipher_order",
	ir.SwitchSSLStrictSNIVHostCheck:  "ssl_strict_sni_vhost_check",
	ir.SwitchSSLSessionTickets:       "ssl_session_tickets",
	ir.SwitchDirectorySlash:          "directory_slash",
}

var numberKeys = map[ir.NumberName]string{
	ir.NumberTimeout:                 "timeout",
	ir.NumberProxyTimeout:            "proxy_timeout",
	ir.NumberKeepAliveTimeout:        "keep_alive_timeout",
	ir.NumberMaxKeepAliveRequests:    "max_keep_alive_requests",
	ir.NumberLimitRequestLine:        "limit_request_line",
	ir.NumberLimitRequestFields:      "limit_request_fields",
	ir.NumberLimitRequestFieldsize:   "limit_request_field_size",
	ir.NumberLimitRequestBody:        "limit_request_body",
	ir.NumberServerLimit:             "server_limit",
	ir.NumberMaxRequestWorkers:       "max_request_workers",
	ir.NumberThreadsPerChild:         "threads_per_child",
	ir.NumberThreadLimit:             "thread_limit",
	ir.NumberProxyMaxForwards:        "proxy_max_forwards",
	ir.NumberProxyIOBufferSize:       "proxy_io_buffer_size",
	ir.NumberProxyReceiveBufferSize:  "proxy_receive_buffer_size",
	ir.NumberDeflateCompressionLevel: "deflate_compression_level",
	ir.NumberProxyHCTPsize:           "health_checks_at_once",
	ir.NumberHeartbeatMaxServers:     "heartbeat_max_servers",
	ir.NumberSSLVerifyDepth:          "ssl_verify_depth",
	ir.NumberSSLProxyVerifyDepth:     "ssl_proxy_verify_depth",
}

var wordKeys = map[ir.WordName]string{
	ir.WordServerRoot:            "server_root",
	ir.WordDefaultRuntimeDir:     "default_runtime_dir",
	ir.WordServerAdmin:           "server_admin",
	ir.WordDocumentRoot:          "document_root",
	ir.WordUser:                  "user",
	ir.WordGroup:                 "group",
	ir.WordErrorLog:              "error_log",
	ir.WordPidFile:               "pid_file",
	ir.WordProxyDomain:           "proxy_domain",
	ir.WordServerTokens:          "server_tokens",
	ir.WordServerSignature:       "server_signature",
	ir.WordTraceEnable:           "trace_enable",
	ir.WordUseCanonicalName:      "use_canonical_name",
	ir.WordProxyVia:              "proxy_via",
	ir.WordProxyFCGIBackendType:  "proxy_fcgi_backend_type",
	ir.WordProxyBadHeader:        "proxy_bad_header",
	ir.WordProxySourceAddress:    "proxy_source_address",
	ir.WordAllowEncodedSlashes:   "allow_encoded_slashes",
	ir.WordAuthMerging:           "auth_merging",
	ir.WordProxyStatus:           "proxy_status",
	ir.WordSetHandler:            "set_handler",
	ir.WordSetOutputFilter:       "set_output_filter",
	ir.WordDeflateAlterETag:      "deflate_alter_etag",
	ir.WordForceType:             "force_type",
	ir.WordAddDefaultCharset:     "add_default_charset",
	ir.WordAcceptPathInfo:        "accept_path_info",
	ir.WordTypesConfig:           "types_config",
	ir.WordMaxRanges:             "max_ranges",
	ir.WordHeartbeatListen:       "heartbeat_listen",
	ir.WordHeartbeatAddress:      "heartbeat_address",
	ir.WordHeartbeatStorage:      "heartbeat_storage",
	ir.WordSSLEngine:             "ssl_engine",
	ir.WordSSLCertificateFile:    "ssl_certificate_file",
	ir.WordSSLCertificateKeyFile: "ssl_certificate_key_file",

	ir.WordSSLCertificateChainFile:        "ssl_certificate_chain_file",
	ir.WordSSLCACertificateFile:           "ssl_ca_certificate_file",
	ir.WordSSLCACertificatePath:           "ssl_ca_certificate_path",
	ir.WordSSLVerifyClient:                "ssl_verify_client",
	ir.WordSSLVHostSNIPolicy:              "ssl_vhost_sni_policy",
	ir.WordSSLProxyVerify:                 "ssl_proxy_verify",
	ir.WordSSLProxyCACertificateFile:      "ssl_proxy_ca_certificate_file",
	ir.WordSSLProxyCACertificatePath:      "ssl_proxy_ca_certificate_path",
	ir.WordSSLProxyMachineCertificateFile: "ssl_proxy_machine_certificate_file",
}

var wordsKeys = map[ir.WordsName]string{
	ir.WordsOptions:            "options",
	ir.WordsLogLevel:           "log_level",
	ir.WordsRewriteOptions:     "rewrite_options",
	ir.WordsDirectoryIndex:     "directory_index",
	ir.WordsFileETag:           "file_etag",
	ir.WordsAllowOverride:      "allow_override",
	ir.WordsAccessFileName:     "access_file_name",
	ir.WordsProxyErrorOverride: "proxy_error_override",

	ir.WordsSSLProtocol:         "ssl_protocol",
	ir.WordsSSLProxyProtocol:    "ssl_proxy_protocol",
	ir.WordsSSLCipherSuite:      "ssl_cipher_suite",
	ir.WordsSSLProxyCipherSuite: "ssl_proxy_cipher_suite",
	ir.WordsSSLOptions:          "ssl_options",
	ir.WordsRequestReadTimeout:  "request_read_timeout",
	ir.WordsHttpProtocolOptions: "http_protocol_options",
	ir.WordsRegisterHttpMethod:  "register_http_method",

	ir.WordsProxyRemote:      "proxy_remote",
	ir.WordsProxyRemoteMatch: "proxy_remote_match",
	ir.WordsNoProxy:          "no_proxy",
	ir.WordsProxyBlock:       "proxy_block",
	ir.WordsAllowCONNECT:     "allow_connect",
}

// settings returns the groups of the directives whose whole meaning is a value.
func settings() map[string]group {
	all := map[string]group{}
	for name, key := range switchKeys {
		all[key] = switchGroup(name)
	}
	for name, key := range numberKeys {
		all[key] = numberGroup(name)
	}
	for name, key := range wordKeys {
		all[key] = wordGroup(name)
	}
	for name, key := range wordsKeys {
		all[key] = wordsGroup(name)
	}
	return all
}

// single is the group of an item that is alone under its key.
func single[T ir.Item](write func(w *writer, item T) *yaml.Node, read func(r *reader, key, value *yaml.Node) (T, bool), describe func() schema) group {
	return group{
		encode: func(w *writer, run []ir.Item) (*yaml.Node, int) {
			item := run[0].(T)
			value := write(w, item)
			w.mark(item, value)
			if value.Kind == yaml.ScalarNode || value.Style&yaml.FlowStyle != 0 {
				value.LineComment = w.origins.comment(item)
			}
			return value, 1
		},
		decode: func(r *reader, key, value *yaml.Node) []ir.Item {
			if item, ok := read(r, key, value); ok {
				return []ir.Item{item}
			}
			return nil
		},
		schema: describe,
	}
}

func switchGroup(name ir.SwitchName) group {
	return single(
		func(_ *writer, s *ir.Switch) *yaml.Node { return onOff(s.On) },
		func(r *reader, key, value *yaml.Node) (*ir.Switch, bool) {
			on, ok := r.onOff(value, key.Value)
			return &ir.Switch{Node: r.node(string(name), key, value), Name: name, On: on}, ok
		},
		func() schema { return ref("switch") },
	)
}

func numberGroup(name ir.NumberName) group {
	return single(
		func(w *writer, n *ir.Number) *yaml.Node {
			if value, ok := name.Read(n.Written); !ok || value != n.Value {
				w.fail(n, "%q is not read as %d", n.Written, n.Value)
			}
			if plainNumber(name, n.Written) {
				return word(n.Written)
			}
			m := newMapping()
			m.add("written", text(n.Written))
			m.add("value", integer(n.Value))
			m.node.Style = yaml.FlowStyle
			return m.node
		},
		func(r *reader, key, value *yaml.Node) (*ir.Number, bool) {
			n := &ir.Number{Node: r.node(string(name), key, value), Name: name}
			if value.Kind == yaml.MappingNode {
				return n, r.number(n, key, value)
			}
			written, ok := r.scalar(value, key.Value)
			if !ok {
				return n, false
			}
			n.Written = written
			n.Value, ok = name.Read(written)
			if !ok || !plainNumber(name, written) {
				r.fail(r.span(value), fmt.Sprintf("%s is %q, not a plain number", key.Value, written), numberHelp(name, written))
				return n, false
			}
			return n, true
		},
		func() schema { return numberSchema(name) },
	)
}

// number reads the long form, which keeps a number as it is written beside what httpd makes of it.
func (r *reader) number(n *ir.Number, key, value *yaml.Node) bool {
	f, ok := r.fields(value, key.Value, "{written: 30s, value: 30}")
	if !ok || !f.need("written", "written: and the text") || !f.need("value", "value: and the number") {
		return false
	}
	f.only("written", "value")
	n.Written = f.text("written")
	n.Value, ok = n.Name.Read(n.Written)
	if !ok || f.text("value") != strconv.FormatInt(n.Value, 10) {
		r.fail(r.span(f.value["value"]), fmt.Sprintf("httpd does not read %q as %q", n.Written, f.text("value")), fmt.Sprintf("write value: %d", n.Value))
		return false
	}
	return true
}

// plainNumber reports whether a number means what it says: 30, or for KeepAliveTimeout 100ms.
func plainNumber(name ir.NumberName, written string) bool {
	if name == ir.NumberKeepAliveTimeout {
		number := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(written, "ms"), "s"), "min")
		return isInteger(number)
	}
	return isInteger(written)
}

func numberHelp(name ir.NumberName, written string) string {
	value, ok := name.Read(written)
	switch {
	case !ok:
		return "write seconds as 5, or with a unit: 100ms, 5s, 2min"
	case name == ir.NumberKeepAliveTimeout:
		return fmt.Sprintf("write %dms, which is what httpd makes of it", value)
	}
	return fmt.Sprintf("write %d, which is what httpd makes of it", value)
}

func wordGroup(name ir.WordName) group {
	return single(
		func(_ *writer, item *ir.Word) *yaml.Node {
			if len(name.Values()) > 0 {
				return word(item.Value)
			}
			return text(item.Value)
		},
		func(r *reader, key, value *yaml.Node) (*ir.Word, bool) {
			word, ok := r.scalar(value, key.Value)
			if ok {
				word, ok = r.oneOf(value, key.Value, word, name.Values())
			}
			return &ir.Word{Node: r.node(string(name), key, value), Name: name, Value: word}, ok
		},
		func() schema {
			if values := name.Values(); len(values) > 0 {
				return enum(values...)
			}
			return ref("text")
		},
	)
}

// oneOf returns the spelling of a word among values, in which case does not matter. Without values any word is right.
func (r *reader) oneOf(node *yaml.Node, what, word string, values []string) (string, bool) {
	if len(values) == 0 {
		return word, true
	}
	for _, value := range values {
		if clib.EqualFold(value, word) {
			return value, true
		}
	}
	r.fail(r.span(node), fmt.Sprintf("%s is %q", what, word), "write one of "+strings.Join(values, ", "))
	return "", false
}

// readTimeouts reports words that RequestReadTimeout does not take.
func (r *reader) readTimeouts(words []string, key, value *yaml.Node) bool {
	for _, word := range words {
		if _, _, err := ir.ParseReadTimeout(word); err != nil {
			r.fail(r.span(value), fmt.Sprintf("%s: %v", key.Value, err), "write header=20-40,MinRate=500, body=20 or handshake=0")
			return false
		}
	}
	return true
}

// protocolOptions reports words that HttpProtocolOptions does not take.
func (r *reader) protocolOptions(words []string, key, value *yaml.Node) bool {
	err := ir.CheckProtocolOptions(words)
	if err != nil {
		r.fail(r.span(value), fmt.Sprintf("%s: %v", key.Value, err), "write Strict or Unsafe, LenientMethods or RegisteredMethods, Allow0.9 or Require1.0")
	}
	return err == nil
}

func wordsGroup(name ir.WordsName) group {
	return single(
		func(_ *writer, item *ir.Words) *yaml.Node { return textOrList(item.Values) },
		func(r *reader, key, value *yaml.Node) (*ir.Words, bool) {
			words, ok := r.texts(value, key.Value)
			if name == ir.WordsRequestReadTimeout {
				ok = ok && r.readTimeouts(words, key, value)
			}
			if name == ir.WordsHttpProtocolOptions {
				ok = ok && r.protocolOptions(words, key, value)
			}
			return &ir.Words{Node: r.node(string(name), key, value), Name: name, Values: words}, ok
		},
		func() schema { return ref("texts") },
	)
}
