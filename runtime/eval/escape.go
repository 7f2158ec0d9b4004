package eval

// Escape reads one of the escapes \\, \r, \n and \t at the start of text, which are two bytes long: those that formats of
// mod_log_config and values of mod_headers know. It is false for any other text, which stands for itself.
func Escape(text string) (c byte, ok bool) {
	if len(text) < 2 || text[0] != '\\' {
		return 0, false
	}
	switch text[1] {
	case '\\':
		return '\\', true
	case 'r':
		return '\r', true
	case 'n':
		return '\n', true
	case 't':
		return '\t', true
	}
	return 0, false
}
