package lower

import (
	"slices"
	"strings"

	"github.com/lbconf/lbconf/parser"
	"github.com/lbconf/lbconf/parser/clib"
)

// indexOptions are the words of IndexOptions that may have a sign and no value.
var indexOptions = []string{
	"FancyIndexing", "FoldersFirst", "HTMLTable", "IconsAreLinks", "IgnoreCase", "IgnoreClient", "ScanHTMLTitles", "SuppressColumnSorting",
	"SuppressDescription", "SuppressHTMLPreamble", "SuppressIcon", "SuppressLastModified", "SuppressSize", "SuppressRules", "TrackModified",
	"VersionSort", "XHTML", "ShowForbidden", "AddAltClass", "IconWidth", "IconHeight", "UseOldDateFormat",
}

// indexChecks are those of mod_autoindex that depend on what is said before.
func indexChecks() map[string]placedCheck {
	return map[string]placedCheck{"IndexOptions": checkIndexOptions}
}

// checkIndexOptions is IndexOptions of mod_autoindex. Those of a section are taken together.
func checkIndexOptions(l *lowering, n *parser.Node, at place) bool {
	for _, w := range n.Words {
		if problem := indexOption(w.String()); problem != "" {
			return l.wrong(n, w, problem, "write one of None, "+strings.Join(indexOptions, ", ")+", NameWidth=n, DescriptionWidth=n, Type=t, Charset=c")
		}
	}
	none, other := false, false
	for _, before := range append(slices.Clip(at.before), n) {
		if !before.Is("IndexOptions") {
			continue
		}
		for _, w := range before.Words {
			switch text := w.String(); {
			case clib.EqualFold(text, "None"):
				none, other = true, false
			case contains(indexOptions, text) && !contains([]string{"IconWidth", "IconHeight", "UseOldDateFormat"}, text):
				other = true
			}
		}
	}
	return !none || !other || l.wrong(n, first(n), "Cannot combine other IndexOptions keywords with 'None'", "write None alone, or signs before the other options")
}

// indexOption is what httpd says to a word, or nothing.
func indexOption(word string) string {
	sign := byte(0)
	if word != "" && (word[0] == '+' || word[0] == '-') {
		sign, word = word[0], word[1:]
	}
	name, value, valued := strings.Cut(word, "=")
	switch {
	case !valued && clib.EqualFold(word, "None"):
		if sign != 0 {
			return "Cannot combine '+' or '-' with 'None' keyword"
		}
	case !valued && contains(indexOptions, word):
	case !valued && contains([]string{"NameWidth", "DescriptionWidth"}, word):
		if sign != '-' {
			return name + " with no value may only appear as '-" + name + "'"
		}
	case valued && contains([]string{"IconWidth", "IconHeight", "NameWidth", "DescriptionWidth"}, name):
		if sign == '-' {
			return "Cannot combine '-' with " + name + "=n"
		}
		return indexWidth(name, value)
	case valued && contains([]string{"Type", "Charset"}, name):
	default:
		return "Invalid directory indexing option"
	}
	return ""
}

// indexWidth is what httpd says to a width of a column, or nothing; * is as wide as is needed.
func indexWidth(name, value string) string {
	least := map[string]int{"namewidth": 5, "descriptionwidth": 12}[clib.ToLower(name)]
	if width := clib.Atoi(value); !strings.HasPrefix(value, "*") && width != 0 && width < least {
		return name + " value must be greater than " + map[int]string{5: "5", 12: "12"}[least]
	}
	return ""
}

// checkIndexOrder is IndexOrderDefault direction key.
func checkIndexOrder(l *lowering, n *parser.Node) bool {
	return keyword("First keyword must be 'Ascending' or 'Descending'", "Ascending", "Descending")(l, n) &&
		(contains([]string{"Name", "Date", "Size", "Description"}, n.Words[1].String()) ||
			l.wrong(n, n.Words[1], "Second keyword must be 'Name', 'Date', 'Size', or 'Description'", "write Name, Date, Size or Description"))
}
