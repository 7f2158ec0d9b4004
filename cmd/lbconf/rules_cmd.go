package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/lbconf/lbconf/ir/lint"
)

// rulesCmd lists the rules.
type rulesCmd struct {
	Format string `enum:"text,json,markdown" default:"text" help:"Form of the output: ${enum}. markdown is the page docs/rules.md."`
}

// Run prints the rules in the order of their codes.
func (c rulesCmd) Run(term *terminal) error {
	switch c.Format {
	case "json":
		return writeRulesJSON(term.stdout)
	case "markdown":
		return writeRulesMarkdown(term.stdout)
	}
	return writeRulesText(term.stdout)
}

func writeRulesText(w io.Writer) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range lint.Rules() {
		if _, err := fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Name, r.Severity, r.Class, r.Title); err != nil {
			return err
		}
	}
	return tab.Flush()
}

type jsonRule struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Class    string   `json:"class"`
	Severity string   `json:"severity"`
	Title    string   `json:"title"`
	Why      string   `json:"why"`
	Bad      string   `json:"bad"`
	Good     string   `json:"good"`
	Refs     []string `json:"refs"`
}

func writeRulesJSON(w io.Writer) error {
	rules := []jsonRule{}
	for _, r := range lint.Rules() {
		rules = append(rules, jsonRule{
			ID: string(r.ID), Name: r.Name, Class: r.Class.String(), Severity: r.Severity.String(), Title: r.Title,
			Why: unwrap(r.Why), Bad: r.Bad, Good: r.Good, Refs: r.Refs,
		})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(map[string]any{"version": 1, "rules": rules})
}

// unwrap makes one line of a paragraph.
func unwrap(paragraph string) string { return strings.Join(strings.Fields(paragraph), " ") }
