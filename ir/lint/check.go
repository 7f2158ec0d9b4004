package lint

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/ir/effective"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
)

// Reading is what is known of a configuration beside its IR.
type Reading struct {
	// Found is what the parser and ir/lower report.
	Found diag.List
	// Syntax are the files in reading order; nil where the configuration does not come from files of httpd's language.
	Syntax []*ast.File
	// Defined are the names of Define and -D.
	Defined []string
	// Environment says that the user gave variables of the environment.
	Environment bool
	// Folder says that the configuration stands in a folder of a server that is not known, as a .htaccess file does.
	Folder bool
}

// Check judges a configuration by all rules. It returns what was found in the order of the files, and how many findings
// comments of the configuration ignore.
func Check(config *ir.Config, view *effective.View, reading Reading) (found diag.List, ignored int) {
	found = slices.Concat(reading.Found, run(&Pass{Config: config, View: view, folder: reading.Folder}, Rules()))
	if config.Files != nil {
		found = Weigh(found, config.Files, reading)
	}
	if reading.Syntax == nil {
		for i := range found {
			found[i].Fix = nil // the edits of rules are text of httpd's language
		}
	}
	found.Sort()
	return suppress(found, reading.Syntax, config.Files)
}

// Weigh gives findings the weight that Check gives them, and leaves one of those that each Use of a macro brings about. It
// changes the elements of found.
func Weigh(found diag.List, files *diag.FileSet, reading Reading) diag.List {
	weigh(found, files, reading)
	return OnceEach(found, files)
}

// weigh says less about what the environment of httpd may well put right: where the user gave none, a variable that is
// not defined is information, and so is what httpd refuses because of it.
func weigh(found diag.List, files *diag.FileSet, reading Reading) {
	var unknown []diag.Span
	for i := range found {
		if d := &found[i]; d.Code == undefinedDefine.ID {
			weighUndefined(d, files, reading)
			if d.Severity == diag.Info {
				unknown = append(unknown, d.Span)
			}
		}
	}
	slices.SortFunc(unknown, func(a, b diag.Span) int { return cmp.Compare(a.Start, b.Start) })
	for i := range found {
		d := &found[i]
		at := sort.Search(len(unknown), func(i int) bool { return unknown[i].End > d.Span.Start })
		if d.Class == diag.Refusal && at < len(unknown) && unknown[at].Start < d.Span.End {
			d.Severity = diag.Info
			d.Notes = append(slices.Clip(d.Notes), diag.Note{Kind: "note", Text: "depends on " + files.Text(unknown[at]) + ", which --env or --envvars can give"})
		}
	}
}

// weighUndefined says less about a variable such as APACHE_LOG_DIR: the configuration defines nothing that is written
// like it, and nobody gave an environment.
func weighUndefined(d *diag.Diagnostic, files *diag.FileSet, reading Reading) {
	name := strings.Trim(files.Text(d.Span), "${}")
	for _, defined := range reading.Defined {
		if levenshtein.ComputeDistance(name, defined) <= 2 {
			d.Notes = append(slices.Clip(d.Notes), diag.Note{Kind: "help", Text: "did you mean ${" + defined + "}?"})
			return
		}
	}
	if !reading.Environment {
		d.Severity = diag.Info
	}
}
