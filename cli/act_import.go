package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/act"
	"tocsin/app"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/outside"
	"tocsin/plan"
)

func (t *terminal) actImport() *cobra.Command {
	var d desk
	var f actFlags
	var id string
	c := &cobra.Command{
		Use: "import RECORD --data DIR --as PERSON", Short: "Take the record of what was done without the server into an incident", Args: exactly("a record"),
		Long: `Import proves a record by the plan that the server holds, request, signatures and transactions, and puts it into an incident: the
action with who signed it, what was sent and where it landed, marked as taken in and by whom, and the record itself as evidence. Without --incident one is opened. What has been taken in before
is not taken in again. What the chain said is the word of the machine that sent it; with --endpoint the landing is compared with the chain.`,
		RunE: func(c *cobra.Command, args []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			r, p, err := t.provenRecord(c.Context(), k, args[0])
			if err != nil {
				return err
			}
			var seen *incident.SeenLanding
			if len(f.endpoints) > 0 && r.Landed != nil {
				if seen, err = t.compareLanding(c.Context(), &f, p, r); err != nil {
					return err
				}
			}
			return t.takeIn(c.Context(), k, d, id, args[0], p, r, seen)
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&id, "incident", "", "incident that it belongs to; a new one is opened if none is named")
	c.Flags().StringArrayVar(&f.endpoints, "endpoint", nil, "JSON-RPC endpoint of the chain, CHAINID=URL, to compare the landing with")
	return c
}

// provenRecord reads a record and proves it by the plan that it names, which must be one that was in force here.
func (t *terminal) provenRecord(ctx context.Context, k *app.Desk, path string) (outside.Record, *plan.Plan, error) {
	r, err := act.ProtocolOf(path)
	if err != nil {
		return outside.Record{}, nil, err
	}
	a, err := k.Engine.Adoptions(ctx, r.Message.Protocol)
	if err != nil {
		return outside.Record{}, nil, err
	}
	h, err := a.Verify()
	if err != nil {
		return outside.Record{}, nil, err
	}
	p, ok := a.PlanOf(r.Message.Plan)
	if !ok || !slices.ContainsFunc(h.Reigns, func(g engine.Reign) bool { return g.Hash == r.Message.Plan }) {
		return outside.Record{}, nil, fault.New(fault.Forbidden, "The record names the plan %s, which was never in force here.", r.Message.Plan.Hex())
	}
	record, err := act.ReadRecord(path, p)
	if err != nil {
		return record, p, err
	}
	if err := record.Verify(p, k.Engine.Now()); err != nil {
		return record, p, err
	}
	return record, p, record.Used()
}

// compareLanding holds what the record says of its landing against the chain: the block must be part of it and hold the transaction.
func (t *terminal) compareLanding(ctx context.Context, f *actFlags, p *plan.Plan, r outside.Record) (*incident.SeenLanding, error) {
	client, err := t.connect(ctx, f, r.Message.Chain)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	head, err := client.Head(ctx)
	if err != nil {
		return nil, err
	}
	got, err := client.Receipt(ctx, r.Landed.Tx)
	if fault.Is(err, fault.NotFound) || err == nil && (got.BlockHash != r.Landed.BlockHash || got.Status != r.Landed.Status || got.BlockNumber != r.Landed.Block) {
		return nil, fault.New(fault.Forbidden, "The record says that %s landed in block %d, and the chain does not.", r.Landed.Tx.Hex(), r.Landed.Block)
	}
	return &incident.SeenLanding{Block: head.Number, Hash: head.Hash}, err
}

// takenIn is what became of an import, as JSON.
type takenIn struct {
	Incident string `json:"incident"`
	Record   string `json:"record"`
	Before   bool   `json:"before"` // it had been taken in already
	Say      string `json:"say"`
}

// takeIn writes a proven record into an incident.
func (t *terminal) takeIn(ctx context.Context, k *app.Desk, d desk, id, path string, p *plan.Plan, r outside.Record, seen *incident.SeenLanding) error {
	actor, err := d.actor(p, access.Respond)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return fault.New(fault.Invalid, "%s cannot be read.", path).Because(err)
	}
	name := r.ID + ".record"
	held, err := holding(ctx, k, d.as, name)
	if err != nil {
		return err
	}
	say := r.Told(func(id string) string { return p.NameOf(id) })
	x := takenIn{Incident: held, Record: r.ID, Before: held != "", Say: say}
	if held == "" {
		if id == "" {
			a, _ := p.Action(r.Action)
			title := a.Name + ", done without the server"
			v, err := k.Engine.Open(ctx, incident.Command{ID: "act/" + r.ID, Actor: actor, Op: incident.OpOpen{Protocol: p.Protocol, Title: title, Text: say}})
			if err != nil {
				return err
			}
			id = v.State.ID
		}
		if _, err := k.Engine.ViewFor(ctx, id, d.as); err != nil {
			return err
		}
		if _, err := k.Engine.TakeIn(ctx, id, incident.Command{ID: "act-taken/" + r.ID, Actor: actor, Op: incident.OpTakeIn{Record: r, Seen: seen}}); err != nil {
			return err
		}
		op := incident.OpAttach{What: name, Note: "The record that proves it: tocsin act.", File: &journal.File{Media: "application/x-ndjson"}}
		if _, err := k.Engine.Attach(ctx, id, incident.Command{ID: "act-record/" + r.ID, Actor: actor, Op: op}, b); err != nil {
			return err
		}
		x.Incident = id
	}
	return t.print(x, func(w io.Writer) {
		if x.Before {
			fmt.Fprintf(w, "Incident %s holds it already. ", x.Incident)
		} else {
			fmt.Fprintf(w, "Taken into incident %s. ", x.Incident)
		}
		fmt.Fprintln(w, say)
	})
}

// holding is the incident that holds a record; empty if none does.
func holding(ctx context.Context, k *app.Desk, as, name string) (string, error) {
	list, err := k.Engine.List(ctx, false)
	if err != nil {
		return "", err
	}
	for _, s := range list {
		if !s.Sees(as) {
			continue
		}
		v, err := k.Engine.View(ctx, s.ID)
		if err != nil {
			return "", err
		}
		if slices.ContainsFunc(v.State.Evidence, func(e incident.Evidence) bool { return e.File != nil && filepath.Base(e.What) == name }) {
			return s.ID, nil
		}
	}
	return "", nil
}
