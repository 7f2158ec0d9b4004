package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"github.com/lbconf/lbconf/emit/yaml"
	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/ast"
	"github.com/lbconf/lbconf/parser/diag"
)

// The types of the output of parse --format json. The schema is made from them: doc is a description, enum the words of a
// text, min the least number. What is absent is absent, never null.

// parsedInput is the document of an input. It is written piece by piece.
type parsedInput struct {
	Version  int           `json:"version" doc:"Changes when a reader of this form would have to."`
	Input    string        `json:"input" doc:"The input as the user named it."`
	Language string        `json:"language" enum:"apache,yaml" doc:"What the input is written in."`
	Kind     string        `json:"kind" enum:"server,fragment" doc:"server: the input loads an MPM or mod_authz_core, so that its list of modules is complete; fragment: every module is assumed."`
	Context  string        `json:"context" enum:"server,vhost,directory,htaccess" doc:"Where the input stands."`
	Files    []parsedFile  `json:"files" doc:"The files that were read, in the order of reading; one that was included twice is there twice."`
	Tree     []parsedNode  `json:"tree" doc:"What httpd would execute, in order: included files stand behind their Include, the content of a condition that holds behind the condition."`
	IR       configuration `json:"ir" doc:"What the configuration says, in the form of lbconf's YAML. Order counts: keys and entries are executed in the order in which they stand."`
	Skipped  []parsedSkip  `json:"skipped" doc:"What httpd does not execute, and what lbconf could not follow."`
	Findings []jsonFinding `json:"findings" doc:"What httpd refuses and what lbconf does not understand. Secrets in them are masked; lbconf lint finds more."`
	Summary  parsedSummary `json:"summary"`
}

// configuration stands for the IR, which has a schema of its own.
type configuration struct{}

type parsedFile struct {
	Name         string         `json:"name"`
	Size         int            `json:"size" doc:"Bytes."`
	IncludedFrom []parsedAt     `json:"included_from,omitempty" doc:"The directives that led here, Include or Use, the innermost first."`
	Syntax       []parsedSyntax `json:"syntax,omitempty" doc:"With --syntax: the file byte for byte. text, items and end of all items in order are the file."`
}

type parsedSyntax struct {
	Kind  string         `json:"kind" enum:"directive,section,comment,blank,bad" doc:"bad is a line that makes no sense where it stands."`
	Line  int            `json:"line" min:"1"`
	Text  string         `json:"text" doc:"The whole lines, line ends included; those of a section's opening tag."`
	Items []parsedSyntax `json:"items,omitempty" doc:"What stands in a section."`
	End   string         `json:"end,omitempty" doc:"The lines of a section's closing tag."`
}

type parsedAt struct {
	File   string `json:"file" doc:"As the user or the Include named it."`
	Line   int    `json:"line" min:"1"`
	Column int    `json:"column" min:"1" doc:"In bytes."`
	Macro  string `json:"macro,omitempty" doc:"The macro that is used there, where it is no Include."`
}

type parsedPlace struct {
	File         string     `json:"file,omitempty" doc:"As the user or the Include named it."`
	Line         int        `json:"line,omitempty" min:"1"`
	Column       int        `json:"column,omitempty" min:"1" doc:"In bytes."`
	EndLine      int        `json:"end_line,omitempty" min:"1"`
	EndColumn    int        `json:"end_column,omitempty" min:"1" doc:"Behind the last byte."`
	Offset       *int       `json:"offset,omitempty" doc:"Bytes from the start of the file."`
	IncludedFrom []parsedAt `json:"included_from,omitempty" doc:"The directives that led here, Include or Use, the innermost first."`
}

type parsedNode struct {
	Kind     string   `json:"kind" enum:"directive,section"`
	Name     string   `json:"name" doc:"In the spelling of httpd's manual where httpd knows it, a section's without <; raw has it as it is written."`
	Args     []string `json:"args" doc:"The words of the arguments as httpd splits them for most directives: variables replaced, quotes and their escapes removed."`
	Quoted   []int    `json:"quoted,omitempty" doc:"Which of the arguments stood in quotes, counted from 0."`
	Raw      string   `json:"raw" doc:"The directive as it stands in the file, continuation lines included; a section's opening tag without the brackets."`
	Expanded string   `json:"expanded,omitempty" doc:"The arguments as one text, where that is not what raw has: variables are replaced in it and continuation lines joined."`
	Module   string   `json:"module,omitempty" doc:"The module of httpd that has the directive."`
	State    string   `json:"state" enum:"modelled,read,inert,unsupported,unknown,refused" doc:"modelled: lbconf knows what it means; read: it did its work while reading, as Include, Define and a condition that holds; inert: it has no effect on proxying; unsupported: httpd knows it and lbconf does not; unknown: httpd has no such directive; refused: httpd refuses it, as findings say."`
	Guards   bool     `json:"guards,omitempty" doc:"It is not modelled, and leaving it out could open a door."`
	IR       string   `json:"ir,omitempty" doc:"Where it is in ir: a JSON Pointer (RFC 6901)."`
	parsedPlace
	Children []parsedNode `json:"children,omitempty" doc:"What a section holds."`
}

