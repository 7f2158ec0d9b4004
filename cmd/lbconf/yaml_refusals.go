package main

import (
	"fmt"
	"sort"

	"github.com/lbconf/lbconf/emit"
	"github.com/lbconf/lbconf/emit/apache"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

// yamlRefusals says what httpd would refuse of a configuration that was read from YAML. It is written in httpd's language
// and lowered, so that both languages are judged by the same rules; the places are those of the YAML. source has what the text
// does not say.
func yamlRefusals(config *ir.Config, source parser.Input, files *askedFiles) diag.List {
	output, report, err := emit.Run(apache.Emitter{}, config)
	if err != nil {
		return diag.List{unwritable(diag.Span{}, err.Error())}
	}
	var list diag.List
	dropped := map[*ir.Node]bool{}
	for node, reason := range report.Dropped() {
		list.Add(unwritable(node.Origin.Span, reason))
		dropped[node] = true
	}
	source.Source, source.Modules = output.Files[0].Content, config.Assumed
	lowered, found := files.lower(parser.Load(source))
	var places []written
	for item := range ir.All(lowered.Items) {
		places = append(places, written{item.Head().Origin.Span.Start, item.Head().Seq})
	}
	items := make([]ir.Item, 0, len(places))
	for item := range ir.All(config.Items) {
		if !dropped[item.Head()] {
			items = append(items, item)
		}
	}
	back := func(span diag.Span) diag.Span {
		i := sort.Search(len(places), func(i int) bool { return places[i].start > span.Start }) - 1
		if i < 0 || places[i].seq > len(items) {
			return diag.Span{}
		}
		return items[places[i].seq-1].Head().Origin.Span
	}
	for i := range found {
		d := &found[i]
		d.Span, d.Label, d.Fix = back(d.Span), "", nil
		for j := range d.Related {
			d.Related[j].Span = back(d.Related[j].Span)
		}
	}
	list = append(list, found...)
	list = append(list, misjudged(items, lowered)...)
	list.Sort()
	return list
}

// written is where an item stands in what was written.
type written struct {
	start diag.Pos
	seq   int
}

// misjudged finds directives that stand under verbatim and are said to be less than they are: a file must not make a
// server start by calling what guards a door inert.
func misjudged(items []ir.Item, lowered *ir.Config) diag.List {
	var list diag.List
	i := 0
	for truth := range ir.All(lowered.Items) {
		if i == len(items) {
			break
		}
		said, ok := items[i].(*ir.Residue)
		i++
		if !ok {
			continue
		}
		residue, ok := truth.(*ir.Residue)
		if ok && residue.State == said.State && residue.Guards == said.Guards {
			continue
		}
		message, help := fmt.Sprintf("lbconf models %s, and here it stands under verbatim", said.Name), "write it in YAML: docs/yaml.md has the keys"
		if ok {
			message = fmt.Sprintf("%s is %s, and here it is called %s", said.Name, judgement(residue), judgement(said))
			help = fmt.Sprintf("write %s: in place of %s:", residue.State, said.State)
			if residue.Guards != said.Guards {
				help = fmt.Sprintf("write %s: with guards: %s", residue.State, map[bool]string{true: "on", false: "off"}[residue.Guards])
			}
		}
		list.Add(diag.Diagnostic{
			Code: "LB020", Name: "syntax", Class: diag.Unknown, Severity: diag.Error, Span: said.Origin.Span,
			Message: message, Notes: []diag.Note{{Kind: "help", Text: help}},
		})
	}
	return list
}

func judgement(r *ir.Residue) string {
	if r.Guards {
		return r.State.String() + " and guards access"
	}
	return r.State.String()
}

// unwritable is an item that the language of httpd cannot say.
func unwritable(span diag.Span, reason string) diag.Diagnostic {
	return diag.Diagnostic{
		Code: "LB020", Name: "syntax", Class: diag.Defect, Severity: diag.Error, Span: span, Message: reason,
		Notes: []diag.Note{{Kind: "effect", Text: "httpd cannot be configured so, and a conversion to its language loses it"}},
	}
}
