package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// writeLintText prints the findings, each with its excerpt or in one line, and a line that says what was looked at and
// what was not.
func writeLintText(w io.Writer, results []linted, options diag.RenderOptions) error {
	for _, r := range results {
		if len(r.findings) == 0 {
			continue
		}
		if err := diag.Render(w, r.input.files, r.findings, options); err != nil {
			return err
		}
		if options.Concise {
			continue
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, summaryLine(results))
	return err
}

// summaryLine is the last line: counts, and what the counts do not cover.
func summaryLine(results []linted) string {
	total, found, ignored := coverage{}, diag.List(nil), 0
	for _, r := range results {
		ignored += r.ignored
		total.add(r.coverage)
		found = append(found, r.findings...)
	}
	var b strings.Builder
	errs, warnings := found.Count(diag.Error), found.Count(diag.Warning)
	fmt.Fprintf(&b, "%s, %s, %d understood: %s, %s, %d info", count(total.files, "file"), count(total.directives, "directive"),
		total.understood, count(errs, "error"), count(warnings-errs, "warning"), len(found)-warnings)
	if ignored > 0 {
		fmt.Fprintf(&b, ", %d ignored", ignored)
	}
	if stops := stopsOf(results); len(stops) > 0 {
		b.WriteString("; httpd stops at " + strings.Join(stops, ", "))
	}
	var open []string
	if total.skipped > 0 {
		open = append(open, count(total.skipped, "directive")+" that a condition switches off or that lbconf does not follow")
	}
	if total.named > 0 {
		open = append(open, count(total.named, "file")+" that the configuration names")
	}
	if len(open) > 0 {
		b.WriteString("; not checked: " + strings.Join(open, ", "))
	}
	return b.String()
}

// mostStops is how many places the summary names.
const mostStops = 3

// stopsOf names the places at which httpd gives up, one for each input that it refuses.
func stopsOf(results []linted) []string {
	var stops []string
	for _, r := range results {
		if r.input.stops.IsValid() {
			at := r.input.files.Position(r.input.stops)
			stops = append(stops, fmt.Sprintf("%s:%d", at.Filename, at.Line))
		}
	}
	if more := len(stops) - mostStops; more > 0 {
		stops = append(stops[:mostStops], count(more, "more place"))
	}
	return stops
}

// count is "1 file", "2 files".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// coverage says how much of a configuration lbconf understood.
type coverage struct {
	// files is the number of files that were read.
	files int
	// directives counts directives and sections that httpd would execute; understood those of them that are modelled or
	// known to have no effect on proxying.
	directives, understood int
	// skipped counts directives that a condition switches off and those that lbconf does not follow.
	skipped int
	// named counts the files that the configuration names and nobody looked at.
	named int
}

func (c *coverage) add(o coverage) {
	c.files += o.files
	c.directives += o.directives
	c.understood += o.understood
	c.skipped += o.skipped
	c.named += o.named
}

// coverageOf counts.
func coverageOf(in *input) coverage {
	c := coverage{files: len(in.files.Files()), named: in.unseen}
	for item := range ir.All(in.config.Items) {
		c.directives++
		c.understood++
		switch item := item.(type) {
		case *ir.Residue:
			if item.State != ir.ResidueInert {
				c.understood--
			}
		case *ir.Word, *ir.LoadModule, *ir.Listen, *ir.ServerName, *ir.ServerAlias, *ir.VirtualHost, *ir.Section, *ir.Switch,
			*ir.Number, *ir.Words, *ir.ProxyPass, *ir.ProxyPassReverse, *ir.ProxyPassReverseCookie, *ir.FCGISetEnvIf, *ir.ProxySet, *ir.BalancerMember, *ir.RewriteCond,
			*ir.RewriteRule, *ir.HeaderEdit, *ir.Require, *ir.AccessOrder, *ir.AccessRule, *ir.LogFormat, *ir.CustomLog, *ir.HealthTemplate, *ir.HealthExpr, *ir.SetEnvIf, *ir.SetEnv, *ir.EnvNames, *ir.RewriteMap, *ir.ErrorDocument, *ir.Alias, *ir.MimeEdit, *ir.FilterByType:
		}
	}
	if in.tree != nil {
		c.directives += len(in.tree.Consumed)
		c.understood += len(in.tree.Consumed)
		for _, s := range in.tree.Skipped {
			c.skipped += s.Directives
		}
	}
	return c
}

// colour reports whether w shows colours: a terminal, unless the user asked for none (no-color.org).
func (t *terminal) colour(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && t.getenv("NO_COLOR") == "" && t.getenv("TERM") != "dumb" && term.IsTerminal(int(file.Fd()))
}
