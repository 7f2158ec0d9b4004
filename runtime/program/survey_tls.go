package program

import (
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// surveyTLS reports a directive of mod_ssl in a section that asks for another handshake when a request turns out to be for
// the section, and options that are not run.
func (b *builder) surveyTLS(item ir.Item, in *ir.Section) {
	switch item := item.(type) {
	case *ir.Word:
		if in != nil && !clib.EqualFold(item.Value, "none") {
			b.report.refuse(item, "%s inside <%s> needs another handshake within a connection, which this server does not make: write it for the virtual host", item.Name, in.Kind)
		}
	case *ir.Words:
		if item.Name == ir.WordsSSLCipherSuite && in != nil {
			b.report.refuse(item, "%s inside <%s> needs another handshake within a connection, which this server does not make: write it for the virtual host", item.Name, in.Kind)
		}
	default: // holds for whole servers
	}
}
