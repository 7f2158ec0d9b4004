package admin

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// xmlWriter writes the elements of httpd's report, which have a prefix and no attributes.
type xmlWriter struct {
	bytes.Buffer
	indent string
}

func (w *xmlWriter) element(name, value string) {
	w.WriteString(w.indent + "<httpd:" + name + ">")
	_ = xml.EscapeText(w, []byte(value)) // a buffer takes anything
	w.WriteString("</httpd:" + name + ">\n")
}

func (w *xmlWriter) number(name string, value int64) { w.element(name, strconv.FormatInt(value, 10)) }

func (w *xmlWriter) open(name string) {
	w.WriteString(w.indent + "<httpd:" + name + ">\n")
	w.indent += "  "
}

func (w *xmlWriter) close(name string) {
	w.indent = w.indent[2:]
	w.WriteString(w.indent + "</httpd:" + name + ">\n")
}

// appendXML appends the report of balancers that ?xml=1 asks for, element by element as mod_proxy_balancer writes it.
func appendXML(dst []byte, balancers []*upstream.Balancer, nonce func(*upstream.Balancer) string) []byte {
	w := &xmlWriter{indent: "  "}
	w.WriteString("<?xml version='1.0' encoding='UTF-8' ?>\n<httpd:manager xmlns:httpd='http://httpd.apache.org'>\n")
	w.open("balancers")
	for _, b := range balancers {
		w.balancer(b, nonce(b))
	}
	w.close("balancers")
	w.WriteString("</httpd:manager>")
	return append(dst, w.Bytes()...)
}

func (w *xmlWriter) balancer(b *upstream.Balancer, nonce string) {
	live := b.Live()
	w.open("balancer")
	w.element("name", b.Name)
	w.element("nonce", nonce)
	if live.StickyCookie != "" {
		w.element("stickysession", live.StickyCookie)
		w.element("nofailover", onOff(live.NoFailover))
	}
	w.number("timeout", int64(live.Timeout/time.Second))
	if live.AttemptsSet {
		w.number("maxattempts", int64(live.MaxAttempts))
	}
	w.element("lbmethod", live.Method.String())
	if live.StickyCookie != "" {
		w.element("scolonpathdelim", onOff(b.SemicolonDelimits))
	}
	w.open("workers")
	for _, member := range live.Members {
		w.worker(member)
	}
	w.close("workers")
	w.close("balancer")
}

func (w *xmlWriter) worker(m *upstream.Worker) {
	slot, p := m.Slot, m.Params
	w.open("worker")
	w.element("name", m.Name)
	w.element("scheme", m.Scheme)
	w.element("hostname", m.Host)
	w.element("loadfactor", factorText(slot.Factor()))
	w.number("port", int64(m.Port))
	w.number("min", int64(m.Settings.Min))
	w.number("smax", int64(m.Settings.SMax))
	w.number("max", int64(m.Settings.Max))
	w.number("ttl", int64(m.Settings.TTL/time.Second))
	if p.Timeout.Set {
		w.number("timeout", int64(p.Timeout.Value/time.Second))
	}
	w.milliseconds("acquire", p.Acquire)
	if p.ReceiveBufferSize.Set {
		w.number("recv_buffer_size", int64(p.ReceiveBufferSize.Value))
	}
	if p.IOBufferSize.Set {
		w.number("io_buffer_size", int64(p.IOBufferSize.Value))
	}
	if p.KeepAlive.Set {
		w.element("keepalive", onOff(p.KeepAlive.Value))
	}
	w.element("status", stateText(slot.Status()))
	if at := slot.FailedAt(); !at.IsZero() {
		w.element("error_time", at.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))
	}
	w.number("retries", int64(slot.Retries()))
	w.number("lbstatus", int64(slot.LBStatus()))
	w.element("loadfactor", factorText(slot.Factor()))
	w.number("transferred", slot.Transferred())
	w.number("read", slot.Read())
	w.number("elected", int64(slot.Elected()))
	route, redirect := m.Labels()
	w.element("route", route)
	w.element("redirect", redirect)
	w.number("busy", int64(slot.Busy()))
	w.number("lbset", int64(slot.LBSet()))
	if p.Reuse.Set {
		// httpd indents this one less.
		w.indent = strings.TrimSuffix(w.indent, "    ")
		w.element("disablereuse", onOff(!p.Reuse.Value))
		w.indent += "    "
	}
	w.milliseconds("connectiontimeout", p.ConnectionTimeout)
	if p.Retry.Set {
		w.number("retry", int64(p.Retry.Value/time.Second))
	}
	w.close("worker")
}

// milliseconds writes a duration that the configuration names as httpd does: without its whole seconds (apr_time_msec).
func (w *xmlWriter) milliseconds(name string, s ir.Setting[time.Duration]) {
	if s.Set {
		w.number(name, s.Value.Milliseconds()%1000)
	}
}
