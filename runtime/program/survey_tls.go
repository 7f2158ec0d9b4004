package program

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// surveyTLS reports a directive of mod_ssl in a section that asks for another handshake when a request turns out to be for
// the section, and options that are not run.
func (b *builder) surveyTLS(item ir.Item, in *ir.Section) {
	switch item := item.(type) {
	case *ir.Word:
		if in != nil && !clib.EqualFold(item.Value, "none") {
			b.anotherHandshake(item, string(item.Name), in)
		}
	case *ir.Words:
		switch {
		case item.Name == ir.WordsSSLCipherSuite && in != nil:
			b.anotherHandshake(item, string(item.Name), in)
		case item.Name == ir.WordsSSLOptions:
			b.surveySSLOptions(item)
		}
	default: // holds for whole servers
	}
}

func (b *builder) anotherHandshake(item ir.Item, name string, in *ir.Section) {
	b.report.refuse(item, "%s inside <%s> needs another handshake within a connection, which this server does not make: write it for the virtual host", name, in.Kind)
}

// surveySSLOptions judges the options that are not run.
func (b *builder) surveySSLOptions(item *ir.Words) {
	for _, word := range item.Values {
		switch option := clib.ToLower(strings.TrimPrefix(word, "+")); option {
		case "fakebasicauth", "strictrequire":
			b.report.refuse(item, "SSLOptions %s decides who may pass and is not run by this server: leave it out, and write Require ssl or Require ssl-verify-client", word)
		case "legacydnstringformat":
			b.report.ignore(item, "SSLOptions %s has no effect: names of certificates are written as in RFC 2253", word)
		}
	}
}
