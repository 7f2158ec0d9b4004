package program

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/clib"
	"github.com/lbconf/lbconf/runtime/exchange"
	"github.com/lbconf/lbconf/runtime/static"
)

// filterDeflate is the one output filter that this server has (mod_deflate).
const filterDeflate = "DEFLATE"

// ETagChange is what compression does to an entity tag (mod_deflate: DeflateAlterETag).
type ETagChange uint8

// The changes.
const (
	// ETagSuffix adds -gzip: the default.
	ETagSuffix ETagChange = iota
	// ETagKept leaves it alone.
	ETagKept
	// ETagRemoved takes it away.
	ETagRemoved
)

// Deflation is how responses are compressed. It is immutable.
type Deflation struct {
	// Level is 1 to 9 (mod_deflate: DeflateCompressionLevel).
	Level int
	// ETag is what becomes of the entity tag.
	ETag ETagChange

	always bool
	types  []string
	// extensions are those of files, and of URLs of backends, with filters.
	extensions *static.Rules
}

// deflation compiles what holds for output filters; nil where there is none, so that it costs nothing.
func deflation(scope *effective.Scope) *Deflation {
	s := scope.Settings
	d := &Deflation{Level: int(s.Number(ir.NumberDeflateCompressionLevel).Value), always: namesDeflate(s.Word(ir.WordSetOutputFilter).Value)}
	switch s.Word(ir.WordDeflateAlterETag).Value {
	case "NoChange":
		d.ETag = ETagKept
	case "Remove":
		d.ETag = ETagRemoved
	}
	for _, filter := range scope.Files.Filters {
		if namesDeflate(filter.Filters) {
			d.types = append(d.types, filter.Types...)
		}
	}
	if slices.ContainsFunc(scope.Files.Mime, func(edit *ir.MimeEdit) bool { return edit.Action == ir.MimeAddOutputFilter }) {
		d.extensions = &static.Rules{Extensions: extensions(scope.Files.Mime)}
	}
	if !d.always && len(d.types) == 0 && d.extensions == nil {
		return nil
	}
	return d
}

// namesDeflate says whether a list of filters has DEFLATE.
func namesDeflate(filters string) bool {
	for name := range strings.SplitSeq(filters, ";") {
		if clib.EqualFold(strings.TrimSpace(name), filterDeflate) {
			return true
		}
	}
	return false
}

// Charset is what is added to types of text without one, or empty (core: AddDefaultCharset).
func (p *Plan) Charset() string {
	if p.scope == nil {
		return ""
	}
	return p.scope.charset
}

// Filters says whether responses may go through a filter.
func (p *Plan) Filters() bool { return p.scope != nil && p.scope.deflation != nil }

// Deflation returns how a response of a status and a media type may be compressed; nil where it may not. A type of
// AddOutputFilterByType is compared as it is written, without parameters, and counts for 200 alone unless the variable
// filter-errordocs is set (mod_filter: filter_lookup).
func (p *Plan) Deflation(x *exchange.Exchange, status int, media []byte) *Deflation {
	if !p.Filters() {
		return nil
	}
	d := p.scope.deflation
	if d.always || d.extensions != nil && namesDeflate(d.extensions.KindOf(string(x.Filename)).Filters) {
		return d
	}
	if _, all := x.Env.Get("filter-errordocs"); status != statusOK && !all {
		return nil
	}
	end := 0
	for end < len(media) && strings.IndexByte("; \t", media[end]) < 0 {
		end++
	}
	if end > 0 && slices.Contains(d.types, string(media[:end])) {
		return d
	}
	return nil
}

// surveyFilters reports filters that are not run.
func (b *builder) surveyFilters(item ir.Item, filters string) {
	for name := range strings.SplitSeq(filters, ";") {
		if name = strings.TrimSpace(name); name != "" && !clib.EqualFold(name, "none") && !clib.EqualFold(name, filterDeflate) {
			b.report.ignore(item, "the filter %s is not run by this server: responses pass as they are", name)
		}
	}
}