type parsedSkip struct {
	Reason     string `json:"reason"`
	Directives int    `json:"directives" min:"1" doc:"Directives and sections in the region."`
	parsedPlace
}

type parsedSummary struct {
	Files       int `json:"files"`
	Directives  int `json:"directives" doc:"Nodes of the tree."`
	Modelled    int `json:"modelled"`
	Read        int `json:"read"`
	Inert       int `json:"inert"`
	Unsupported int `json:"unsupported"`
	Unknown     int `json:"unknown"`
	Refused     int `json:"refused"`
	Skipped     int `json:"skipped" doc:"Directives that are not among the nodes."`
	Errors      int `json:"errors"`
	Warnings    int `json:"warnings"`
	Infos       int `json:"infos"`
}

// parseVersion is the version of the form.
const parseVersion = 1

// jsonStream writes a document piece by piece, so that a large input needs no copy of its output. Writing to out fails
// again when it is flushed.
type jsonStream struct {
	out     *bufio.Writer
	piece   bytes.Buffer
	encoder *json.Encoder
	err     error
	files   *diag.FileSet
	// pointers are the places of the items in the IR by their Seq, from 1.
	pointers []string
	// stack is the include stack of the last file that was asked for.
	stackOf *diag.File
	stack   []parsedAt
}

// writeParseJSON prints the document of an input on one line.
func writeParseJSON(w io.Writer, in *input, syntax bool) error {
	document, err := yaml.NewDocument(in.config)
	if err != nil {
		return err
	}
	s := &jsonStream{out: bufio.NewWriter(w), files: in.files, pointers: document.Pointers()}
	s.encoder = json.NewEncoder(&s.piece)
	s.encoder.SetEscapeHTML(false)
	s.field("{", "version", parseVersion)
	s.field(",", "input", yaml.Text(in.name))
	s.field(",", "language", languageOf(in))
	s.field(",", "kind", kindOf(in.config.Server))
	s.field(",", "context", contextOf(in))
	s.raw(`,"files":`)
	s.fileList(in, syntax)
	s.raw(`,"tree":`)
	steps := stepsOf(in)
	s.steps(steps)
	s.raw(`,"ir":`)
	s.err = errors.Join(s.err, s.out.Flush(), document.WriteJSON(w))
	s.raw(`,"skipped":`)
	s.skipped(in)
	s.raw(`,"findings":[`)
	for i, d := range sortedFindings(in) {
		s.comma(i)
		s.value(findingOf(in.files, d))
	}
	s.raw("]")
	s.field(",", "summary", summaryOf(in, steps))
	s.raw("}\n")
	return errors.Join(s.err, s.out.Flush())
}

func languageOf(in *input) string {
	if in.tree == nil {
		return "yaml"
	}
	return "apache"
}

func kindOf(server bool) string {
	if server {
		return "server"
	}
	return "fragment"
}

func contextOf(in *input) string {
	if in.tree == nil {
		return "server"
	}
	return in.tree.Context.String()
}

func (s *jsonStream) raw(text string) { _, _ = s.out.WriteString(text) } // it fails again at Flush

func (s *jsonStream) comma(i int) {
	if i > 0 {
		s.raw(",")
	}
}

func (s *jsonStream) field(before, name string, value any) {
	s.raw(before + `"` + name + `":`)
	s.value(value)
}

func (s *jsonStream) value(value any) {
	s.encode(value)
	_, _ = s.out.Write(s.piece.Bytes()) // it fails again at Flush
}

// encode leaves the JSON of a value in piece.
func (s *jsonStream) encode(value any) {
	s.piece.Reset()
	if err := s.encoder.Encode(value); err != nil {
		s.err = errors.Join(s.err, err)
	}
	s.piece.Truncate(max(s.piece.Len()-1, 0)) // the line end
}

func (s *jsonStream) fileList(in *input, syntax bool) {
	var trees map[*diag.File]*ast.File
	if syntax && in.tree != nil {
		trees = map[*diag.File]*ast.File{}
		for _, tree := range in.tree.Syntax {
			trees[tree.Source] = tree
		}
	}
	s.raw("[")
	for i, file := range in.files.Files() {
		s.comma(i)
		entry := parsedFile{Name: yaml.Text(file.Name()), Size: len(file.Source()), IncludedFrom: s.includes(file)}
		if tree := trees[file]; tree != nil {
			entry.Syntax = s.syntax(tree.Items)
		}
		s.value(entry)
	}
	s.raw("]")
}

