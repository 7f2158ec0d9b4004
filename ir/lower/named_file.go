package lower

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// Files answers for the files that a configuration names.
type Files interface {
	// Stat follows symbolic links. The error is fs.ErrNotExist for a file that is not there. Any other, as ErrUnseen, says that
	// nothing is known about it, and then nothing is said. One goroutine at a time asks, in no order that counts, and it may ask
	// about a file several times.
	Stat(name string) (fs.FileInfo, error)
}

// ErrUnseen is the error of Files for a file that nobody looks at.
var ErrUnseen = errors.New("not looked at")

// namedFile is what httpd asks about a file at -t: nothing is opened but the lists of mod_remoteip, so that a certificate
// is only there or not. AuthUserFile, TypesConfig, PidFile and the like are read when the server starts, or later.
type namedFile func(l *lowering, n *parser.Node, at place)

// namedFiles returns the questions by lower-case name.
func namedFiles() map[string]namedFile {
	all := map[string]namedFile{
		"sslcertificatefile": certificate, "sslcertificatekeyfile": certificate,
		"sslopensslconfcmd": confCommandFile, "sslrandomseed": randomSeed, "sslpassphrasedialog": passPhraseDialog,
		"documentroot": documentRoot, "rewritemap": rewriteMap,
		"remoteiptrustedproxylist": proxyList, "remoteipinternalproxylist": proxyList,
		"coredumpdirectory": coreDumpFolder, "chrootdir": chrootFolder, "defaultruntimedir": runtimeFolder,
		"serverroot":            serverRoot,
		"ldaptrustedglobalcert": ldapCertificate,
		"loadmodule":            sharedObject(1), "loadfile": sharedObject(0),
		"errorlog": errorLog, "customlog": accessLog, "transferlog": accessLog, "globallog": accessLog,
	}
	for _, name := range []string{
		"SSLCertificateChainFile", "SSLCACertificateFile", "SSLCARevocationFile", "SSLCADNRequestFile", "SSLProxyMachineCertificateFile",
		"SSLProxyMachineCertificateChainFile", "SSLProxyCACertificateFile", "SSLProxyCARevocationFile", "SSLOCSPResponderCertificateFile",
		"SSLSRPVerifierFile", "SSLSessionTicketKeyFile",
	} {
		all[clib.ToLower(name)] = contentFile
	}
	for _, name := range []string{
		"SSLCACertificatePath", "SSLCARevocationPath", "SSLCADNRequestPath", "SSLProxyMachineCertificatePath", "SSLProxyCACertificatePath",
		"SSLProxyCARevocationPath",
	} {
		all[clib.ToLower(name)] = sslFolder
	}
	return all
}

// logFiles are the logs whose folders httpd looks at when it has executed everything: of each server the last ErrorLog.
type logFiles struct {
	errors  map[*server]*parser.Node
	servers []*server
	access  []*parser.Node
}

// look asks about the file that a directive names.
func (l *lowering) look(n *parser.Node, as known, at place) {
	if as.ask != nil && l.asks(n) {
		as.ask(l, n, at)
	}
}

// asks reports whether somebody asks about the files of a directive, and what they are called is known.
func (l *lowering) asks(n *parser.Node) bool {
	return l.files != nil && len(n.Words) > 0 && (l.tree.EnvComplete || !undefined(n))
}

// rooted is a path of the configuration as httpd resolves it.
func (l *lowering) rooted(name string) string {
	full := name
	if !path.IsAbs(name) {
		full = path.Join(l.tree.Root.Path, name)
	}
	clean := path.Clean(full)
	if strings.HasSuffix(name, "/") && clean != "/" {
		clean += "/"
	}
	return clean
}

// stat asks about a file. seen is false where nobody knows, as with a ServerRoot that has an undefined variable.
func (l *lowering) stat(name string) (info fs.FileInfo, seen bool) {
	if !l.tree.EnvComplete && variable.MatchString(name) {
		return nil, false
	}
	info, err := l.files.Stat(name)
	if err != nil {
		return nil, errors.Is(err, fs.ErrNotExist)
	}
	return info, true
}

// missing reports a file that httpd does not find, or not as it wants it.
func (l *lowering) missing(n *parser.Node, span diag.Span, httpd, name, what string) {
	l.refuse(n, missingFile(span, httpd), "%s: %q %s", n.Name, name, what)
}

func missingFile(span diag.Span, httpd string) refusal {
	return refusal{
		code: fileMissing, span: span, httpd: httpd,
		help: "create it, or write the path of one that exists; --files skip if this machine does not have the files of the server",
	}
}

const (
	noFile     = "does not exist"
	noFolder   = "is no folder"
	emptyFile  = "is empty"
	noRegular  = "is no regular file"
	logsFolder = "is no folder, in which the log would stand"
)

