package ir

import (
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lbconf/lbconf/parser/diag"
	"github.com/lbconf/lbconf/parser/pcre"
	"github.com/lbconf/lbconf/parser/rewrite"
)

// IgnoreOrigin compares configurations by what they say and not by where it stands: origins, spans and files do not
// count, patterns and the arguments of rewriting are compared by their text, an empty slice equals none. The order of the
// items and their Seq count.
func IgnoreOrigin() cmp.Option {
	return cmp.Options{
		cmpopts.EquateEmpty(),
		cmp.Comparer(func(Origin, Origin) bool { return true }),
		cmp.Comparer(func(diag.Span, diag.Span) bool { return true }),
		cmp.Comparer(func(*diag.FileSet, *diag.FileSet) bool { return true }),
		cmp.Comparer(samePattern),
		cmp.Comparer(sameRule),
		cmp.Comparer(sameCond),
	}
}

func samePattern(a, b *pcre.Pattern) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Source == b.Source && a.Options == b.Options
}

func sameRule(a, b *rewrite.Rule) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.PatternText != b.PatternText || a.Negated != b.Negated || a.Substitution.Text != b.Substitution.Text || len(a.Flags) != len(b.Flags) {
		return false
	}
	for i := range a.Flags {
		if a.Flags[i].Name != b.Flags[i].Name || a.Flags[i].Value != b.Flags[i].Value {
			return false
		}
	}
	return true
}

func sameCond(a, b *rewrite.Cond) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Test.Text == b.Test.Text && a.PatternText == b.PatternText && a.Negated == b.Negated &&
		a.NoCase == b.NoCase && a.OrNext == b.OrNext && a.NoVary == b.NoVary
}
