package accesslog

import (
	"fmt"

	"github.com/lbconf/lbconf/runtime/exchange"
)

// tlsAppender is %{NAME}x and the older %{name}c of mod_ssl.
func tlsAppender(letter string, arg *string) (appender, error) {
	if letter == "c" {
		if *arg = connectionWords[*arg]; *arg == "" {
			return appendDash, nil
		}
	}
	if !exchange.IsTLSVariable(*arg) {
		return nil, fmt.Errorf("%%{%s}x is not a variable of mod_ssl that this server can fill in: leave it out", *arg)
	}
	return appendTLS, nil
}

// connectionWords are the words of %{…}c, whose case counts, and the variables that they stand for.
var connectionWords = map[string]string{
	"version": "SSL_PROTOCOL", "cipher": "SSL_CIPHER", "subjectdn": "SSL_CLIENT_S_DN", "clientcert": "SSL_CLIENT_S_DN",
	"issuerdn": "SSL_CLIENT_I_DN", "cacert": "SSL_CLIENT_I_DN",
}

func appendTLS(dst []byte, l *line, name string) []byte {
	value := l.x.Client.TLSVariable(name)
	if value == "" {
		return append(dst, '-')
	}
	return appendEscapedString(dst, value)
}
