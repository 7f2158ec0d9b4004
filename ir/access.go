package ir

// Require is one Require directive of mod_authz_core.
type Require struct {
	Node
	// Not inverts it.
	Not bool
	// Provider is all, ip, host, local, env, method, expr or another in lower case.
	Provider string
	// Args are the words behind the provider; for expr it is one word, the whole expression.
	Args []string
}

// AccessOrder is Order or Satisfy of mod_access_compat.
type AccessOrder struct {
	Node
	// Satisfy says that it is Satisfy, else it is Order.
	Satisfy bool
	// Value is in lower case: deny,allow, allow,deny, mutual-failure; all or any.
	Value string
}

// AccessRule is Allow or Deny of mod_access_compat.
type AccessRule struct {
	Node
	// Deny says that it is Deny, else it is Allow.
	Deny bool
	// From are the words behind from.
	From []string
}

func (*Require) item()     {}
func (*AccessOrder) item() {}
func (*AccessRule) item()  {}
