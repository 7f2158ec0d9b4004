package ir

// ResidueState says why a directive is not modelled. The zero value is invalid.
type ResidueState uint8

// The states.
const (
	// ResidueInert is known and has no effect on proxying.
	ResidueInert ResidueState = iota + 1
	// ResidueUnsupported is known to httpd and not modelled by lbconf.
	ResidueUnsupported
	// ResidueUnknown is a directive that httpd 2.4 does not have either.
	ResidueUnknown
	// ResidueRefused is a directive that lbconf knows and whose arguments httpd refuses; a diagnostic says why.
	ResidueRefused
)

// String returns the word that reports use.
func (s ResidueState) String() string {
	switch s {
	case ResidueInert:
		return "inert"
	case ResidueUnsupported:
		return "unsupported"
	case ResidueUnknown:
		return "unknown"
	case ResidueRefused:
		return "refused"
	}
	return "invalid"
}

// Residue is a directive or section without a type of its own. Its text survives.
type Residue struct {
	Node
	// State says why it is not modelled.
	State ResidueState
	// Guards says that ignoring it could open a door: it restricts access, authenticates, rewrites the request or drops
	// privileges. A program that does not know it must not start.
	Guards bool
	// Name is the directive's in the spelling of httpd's table, or as it is written where that has none.
	Name string
	// Args is the text of the arguments after ${} replacement.
	Args string
	// Section says that it is a section.
	Section bool
	// Items are what the section holds.
	Items []Item
}

// Children returns the items of the section.
func (r *Residue) Children() []Item { return r.Items }

func (*Residue) item() {}
