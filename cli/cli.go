// Package cli owns the commands: their flags, what they print, and their exit codes.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"tocsin/fault"
)

// The exit codes.
const (
	exitFine     = 0
	exitNo       = 1 // the verdict is no
	exitUnusable = 2 // the input cannot be used
)

// told is an outcome that has been printed already and only sets the exit code.
type told int

func (t told) Error() string { return "this has been said already" }

// Run runs one command line and returns its exit code.
func Run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	t := &terminal{in: in, out: out, err: errOut}
	root := t.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitFine
	}
	var said told
	if errors.As(err, &said) {
		return int(said)
	}
	if t.json && !t.printed {
		t.fail(err)
	} else {
		fmt.Fprintln(errOut, "tocsin: "+printable(clip(fault.Sentence(err))))
	}
	switch fault.CodeOf(err) {
	case fault.Conflict, fault.Forbidden, fault.Expired:
		return exitNo
	}
	return exitUnusable
}

// clip keeps a sentence that quotes what was given to a length that can be read, in characters.
func clip(s string) string {
	const most = 1000
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// terminal is where a command reads and writes.
type terminal struct {
	in   io.Reader
	out  io.Writer
	err  io.Writer
	json bool
	log  string

	printed bool // the one JSON object is out
}

func (t *terminal) root() *cobra.Command {
	c := &cobra.Command{
		Use:   "tocsin",
		Short: "Emergency response for teams that run smart contracts",
		Long: `Tocsin is emergency response for teams that run smart contracts: one plan that people read and the program runs.

Begin with   tocsin demo        an emergency on a chain of its own, from the attack to the post-mortem
then         tocsin init        a plan of your own, from one of five to begin with
             tocsin check DIR   what is wrong with a plan, and what is missing
and          tocsin serve       the watch, the paging and the console`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	c.PersistentFlags().BoolVar(&t.json, "json", false, "print one JSON object on standard output")
	c.PersistentFlags().StringVar(&t.log, "log", "warn", "least level that is logged to standard error: debug, info, warn, error")
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fault.New(fault.Invalid, "%s.", upper(err.Error())).Instead("See %s --help.", c.CommandPath())
	})
	c.AddCommand(t.initPlan(), t.check(), t.render(), t.contacts(), t.importPlan(), t.plan(), t.adopt(), t.trust(), t.decode(), t.diff(), t.backtest(), t.watch(), t.findings(), t.mute(), t.mutes(), t.away(), t.unmute(), t.arm(), t.disarm(), t.arms(), t.serve(), t.demo(), t.exercise(), t.person(), t.who(), t.incident(), t.sign(), t.exportProtocol(), t.act(), t.status(), t.verify(), t.head(), t.key())
	strict(c)
	return c
}

// strict makes unknown subcommands and superfluous words errors that name what there is.
func strict(c *cobra.Command) {
	if c.HasSubCommands() && c.RunE == nil {
		c.Args = cobra.ArbitraryArgs
		c.RunE = func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			return fault.New(fault.Invalid, "There is no command %q.", c.CommandPath()+" "+args[0]).Instead("See %s --help.", c.CommandPath())
		}
	}
	for _, sub := range c.Commands() {
		strict(sub)
	}
}

// exactly wants named words after the command.
func exactly(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != len(names) || slices.Contains(args, "") {
			return fault.New(fault.Invalid, "%s takes %s.", upper(c.Name()), join(names)).Instead("Write: %s", c.UseLine())
		}
		return nil
	}
}

func join(names []string) string {
	if len(names) == 0 {
		return "no further words"
	}
	s := names[0]
	for _, n := range names[1:] {
		s += " and " + n
	}
	return s
}

func upper(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-32) + s[1:]
}

// print writes v as JSON if that was asked for, else what text writes, without characters that steer a terminal: much of it
// was written by others.
func (t *terminal) print(v any, text func(w io.Writer)) error {
	if !t.json {
		var b strings.Builder
		text(&b)
		_, err := io.WriteString(t.out, printable(b.String()))
		return err
	}
	t.printed = true
	return t.encode(v)
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
}

func (t *terminal) encode(v any) error {
	enc := json.NewEncoder(t.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func (t *terminal) fail(err error) {
	var f *fault.Error
	said := map[string]string{"code": string(fault.CodeOf(err)), "say": clip(fault.Sentence(err))}
	if errors.As(err, &f) && f.Do != "" {
		said["say"], said["do"] = clip(f.Say), clip(f.Do)
	}
	_ = t.encode(map[string]any{"error": said})
}
