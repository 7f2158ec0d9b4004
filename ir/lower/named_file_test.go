package lower_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
)

// machine answers for the files of this machine.
type machine struct{}

func (machine) Stat(name string) (fs.FileInfo, error) {
	info, err := os.Stat(name)
	if pathErr, ok := err.(*fs.PathError); ok && pathErr.Err == syscall.ENOTDIR { //nolint:errorlint // Stat wraps nothing else
		return nil, fs.ErrNotExist
	}
	return info, err
}

// namers are the directives that name a file, with @ in its place.
func namers() []string {
	all := []string{
		"SSLRandomSeed startup file:@", "SSLRandomSeed startup exec:@", "SSLRandomSeed connect @", "SSLPassPhraseDialog exec:@",
		"SSLPassPhraseDialog |@", "DocumentRoot @", "<VirtualHost *:80>\nDocumentRoot @\n</VirtualHost>", "RewriteMap m @", "RewriteMap m txt:@",
		"RewriteMap m rnd:@", "RewriteMap m prg:@", "RewriteMap m \"prg:@ a b\"", "RewriteMap m \"prg:'@' a\"", "RewriteMap m dbm:@",
		"RewriteMap m dbm=sdbm:@", "RewriteMap m dbm=db:@", "RewriteMap m dbd:@", "RewriteMap m fastdbd:@", "Mutex file:@", "Mutex fcntl:@ ssl-cache",
		"RemoteIPTrustedProxyList @", "RemoteIPInternalProxyList @", "CoreDumpDirectory @", "ChrootDir @", "DefaultRuntimeDir @",
		"LDAPTrustedGlobalCert CA_BASE64 @", "LDAPTrustedGlobalCert KEY_BASE64 @ pw", "LoadFile ./@", "LoadModule foo_module ./@", "LoadModule ssl_module ./@",
		"ErrorLog @", "ErrorLog @/x", "ErrorLog @/", "ServerRoot /absent/@", "ErrorLog |@", "ErrorLog syslog", "<VirtualHost *:80>\nErrorLog @/x\n</VirtualHost>",
		"ErrorLog @/x\nErrorLog error", "CustomLog @ common", "CustomLog @/x common", "CustomLog \"|@/x\" common", "TransferLog @/x", "GlobalLog @/x common",
		"SSLCertificateFile pkcs11:@", "SSLCertificateKeyFile pkcs11:@", "SSLCACertificateFile pkcs11:@", "<Proxy *>\nSSLProxyCACertificateFile @\n</Proxy>",
		"AuthUserFile @", "TypesConfig @", "PidFile @/x", "ScoreBoardFile @/x", "MimeMagicFile @", "ForensicLog @/x", "SSLSessionCache dbm:@/x", "Alias /x @",
		"SSLOpenSSLConfCmd Certificate @", "SSLOpenSSLConfCmd dhparameters @", "SSLOpenSSLConfCmd ChainCAPath @", "SSLOpenSSLConfCmd VerifyCAFile @",
		"SSLOpenSSLConfCmd RequestCAPath @", "SSLOpenSSLConfCmd ServerInfoFile @", "SSLOpenSSLConfCmd ChainCAStore @", "SSLOpenSSLConfCmd ClientCAFile @",
		"<Location /a>\nSSLCACertificateFile @\n</Location>", "<Location /a>\nSSLCACertificatePath @\n</Location>",
		"CacheRoot @", "ScriptSock @/x", "DAVLockDB @/x", "SSLCertificateFile @\nErrorLog @/x", "ErrorLog @/x\nCustomLog @/x common",
	}
	for _, name := range []string{
		"SSLCertificateFile", "SSLCertificateKeyFile", "SSLCertificateChainFile", "SSLCACertificateFile", "SSLCARevocationFile",
		"SSLCADNRequestFile", "SSLProxyMachineCertificateFile", "SSLProxyMachineCertificateChainFile", "SSLProxyCACertificateFile",
		"SSLProxyCARevocationFile", "SSLOCSPResponderCertificateFile", "SSLSRPVerifierFile", "SSLSessionTicketKeyFile",
		"SSLCACertificatePath", "SSLCARevocationPath", "SSLCADNRequestPath", "SSLProxyMachineCertificatePath", "SSLProxyCACertificatePath",
		"SSLProxyCARevocationPath",
	} {
		all = append(all, name+" @")
	}
	return all
}

// TestNamedFiles holds every directive that names a file against httpd: with one that is missing, empty, a folder, a text,
// below a text, and by its full path. Both must take it or refuse it, in the same words.
func TestNamedFiles(t *testing.T) {
	h := newHTTPD(t, "remoteip", "ldap", "cache", "cache_disk", "cgid", "dav", "dav_fs", "mime_magic", "log_forensic", "authn_file", "socache_dbm")
	for name, content := range map[string]string{"empty": "", "text": "192.0.2.1\n"} {
		if err := os.WriteFile(filepath.Join(h.root, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(h.root, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	h.files = machine{}
	var snippets []string
	files := []string{"missing", "empty", "folder", "text", "text/below", h.root + "/missing", h.root + "/folder/"}
	for i, namer := range namers() {
		for j, file := range files {
			if j > 2 && (i+j)%3 != 0 {
				continue // the last ones are seldom told apart: a third of the directives is asked for each
			}
			switch {
			case strings.HasPrefix(namer, "ChrootDir") && !filepath.IsAbs(file), strings.HasPrefix(namer, "ForensicLog") && file == "text":
				continue // it depends on where httpd is started; the log is opened
			case strings.HasPrefix(namer, "Load") && file != "missing" && file != "text/below":
				continue // what is no shared object is not looked into
			}
			snippets = append(snippets, strings.ReplaceAll(strings.ReplaceAll(namer, "./@", "./"+strings.TrimPrefix(file, "/")), "@", file))
		}
	}
	h.agree(t, snippets)
}

// TestUnseenFiles: about a file that nobody looks at nothing is said, and the directive means the same.
func TestUnseenFiles(t *testing.T) {
	for _, namer := range namers() {
		tree := parser.Load(parser.Input{Name: "test.conf", Source: []byte(strings.ReplaceAll(namer, "@", "/absent/x"))})
		want, list := lower.Lower(tree)
		asked := 0
		got, unseen := lower.WithFiles(tree, unseen{&asked})
		if len(unseen) != len(list) {
			t.Errorf("%s: %v", namer, unseen)
		}
		missing, found := lower.WithFiles(tree, machine{})
		for i := range want.Items {
			if fmt.Sprintf("%T", want.Items[i]) != fmt.Sprintf("%T", got.Items[i]) || fmt.Sprintf("%T", want.Items[i]) != fmt.Sprintf("%T", missing.Items[i]) {
				t.Errorf("%s: item %d is a %T, a %T and a %T", namer, i, want.Items[i], got.Items[i], missing.Items[i])
			}
		}
		if len(found) > len(list) && asked == 0 {
			t.Errorf("%s: refused without a question", namer)
		}
	}
}

// unseen knows nothing, and counts who asks.
type unseen struct{ asked *int }

func (u unseen) Stat(string) (fs.FileInfo, error) {
	*u.asked++
	return nil, lower.ErrUnseen
}
