package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/fault"
	"tocsin/journal"
)

func (t *terminal) incidentExport() *cobra.Command {
	var d desk
	var file string
	c := &cobra.Command{
		Use: "export INCIDENT", Short: "Write everything about an incident into a file that tocsin verify can check", Args: exactly("an incident"),
		RunE: func(c *cobra.Command, args []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			if _, err := k.Engine.ViewFor(c.Context(), args[0], d.as); err != nil {
				return err
			}
			x, err := k.Engine.Export(c.Context(), args[0])
			if err != nil {
				return err
			}
			if file == "" {
				file = "incident-" + filepath.Base(args[0]) + ".zip"
			}
			if err := app.WriteExport(file, x); err != nil {
				return err
			}
			return t.print(map[string]any{"export": file, "events": len(x.Records)}, func(w io.Writer) {
				fmt.Fprintf(w, "%s holds %s. Check it anywhere with: tocsin verify %s\n", file, count(len(x.Records), "event"), file)
			})
		},
	}
	d.looks(c)
	c.Flags().StringVarP(&file, "out", "o", "", "file to write; incident-ID.zip if not given; an existing file is not overwritten")
	return c
}

func (t *terminal) verify() *cobra.Command {
	return &cobra.Command{
		Use: "verify FILE", Short: "Check an export offline: that nothing was changed since", Args: exactly("an export"),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return fault.New(fault.Invalid, "%s cannot be opened.", args[0]).Because(err)
			}
			defer f.Close()
			st, err := f.Stat()
			if err != nil {
				return fmt.Errorf("look at %s: %w", args[0], err)
			}
			r, err := journal.VerifyExport(f, st.Size())
			if err != nil {
				return err
			}
			err = t.print(map[string]any{"verifies": r.OK(), "report": r}, func(w io.Writer) {
				for _, s := range r.Failures {
					fmt.Fprintln(w, s)
				}
				if r.OK() {
					fmt.Fprintf(w, "%s verifies: %s, all as they were written.\n", args[0], count(r.Records, "event"))
				} else {
					fmt.Fprintf(w, "%s does not verify: %s.\n", args[0], count(len(r.Failures), "failure"))
				}
			})
			if err == nil && !r.OK() {
				return told(exitNo)
			}
			return err
		},
	}
}
