package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"tocsin/fault"
	"tocsin/journal"
)

func (t *terminal) head() *cobra.Command {
	var d desk
	var out, check string
	c := &cobra.Command{
		Use: "head", Short: "Say in one line, fit to be published, where every record ends; or check that none was rewritten since",
		Long: `Head prints one line that stands for all that the database records: incidents, plans, findings and mutes. Publish the line where
others keep it, and keep the list that --out writes. With --check and that list, head says whether anything that stood in the records
then was changed or taken away since, and prints the line again, to be compared with the one that was published.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			if check == "" {
				roll, err := k.Engine.Roll(c.Context())
				if err != nil {
					return err
				}
				return t.printHead(roll, out)
			}
			b, err := os.ReadFile(check)
			if err != nil {
				return fault.New(fault.Invalid, "%s cannot be read.", check).Because(err)
			}
			roll, err := journal.ParseRoll(b)
			if err != nil {
				return err
			}
			line, err := roll.Line()
			if err != nil {
				return err
			}
			failures, err := k.Engine.CheckRoll(c.Context(), roll)
			if err != nil {
				return err
			}
			err = t.print(map[string]any{"holds": len(failures) == 0, "line": line, "failures": failures}, func(w io.Writer) {
				for _, s := range failures {
					fmt.Fprintln(w, s)
				}
				if len(failures) == 0 {
					fmt.Fprintf(w, "Nothing was rewritten. This must be the line that was published:\n%s\n", line)
				}
			})
			if err == nil && len(failures) > 0 {
				return told(exitNo)
			}
			return err
		},
	}
	d.flags(c, false)
	c.Flags().StringVarP(&out, "out", "o", "", "file to write the list into, to be checked later; an existing file is not overwritten")
	c.Flags().StringVar(&check, "check", "", "list that was written before")
	return c
}

func (t *terminal) printHead(roll journal.Roll, out string) error {
	line, err := roll.Line()
	if err != nil {
		return err
	}
	if out != "" {
		b, err := roll.Encode()
		if err != nil {
			return err
		}
		f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return fault.New(fault.Invalid, "%s cannot be written.", out).Instead("Name a file that is not there yet.").Because(err)
		}
		if _, err = f.Write(b); err == nil {
			err = f.Close()
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", out, err)
		}
	}
	return t.print(map[string]any{"line": line, "at": roll.At, "streams": roll.Streams}, func(w io.Writer) { fmt.Fprintln(w, line) })
}