// wrong says what is wrong with a file that must have content, or nothing.
func wrong(info fs.FileInfo) string {
	switch {
	case info == nil:
		return noFile
	case !info.Mode().IsRegular():
		return noRegular
	case info.Size() == 0:
		return emptyFile
	}
	return ""
}

// folder reports whether a path that was seen is a folder.
func folder(info fs.FileInfo) bool { return info != nil && info.IsDir() }

// contentFile is a file that must be there, regular and not empty.
func contentFile(l *lowering, n *parser.Node, _ place) {
	name := l.rooted(n.Words[0].String())
	if info, seen := l.stat(name); seen && wrong(info) != "" {
		l.missing(n, n.Words[0].Text.All(), canonical(n)+": file '"+name+"' does not exist or is empty", name, wrong(info))
	}
}

// certificate is contentFile, or a token that OpenSSL asks for.
func certificate(l *lowering, n *parser.Node, at place) {
	if !strings.HasPrefix(n.Words[0].String(), "pkcs11:") {
		contentFile(l, n, at)
	}
}

// sslFolder is a folder that must be there.
func sslFolder(l *lowering, n *parser.Node, _ place) {
	name := l.rooted(n.Words[0].String())
	if info, seen := l.stat(name); seen && !folder(info) {
		l.missing(n, n.Words[0].Text.All(), canonical(n)+": directory '"+name+"' does not exist", name, noFolder)
	}
}

// exists is anything that must be there, named by the rest of a word.
func (l *lowering) exists(n *parser.Node, w parser.Word, name, httpd string) {
	name = l.rooted(name)
	if info, seen := l.stat(name); seen && info == nil {
		l.missing(n, w.Text.All(), httpd+name+"' does not exist", name, noFile)
	}
}

func randomSeed(l *lowering, n *parser.Node, _ place) {
	if len(n.Words) < 2 {
		return
	}
	source := n.Words[1].String()
	if clib.EqualFold(source, "builtin") {
		return
	}
	for _, prefix := range []string{"file:", "exec:"} {
		if rest, ok := strings.CutPrefix(source, prefix); ok && rest != "" {
			source = rest
			break
		}
	}
	l.exists(n, n.Words[1], source, "SSLRandomSeed: source path '")
}

func passPhraseDialog(l *lowering, n *parser.Node, _ place) {
	if program, ok := strings.CutPrefix(n.Words[0].String(), "exec:"); ok {
		l.exists(n, n.Words[0], program, "SSLPassPhraseDialog: file '")
	}
}

// documentRoot is refused for the main server only; a virtual host gets a warning.
func documentRoot(l *lowering, n *parser.Node, at place) {
	name := l.rooted(n.Words[0].String())
	if info, seen := l.stat(name); seen && !folder(info) && at.where == inMain {
		l.missing(n, n.Words[0].Text.All(), "DocumentRoot '"+name+"' is not a directory, or is not readable", name, noFolder)
	}
}

// rewriteMap looks for the file of a map. A SDBM map is two files, of which httpd looks for the first.
func rewriteMap(l *lowering, n *parser.Node, _ place) {
	if len(n.Words) < 2 {
		return
	}
	source, _ := rewrite.ParseMapSource(n.Words[1].String())
	name := source.Argument
	switch source.Type {
	case rewrite.MapInternal, rewrite.MapDBD, rewrite.MapFastDBD:
		return
	case rewrite.MapProgram:
		words := parser.SplitWords(n.Words[1].Text.Slice(source.Start, n.Words[1].Text.Len()))
		if len(words) == 0 {
			return
		}
		name = words[0].String()
	case rewrite.MapText, rewrite.MapRandom, rewrite.MapDBM:
	}
	if clib.EqualFold(source.DBM, "sdbm") {
		name += ".dir"
	}
	name = l.rooted(name)
	if info, seen := l.stat(name); seen && info == nil {
		l.missing(n, n.Words[1].Text.All(), "RewriteMap: file for map "+n.Words[0].String()+" not found:"+name, name, noFile)
	}
}

// mutexFolder asks about the folder behind a mechanism that locks files.
func (l *lowering) mutexFolder(n *parser.Node) {
	if !l.asks(n) {
		return
	}
	argument := n.Words[0].String()
	mechanism, name, _ := strings.Cut(argument, ":")
	if name == "" || !contains([]string{"file", "flock", "fcntl"}, mechanism) {
		return
	}
	name = l.rooted(name)
	if info, seen := l.stat(name); seen && !folder(info) {
		l.missing(n, n.Words[0].Text.All(), "Invalid Mutex directory in argument "+argument, name, noFolder)
	}
}

func proxyList(l *lowering, n *parser.Node, _ place) {
	name := l.rooted(n.Words[0].String())
	info, seen := l.stat(name)
	if !seen || info != nil && info.Mode().IsRegular() {
		return
	}
	what := noFile
	if info != nil {
		what = noRegular
	}
	l.missing(n, n.Words[0].Text.All(), canonical(n)+": Could not open file "+name, name, what)
}

