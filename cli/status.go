package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/status"
)

func (t *terminal) status() *cobra.Command {
	c := &cobra.Command{
		Use: "status", Short: "The signed file that tells your app whether all is normal", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(t.statusVerify())
	return c
}

// believed is what a status file says, as JSON.
type believed struct {
	Believed bool           `json:"believed"`
	Status   *status.Status `json:"status"` // null: the app would not know
	Why      string         `json:"why"`    // it is not believed
}

func (t *terminal) statusVerify() *cobra.Command {
	var signer, protocol string
	var newest uint64
	c := &cobra.Command{
		Use: "verify FILE|URL --signer ADDRESS", Short: "Read a status file as your app does, and say what it is told", Args: exactly("a file or an address on the web"),
		Long: `Verify reads a status file, from a file, from standard input (-) or from an address, and proves it as an app does: by the signer that the app
believes, the protocol that it is of, the highest number that it has seen, and the clock. It needs no plan and no server.

Exit 0: it is believed. 1: the app would not know whether all is normal, and it is said why. 2: unusable input.`,
		RunE: func(c *cobra.Command, args []string) error {
			by, err := flagAddress("signer", signer)
			if err == nil && by == (evm.Address{}) {
				err = fault.New(fault.Invalid, "Nothing says whose signature is believed.").Instead("Give --signer ADDRESS: the sender in the plan, which your app has built in.")
			}
			if err != nil {
				return err
			}
			var x believed
			b, err := t.statusBytes(c.Context(), args[0])
			if err == nil {
				var s status.Status
				if s, err = status.Verify(b, status.Expected{Protocol: protocol, Signer: by, Newest: newest}, time.Now()); err == nil {
					x.Believed, x.Status = true, &s
				}
			} else if !fault.Is(err, fault.Unavailable) {
				return err
			}
			if err != nil {
				x.Why = fault.Sentence(err)
			}
			if err := t.print(x, func(w io.Writer) { writeBelieved(w, x) }); err != nil {
				return err
			}
			if !x.Believed {
				return told(exitNo)
			}
			return nil
		},
	}
	c.Flags().StringVar(&signer, "signer", "", "address that the app believes")
	c.Flags().StringVar(&protocol, "protocol", "", "id of the protocol that it must be about")
	c.Flags().Uint64Var(&newest, "newest", 0, "highest number that was seen; an older file is refused")
	return c
}

// statusBytes reads a status file. A fault of code unavailable says that an address does not give it.
func (t *terminal) statusBytes(ctx context.Context, from string) ([]byte, error) {
	switch {
	case strings.HasPrefix(from, "https://"), strings.HasPrefix(from, "http://"):
		code, b, err := app.Page(ctx, from)
		if err == nil && code != http.StatusOK {
			err = fault.New(fault.Unavailable, "It answers with status %d.", code)
		}
		return b, err
	case from == "-":
		return io.ReadAll(io.LimitReader(t.in, status.MaxFile+1))
	}
	f, err := os.Open(from)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s cannot be read.", from).Because(err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, status.MaxFile+1))
}

func writeBelieved(w io.Writer, x believed) {
	if !x.Believed {
		fmt.Fprintf(w, "NOT BELIEVED: the app would not know whether all is normal.\n%s\n", printable(x.Why))
		return
	}
	s := x.Status
	fmt.Fprintf(w, "The app of %s is told: %s\n", printable(s.Protocol), s.State)
	if s.Message != "" {
		fmt.Fprintf(w, "  message   %s\n", printable(s.Message))
	}
	if len(s.Off) > 0 {
		fmt.Fprintf(w, "  off       %s\n", printable(strings.Join(s.Off, ", ")))
	}
	at := func(seconds int64) string { return time.Unix(seconds, 0).UTC().Format("2006-01-02 15:04:05 UTC") }
	fmt.Fprintf(w, "  number    %d\n  issued    %s\n  counts    until %s\n", s.Sequence, at(s.Issued), at(s.Expires))
}
