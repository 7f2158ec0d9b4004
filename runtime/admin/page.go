package admin

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"

	"github.com/lbconf/lbconf/runtime/exchange"
)

//go:embed pages
var files embed.FS

// pages are the templates of the pages with what they have in common.
type pages struct {
	templates *template.Template
	style     template.CSS
	script    template.JS
	policy    string
}

// newPages parses the templates. They are part of the program, so that one that cannot be parsed is a fault of it.
func newPages() *pages {
	style, script := mustRead("pages/style.css"), mustRead("pages/script.js")
	return &pages{
		templates: template.Must(template.ParseFS(files, "pages/*.html")),
		style:     template.CSS(style), script: template.JS(script), //nolint:gosec // both are files of this package
		policy: "default-src 'none'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; style-src '" +
			hash(style) + "'; script-src '" + hash(script) + "'",
	}
}

func mustRead(name string) []byte {
	data, err := files.ReadFile(name)
	if err != nil {
		panic(err) // the file is embedded
	}
	return data
}

// hash is how a Content-Security-Policy names a text that may be used.
func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// view is what a template gets.
type view struct {
	// Title is that of the page.
	Title string
	// Refreshes says that the page offers to refresh itself.
	Refreshes bool
	// Style and Script are in the page, since nothing is fetched.
	Style  template.CSS
	Script template.JS
	// Page is what the page is about.
	Page any
}

// render makes a response of a page.
func (p *pages) render(x *exchange.Exchange, name, title string, refreshes bool, page any) exchange.Content {
	var body bytes.Buffer
	v := view{Title: title, Refreshes: refreshes, Style: p.style, Script: p.script, Page: page}
	if err := p.templates.ExecuteTemplate(&body, name, &v); err != nil {
		x.Response.Status = 500
		return exchange.Content{}
	}
	field(x, "Content-Security-Policy", p.policy)
	field(x, "X-Content-Type-Options", "nosniff")
	field(x, "Referrer-Policy", "same-origin") // the manager looks for the Referer of its own forms
	field(x, "Cache-Control", "no-store")
	x.Response.ContentType = []byte("text/html; charset=utf-8")
	return exchange.Content{Bytes: body.Bytes()}
}
