package rewrite

// ParseTemplate reads a template that stands for itself.
func ParseTemplate(text string) Template { return templateAt(text, 0) }

// ParseVariable reads the inside of %{…}.
func ParseVariable(text string) Variable { return parseVariable(text) }
