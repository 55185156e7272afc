package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/fault"
	"tocsin/journal"
)

func (t *terminal) head() *cobra.Command {
	var d desk
	var out, check, keystore, signer string
	c := &cobra.Command{
		Use: "head", Short: "Say in one line, fit to be published, where every record ends; or check that none was rewritten since",
		Long: `Head prints one line that stands for all that the database records: incidents, plans, findings and mutes. Publish the line where
others keep it, and keep the list that --out writes. With --check and that list, head says whether anything that stood in the records
then was changed or taken away since, and prints the line again, to be compared with the one that was published.

With --key FILE the list and the line carry a signature, so that it does not matter where they were kept. The password of the key file
comes from ` + passwordVariable + ` or the file that ` + passwordFile + ` names. The check then also says who signed: somebody
whose key a plan names that is or was in force, or the account that --signer names.`,
		Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case check != "" && (keystore != "" || out != ""):
				return fault.New(fault.Invalid, "A list is either made or checked.").Instead("Leave out --check, or --key and --out.")
			case check == "" && signer != "":
				return fault.New(fault.Invalid, "Only a list that is checked has a signer.").Instead("Give --check FILE, or sign with --key FILE.")
			}
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			if check != "" {
				return t.checkHead(c.Context(), k, check, signer)
			}
			roll, err := k.Engine.Roll(c.Context())
			if err != nil {
				return err
			}
			if keystore != "" {
				if roll, err = t.signRoll(c.Context(), roll, keystore); err != nil {
					return err
				}
			}
			return t.printHead(roll, out)
		},
	}
	d.flags(c, false)
	c.Flags().StringVarP(&out, "out", "o", "", "file to write the list into, to be checked later; an existing file is not overwritten")
	c.Flags().StringVar(&keystore, "key", "", "key file (keystore v3) to sign with")
	c.Flags().StringVar(&check, "check", "", "list that was written before")
	c.Flags().StringVar(&signer, "signer", "", "account that must have signed the list; somebody in the plan if not given")
	return c
}

// rollFrom reads a list of heads from a file.
func rollFrom(file string) (journal.Roll, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return journal.Roll{}, fault.New(fault.Invalid, "%s cannot be read.", file).Because(err)
	}
	return journal.ParseRoll(b)
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
		err = app.WriteNew(out, func(w io.Writer) error {
			_, err := w.Write(b)
			return err
		})
		if err != nil {
			return err
		}
	}
	return t.print(map[string]any{"line": line, "at": roll.At, "streams": roll.Streams}, func(w io.Writer) { fmt.Fprintln(w, line) })
}
