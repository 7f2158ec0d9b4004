package admin

import (
	"fmt"
	"io"
	"net"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/program"
	"github.com/lbconf/lbconf/runtime/server"
	"github.com/lbconf/lbconf/runtime/upstream"
)

// info is mod_info.
type info struct {
	server *server.Server
	pages  *pages
	built  string
}

// Handle implements server.Handler. The query names one part, as in httpd: config, server, list, hooks or providers;
// without one all parts but the configuration are shown.
func (i *info) Handle(x *exchange.Exchange, p *program.Plan, _ io.Reader) exchange.Content {
	page := &infoPage{Name: string(p.Self.Name)}
	part := clib.ToLower(string(x.Request.Query))
	wants := func(name string) bool { return !x.Request.HasQuery || part == name }
	if wants("server") {
		page.Server = i.settings(x, p)
		page.Servers = servers(i.server.Program())
	}
	if wants("list") {
		page.Modules = modules()
	}
	if wants("hooks") {
		page.Phases = phases()
	}
	if wants("providers") {
		page.Providers = providers()
	}
	if part == "config" {
		page.Config, page.ShowConfig = configLines(i.server.Program().Config()), true
	}
	page.Parts = !x.Request.HasQuery
	return i.pages.render(x, "info.html", "Server Information for "+page.Name, false, page)
}

// infoPage is what server-info shows.
type infoPage struct {
	Name string
	// Parts says that the page links to its parts.
	Parts      bool
	Server     []figure
	Servers    []hostView
	Modules    []string
	Phases     []phase
	Providers  []phase
	ShowConfig bool
	Config     []configLine
}

// hostView is a server of the configuration.
type hostView struct {
	Name, Kind         string
	Balancers, Workers int
}

// phase is a step in the life of a request, or a kind of choice, with what takes part.
type phase struct {
	Name string
	What []string
}

func (i *info) settings(x *exchange.Exchange, p *program.Plan) []figure {
	settings := p.Host.Settings
	file := ""
	if files := i.server.Program().Config().Files; files != nil && len(files.Files()) > 0 {
		file = files.Files()[0].Name()
	}
	port := strconv.Itoa(p.Self.Port)
	return []figure{
		{Label: "Server Version", Value: i.server.Software()},
		{Label: "Server Built", Value: i.built},
		{Label: "Compiled with", Value: runtime.Version()},
		{Label: "Hostname/port", Value: string(p.Self.Name) + ":" + port},
		{Label: "Virtual host", Value: p.Host.ServerName},
		{Label: "Address", Value: x.Client.LocalIP + ":" + x.Client.LocalPort},
		{Label: "Timeouts", Value: fmt.Sprintf("connection: %v keep-alive: %v", settings.Timeout, settings.KeepAliveTimeout)},
		{Label: "Requests of a connection", Value: atMost(settings.MaxKeepAlive)},
		{Label: "MPM Name", Value: "goroutine"},
		{Label: "MPM Information", Value: fmt.Sprintf("Scheduler threads: %d Threaded: yes Forked: no", runtime.GOMAXPROCS(0))},
		{Label: "Server Architecture", Value: fmt.Sprintf("%d-bit, %s/%s", strconv.IntSize, runtime.GOOS, runtime.GOARCH)},
		{Label: "Server Root", Value: p.Host.Source().Settings.Word(ir.WordServerRoot).Value},
		{Label: "Config File", Value: file},
	}
}

func atMost(n int) string {
	if n <= 0 {
		return "no bound"
	}
	return "at most " + strconv.Itoa(n)
}

func servers(p *program.Program) []hostView {
	var all []hostView
	for _, h := range p.Hosts() {
		v := hostView{Name: h.ServerName, Kind: "main server", Balancers: len(h.Balancers()), Workers: len(h.Workers())}
		if !h.Source().IsMain() {
			v.Kind = "virtual host"
			for _, a := range h.Source().Addresses() {
				v.Kind += " " + addressText(a)
			}
		}
		all = append(all, v)
	}
	return all
}

func addressText(a ir.Address) string {
	if a.Port == 0 {
		return a.Host + ":*"
	}
	return net.JoinHostPort(a.Host, strconv.Itoa(a.Port))
}

