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

func (*RewriteCond) item() {}
func (*RewriteRule) item() {}
