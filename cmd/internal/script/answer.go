package script

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// manner is what a backend does with a request once it has read it.
type manner int

const (
	reply      manner = iota // send the bytes
	closing                  // close the connection without a byte
	reset                    // close it with a reset
	hang                     // never answer
	dropping                 // close the connection as soon as it is accepted, before a request
	tlsReport                // say what is known of the TLS of the connection
	peerReport               // say which address the connection comes from
	webSocket                // take a WebSocket handshake and send back each message
	mute                     // do not answer a ping of AJP
)

// answer is one entry of the list of a backend.
type answer struct {
	manner manner
	bytes  []byte        // for reply
	delay  time.Duration // before it
	last   bool          // close the connection after it
	echo   bool          // send back what comes after it, until the other side has ended
	broken bool          // end the connection after it by a reset
	early  bool          // do not read the body before it
}

// parseAnswer reads WORD[+close][+reset][+early][+echo][+DURATION]. WORD is ok, a status code, size:N, close, reset, hang, drop,
// mute, tls, peer, websocket, or the name of a file, which read returns.
func parseAnswer(backend, text string, read func(name string) (string, error)) (answer, error) {
	word, mods, _ := strings.Cut(text, "+")
	var a answer
	for mod := range strings.SplitSeq(mods, "+") {
		if mod == "" {
			continue
		}
		switch mod {
		case "close", "echo", "reset":
			a.last, a.echo, a.broken = true, a.echo || mod == "echo", a.broken || mod == "reset"
			continue
		case "early":
			a.early = true
			continue
		}
		delay, err := time.ParseDuration(mod)
		if err != nil {
			return a, fmt.Errorf("answer %s: +%s is none of +close, +reset, +early, +echo, and no delay such as +200ms", text, mod)
		}
		a.delay = delay
	}
	announced := a.last && !a.broken
	size, sized := strings.CutPrefix(word, "size:")
	status, err := strconv.Atoi(word)
	switch {
	case word == "ok":
		a.bytes = plain(http.StatusOK, []byte(backend), announced)
	case err == nil && status >= 200 && status <= 599:
		a.bytes = plain(status, []byte(backend), announced)
	case sized:
		count, err := strconv.Atoi(size)
		if err != nil || count < 0 {
			return a, fmt.Errorf("answer %s: write size:N with a number of bytes", text)
		}
		a.bytes = plain(http.StatusOK, bytes.Repeat([]byte("x"), count), announced)
	case word == "close":
		a.manner = closing
	case word == "reset":
		a.manner = reset
	case word == "hang":
		a.manner = hang
	case word == "drop":
		a.manner = dropping
	case word == "tls":
		a.manner = tlsReport
	case word == "mute":
		a.manner = mute
	case word == "peer":
		a.manner = peerReport
	case word == "websocket":
		a.manner, a.last = webSocket, true
	default:
		a.bytes, err = fileAnswer(word, read)
		return a, err
	}
	return a, nil
}

func plain(status int, body []byte, last bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\n", status, http.StatusText(status))
	if last {
		b.WriteString("Connection: close\r\n")
	}
	if status != http.StatusNoContent && status != http.StatusNotModified {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	} else {
		body = nil
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// fileAnswer reads an answer in escaped notation; <length> in its head is the number of bytes after the head.
func fileAnswer(name string, read func(name string) (string, error)) ([]byte, error) {
	text, err := read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("answer %s is neither a file nor one of ok, a status, size:N, close, reset, hang, drop, mute, tls, peer, websocket", name)
	}
	if err != nil {
		return nil, err
	}
	wire, err := unescape(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	head, body, ok := bytes.Cut(wire, []byte("\r\n\r\n"))
	if !ok {
		return wire, nil
	}
	head = bytes.ReplaceAll(head, []byte("<length>"), strconv.AppendInt(nil, int64(len(body)), 10))
	return bytes.Join([][]byte{head, body}, []byte("\r\n\r\n")), nil
}
