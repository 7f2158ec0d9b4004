package tlsconf

import (
	"fmt"
	"slices"
	"strings"
)

// defaultLevel is the security level of OpenSSL as Debian builds it.
const defaultLevel = 2

// ciphers are what a list in OpenSSL's language says (openssl-ciphers(1)).
type ciphers struct {
	// suites are those of TLS 1.2 and before, without an order: crypto/tls has its own.
	suites []uint16
	// missing are names of suites that crypto/tls does not have. Some of them OpenSSL does not have either.
	missing []string
	// level is the security level. From 1 on TLS 1.0 and 1.1 are not spoken.
	level int
}

// defaultCiphers are those of OpenSSL without a list.
func defaultCiphers() ciphers {
	c := ciphers{level: defaultLevel}
	for _, s := range suites {
		c.suites = append(c.suites, s.id)
	}
	return c
}

// parseCiphers reads a list. An error is what OpenSSL does not take, or what cannot be said with crypto/tls.
func parseCiphers(list string) (ciphers, error) {
	p := cipherParser{on: make([]bool, len(suites)), dead: make([]bool, len(suites)), level: defaultLevel}
	rest := list
	if strings.HasPrefix(rest, "SUITEB") {
		return ciphers{}, fmt.Errorf("%q asks for Suite B, which binds more than the suites: list the suites", list)
	}
	for len(rest) > 0 {
		if strings.IndexByte(": ;,", rest[0]) >= 0 {
			rest = rest[1:]
			continue
		}
		end := 1 + strings.IndexAny(rest[1:]+":", ": ;,@")
		if err := p.rule(rest[:end]); err != nil {
			return ciphers{}, err
		}
		rest = rest[end:]
	}
	c := ciphers{missing: p.missing, level: p.level}
	for i, s := range suites {
		if p.on[i] {
			c.suites = append(c.suites, s.id)
		}
	}
	return c, nil
}

type cipherParser struct {
	on, dead []bool
	missing  []string
	level    int
}

// rule carries out one word of a list.
func (p *cipherParser) rule(word string) error {
	operator := word[0]
	switch operator {
	case '@':
		return p.command(word[1:])
	case '!', '-', '+':
		word = word[1:]
	}
	parts := strings.Split(word, "+")
	for _, part := range parts {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.=_") != "" {
			return fmt.Errorf("%q is no cipher and no set of ciphers: OpenSSL refuses it", word)
		}
	}
	matched := false
	for i := range suites {
		if !suites[i].has(parts) {
			continue
		}
		matched = true
		switch operator {
		case '!':
			p.on[i], p.dead[i] = false, true
		case '-':
			p.on[i] = false
		case '+': // changes the order only
		default:
			p.on[i] = !p.dead[i]
		}
	}
	if !matched && len(parts) == 1 && strings.Contains(word, "-") && operator != '!' && operator != '-' {
		p.missing = append(p.missing, word)
	}
	return nil
}

// command carries out @STRENGTH or @SECLEVEL=n.
func (p *cipherParser) command(word string) error {
	if word == "STRENGTH" {
		return nil // changes the order only
	}
	level, ok := strings.CutPrefix(word, "SECLEVEL=")
	if !ok || len(level) != 1 || level[0] < '0' || level[0] > '5' {
		return fmt.Errorf("@%s is no command of a cipher list: write @SECLEVEL=0 to @SECLEVEL=5, or leave it out", word)
	}
	p.level = int(level[0] - '0')
	return nil
}

// has says whether all words select the suite.
func (s *suite) has(words []string) bool {
	for _, word := range words {
		if word != s.name && !slices.Contains(s.aliases, word) {
			return false
		}
	}
	return true
}

// checkSuites13 says why a list of suites for TLS 1.3 cannot be kept to: crypto/tls always offers all of its three.
func checkSuites13(list string) error {
	words := strings.FieldsFunc(list, func(r rune) bool { return r == ':' })
	for _, s := range suites13 {
		if !slices.Contains(words, s.name) {
			return fmt.Errorf("%q leaves out %s, and this server cannot: TLS 1.3 always offers its three suites here: leave the directive out, or write SSLProtocol all -TLSv1.3", list, s.name)
		}
	}
	return nil
}