// modules are those of httpd whose directives this server runs, by the names that httpd gives them.
func modules() []string {
	return []string{
		"core.c", "http_core.c", "mod_access_compat.c", "mod_alias.c", "mod_authz_core.c", "mod_authz_host.c", "mod_deflate.c", "mod_dir.c",
		"mod_env.c", "mod_filter.c", "mod_headers.c", "mod_heartbeat.c", "mod_heartmonitor.c", "mod_info.c", "mod_lbmethod_bybusyness.c",
		"mod_lbmethod_byrequests.c", "mod_lbmethod_bytraffic.c", "mod_lbmethod_heartbeat.c", "mod_log_config.c", "mod_logio.c", "mod_mime.c", "mod_proxy.c", "mod_proxy_balancer.c",
		"mod_proxy_hcheck.c", "mod_proxy_http.c", "mod_proxy_wstunnel.c", "mod_rewrite.c", "mod_setenvif.c", "mod_so.c", "mod_ssl.c",
		"mod_status.c", "mod_unixd.c",
	}
}

// phases are the steps that a request takes here, under the names of httpd's hooks, with the modules in their order.
func phases() []phase {
	return []phase{
		{"Post-Read Request", []string{"mod_setenvif.c"}},
		{"Translate Name", []string{"mod_rewrite.c", "mod_proxy.c", "mod_alias.c"}},
		{"Map to Storage", []string{"mod_proxy.c", "http_core.c"}},
		{"Check Access", []string{"mod_authz_core.c", "mod_authz_host.c", "mod_access_compat.c"}},
		{"Check Type", []string{"mod_mime.c", "core.c"}},
		{"Fixups", []string{"mod_env.c", "mod_dir.c", "mod_headers.c", "mod_ssl.c"}},
		{"Content Handlers", []string{"mod_proxy.c", "mod_proxy_balancer.c", "mod_heartmonitor.c", "mod_status.c", "mod_info.c", "core.c"}},
		{"Insert Filters", []string{"mod_headers.c", "mod_filter.c", "mod_deflate.c"}},
		{"Transaction Logging", []string{"mod_log_config.c"}},
	}
}

// providers are what directives name and this server has.
func providers() []phase {
	var methods []string
	for m := upstream.ByRequests; m <= upstream.ByHeartbeat; m++ {
		methods = append(methods, m.String())
	}
	return []phase{
		{"proxylbmethod", methods},
		{"SetHandler", program.HandlerNames()},
	}
}

// configLine is a directive of the configuration.
type configLine struct {
	// File is set where another file begins.
	File string
	// Line counts from 1; 0 for the end of a section.
	Line  int
	Depth int
	Text  string
}

// configLines lists the directives in the order in which they are executed, with secrets masked.
func configLines(c *ir.Config) []configLine {
	l := lister{files: c.Files}
	if l.files == nil {
		l.files = diag.NewFileSet()
	}
	l.list(c.Items, 1)
	return l.lines
}

type lister struct {
	files *diag.FileSet
	file  string
	lines []configLine
}

func (l *lister) list(items []ir.Item, depth int) {
	for _, item := range items {
		origin := item.Head().Origin
		at := l.files.Position(origin.Span.Start)
		if at.Filename != l.file && at.Line > 0 {
			l.file = at.Filename
			l.lines = append(l.lines, configLine{File: at.Filename})
		}
		container, holds := item.(ir.Container)
		if residue, ok := item.(*ir.Residue); ok {
			holds = residue.Section
		}
		text := l.text(item)
		if holds {
			text = "<" + text + ">"
		}
		l.lines = append(l.lines, configLine{Line: at.Line, Depth: min(depth, maxDepth) - 1, Text: text})
		if holds {
			l.list(container.Children(), depth+1)
			l.lines = append(l.lines, configLine{Depth: min(depth, maxDepth) - 1, Text: "</" + nameOf(text) + ">"})
		}
	}
}

// nameOf is the name of a section.
func nameOf(section string) string {
	name, _, _ := strings.Cut(strings.Trim(section, "<>"), " ")
	return name
}

// maxDepth is how far lines are set in.
const maxDepth = 5

// nonces are the secrets of balancer-manager.
var nonces = regexp.MustCompile(`(?i)\bnonce=("[^"]*"|[^\s"]+)`)

// text is a directive as it is written, safe to show.
func (l *lister) text(item ir.Item) string {
	written := l.files.Text(item.Head().Origin.Span)
	if strings.TrimSpace(written) == "" {
		written = describe(item)
	}
	return nonces.ReplaceAllString(diag.CleanLine(trimSection(written)), "nonce=***")
}

// trimSection takes the brackets off the first line of a section.
func trimSection(s string) string {
	if len(s) > 0 && s[0] == '<' {
		s = s[1:]
		if s[len(s)-1] == '>' {
			s = s[:len(s)-1]
		}
	}
	return s
}
