package program

import (
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
)

// softwareName is what this server calls itself where httpd says Apache.
const softwareName = "lbconf"

// banner is what the Server field says (core: ServerTokens): the name alone with Prod, the first one or two numbers of the
// version with Major and Minor, all of it with Min, and with OS and Full the system behind it.
func banner(tokens, version, system string) string {
	version = strings.TrimPrefix(version, "v")
	first, rest, dotted := strings.Cut(version, ".")
	switch tokens {
	case "Prod":
		return softwareName
	case "Major":
		version = first
	case "Minor":
		if second, _, _ := strings.Cut(rest, "."); dotted {
			version = first + "." + second
		}
	}
	name := softwareName
	if version != "" {
		name += "/" + version
	}
	if (tokens == "OS" || tokens == "Full") && system != "" {
		name += " (" + system + ")"
	}
	return name
}

// Signature is the line at the end of the server's own pages (core: ServerSignature).
type Signature uint8

// The values of ServerSignature.
const (
	// SignatureOff adds none: the default.
	SignatureOff Signature = iota
	// SignatureOn names the software, the server and its port.
	SignatureOn
	// SignatureEMail makes the name of the server a link to its administrator.
	SignatureEMail
)

func signatureOf(word string) Signature {
	switch clib.ToLower(word) {
	case "on":
		return SignatureOn
	case "email":
		return SignatureEMail
	}
	return SignatureOff
}

// software fills in what the servers say about themselves.
func (b *builder) software(h *Host) {
	tokens := b.view.Main().Settings.Word(ir.WordServerTokens).Value
	h.Banner = banner(tokens, b.options.Version, b.options.System)
	h.Product = banner("Min", b.options.Version, "")
	h.server.Software = h.Banner
}