// includes returns how a file, or the expansion of a macro, was reached.
func (s *jsonStream) includes(file *diag.File) []parsedAt {
	if file == s.stackOf {
		return s.stack
	}
	s.stackOf, s.stack = file, nil
	for _, include := range s.files.IncludeStack(file.Start()) {
		at := s.files.Position(include.Start)
		s.stack = append(s.stack, parsedAt{yaml.Text(at.Filename), at.Line, at.Column, yaml.Text(file.Macro())})
		file = s.files.File(include.Start)
	}
	return s.stack
}

func (s *jsonStream) syntax(items []ast.Item) []parsedSyntax {
	all := make([]parsedSyntax, len(items))
	for i, item := range items {
		p := &all[i]
		p.Line = s.files.Position(item.Span().Start).Line
		text := item.Span()
		switch item := item.(type) {
		case *ast.Directive:
			p.Kind = "directive"
		case *ast.Comment:
			p.Kind = "comment"
		case *ast.Blank:
			p.Kind = "blank"
		case *ast.Bad:
			p.Kind = "bad"
		case *ast.Section:
			p.Kind, text = "section", item.Open.Whole
			p.Items = s.syntax(item.Items)
			if item.Close != nil {
				p.End = yaml.Text(s.files.Text(item.Close.Whole))
			}
		}
		p.Text = yaml.Text(s.files.Text(text))
	}
	return all
}

func (s *jsonStream) steps(steps []step) {
	s.raw("[")
	n := 0
	for i := range steps {
		if steps[i].skipped != nil {
			continue
		}
		s.comma(n)
		s.step(&steps[i])
		n++
	}
	s.raw("]")
}

// step writes a node: what it is itself, then its children, which may be many.
func (s *jsonStream) step(step *step) {
	s.encode(s.node(step))
	if !step.section() || step.item == nil {
		_, _ = s.out.Write(s.piece.Bytes()) // it fails again at Flush
		return
	}
	_, _ = s.out.Write(s.piece.Bytes()[:s.piece.Len()-1])
	s.raw(`,"children":`)
	s.steps(step.inside)
	s.raw("}")
}

// node is a step without what it holds.
func (s *jsonStream) node(step *step) parsedNode {
	n := parsedNode{Kind: "directive", Args: []string{}, State: step.state(), Guards: step.guards(), parsedPlace: s.place(step.span())}
	if step.section() {
		n.Kind = "section"
	}
	n.Name, n.Module = step.name()
	n.Name, n.Raw = yaml.Text(n.Name), yaml.Text(s.files.Text(step.span()))
	if step.item != nil {
		n.IR = s.pointers[step.item.Head().Seq-1]
	}
	if step.node == nil {
		return n
	}
	for i, word := range step.node.Words {
		n.Args = append(n.Args, yaml.Text(word.String()))
		if word.Quoted {
			n.Quoted = append(n.Quoted, i)
		}
	}
	if args := step.node.Args; args.Len() > 0 && s.files.Text(args.All()) != args.String() {
		n.Expanded = yaml.Text(args.String())
	}
	return n
}

func (s *jsonStream) place(span diag.Span) parsedPlace {
	file := s.files.File(span.Start)
	if file == nil {
		return parsedPlace{}
	}
	start, end := s.files.Position(span.Start), s.files.Position(span.End)
	return parsedPlace{
		File: yaml.Text(start.Filename), Line: start.Line, Column: start.Column, EndLine: end.Line, EndColumn: end.Column,
		Offset: &start.Offset, IncludedFrom: s.includes(file),
	}
}

func (s *jsonStream) skipped(in *input) {
	s.raw("[")
	if in.tree != nil {
		for i, skipped := range in.tree.Skipped {
			s.comma(i)
			s.value(parsedSkip{yaml.Text(skipped.Reason), skipped.Directives, s.place(skipped.Span)})
		}
	}
	s.raw("]")
}

// summaryOf counts.
func summaryOf(in *input, steps []step) parsedSummary {
	sum := parsedSummary{Files: len(in.files.Files())}
	sum.count(steps)
	sum.Errors = in.findings.Count(diag.Error)
	sum.Warnings = in.findings.Count(diag.Warning) - sum.Errors
	sum.Infos = len(in.findings) - sum.Errors - sum.Warnings
	return sum
}

func (sum *parsedSummary) count(steps []step) {
	for i := range steps {
		s := &steps[i]
		if s.skipped != nil {
			sum.Skipped += s.skipped.Directives
			continue
		}
		sum.Directives++
		switch s.state() {
		case stateModelled:
			sum.Modelled++
		case stateRead:
			sum.Read++
		case ir.ResidueInert.String():
			sum.Inert++
		case ir.ResidueUnsupported.String():
			sum.Unsupported++
		case ir.ResidueUnknown.String():
			sum.Unknown++
		case ir.ResidueRefused.String():
			sum.Refused++
		}
		sum.count(s.inside)
	}
}

// sortedFindings returns the findings in the order of the files.
func sortedFindings(in *input) diag.List {
	findings := slices.Clone(in.findings)
	findings.Sort()
	return findings
}
