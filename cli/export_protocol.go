package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/journal"
)

func (t *terminal) exportProtocol() *cobra.Command {
	var d desk
	var file string
	c := &cobra.Command{
		Use: "export", Short: "Write everything that is recorded about a protocol into a file that tocsin verify can check", Args: exactly(),
		Long: `Export writes all incidents with their files, what the detectors found, the mutes, and every plan with what brought it into force.
The file holds texts about people and must be kept as the database is. One incident alone: tocsin incident export.`,
		RunE: func(c *cobra.Command, _ []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			p, err := planOf(c.Context(), k.Engine, d.protocol)
			if err != nil {
				return err
			}
			if file == "" {
				file = "tocsin-" + p.Protocol + ".zip"
			}
			var m journal.ProtocolManifest
			err = app.WriteNew(file, func(w io.Writer) error {
				m, err = k.Engine.ExportProtocol(c.Context(), p.Protocol, w)
				return err
			})
			if err != nil {
				return err
			}
			records := 0
			for _, x := range m.Streams {
				records += x.Records
			}
			out := map[string]any{"export": file, "protocol": m.Protocol, "events": records, "streams": m.Streams}
			return t.print(out, func(w io.Writer) {
				fmt.Fprintf(w, "%s holds %s of %s. Check it anywhere with: tocsin verify %s\n", file, count(records, "event"), count(len(m.Streams), "stream"), file)
			})
		},
	}
	d.flags(c, false)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	c.Flags().StringVarP(&file, "out", "o", "", "file to write; tocsin-PROTOCOL.zip if not given; an existing file is not overwritten")
	return c
}
