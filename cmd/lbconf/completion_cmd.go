package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// completionCmd prints a script that completes command lines.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"Shell to complete in: ${enum}."`
}

// Help says where the script goes.
func (completionCmd) Help() string {
	return `bash: source <(lbconf completion bash)

zsh: source <(lbconf completion zsh)

fish: lbconf completion fish | source`
}

// Run prints the script, made from the same model as --help.
func (c completionCmd) Run(app *kong.Kong, term *terminal) error {
	script := map[string]func(*kong.Node) string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[c.Shell]
	_, err := fmt.Fprint(term.stdout, script(app.Model.Node))
	return err
}

// visible returns the commands that --help lists.
func visible(root *kong.Node) []*kong.Node {
	var commands []*kong.Node
	for _, child := range root.Children {
		if child.Type == kong.CommandNode && !child.Hidden {
			commands = append(commands, child)
		}
	}
	return commands
}

// flagsOf returns the flags that may follow a command.
func flagsOf(command *kong.Node) []*kong.Flag {
	var flags []*kong.Flag
	for _, group := range command.AllFlags(true) {
		flags = append(flags, group...)
	}
	return flags
}

// values returns the words that a flag or argument may have, or nothing where any will do.
func values(v *kong.Value) []string {
	if v.Enum == "" {
		return nil
	}
	return strings.Split(v.Enum, ",")
}

func bashCompletion(root *kong.Node) string {
	var b strings.Builder
	var names []string
	b.WriteString("_lbconf() {\n  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words=\n  COMPREPLY=()\n  case ${COMP_WORDS[1]}:$previous in\n")
	for _, command := range visible(root) {
		names = append(names, command.Name)
		for _, flag := range flagsOf(command) {
			if words := values(flag.Value); words != nil {
				fmt.Fprintf(&b, "    %s:--%s) COMPREPLY=($(compgen -W '%s' -- \"$current\")); return ;;\n", command.Name, flag.Name, strings.Join(words, " "))
			}
		}
	}
	b.WriteString("  esac\n  case ${COMP_WORDS[1]} in\n")
	for _, command := range visible(root) {
		fmt.Fprintf(&b, "    %s) words='%s' ;;\n", command.Name, strings.Join(wordsOf(command), " "))
	}
	fmt.Fprintf(&b, "  esac\n  if [ \"$COMP_CWORD\" -eq 1 ]; then words='%s --help'; fi\n", strings.Join(names, " "))
	b.WriteString("  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\ncomplete -o default -F _lbconf lbconf\n")
	return b.String()
}

// wordsOf returns the flags of a command and the words its arguments may have.
func wordsOf(command *kong.Node) []string {
	var words []string
	for _, flag := range flagsOf(command) {
		words = append(words, "--"+flag.Name)
	}
	for _, arg := range command.Positional {
		words = append(words, values(arg)...)
	}
	return words
}

// zshCompletion uses zsh's own reader of bash completions, so that the two shells cannot differ.
func zshCompletion(root *kong.Node) string {
	return "autoload -U +X bashcompinit && bashcompinit\n" + bashCompletion(root)
}

func fishCompletion(root *kong.Node) string {
	var b strings.Builder
	for _, command := range visible(root) {
		fmt.Fprintf(&b, "complete -c lbconf -n __fish_use_subcommand -a %s -d %s\n", command.Name, fishQuote(command.Help))
		for _, flag := range flagsOf(command) {
			fmt.Fprintf(&b, "complete -c lbconf -n '__fish_seen_subcommand_from %s' -l %s -d %s", command.Name, flag.Name, fishQuote(flag.Help))
			if flag.Short != 0 {
				fmt.Fprintf(&b, " -s %c", flag.Short)
			}
			if words := values(flag.Value); words != nil {
				fmt.Fprintf(&b, " -x -a %s", fishQuote(strings.Join(words, " ")))
			} else if !flag.IsBool() {
				b.WriteString(" -r")
			}
			b.WriteByte('\n')
		}
		for _, arg := range command.Positional {
			if words := values(arg); words != nil {
				fmt.Fprintf(&b, "complete -c lbconf -n '__fish_seen_subcommand_from %s' -f -a %s\n", command.Name, fishQuote(strings.Join(words, " ")))
			}
		}
	}
	return b.String()
}

func fishQuote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}
