package emit

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/lbconf/lbconf/ir"
	"github.com/lbconf/lbconf/parser/diag"
)

// Report is the ledger of a conversion for people and programs.
type Report struct {
	// Target is the word that selects the emitter.
	Target string
	// Entries has one entry for each directive and section, by the place in the source.
	Entries []Entry
}

// Entry is what became of one directive.
type Entry struct {
	// File, Line and Column are where the directive stands; they are empty for one that was built by a program.
	File string `json:"file,omitempty"`
	// Line counts from 1.
	Line int `json:"line,omitempty"`
	// Column counts bytes from 1.
	Column int `json:"column,omitempty"`
	// Directive is its name in the spelling of httpd's documentation.
	Directive string `json:"directive"`
	// State is what became of it.
	State State `json:"state"`
	// Reason says what is different or lost; it may be empty for Exact.
	Reason string `json:"reason,omitempty"`

	start diag.Pos
	seq   int
	node  *ir.Node
}

// Summary counts the entries by state.
type Summary struct {
	// Directives is the number of directives and sections: the sum of the others.
	Directives int `json:"directives"`
	// Exact counts what means the same.
	Exact int `json:"exact"`
	// Approximated counts what means slightly different.
	Approximated int `json:"approximated"`
	// Moved counts what belongs somewhere else.
	Moved int `json:"moved"`
	// Dropped counts what is lost.
	Dropped int `json:"dropped"`
}

// MarshalText returns the word of the state.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Dropped yields the items that are lost, by the place in the source, with the reasons.
func (r *Report) Dropped() iter.Seq2[*ir.Node, string] {
	return func(yield func(*ir.Node, string) bool) {
		for _, e := range r.Entries {
			if e.State == Dropped && !yield(e.node, e.Reason) {
				return
			}
		}
	}
}

// Summary counts the entries.
func (r *Report) Summary() Summary {
	s := Summary{Directives: len(r.Entries)}
	for _, e := range r.Entries {
		switch e.State {
		case Exact:
			s.Exact++
		case Approximated:
			s.Approximated++
		case Moved:
			s.Moved++
		case Dropped:
			s.Dropped++
		}
	}
	return s
}

// String returns the summary in one line, "214 directives: 190 exact, 18 approximated, 6 dropped". States that did not
// occur are left out.
func (s Summary) String() string {
	text := fmt.Sprintf("%d directives", s.Directives)
	if s.Directives == 1 {
		text = "1 directive"
	}
	sep := ": "
	for _, part := range []struct {
		n    int
		word State
	}{{s.Exact, Exact}, {s.Approximated, Approximated}, {s.Moved, Moved}, {s.Dropped, Dropped}} {
		if part.n > 0 {
			text += fmt.Sprintf("%s%d %s", sep, part.n, part.word)
			sep = ", "
		}
	}
	return text
}

// WriteText writes a line for each directive that is not plainly exact, and the summary.
func (r *Report) WriteText(w io.Writer) error {
	for _, e := range r.Entries {
		if e.State == Exact && e.Reason == "" {
			continue
		}
		place := ""
		if e.File != "" {
			place = fmt.Sprintf("%s:%d: ", diag.Clean(e.File), e.Line)
		}
		line := fmt.Sprintf("%s%s: %s", place, diag.Clean(e.Directive), e.State)
		if e.Reason != "" {
			line += ": " + diag.Clean(e.Reason)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, r.Summary())
	return err
}

// WriteJSON writes the report as one JSON object with version, target, summary and all entries.
func (r *Report) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	entries := r.Entries
	if entries == nil {
		entries = []Entry{}
	}
	return encoder.Encode(struct {
		Version int     `json:"version"`
		Target  string  `json:"target"`
		Summary Summary `json:"summary"`
		Entries []Entry `json:"entries"`
	}{1, r.Target, r.Summary(), entries})
}

func (r *Report) add(files *diag.FileSet, item ir.Item, m mark) {
	node := item.Head()
	entry := Entry{Directive: Directive(item), State: m.state, Reason: m.reason, start: node.Origin.Span.Start, seq: node.Seq, node: node}
	if files != nil && node.Origin.Span.IsValid() {
		position := files.Position(node.Origin.Span.Start)
		entry.File, entry.Line, entry.Column = position.Filename, position.Line, position.Column
	}
	r.Entries = append(r.Entries, entry)
}

func (r *Report) sort() {
	slices.SortStableFunc(r.Entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.seq, b.seq))
	})
}
