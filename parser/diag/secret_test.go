package diag

import (
	"strings"
	"testing"
)

// TestSecrets holds that no part of a secret is shown, and what is beside it is.
func TestSecrets(t *testing.T) {
	token := strings.Repeat("hunter2", 150)
	for line, want := range map[string]string{
		`ProxyPass / ajp://h/ secret=hunter2 retry=1`:        `ProxyPass / ajp://h/ secret=*** retry=1`,
		`ProxyPass / ajp://h/ "secret=hunter2 x" retry=1`:    `ProxyPass / ajp://h/ "secret=***" retry=1`,
		`ProxyPass / ajp://h/ secret='hunter2' retry=1`:      `ProxyPass / ajp://h/ secret=*** retry=1`,
		`ProxyPass / ajp://h/ secret=\"hunter2 retry=1`:      `ProxyPass / ajp://h/ secret=*** retry=1`,
		`ProxyPass / http://u:hunter2@hunter2@h/ retry=1`:    `ProxyPass / http://u:***@h/ retry=1`,
		`ProxyPass / http://hunter2@h/ retry=1`:              `ProxyPass / http://***@h/ retry=1`,
		`ProxyPass / "http://:hunter2@h/"`:                   `ProxyPass / "http://:***@h/"`,
		`ProxyPass / http://h:80/a@b`:                        `ProxyPass / http://h:80/a@b`,
		`DBDParams "host=x pass=hunter2,user=y"`:             `DBDParams "host=x pass=***,user=y"`,
		`	AuthLDAPBindPassword "hunter2 b" x`:                `    AuthLDAPBindPassword *** x`,
		`OIDCClientSecret hunter2`:                           `OIDCClientSecret ***`,
		`OIDCCryptoPassphrase "hunter2 b"`:                   `OIDCCryptoPassphrase ***`,
		`  - 'SessionCryptoPassphrase hunter2`:               `  - 'SessionCryptoPassphrase ***`,
		`SetEnv DB_PASSWORD hunter2`:                         `SetEnv DB_PASSWORD ***`,
		`RequestHeader set Authorization "Basic hunter2" x`:  `RequestHeader set Authorization *** x`,
		`Header always set X-Api-Key hunter2`:                `Header always set X-Api-Key ***`,
		`RequestHeader unset Authorization early`:            `RequestHeader unset Authorization early`,
		`SSLPassPhraseDialog exec:/bin/x`:                    `SSLPassPhraseDialog exec:/bin/x`,
		`RequestHeader set Authorization "Bearer ` + token:   `RequestHeader set Authorization ***…`,
		`AuthName "a secret place"`:                          `AuthName "a secret place"`,
		`RewriteCond %{HTTP:Authorization} (.+)`:             `RewriteCond %{HTTP:Authorization} (.+)`,
		strings.Repeat("x", 200) + ` secret=hunter2 retry=1`: "",
	} {
		got := display("", line, "", nil).text
		if strings.Contains(got, "hunter2") || want != "" && got != want {
			t.Errorf("%s\nis shown as %s\nwant        %s", line, got, want)
		}
	}
	for text, want := range map[string]string{
		`AuthLDAPBindPassword cannot stand in <VirtualHost>`: `AuthLDAPBindPassword cannot stand in <VirtualHost>`,
		`unknown parameter "secret=hunter2"`:                 `unknown parameter "secret=***"`,
		`the secret is out`:                                  `the secret is out`,
	} {
		if got := Clean(text); got != want {
			t.Errorf("Clean(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestLongSecret shows the middle of a line whose secret begins far before it.
func TestLongSecret(t *testing.T) {
	line := `RequestHeader set Authorization "Bearer ` + strings.Repeat("hunter2", 150) + `"`
	if got := display("", line, "", []mark{{from: 600, to: 610}}).text; strings.Contains(got, "hunter2") {
		t.Errorf("shown: %s", got)
	}
}
