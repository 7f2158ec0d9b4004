package main

import (
	_ "embed"
	"encoding/json"
	"io"
	"slices"

	"github.com/lbconf/lbconf/parser/diag"
)

// lintSchema is the JSON Schema of the output of lint --format json.
//
//go:embed lint.schema.json
var lintSchema []byte

// lintReport is the output of lint --format json. Lines and columns count from 1, columns in bytes; ends are exclusive.
// What is absent is absent, never null.
type lintReport struct {
	Version  int           `json:"version"`
	Findings []jsonFinding `json:"findings"`
	Summary  jsonSummary   `json:"summary"`
}

type jsonFinding struct {
	Rule      string        `json:"rule"`
	Name      string        `json:"name"`
	Class     string        `json:"class"`
	Severity  string        `json:"severity"`
	Message   string        `json:"message"`
	File      string        `json:"file,omitempty"`
	Line      int           `json:"line,omitempty"`
	Column    int           `json:"column,omitempty"`
	EndLine   int           `json:"end_line,omitempty"`
	EndColumn int           `json:"end_column,omitempty"`
	Offset    *int          `json:"offset,omitempty"`
	Notes     []jsonNote    `json:"notes,omitempty"`
	Related   []jsonRelated `json:"related,omitempty"`
	Fix       *jsonFix      `json:"fix,omitempty"`
}

type jsonNote struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

type jsonRelated struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

type jsonFix struct {
	Safe    bool       `json:"safe"`
	Message string     `json:"message,omitempty"`
	Edits   []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	File   string `json:"file"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
	Text   string `json:"text"`
}

type jsonSummary struct {
	Inputs     int `json:"inputs"`
	Files      int `json:"files"`
	Directives int `json:"directives"`
	Understood int `json:"understood"`
	Skipped    int `json:"skipped"`
	Unchecked  int `json:"unchecked_files"`
	Errors     int `json:"errors"`
	Warnings   int `json:"warnings"`
	Infos      int `json:"infos"`
	Ignored    int `json:"ignored"`
}

// writeLintJSON prints the report.
func writeLintJSON(w io.Writer, results []linted) error {
	report := lintReport{Version: 1, Findings: []jsonFinding{}, Summary: jsonSummary{Inputs: len(results)}}
	total := coverage{}
	for _, r := range results {
		total.add(r.coverage)
		report.Summary.Ignored += r.ignored
		for _, d := range r.findings {
			report.Findings = append(report.Findings, findingOf(r.input.files, d))
			report.Summary.tally(d.Severity)
		}
	}
	s := &report.Summary
	s.Files, s.Directives, s.Understood, s.Skipped, s.Unchecked = total.files, total.directives, total.understood, total.skipped, total.named
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report)
}

func (s *jsonSummary) tally(severity diag.Severity) {
	switch severity {
	case diag.Error:
		s.Errors++
	case diag.Warning:
		s.Warnings++
	case diag.Info:
		s.Infos++
	}
}

func findingOf(files *diag.FileSet, d diag.Diagnostic) jsonFinding {
	f := jsonFinding{Rule: string(d.Code), Name: d.Name, Class: d.Class.String(), Severity: d.Severity.String(), Message: diag.Clean(d.Message)}
	if d.Span.IsValid() {
		start, end := files.Position(d.Span.Start), files.Position(d.Span.End)
		f.File, f.Line, f.Column = start.Filename, start.Line, start.Column
		f.EndLine, f.EndColumn, f.Offset = end.Line, end.Column, &start.Offset
	}
	for _, n := range d.Notes {
		f.Notes = append(f.Notes, jsonNote{n.Kind, diag.Clean(n.Text)})
	}
	for _, r := range append(slices.Clip(d.Related), files.Expansions(d.Span)...) {
		if at := files.Position(r.Span.Start); at.Line > 0 {
			f.Related = append(f.Related, jsonRelated{at.Filename, at.Line, at.Column, diag.Clean(r.Message)})
		}
	}
	// An edit that repeats a secret stays out of a report; --fix makes it.
	if d.Fix != nil && !slices.ContainsFunc(d.Fix.Edits, func(e diag.Edit) bool { return diag.HoldsSecret(e.Text) }) {
		f.Fix = &jsonFix{Safe: d.Fix.Safe, Message: diag.Clean(d.Fix.Message), Edits: []jsonEdit{}}
		for _, e := range d.Fix.Edits {
			at := files.Position(e.Span.Start)
			f.Fix.Edits = append(f.Fix.Edits, jsonEdit{at.Filename, at.Offset, e.Span.Len(), e.Text})
		}
	}
	return f
}
