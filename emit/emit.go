// Package emit is what every target of a conversion shares: the interface of an emitter, its output and the ledger of
// what became of each directive.
//
// Nothing disappears in a conversion: an emitter marks every item of the configuration on the ledger, and Run fails for
// an emitter that forgets one.
package emit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/ir"
)

// Emitter writes a configuration in one language.
type Emitter interface {
	// Target is the word that selects the emitter: "yaml".
	Target() string
	// Emit writes the configuration and marks each of its items on the ledger exactly once. What the language cannot say
	// is a mark; the error is for a configuration that no lowering makes, such as an item with an invalid kind.
	Emit(cfg *ir.Config, ledger *Ledger) (*Output, error)
}

// Output is what an emitter wrote. It has at least one file.
type Output struct {
	// Files are sorted by name.
	Files []File
}

// File is one file of an output.
type File struct {
	// Name is relative, with slashes.
	Name string
	// Content is the whole file.
	Content []byte
}

// Run converts a configuration and returns the report of its ledger. It fails where the emitter fails, or where it did
// not mark each item exactly once.
func Run(e Emitter, cfg *ir.Config) (*Output, *Report, error) {
	ledger := &Ledger{marks: map[*ir.Node]mark{}}
	output, err := e.Emit(cfg, ledger)
	if err != nil {
		return nil, nil, err
	}
	report := &Report{Target: e.Target()}
	for item := range ir.All(cfg.Items) {
		m, ok := ledger.marks[item.Head()]
		if !ok {
			ledger.wrong = append(ledger.wrong, fmt.Sprintf("%s (item %d) is not marked", Directive(item), item.Head().Seq))
			continue
		}
		report.add(cfg.Files, item, m)
	}
	if len(ledger.wrong) > 0 {
		return nil, nil, fmt.Errorf("the %s emitter: %s", e.Target(), strings.Join(ledger.wrong, "; "))
	}
	slices.SortStableFunc(output.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	report.sort()
	return output, report, nil
}
