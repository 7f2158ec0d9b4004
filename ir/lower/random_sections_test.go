package lower_test

import (
	"math/rand/v2"
	"strings"
)

// nested are sections that may stand in each other, or not; what is behind the | stands before the section.
var nested = []string{
	"VirtualHost *:80", "Directory /d", "DirectoryMatch ^/d", "Location /l", "LocationMatch ^/l", "Files f", "FilesMatch f", "Proxy http://p/",
	"Proxy *", "ProxyMatch ^http", "If true", "ElseIf true|<If true>\n</If>", "Else|<If true>\n</If>", "Else", "ElseIf true", "Limit GET", "Limit POST FOO",
	"LimitExcept GET", "RequireAll", "RequireAny", "RequireNone", "AuthnProviderAlias file one", "AuthzProviderAlias ip two 1.2.3.4",
	"IfDefine !X", "IfModule mod_ssl.c", "IfModule !mod_ssl.c", "IfVersion >= 2.4", "Directory ~ ^/e", "Location", "Files", "If", "Limit", "RequireAll x",
	"If true false", "Location /a /b", "Else x|<If true>\n</If>", "If foo", "Files a b", "VirtualHost *:0", "Proxy", "DirectoryMatch (",
}

// contents are directives with various ideas of where they may stand.
var contents = []string{
	"Require all granted", "Require all denied", "Require not ip 1.2.3.4", "Require ip 10", "Require user joe", "AuthMerging And", "AuthType Basic", "Options None",
	"Listen 1", "ServerName x", "SetHandler none", "SSLVerifyClient none", "SSLProxyEngine on", "SSLEngine on", "AllowOverride None", "Order allow,deny",
	"AuthUserFile /etc/passwd", "Header set a b", "RewriteEngine on", "ProxyPass http://b/", "ProxyPass /a http://b/", "ErrorDocument 404 x",
	"Nonsense", "Require foo", "AllowMethods GET", "ServerAlias x", "Timeout 5", "SSLOptions +StdEnvVars", "", "",
}

// randomSections is a few sections in each other.
func randomSections(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(2) {
		writeSection(&b, r, 3)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func writeSection(b *strings.Builder, r *rand.Rand, depth int) {
	kind, before, _ := strings.Cut(one(r, nested), "|")
	if before != "" {
		b.WriteString(before + "\n")
	}
	name, _, _ := strings.Cut(kind, " ")
	b.WriteString("<" + kind + ">\n")
	if strings.HasPrefix(name, "Require") && r.IntN(3) > 0 {
		b.WriteString("Require all granted\n")
	}
	for range r.IntN(3) {
		if depth > 0 && r.IntN(2) == 0 {
			writeSection(b, r, depth-1)
		} else {
			b.WriteString(one(r, contents) + "\n")
		}
	}
	b.WriteString("</" + name + ">\n")
}

// authModules are those whose directives randomAuth writes.
var authModules = []string{
	"auth_basic", "auth_digest", "auth_form", "authn_file", "authn_anon", "authn_dbm", "authn_dbd", "authn_socache", "dbd", "ldap", "authnz_ldap",
	"authnz_fcgi", "authz_user", "authz_groupfile", "authz_dbm", "authz_owner", "allowmethods", "session", "request", "socache_shmcb",
}

// authWords are what stands behind directives about access, mostly where it may.
var authWords = []struct {
	directives, words []string
}{
	{
		[]string{"Require", "Require not", "Require user", "Require group", "Require ip", "Require host", "Require method", "Require env", "Require expr"},
		[]string{
			"all granted", "granted", "10.0.0.0/8", "10.0.0.0/40", "fe80::/10", "x", "%{REMOTE_USER}", "%{FOO}", "%{", "GET", "get", "valid-user", "local",
			"ip 10", "ip", "one", "two", "true", "'a' == 'b'", `"true"`, `""`, "ssl", "ssl x", "user %{x:y}", "-z %{x}", "file-owner", "a b",
		},
	},
	{
		[]string{"AuthBasicProvider", "AuthDigestProvider", "AuthFormProvider", "AuthnCacheProvideFor"},
		[]string{"file", "anon", "dbm", "ldap", "socache", "one", "two", "foo", "FILE", `""`, "dbd"},
	},
	{
		[]string{"AuthType", "AuthName", "AuthFormLogoutLocation", "AuthBasicFake", "AuthFormBody", "AuthDigestQop", "AuthDigestAlgorithm", "AuthMerging", "Satisfy"},
		[]string{"Basic", "none", "auth", "off", "%{REMOTE_USER}", "%{FOO}", "a=b", "MD5", "And", "any", `"a b"`, "all"},
	},
	{
		[]string{"Order", "Allow", "Deny", "Allow from", "Deny from", "AllowMethods", "Allow from env"},
		[]string{"allow,deny", "deny,allow", "from", "all", "10.", "10.0.0.0/8", "10.0.0.0/x", "a.b", "env=x", "::1", "[::1]", "GET", "reset", "FOO", "from all"},
	},
	{
		[]string{"AuthLDAPURL", "AuthLDAPDereferenceAliases", "AuthFormSize", "AuthDigestNonceLifetime", "AuthnCacheTimeout"},
		[]string{"ldap://a/o=x?uid?sub?(a=b)", "ldap://a/??x", "http://a", "ldap://[::1", "TLS", "never", "Never", "5", "-5", "5x", "99999999999999999999"},
	},
}

// randomAuth is directives about access in sections, in front of which providers are defined.
func randomAuth(r *rand.Rand) string {
	var lines []string
	for range r.IntN(3) {
		lines = append(lines, one(r, []string{
			"<AuthnProviderAlias file one>\n</AuthnProviderAlias>", "<AuthnProviderAlias anon one>\n</AuthnProviderAlias>",
			"<AuthzProviderAlias ip two 1.2.3.4>\n</AuthzProviderAlias>", "<AuthzProviderAlias user one %{x>\n</AuthzProviderAlias>",
			"AuthnzFcgiDefineProvider authnz two fcgi://localhost:9/", "<AuthnProviderAlias one two>\n</AuthnProviderAlias>",
		}))
	}
	for range 1 + r.IntN(2) {
		line := one(r, authWords)
		text := one(r, line.directives)
		for range 1 + r.IntN(2) {
			text += " " + one(r, line.words)
		}
		box := one(r, []string{
			"<Location /a>\n%s\n</Location>", "<Location /a>\n<RequireAll>\nRequire all granted\n%s\n</RequireAll>\n</Location>", "<If true>\n%s\n</If>",
			"<Directory /a>\n<Limit GET>\n%s\n</Limit>\n</Directory>", "<Proxy *>\n%s\n</Proxy>", "<Location /a>\n<RequireNone>\n%s\n</RequireNone>\n</Location>",
		})
		lines = append(lines, strings.Replace(box, "%s", text, 1))
	}
	return strings.Join(lines, "\n")
}
