package metrics

import (
	"bytes"
	"io"
	"net/http"
	"net/url"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/wire"
)

// Handle implements server.Handler: it answers in the format that the Accept field asks for.
func (m *Metrics) Handle(x *exchange.Exchange, _ *program.Plan, _ io.Reader) exchange.Content {
	request := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: string(x.Request.Path)}, Header: http.Header{}}
	if accept := x.Request.Fields.Get("Accept"); accept != nil {
		request.Header.Set("Accept", string(accept))
	}
	answer := &recorder{header: http.Header{}, status: http.StatusOK}
	promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{DisableCompression: true, ErrorHandling: promhttp.ContinueOnError}).ServeHTTP(answer, request)
	x.Response.Status = answer.status
	x.Response.ContentType = []byte(answer.header.Get("Content-Type"))
	x.Response.Fields = append(x.Response.Fields, wire.Field{Name: []byte("Cache-Control"), Value: []byte("no-store")})
	return exchange.Content{Bytes: answer.body.Bytes()}
}

// recorder keeps what promhttp writes.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) { r.status = status }

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }
