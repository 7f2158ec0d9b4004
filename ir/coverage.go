package ir

// Coverage says how much of a configuration is understood.
type Coverage struct {
	// Total counts the directives and sections.
	Total int
	// Understood counts those that are modelled, and those that are known to have no effect on proxying.
	Understood int
	// Unsupported are those that httpd knows and lbconf does not model, in order. What is in such a section is counted for
	// itself.
	Unsupported []*Residue
	// Unknown are those that httpd does not know either.
	Unknown []*Residue
	// Refused are those whose arguments httpd refuses.
	Refused []*Residue
}

// CoverageOf counts the items of a configuration.
func CoverageOf(c *Config) Coverage {
	var v Coverage
	for item := range All(c.Items) {
		v.Total++
		r, residue := item.(*Residue)
		if !residue {
			v.Understood++
			continue
		}
		switch r.State {
		case ResidueInert:
			v.Understood++
		case ResidueUnsupported:
			v.Unsupported = append(v.Unsupported, r)
		case ResidueUnknown:
			v.Unknown = append(v.Unknown, r)
		case ResidueRefused:
			v.Refused = append(v.Refused, r)
		}
	}
	return v
}
