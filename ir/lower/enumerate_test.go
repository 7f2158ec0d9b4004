package lower_test

import (
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lbconf/lbconf/parser/directive"
)

var (
	enumerated = flag.Int("enumerated", 100, "number of directives in places with numbers of arguments that are put to httpd; 0 for all")
	only       = flag.String("only", "", "the one directive that is enumerated")
)

// surroundings are sections with %s in the place of a directive.
var surroundings = []string{
	"%s", "<VirtualHost *:80>\n%s\n</VirtualHost>", "<Proxy http://p>\n%s\n</Proxy>", "<Location /l>\n%s\n</Location>",
	"<Directory /d>\n%s\n</Directory>", "<Files f>\n%s\n</Files>", "<If true>\n%s\n</If>", "<LocationMatch l>\n%s\n</LocationMatch>",
	"<Directory /d>\n<Limit GET>\n%s\n</Limit>\n</Directory>", "<Location /l>\n<RequireAny>\n%s\nRequire all granted\n</RequireAny>\n</Location>",
	"<Directory /d>\n<Files f>\n%s\n</Files>\n</Directory>", "<Location /l>\n<If true>\n%s\n</If>\n</Location>",
	"<VirtualHost *:80>\n<Directory /d>\n%s\n</Directory>\n</VirtualHost>",
	"<VirtualHost *:80>\n<Location /l>\n<LimitExcept GET>\n%s\n</LimitExcept>\n</Location>\n</VirtualHost>",
}

// enumeration yields each directive in each place with different numbers of arguments.
func enumeration() iter.Seq[string] {
	return func(yield func(string) bool) {
		for d := range directive.All() {
			if *only != "" && !strings.EqualFold(d.Name, *only) {
				continue
			}
			for _, around := range surroundings {
				for _, args := range []string{"", ` ""`, " 1", ` "" 1`, " 1 2", " 1 2 3", " 1 2 3 4"} {
					text := d.Name + args
					if d.Section {
						text = "<" + d.Name + args + ">\n</" + d.Name + ">"
					}
					if !yield(fmt.Sprintf(around, text)) {
						return
					}
				}
			}
		}
	}
}

// nameOrPlace is what httpd says of a name, a place and a number of arguments; values are those of testdata/verdicts.
var nameOrPlace = regexp.MustCompile(`Invalid command|not allowed (here|in <)|cannot occur within|takes (one|two|three|1-2|no) |requires at least|must be On or Off`)

// TestEnumeration holds directives by name, place and number of arguments against httpd -t with all modules: a sample that is
// always the same, or with -enumerated 0 all of them, which takes half an hour.
func TestEnumeration(t *testing.T) {
	all := slices.Collect(enumeration())
	if *enumerated > 0 && *enumerated < len(all) {
		random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a sample, no secret
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		all = all[:*enumerated]
	}
	h := allModules(t)
	h.about = nameOrPlace
	h.agree(t, all)
}

// allModules loads every module that can be loaded together.
func allModules(t *testing.T) *httpd {
	t.Helper()
	names := slices.DeleteFunc(everyModule(t), func(name string) bool { return slices.Contains(modulesOf, name) })
	return newHTTPD(t, names...)
}
