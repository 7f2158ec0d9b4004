package tlsconf

import (
	"bytes"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
)

// Files is where certificates and keys are read from.
type Files interface {
	// ReadFile returns the content of a file.
	ReadFile(name string) ([]byte, error)
	// ReadDir returns the entries of a folder by name.
	ReadDir(name string) ([]fs.DirEntry, error)
}

// Problem is a directive that is not run as it stands.
type Problem struct {
	// Item is the directive.
	Item ir.Item
	// Message says why and what to write instead.
	Message string
	// Ignored says that the rest runs without it; else nothing may run.
	Ignored bool
}

// Loader compiles TLS out of settings, and reads each file once. It is safe for concurrent use. What it has read it keeps,
// so that settings whose files were read before compile without touching a file.
type Loader struct {
	files Files
	path  func(string) string
	rand  io.Reader

	mu       sync.Mutex
	texts    map[string]text
	pairs    map[[2]string]tls.Certificate
	backends map[string]*Backend
}

type text struct {
	data []byte
	err  error
}

// NewLoader returns a loader. path makes a path of the configuration one of files, rand is where keys of session tickets
// come from.
func NewLoader(files Files, path func(string) string, rand io.Reader) *Loader {
	return &Loader{files: files, path: path, rand: rand, texts: make(map[string]text), pairs: make(map[[2]string]tls.Certificate), backends: make(map[string]*Backend)}
}

// compiler collects the problems of one compilation.
type compiler struct {
	*Loader

	problems []Problem
}

func (c *compiler) refuse(item ir.Item, format string, args ...any) {
	c.problems = append(c.problems, Problem{Item: item, Message: fmt.Sprintf(format, args...)})
}

func (c *compiler) ignore(item ir.Item, format string, args ...any) {
	c.problems = append(c.problems, Problem{Item: item, Message: fmt.Sprintf(format, args...), Ignored: true})
}

// read reads a file that a directive names.
func (l *Loader) read(name string) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known, ok := l.texts[name]
	if !ok {
		known.data, known.err = l.files.ReadFile(name)
		if known.err == nil && len(known.data) == 0 {
			known.err = errors.New("it is empty")
		}
		l.texts[name] = known
	}
	return known.data, known.err
}

// hashed are the names under which OpenSSL finds certificates in a folder (openssl-rehash(1)).
var hashed = regexp.MustCompile(`^[0-9a-f]{8}\.[0-9]+$`)

// readFolder returns the certificates of a folder, one behind the other.
func (l *Loader) readFolder(name string) ([]byte, error) {
	l.mu.Lock()
	known, ok := l.texts[name]
	l.mu.Unlock()
	if ok {
		return known.data, known.err
	}
	entries, err := l.files.ReadDir(name)
	var all []byte
	for _, entry := range entries {
		if !hashed.MatchString(entry.Name()) {
			continue
		}
		data, failed := l.read(name + "/" + entry.Name())
		if failed != nil {
			err = errors.Join(err, failed)
		}
		all = append(append(all, data...), '\n')
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.texts[name] = text{all, err}
	return all, err
}

// pair loads a certificate with its key, which lies in the same file where key is nil.
func (c *compiler) pair(certificate, key *ir.Word) (tls.Certificate, bool) {
	if key == nil {
		key = certificate
	}
	// Many virtual hosts may have the same, and to check a key takes long.
	files := [2]string{c.path(certificate.Value), c.path(key.Value)}
	c.mu.Lock()
	known, ok := c.pairs[files]
	c.mu.Unlock()
	if ok {
		return known, true
	}
	chain, ok := c.file(certificate, certificate.Name, certificate.Value)
	if !ok {
		return tls.Certificate{}, false
	}
	secret, ok := c.file(key, key.Name, key.Value)
	if !ok {
		return tls.Certificate{}, false
	}
	if encrypted(secret) {
		c.refuse(key, "the key in %s is encrypted, and nobody can be asked for its pass phrase: write it without one (openssl pkey -in %s -out KEY)", key.Value, key.Value)
		return tls.Certificate{}, false
	}
	pair, err := tls.X509KeyPair(chain, secret)
	if err != nil && key == certificate {
		c.refuse(certificate, "%s makes no certificate with its key: %s: name the file of the key with SSLCertificateKeyFile", certificate.Value, plain(err))
		return tls.Certificate{}, false
	}
	if err != nil {
		c.refuse(key, "%s and %s make no certificate with its key: %s: both must be in PEM and belong together", certificate.Value, key.Value, plain(err))
		return tls.Certificate{}, false
	}
	pair.Certificate = slices.Clip(pair.Certificate) // a chain is appended to copies
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pairs[files] = pair
	return pair, true
}

// plain is an error of crypto/tls without the name of the package.
func plain(err error) string { return strings.TrimPrefix(err.Error(), "tls: ") }

// encrypted says whether a key in PEM needs a pass phrase.
func encrypted(data []byte) bool {
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return false
		}
		if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return true
		}
	}
}

