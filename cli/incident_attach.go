package cli

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
)

func (t *terminal) incidentAttach() *cobra.Command {
	var d desk
	var op incident.OpAttach
	var file string
	c := &cobra.Command{
		Use: "attach INCIDENT [WHAT]", Short: "Put a text, a link, the hash of a transaction or a file into the record",
		Args: func(c *cobra.Command, args []string) error {
			if file != "" {
				return exactly("an incident")(c, args)
			}
			return exactly("an incident", "a text, a link or a hash")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if file != "" {
				return t.attachFile(c, d, args[0], file, op)
			}
			return t.carryOut(c, d, args, access.Respond, func(_ *engine.View, args []string) (incident.Op, error) {
				op.What = args[1]
				return op, nil
			})
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&file, "file", "", fmt.Sprintf("file to attach instead, of at most %d MiB", incident.MaxFile>>20))
	c.Flags().StringVar(&op.Step, "step", "", "step that it belongs to")
	c.Flags().StringVar(&op.Note, "note", "", "what it shows")
	c.Flags().StringVar(&op.Form, "form", "", "text, link or transaction, if it is not what it looks like")
	c.Flags().Uint64Var(&op.Chain, "chain", 0, "chain of the transaction")
	return c
}

// attachFile puts a file into the record of an incident.
func (t *terminal) attachFile(c *cobra.Command, d desk, id, file string, op incident.OpAttach) error {
	if op.Form != "" || op.Chain != 0 {
		return fault.New(fault.Invalid, "A file has neither a form nor a chain.").Instead("Leave out --form and --chain.")
	}
	b, err := smallFile(file)
	if err != nil {
		return err
	}
	k, err := t.open(c.Context(), d)
	if err != nil {
		return err
	}
	defer k.Close()
	v, err := k.Engine.ViewFor(c.Context(), id, d.as)
	if err != nil {
		return err
	}
	actor, err := d.actor(v.Plan, access.Respond)
	if err != nil {
		return err
	}
	op.What, op.File = filepath.Base(file), &journal.File{Media: http.DetectContentType(b)}
	if v, err = k.Engine.Attach(c.Context(), id, incident.Command{Actor: actor, Op: op}, b); err != nil {
		return err
	}
	return t.show(c.Context(), v, d.as, false)
}

// smallFile reads a file that can be attached; a larger one is refused before it is read.
func smallFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s cannot be opened.", name).Because(err)
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return nil, fault.New(fault.Invalid, "%s is not a file.", name).Because(err)
	}
	b, err := io.ReadAll(io.LimitReader(f, incident.MaxFile+1))
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s cannot be read.", name).Because(err)
	}
	return b, nil // Attach says that it is too large
}
