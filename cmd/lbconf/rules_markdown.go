package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/lbconf/lbconf/ir/lint"
	"github.com/lbconf/lbconf/ir/lower"
	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/diag"
)

const rulesIntroduction = `# Rules

What ` + "`lbconf lint`" + ` looks for, printed by ` + "`lbconf rules --format markdown`" + `. The output below each example is real.

A finding has a class: *refusal* is what httpd itself refuses (` + "`apache2 -t`" + ` fails), *defect* is what httpd accepts although it is
wrong, *unknown* is what lbconf does not understand. Codes and names stay the same for ever.
`

// writeRulesMarkdown prints the page of the rules, with what lint says about each bad example.
func writeRulesMarkdown(w io.Writer) error {
	var b bytes.Buffer
	b.WriteString(rulesIntroduction + "\n| Code | Name | Severity | Class | What is wrong |\n|---|---|---|---|---|\n")
	for _, r := range lint.Rules() {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s | %s |\n", r.ID, anchor(r), r.Name, r.Severity, r.Class, markdown(r.Title))
	}
	for _, r := range lint.Rules() {
		if err := writeRuleMarkdown(&b, r); err != nil {
			return err
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// markdown makes text stand for itself.
func markdown(text string) string {
	return strings.NewReplacer("<", `\<`, "*", `\*`, "|", `\|`).Replace(text)
}

func anchor(r *lint.Rule) string { return strings.ToLower(string(r.ID)) + "-" + r.Name }

func writeRuleMarkdown(b *bytes.Buffer, r *lint.Rule) error {
	fmt.Fprintf(b, "\n## %s %s\n\n%s, %s: %s.\n\n%s\n", r.ID, r.Name, r.Severity, r.Class, markdown(r.Title), markdown(r.Why))
	fmt.Fprintf(b, "\nAvoid:\n\n```apache\n%s```\n\n```text\n", r.Bad)
	if err := writeLintText(b, []linted{lintExample(r.Bad)}, diag.RenderOptions{}); err != nil {
		return err
	}
	fmt.Fprintf(b, "```\n\nPrefer:\n\n```apache\n%s```\n", r.Good)
	for _, ref := range r.Refs {
		fmt.Fprintf(b, "\n<%s>\n", ref)
	}
	return nil
}

// lintExample lints a configuration of the documentation. It sees no files but itself.
func lintExample(source string) linted {
	tree := parser.Load(parser.Input{Name: "site.conf", Source: []byte(source), Read: noFiles{}})
	config, refusals := lower.WithFiles(tree, exampleFiles{})
	return lintInput(&input{name: "site.conf", files: tree.Files, tree: tree, config: config, findings: append(tree.Diagnostics, refusals...)}, false)
}
