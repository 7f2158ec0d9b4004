package ir

import "github.com/lbconf/lbconf/parser/rewrite"

// RewriteCond is a condition of the next RewriteRule of its scope, whatever stands between them.
type RewriteCond struct {
	Node
	// Cond is the parsed condition.
	Cond *rewrite.Cond
}

// RewriteRule is one rule.
type RewriteRule struct {
	Node
	// Rule is the parsed rule.
	Rule *rewrite.Rule
}

// RewriteMap names a table that rules look keys up in, as ${name:key}.
type RewriteMap struct {
	Node
	// Name is what rules call it.
	Name string
	// Source is the second argument: txt:FILE, rnd:FILE, int:FUNCTION …; rewrite.ParseMapSource reads it.
	Source string
	// Owner is the user and group of a prg: map, or empty.
	Owner string
}

func (*RewriteCond) item() {}
func (*RewriteRule) item() {}
func (*RewriteMap) item()  {}
