package directive

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
)

// Foreign returns the identifier of the module that has a directive which is none of httpd's own, as its documentation
// gives it: "security2_module" for SecRule. It knows modules that many servers load; ok is false for any other name.
func Foreign(name string) (id string, ok bool) {
	name = clib.ToLower(strings.TrimPrefix(name, "<"))
	for _, f := range foreign {
		for _, prefix := range f.prefixes {
			if strings.HasPrefix(name, prefix) && !strings.ContainsAny(name, "\"'{}%@:=/") {
				return f.id, true
			}
		}
		if slices.Contains(f.names, name) {
			return f.id, true
		}
	}
	return "", false
}

// foreignModule is a module that httpd does not ship, with the names of its directives in lower case: what all of them begin
// with, or whole ones.
type foreignModule struct {
	id       string
	prefixes []string
	names    []string
}

// foreign are modules that real configurations load.
var foreign = []foreignModule{
	{id: "apreq_module", prefixes: []string{"apreq2_"}},
	{id: "auth_cas_module", prefixes: []string{"caslogin", "casvalidate", "casproxyvalidate", "cascookie", "cascert", "casversion", "casdebug", "casroot", "casscope", "cassso", "castimeout", "casidle", "casauth", "casattribute", "casgateway"}},
	{id: "auth_gssapi_module", prefixes: []string{"gssapi"}},
	{id: "auth_kerb_module", prefixes: []string{"krb"}},
	{id: "auth_mellon_module", prefixes: []string{"mellon"}},
	{id: "auth_ntlm_winbind_module", prefixes: []string{"ntlm"}},
	{id: "auth_openidc_module", prefixes: []string{"oidc"}},
	{id: "oauth2_module", prefixes: []string{"oauth2"}},
	{id: "auth_pubtkt_module", prefixes: []string{"tktauth"}},
	{id: "auth_radius_module", prefixes: []string{"authradius"}, names: []string{"addradiusauth"}},
	{id: "auth_sspi_module", prefixes: []string{"sspi"}},
	{id: "authn_pam_module", prefixes: []string{"authpam"}},
	{id: "authn_yubikey_module", prefixes: []string{"authyk"}},
	{id: "authnz_external_module", names: []string{"authexternal", "authexternalauthoritative", "addexternalauth", "addexternalgroup", "defineexternalauth", "defineexternalgroup", "groupexternal"}},
	{id: "authnz_jwt_module", prefixes: []string{"authjwt"}},
	{id: "authz_svn_module", prefixes: []string{"authzsvn"}},
	{id: "bw_module", names: []string{"bandwidth", "bandwidthmodule", "bandwidtherror", "forcebandwidthmodule", "minbandwidth", "largefilelimit"}},
	{id: "cloudflare_module", prefixes: []string{"cloudflareremoteip"}},
	{id: "dav_svn_module", prefixes: []string{"svn"}},
	{id: "dispatcher_module", prefixes: []string{"dispatcher"}},
	{id: "evasive20_module", prefixes: []string{"dos"}},
	{id: "fastcgi_module", prefixes: []string{"fastcgi"}},
	{id: "fcgid_module", prefixes: []string{"fcgid"}, names: []string{"fcgiwrapper"}},
	{id: "geoip_module", prefixes: []string{"geoip"}},
	{id: "gnutls_module", prefixes: []string{"gnutls"}},
	{id: "gridsite_module", prefixes: []string{"gridsite"}},
	{id: "jk_module", prefixes: []string{"jk"}},
	{id: "limitipconn_module", names: []string{"maxconnperip", "noiplimit", "onlyiplimit"}},
	{id: "manager_module", names: []string{"enablemcmpreceive", "enablemcpmreceive", "managerbalancername", "maxcontext", "maxnode", "maxhost", "memmanagerfile", "serveradvertise", "advertisefrequency", "advertisesecuritykey", "persistslots", "enablewstunnel", "wsupgradeheader"}},
	{id: "maxminddb_module", prefixes: []string{"maxminddb"}},
	{id: "mono_module", prefixes: []string{"mono"}},
	{id: "mpm_itk_module", names: []string{"assignuserid", "assignuseridexpr", "assigngroupidexpr", "maxclientsvhost", "nicevalue", "limituidrange", "limitgidrange"}},
	{id: "nss_module", prefixes: []string{"nss"}},
	{id: "pagespeed_module", prefixes: []string{"modpagespeed"}},
	{id: "passenger_module", prefixes: []string{"passenger"}, names: []string{"railsenv", "rackenv", "railsbaseuri", "rackbaseuri"}},
	{id: "perl_module", prefixes: []string{"perl"}},
	{id: "php_module", prefixes: []string{"php_value", "php_flag", "php_admin_"}, names: []string{"phpinidir"}},
	{id: "python_module", prefixes: []string{"python"}},
	{id: "qos_module", prefixes: []string{"qs_"}},
	{id: "rpaf_module", prefixes: []string{"rpaf"}},
	{id: "ruby_module", prefixes: []string{"ruby"}},
	{id: "ruid2_module", names: []string{"rmode", "ruidgid", "rminuidgid", "rgroups", "rdefaultuidgid", "rdocumentchroot"}},
	{id: "security2_module", prefixes: []string{"sec"}},
	{id: "security3_module", names: []string{"modsecurity", "modsecurity_rules", "modsecurity_rules_file", "modsecurity_rules_remote", "modsecurity_transaction_id"}},
	{id: "mod_shib", prefixes: []string{"shib"}},
	{id: "suphp_module", prefixes: []string{"suphp_"}},
	{id: "tile_module", prefixes: []string{"modtile", "loadtile", "addtile"}},
	{id: "tls_module", prefixes: []string{"tls"}},
	{id: "upload_progress_module", names: []string{"trackuploads", "reportuploads", "uploadprogresssharedmemorysize"}},
	{id: "wsgi_module", prefixes: []string{"wsgi"}},
	{id: "xsendfile_module", prefixes: []string{"xsendfile"}},
}
