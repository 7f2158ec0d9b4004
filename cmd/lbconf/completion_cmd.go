package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/lbconf/lbconf/ir/lint"
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

// bashHead finds the word that is completed and the one before it; bash takes --flag=word for three words.
const bashHead = `_lbconf() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} flags= words=
  COMPREPLY=()
  if [ "$previous" = = ]; then previous=${COMP_WORDS[COMP_CWORD-2]}; elif [ "$current" = = ]; then current=; fi
  case ${COMP_WORDS[1]}:$previous in
`

// bashTail offers flags where one is begun, so that an argument without words of its own is a file.
const bashTail = `  case $current in -*) words=$flags ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _lbconf lbconf
`

func bashCompletion(root *kong.Node) string {
	var b strings.Builder
	var names []string
	b.WriteString(bashHead)
	for _, command := range visible(root) {
		names = append(names, command.Name)
		for _, flag := range flagsOf(command) {
			if flag.IsBool() {
				continue
			}
			pattern := command.Name + ":--" + flag.Name
			if flag.Short != 0 {
				pattern += fmt.Sprintf("|%s:-%c", command.Name, flag.Short)
			}
			if words := values(flag.Value); words != nil {
				fmt.Fprintf(&b, "    %s) COMPREPLY=($(compgen -W '%s' -- \"$current\")); return ;;\n", pattern, strings.Join(words, " "))
			} else {
				fmt.Fprintf(&b, "    %s) return ;;\n", pattern)
			}
		}
	}
	b.WriteString("  esac\n  case ${COMP_WORDS[1]} in\n")
	for _, command := range visible(root) {
		fmt.Fprintf(&b, "    %s) flags='%s' words='%s' ;;\n", command.Name, strings.Join(flagNames(command), " "), strings.Join(argumentWords(command), " "))
	}
	fmt.Fprintf(&b, "  esac\n  if [ \"$COMP_CWORD\" -eq 1 ]; then words='%s' flags=--help; fi\n", strings.Join(names, " "))
	b.WriteString(bashTail)
	return b.String()
}

func flagNames(command *kong.Node) []string {
	var names []string
	for _, flag := range flagsOf(command) {
		names = append(names, "--"+flag.Name)
	}
	return names
}

// argumentWords returns the words that the arguments of a command may have; a rule is one that lint knows.
func argumentWords(command *kong.Node) []string {
	var words []string
	for _, arg := range command.Positional {
		words = append(words, values(arg)...)
		if arg.Name == "rule" {
			for _, rule := range lint.Rules() {
				words = append(words, string(rule.ID), rule.Name)
			}
		}
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
		if words := argumentWords(command); words != nil {
			fmt.Fprintf(&b, "complete -c lbconf -n '__fish_seen_subcommand_from %s' -f -a %s\n", command.Name, fishQuote(strings.Join(words, " ")))
		}
	}
	return b.String()
}

func fishQuote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}
