package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/journal"
)

func (t *terminal) verify() *cobra.Command {
	var heads string
	c := &cobra.Command{
		Use: "verify FILE", Short: "Check an export offline: that nothing was changed since", Args: exactly("an export"),
		Long: `Verify checks an export of an incident or of a protocol: every file, every record and its place in the chain, every text that is
still there, every file that a record names; of a protocol also that each plan came into force by valid signatures. It needs nothing
but the file. With --heads and a list that tocsin head wrote, it also tells whether anything was rewritten since the list was made.`,
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
			format, err := journal.ExportFormatOf(f, st.Size())
			if err != nil {
				return err
			}
			if format == journal.ProtocolFormat {
				return t.verifyProtocol(args[0], f, st.Size(), heads)
			}
			if heads != "" {
				return fault.New(fault.Invalid, "Only the export of a protocol can be compared with a list of heads.").Instead("Make one with: tocsin export")
			}
			r, err := journal.VerifyExport(f, st.Size())
			if err != nil {
				return err
			}
			return t.verdict(args[0], r, r.Records, r.Failures)
		},
	}
	c.Flags().StringVar(&heads, "heads", "", "list that tocsin head wrote, to compare with")
	return c
}

func (t *terminal) verifyProtocol(file string, r io.ReaderAt, size int64, heads string) error {
	var roll *journal.Roll
	if heads != "" {
		l, err := rollFrom(heads)
		if err != nil {
			return err
		}
		roll = &l
	}
	x, err := engine.VerifyExport(r, size, roll)
	if err != nil {
		return err
	}
	return t.verdict(file, x.ProtocolReport, x.Records, x.Failures)
}

// verdict says what the verification of an export found.
func (t *terminal) verdict(file string, report any, records int, failures []string) error {
	err := t.print(map[string]any{"verifies": len(failures) == 0, "report": report}, func(w io.Writer) {
		for _, s := range failures {
			fmt.Fprintln(w, s)
		}
		if len(failures) == 0 {
			fmt.Fprintf(w, "%s verifies: %s, all as they were written.\n", file, count(records, "event"))
		} else {
			fmt.Fprintf(w, "%s does not verify: %s.\n", file, count(len(failures), "failure"))
		}
	})
	if err == nil && len(failures) > 0 {
		return told(exitNo)
	}
	return err
}
