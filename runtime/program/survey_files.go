package program

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// servesFiles says whether any server has local files.
func (b *builder) servesFiles() bool {
	return slices.ContainsFunc(b.program.hosts, func(h *Host) bool { return h.serves })
}

// surveyFileWords reports what lists of words say about files that is not run.
func (b *builder) surveyFileWords(item *ir.Words) {
	if !b.servesFiles() {
		return
	}
	has := func(words ...string) bool {
		return slices.ContainsFunc(item.Values, func(value string) bool {
			value = strings.TrimPrefix(value, "+")
			return slices.ContainsFunc(words, func(word string) bool { return clib.EqualFold(word, value) })
		})
	}
	switch item.Name {
	case ir.WordsAllowOverride:
		if !has("none") || len(item.Values) > 1 {
			b.report.ignore(item, ".htaccess files are not run by this server: a folder with one that says anything answers 500")
		}
	case ir.WordsOptions:
		if has("indexes", "all") {
			b.report.ignore(item, "folders are not listed by this server: one without an index answers 403, as without Options Indexes")
		}
		if has("multiviews") {
			b.report.ignore(item, "Options MultiViews is not run by this server: a file is found by its whole name")
		}
	case ir.WordsFileETag:
		if has("digest") {
			b.report.ignore(item, "FileETag Digest is not run by this server: entity tags are made of the other parts alone")
		}
	case ir.WordsDirectoryIndex, ir.WordsAccessFileName, ir.WordsProxyErrorOverride, ir.WordsLogLevel, ir.WordsRewriteOptions,
		ir.WordsSSLProtocol, ir.WordsSSLProxyProtocol, ir.WordsSSLProxyCipherSuite, ir.WordsSSLOptions, ir.WordsSSLCipherSuite, ir.WordsRequestReadTimeout,
		ir.WordsHttpProtocolOptions, ir.WordsRegisterHttpMethod,
		ir.WordsProxyRemote, ir.WordsProxyRemoteMatch, ir.WordsNoProxy, ir.WordsProxyBlock, ir.WordsAllowCONNECT:
	}
}

// surveyAlias refuses what an Alias cannot be run as.
func (b *builder) surveyAlias(item *ir.Alias, in *ir.Section) {
	if in != nil && strings.Contains(item.Target, "%{") {
		b.report.ignore(item, "Alias with an expression is not run by this server: its path answers 404")
	}
}

// surveyFileResidue reports directives about files that nobody models, where this server has files. It returns false for
// those that are none. What makes something else of a file than its bytes is refused where the bytes would be sent instead.
func (b *builder) surveyFileResidue(item *ir.Residue) bool {
	if !b.servesFiles() {
		return false
	}
	name, _, _ := strings.Cut(strings.TrimSpace(item.Args), " ")
	switch item.Name {
	case "AddHandler":
		if !clib.EqualFold(name, "type-map") {
			b.report.refuse(item, "AddHandler %s is not run by this server, which would send the files themselves: serve them by a backend, or remove DocumentRoot and Alias", name)
			return true
		}
		b.report.ignore(item, "AddHandler type-map is not run by this server: the file itself is sent")
	case "Action", "Script":
		b.report.refuse(item, "%s is not run by this server, which would send the files themselves: serve them by a backend", item.Name)
	case "ScriptAlias", "ScriptAliasMatch":
		if b.reaches(item.Args) {
			b.report.refuse(item, "%s is not run by this server, and its scripts lie among the files that would be sent as they are: move them elsewhere", item.Name)
			return true
		}
		b.report.ignore(item, "%s is not run by this server: its path answers 404", item.Name)
	case "VirtualDocumentRoot", "VirtualDocumentRootIP", "VirtualScriptAlias", "VirtualScriptAliasIP":
		b.report.refuse(item, "%s is not run by this server, which would send the files of DocumentRoot for every host: write a <VirtualHost> for each", item.Name)
	case "AllowOverrideList":
		if !clib.EqualFold(name, "none") {
			b.report.refuse(item, "AllowOverrideList is not run by this server: write AllowOverride None")
		}
	case "FallbackResource", "DirectoryIndexRedirect", "DirectoryCheckHandler", "ContentDigest", "CheckSpelling", "AliasPreservePath":
		if !clib.EqualFold(name, "off") && !clib.EqualFold(name, "disabled") {
			b.report.ignore(item, "%s is not run by this server", item.Name)
		}
	default:
		return false
	}
	return true
}

// reaches says whether a folder among the words of a directive lies among the files of a server, or the other way round.
func (b *builder) reaches(args string) bool {
	for word := range strings.FieldsSeq(args) {
		word = strings.Trim(word, `"'`)
		for _, h := range b.program.hosts {
			folder := trimSlash(h.absolute(word)) + "/"
			if h.root != "" && strings.HasPrefix(folder, h.root+"/") {
				return true
			}
			for _, a := range h.aliases {
				if strings.HasPrefix(folder, trimSlash(h.absolute(a.target))+"/") {
					return true
				}
			}
		}
	}
	return false
}

// programTypes begin the media types that modules of httpd take for the names of programs: PHP, CGI.
const programTypes = "application/x-httpd-"

// surveyType refuses a media type that stands for a program, whose source would be sent.
func (b *builder) surveyType(item ir.Item, media string) {
	if clib.HasPrefixFold(media, programTypes) && b.servesFiles() {
		b.report.refuse(item, "files of the type %s are programs, which this server does not run and would send as they are: serve them by a backend", media)
	}
}

// surveyMime reports what mod_mime says and this server does not run.
func (b *builder) surveyMime(item *ir.MimeEdit) {
	switch item.Action {
	case ir.MimeAddOutputFilter:
		b.surveyFilters(item, item.Value)
	case ir.MimeAddType:
		b.surveyType(item, item.Value)
	case ir.MimeAddCharset, ir.MimeAddEncoding, ir.MimeAddLanguage, ir.MimeRemoveType, ir.MimeRemoveCharset, ir.MimeRemoveEncoding,
		ir.MimeRemoveLanguage, ir.MimeRemoveOutputFilter:
	}
}
