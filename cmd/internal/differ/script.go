package differ

import (
	"fmt"
	"strings"

	"github.com/lbconf/lbconf/cmd/internal/script"
)

// Script writes a difference as a conformance script: what differs as a comment, and the commands and files that show it.
func (d *Difference) Script() string {
	var head, commands, files strings.Builder
	for line := range strings.Lines(d.Text) {
		head.WriteString("# " + strings.TrimRight(line, "\r\n") + "\n")
	}
	var answers []string
	for i, batch := range d.Case.Batches {
		fmt.Fprintf(&commands, "raw -n %d request%d\n", len(batch.Requests), i+1)
		var wire strings.Builder
		for _, r := range batch.Requests {
			wire.WriteString(r.wire())
			for _, a := range r.Answers {
				answers = append(answers, a.word(&files, len(answers)+1))
			}
		}
		fmt.Fprintf(&files, "-- request%d --\n%s", i+1, script.Notation([]byte(wire.String())))
	}
	text := d.Case.Text()
	for _, name := range d.Case.Backends {
		if strings.Contains(text, "@"+name+"@") {
			fmt.Fprintf(&head, "backend %s %s\n", name, strings.Join(answers, " "))
			fmt.Fprintf(&commands, "received %s\n", name)
		}
	}
	for _, name := range d.Case.Dead {
		if strings.Contains(text, "@"+name+"@") {
			fmt.Fprintf(&head, "backend %s refuse\n", name)
		}
	}
	return head.String() + "engine\n" + commands.String() + "\n-- site.conf --\n" + text + files.String()
}

// word is how a script names the answer; its bytes go into a file.
func (a *Answer) word(files *strings.Builder, number int) string {
	if len(a.Head) == 0 {
		return "close"
	}
	word := fmt.Sprintf("answer%d", number)
	fmt.Fprintf(files, "-- %s --\n%s", word, script.Notation([]byte(a.wire(false))))
	if a.Close {
		word += "+close"
	}
	return word
}