// file reads a file that a directive names and reports one that cannot be read.
func (c *compiler) file(item ir.Item, directive ir.WordName, name string) ([]byte, bool) {
	path := c.path(name)
	data, err := c.read(path)
	if err != nil {
		c.refuse(item, "%s cannot be read: %s: httpd does not start without it either: write the path of a file in PEM that exists", directive, reason(path, err))
	}
	return data, err == nil
}

// reason says why a file cannot be read, with its name.
func reason(path string, err error) string {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return path + ": " + failed.Err.Error()
	}
	return path + ": " + err.Error()
}

// leastKey is the least size of a RSA key in bits at a security level of OpenSSL (SSL_CTX_set_security_level(3)).
func leastKey(level int) int {
	switch level {
	case 0, 1:
		return 1024
	case 2:
		return 2048
	case 3:
		return 3072
	case 4:
		return 7680
	}
	return 15360
}

// checkKey refuses a certificate whose key is too small for the security level, as OpenSSL does at start.
func (c *compiler) checkKey(item *ir.Word, certificate *x509.Certificate, level int) {
	key, ok := certificate.PublicKey.(*rsa.PublicKey)
	if ok && key.N.BitLen() < leastKey(level) {
		c.refuse(item, "the key of %s has %d bits, and security level %d of OpenSSL asks for %d: make a larger key", item.Value, key.N.BitLen(), level, leastKey(level))
	}
}

// authorities are those who may sign certificates. As for OpenSSL only a certificate that signs itself can be the end of a
// chain; others may stand within one.
type authorities struct {
	roots, between *x509.CertPool
	// all are the certificates themselves, in order.
	all *x509.CertPool
}

// authorities loads the certificates of a file and of a folder; either may not be set. What cannot be read is reported.
func (c *compiler) authorities(file, folder effective.Value[string]) authorities {
	a := authorities{x509.NewCertPool(), x509.NewCertPool(), x509.NewCertPool()}
	if item, set := file.By.(*ir.Word); set {
		data, read := c.file(item, item.Name, item.Value)
		if read && a.add(data) == 0 {
			c.refuse(item, "%s holds no certificate: write the path of a file in PEM with those who sign", item.Value)
		}
	}
	if item, set := folder.By.(*ir.Word); set {
		data, err := c.readFolder(c.path(item.Value))
		if err != nil {
			c.refuse(item, "%s cannot be read: %s: write a folder that openssl rehash was run on", item.Name, reason(c.path(item.Value), err))
		}
		a.add(data)
	}
	return a
}

// add takes the certificates of a text in PEM and returns their number.
func (a *authorities) add(data []byte) int {
	list := parseCertificates(data)
	for _, certificate := range list {
		a.all.AddCert(certificate)
		if bytes.Equal(certificate.RawIssuer, certificate.RawSubject) {
			a.roots.AddCert(certificate)
		} else {
			a.between.AddCert(certificate)
		}
	}
	return len(list)
}

// parseCertificates returns the certificates of a text in PEM. One that does not parse is left out: nobody is trusted
// because of it.
func parseCertificates(data []byte) []*x509.Certificate {
	var list []*x509.Certificate
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return list
		}
		if block.Type != "CERTIFICATE" && block.Type != "X509 CERTIFICATE" {
			continue
		}
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			list = append(list, certificate)
		}
	}
}