func coreDumpFolder(l *lowering, n *parser.Node, _ place) {
	name := l.rooted(n.Words[0].String())
	info, seen := l.stat(name)
	switch {
	case !seen || folder(info):
	case info == nil:
		l.missing(n, n.Words[0].Text.All(), "CoreDumpDirectory "+name+" does not exist", name, noFile)
	default:
		l.missing(n, n.Words[0].Text.All(), "CoreDumpDirectory "+name+" is not a directory", name, noFolder)
	}
}

// chrootFolder is not searched from the ServerRoot: a relative one depends on where httpd is started.
func chrootFolder(l *lowering, n *parser.Node, _ place) {
	if path.IsAbs(n.Words[0].String()) {
		l.validFolder(n, "ChrootDir must be a valid directory")
	}
}

// serverRoot is the folder in which httpd begins.
func serverRoot(l *lowering, n *parser.Node, _ place) {
	if path.IsAbs(n.Words[0].String()) {
		l.validFolder(n, "ServerRoot must be a valid directory")
	}
}

func runtimeFolder(l *lowering, n *parser.Node, _ place) {
	l.validFolder(n, "DefaultRuntimeDir must be a valid directory, absolute or relative to ServerRoot")
}

func (l *lowering) validFolder(n *parser.Node, httpd string) {
	name := l.rooted(n.Words[0].String())
	if info, seen := l.stat(name); seen && !folder(info) {
		l.missing(n, n.Words[0].Text.All(), httpd, name, noFolder)
	}
}

// ldapCertificate is a file by type, or a nickname in a database.
func ldapCertificate(l *lowering, n *parser.Node, _ place) {
	if len(n.Words) < 2 || clib.EqualFold(n.Words[0].String(), "CERT_NICKNAME") {
		return
	}
	name := l.rooted(n.Words[1].String())
	if info, seen := l.stat(name); seen && info == nil {
		l.missing(n, n.Words[1].Text.All(), "Invalid global certificate file path", name, noFile)
	}
}

// sharedObject is a module or library that httpd loads while it reads. A name without a slash may be found in the folders
// of the dynamic linker, and a module that is there already is not loaded again.
func sharedObject(argument int) namedFile {
	return func(l *lowering, n *parser.Node, _ place) {
		if len(n.Words) <= argument {
			return
		}
		w := n.Words[argument]
		root := l.tree.Root.At
		switch {
		case !strings.Contains(w.String(), "/"), argument == 1 && l.tree.Modules[n.Words[0].String()].All() != n.Words[0].Text.All():
			return
		case !path.IsAbs(w.String()) && root.IsValid() && l.tree.Files.Before(n.Span().Start, root.Start):
			return // it belongs to the ServerRoot that was built in
		}
		name := l.rooted(w.String())
		if info, seen := l.stat(name); seen && info == nil {
			l.missing(n, w.Text.All(), "Cannot load "+w.String()+" into server: "+name+": cannot open shared object file", name, noFile)
		}
	}
}

// errorLog and accessLog wait until everything is executed.
func errorLog(l *lowering, n *parser.Node, at place) { l.logs.errorLog(at.srv, n) }

func (f *logFiles) errorLog(srv *server, n *parser.Node) {
	if f.errors == nil {
		f.errors = map[*server]*parser.Node{}
	}
	if _, ok := f.errors[srv]; !ok {
		f.servers = append(f.servers, srv)
	}
	f.errors[srv] = n
}

func accessLog(l *lowering, n *parser.Node, _ place) { l.logs.access = append(l.logs.access, n) }

// logFolders looks for the folders of logs. httpd names those of error logs first, and where one is missing no others.
func (l *lowering) logFolders() {
	for _, srv := range l.logs.servers {
		n := l.logs.errors[srv]
		if target := n.Words[0].String(); !strings.HasPrefix(target, "|") && !clib.HasPrefixFold(target, "syslog") {
			l.logFolder(n, "AH02291: Cannot access directory '%s'")
		}
	}
	for _, n := range l.logs.access {
		if target := n.Words[0].String(); !strings.HasPrefix(target, "|") {
			l.logFolder(n, "AH02297: Cannot access directory '%s' for log file '"+target+"'")
		}
	}
}

func (l *lowering) logFolder(n *parser.Node, httpd string) {
	dir, _ := path.Split(l.rooted(n.Words[0].String()))
	info, seen := l.stat(dir)
	if !seen || folder(info) {
		return
	}
	r := missingFile(n.Words[0].Text.All(), strings.ReplaceAll(httpd, "%s", dir))
	r.check = true
	l.refuse(n, r, "%s: %q %s", n.Name, dir, logsFolder)
}
