package rewrite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser/clib"
)

// Flag is one flag of a RewriteRule.
type Flag struct {
	Name FlagName
	// Written is the name as it stands in the configuration.
	Written string
	// Value is the text behind =; HasValue says that there was an =.
	Value    string
	HasValue bool
	// Start and End are the offsets of the flag with its value, ValueStart that of the value.
	Start, End, ValueStart int
}

// Template returns the value as a template: those of E, CO, H and T are expanded per request.
func (f Flag) Template() Template { return templateAt(f.Value, f.ValueStart) }

// flagText is one item between the commas.
type flagText struct {
	key, value             string
	hasValue               bool
	start, end, valueStart int
}

// splitFlags appends the items of [a,b=c].
func splitFlags(items []flagText, w Word) ([]flagText, []Problem) {
	if len(w.Text) < 2 || w.Text[0] != '[' || w.Text[len(w.Text)-1] != ']' {
		return items, []Problem{{
			Offset: w.Start, End: w.End, Kind: BadDelimiters,
			Message: fmt.Sprintf("the third argument is %q but must be flags in brackets, as in [NC]; quote the whole when it holds spaces", w.Text),
			HTTPD:   "bad flag delimiters",
		}}
	}
	for from := 1; from < len(w.Text); {
		to := from + strings.IndexAny(w.Text[from:], ",]")
		for w.Text[to] == ']' && to < len(w.Text)-1 {
			to += 1 + strings.IndexAny(w.Text[to+1:], ",]")
		}
		start, end := from, to
		for start < end && isSpace(w.Text[start]) {
			start++
		}
		for end > start && isSpace(w.Text[end-1]) {
			end--
		}
		item := flagText{key: w.Text[start:end], start: w.Start + start, end: w.Start + end}
		if start == end && to > from {
			item.key = w.Text[start:len(w.Text)-1] + "," // httpd takes all that follows for such an item
		}
		if i := strings.IndexByte(item.key, '='); i >= 0 {
			item.hasValue = true
			item.valueStart = item.start + i + 1
			item.key, item.value = item.key[:i], item.key[i+1:]
		}
		items = append(items, item)
		from = to + 1
	}
	return items, nil
}

// parseFlags reads the flags of a RewriteRule.
func (p *Reader) parseFlags(w Word) ([]Flag, []Problem) {
	if !w.Present {
		return nil, nil
	}
	items, problems := splitFlags(p.items[:0], w)
	p.items = items
	var flags []Flag
	for _, item := range items {
		name, ok := p.flagByName(item.key)
		if !ok {
			problems = append(problems, unknownFlag(item))
			continue
		}
		if flags == nil {
			flags = make([]Flag, 0, len(items))
		}
		f := Flag{
			Name: name, Written: item.key, Value: item.value, HasValue: item.hasValue,
			Start: item.start, End: item.end, ValueStart: item.valueStart,
		}
		problems = append(problems, checkFlag(f)...)
		flags = append(flags, f)
	}
	return flags, append(problems, checkCompany(flags)...)
}

func unknownFlag(item flagText) Problem {
	p := Problem{Offset: item.start, End: item.end, Kind: UnknownFlag, HTTPD: "unknown flag '" + item.key + "'"}
	switch {
	case item.key == "" || item.key[0] == ',':
		p.Message = "a flag is empty; remove the comma or the brackets"
	case item.key[0] == 'd' || item.key[0] == 'D':
		p.Kind, p.HTTPD = IgnoredFlag, ""
		p.Message = fmt.Sprintf("unknown flag %q: httpd accepts and ignores every flag that begins with d%s", item.key, suggestFlag(item.key))
	default:
		p.Message = fmt.Sprintf("unknown flag %q%s", item.key, suggestFlag(item.key))
	}
	return p
}

// checkFlag judges a flag by itself.
func checkFlag(f Flag) []Problem {
	at := Problem{Offset: f.Start, End: f.End}
	if f.HasValue && f.Value != "" {
		at.Offset = f.ValueStart
	}
	switch {
	case f.Name == FlagBNE && f.Value == "":
		at.Kind = BadFlagValue
		at.Message = "BNE wants the characters that B shall leave alone, as in [B,BNE=/]"
		at.HTTPD = "flag 'BNE' wants a list of characters (i.e. [BNE=...])"
	case f.Name == FlagR:
		return checkRedirect(f, at)
	case f.HasValue && f.Name.info().value == takesNone:
		at.Kind = IgnoredValue
		at.Message = fmt.Sprintf("%s takes no value, so that httpd ignores %q; remove it", f.Name, f.Value)
	case f.Value == "" && f.Name.info().value == takesRequired:
		at.Kind = MissingValue
		at.Message = fmt.Sprintf("%s does nothing without a value; write %s=…", f.Name, f.Name)
	case (f.Name == FlagS || f.Name == FlagN) && f.Value != "" && !isNumber(f.Value):
		at.Kind = OddValue
		at.Message = fmt.Sprintf("%s wants a number, and httpd reads %q as %d", f.Name, f.Value, clib.Atoi(f.Value))
	default:
		return nil
	}
	return []Problem{at}
}

// checkCompany finds flags that need another one.
func checkCompany(flags []Flag) []Problem {
	var problems []Problem
	escapes := slices.ContainsFunc(flags, func(f Flag) bool { return f.Name == FlagB || f.Name == FlagBCTLS })
	for _, f := range flags {
		if (f.Name == FlagBNE || f.Name == FlagBNP) && !escapes {
			problems = append(problems, Problem{
				Offset: f.Start, End: f.End, Kind: UselessFlag,
				Message: fmt.Sprintf("%s has no effect without B; write [B,%s]", f.Name, f.Name),
			})
		}
	}
	return problems
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
