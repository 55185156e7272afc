package cli

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"tocsin/app"
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
