package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/app"
	"tocsin/check"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

func (t *terminal) adopt() *cobra.Command {
	var d desk
	var by string
	c := &cobra.Command{
		Use: "adopt DIR", Short: "Bring a newer plan into force: show what changes, and ask for the signatures", Args: exactly("a plan folder"),
		Long: `Adopt shows what a newer plan changes in meaning against the plan in force, with what weakens it marked, and asks for the
signatures that the plan in force wants. The newer plan is in force once enough of them are handed in; a folder alone changes nothing.`,
		RunE: func(c *cobra.Command, args []string) error {
			p, src, err := t.load(args[0])
			if err != nil {
				return err
			}
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			x, err := t.propose(c, k, d, by, p, src)
			if err != nil {
				return err
			}
			h, err := k.Engine.History(c.Context(), p.Protocol)
			if err != nil {
				return err
			}
			return t.showProposal(h, x, p, check.Check(p, src), d.data)
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&by, "decision", "", "decision of the plan in force that adopts, if there are several")
	c.AddCommand(t.adoptShow(), t.adoptAnswer(decision.Approve), t.adoptAnswer(decision.Refuse), t.adoptExport())
	return c
}

// propose proposes the plan of a folder.
func (t *terminal) propose(c *cobra.Command, k *app.Desk, d desk, by string, p *plan.Plan, src *plan.Source) (*engine.Proposed, error) {
	x := engine.PlanProposal{Plan: p, Files: src.Files, Decision: by}
	if old, err := k.Engine.InForce(c.Context(), p.Protocol); err == nil { // else Propose says what is wrong
		x.Summary = adoptionSummary(old, p)
		if d.as != "" {
			if _, err := d.actor(old, access.Report); err != nil {
				return nil, err
			}
			x.Proposer = d.as
		}
	}
	return k.Engine.Propose(c.Context(), x)
}

// adoptionSummary is what approvers of a newer plan read in their wallet.
func adoptionSummary(old, next *plan.Plan) string {
	s := "Adopt a newer plan of " + next.Name
	if next.Version != "" {
		s = fmt.Sprintf("Adopt version %s of the plan of %s", next.Version, next.Name)
	}
	return s + ": " + check.Summarise(check.Differences(old, next)) + "."
}

// findProposal finds an open proposal by its hash, or by the beginning of one; "latest" is the newest.
func findProposal(h *engine.History, ref string, now time.Time) (*engine.Proposed, error) {
	open := h.Open(now)
	var hit []engine.Proposed
	for _, x := range open {
		if ref == "latest" || len(ref) >= 6 && len(x.Hash.Hex()) >= len(ref) && x.Hash.Hex()[:len(ref)] == ref {
			hit = append(hit, x)
		}
	}
	if len(hit) > 0 {
		if ref != "latest" && len(hit) > 1 {
			return nil, fault.New(fault.Invalid, "%s plans begin with %s.", upper(count(len(hit), "proposed plan")), ref).Instead("Give more of the hash.")
		}
		return &hit[0], nil
	}
	for _, x := range h.Proposals {
		if x.Hash.Hex() != ref {
			continue
		}
		switch {
		case h.InForce().Hash == x.Hash:
			return nil, fault.New(fault.Conflict, "This plan is in force; nothing is to be signed.")
		case x.State == engine.ProposalOpen:
			return nil, fault.New(fault.Expired, "This could be signed until %s.", x.Adoption.Expires().Format(time.RFC3339)).Instead("Propose it again: tocsin adopt DIR")
		default:
			return nil, fault.New(fault.Conflict, "Another plan has come into force since it was proposed.").Instead("Propose it again: tocsin adopt DIR")
		}
	}
	if len(open) == 0 {
		return nil, fault.New(fault.NotFound, "No plan waits to be adopted.").Instead("Propose one: tocsin adopt DIR --data DATA")
	}
	var hashes []string
	for _, x := range open {
		hashes = append(hashes, x.Hash.Hex())
	}
	return nil, fault.New(fault.NotFound, "No plan %q waits to be adopted.", ref).Instead("These do: %s.", join(hashes))
}

// history opens the data folder and reads the record of its plan.
func (t *terminal) history(c *cobra.Command, d desk) (*app.Desk, *engine.History, error) {
	k, err := t.open(c.Context(), d)
	if err != nil {
		return nil, nil, err
	}
	p, err := planOf(c.Context(), k.Engine, d.protocol)
	if err == nil {
		var h *engine.History
		if h, err = k.Engine.History(c.Context(), p.Protocol); err == nil {
			return k, h, nil
		}
	}
	k.Close()
	return nil, nil, err
}

func (t *terminal) adoptShow() *cobra.Command {
	var d desk
	var out string
	c := &cobra.Command{
		Use: "show HASH", Short: "Show what a proposed plan changes, and who has signed; HASH may be latest", Args: exactly("the hash of a proposed plan"),
		RunE: func(c *cobra.Command, args []string) error {
			k, h, err := t.history(c, d)
			if err != nil {
				return err
			}
			defer k.Close()
			x, err := findProposal(h, args[0], k.Engine.Now())
			if err != nil {
				return err
			}
			p, err := proposedPlan(c, k, h, x.Hash)
			if err != nil {
				return err
			}
			if out != "" {
				typed := x.Adoption.Message.With(decision.Approve).TypedData()
				if err := app.WriteNew(out, func(w io.Writer) error { _, err := w.Write(typed); return err }); err != nil {
					return err
				}
			}
			return t.showProposal(h, x, p, check.Check(p, nil), d.data)
		},
	}
	d.flags(c, false)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	c.Flags().StringVar(&out, "out", "", "file to write what is signed to, as typed data, for a machine without the server; see tocsin sign --file; an existing file is not overwritten")
	return c
}

// proposedPlan is a plan that the record names.
func proposedPlan(c *cobra.Command, k *app.Desk, h *engine.History, hash evm.Hash) (*plan.Plan, error) {
	a, err := k.Engine.Adoptions(c.Context(), h.Protocol)
	if err != nil {
		return nil, err
	}
	p, ok := a.PlanOf(hash)
	if !ok {
		return nil, fault.New(fault.Invalid, "The database does not hold the plan %s.", hash.Hex())
	}
	return p, nil
}

func (t *terminal) adoptAnswer(choice string) *cobra.Command {
	var d desk
	var signature string
	short := "Hand in a signed yes to a proposed plan"
	if choice == decision.Refuse {
		short = "Hand in a signed no to a proposed plan"
	}
	c := &cobra.Command{
		Use: choice + " HASH", Short: short, Args: exactly("the hash of a proposed plan"),
		Long: short + ". Whose it is follows from the signature. HASH may be latest.",
		RunE: func(c *cobra.Command, args []string) error {
			sig, err := t.signature(signature)
			if err != nil {
				return err
			}
			k, h, err := t.history(c, d)
			if err != nil {
				return err
			}
			defer k.Close()
			x, err := findProposal(h, args[0], k.Engine.Now())
			if err != nil {
				return err
			}
			before := h.Plan()
			if x, err = k.Engine.Answer(c.Context(), h.Protocol, x.ID, choice, sig); err != nil {
				return err
			}
			return t.showAnswer(before, x, k.Engine.Now())
		},
	}
	d.flags(c, false)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	c.Flags().StringVar(&signature, "signature", "", "signature as tocsin sign prints it, or - to read it from standard input")
	return c
}

// showAnswer says what has come of an answer.
func (t *terminal) showAnswer(before *plan.Plan, x *engine.Proposed, now time.Time) error {
	last := x.Adoption.Answers[len(x.Adoption.Answers)-1]
	st := x.Adoption.Status(before, now)
	adopted := x.State == engine.ProposalAdopted
	return t.print(map[string]any{"person": last.Person, "choice": last.Choice, "adopted": adopted, "proposal": proposalShown(before, x, now)}, func(w io.Writer) {
		verb := "agrees"
		if last.Choice == decision.Refuse {
			verb = "refuses"
		}
		fmt.Fprintf(w, "%s %s. %s\n", before.NameOf(last.Person), verb, st.Say)
		if adopted {
			fmt.Fprintf(w, "The plan %s is in force from now on. Incidents that are open keep the plan they were opened under.\n", x.Hash.Hex())
		}
	})
}

func (t *terminal) adoptExport() *cobra.Command {
	var d desk
	var file string
	c := &cobra.Command{
		Use: "export", Short: "Write what proves which plan is in force, for machines that sign without the server", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			k, h, err := t.history(c, d)
			if err != nil {
				return err
			}
			defer k.Close()
			a, err := k.Engine.Adoptions(c.Context(), h.Protocol)
			if err != nil {
				return err
			}
			if _, err := a.Verify(); err != nil {
				return err
			}
			if file == "" {
				file = "adoptions-" + h.Protocol + ".json"
			}
			if err := app.WriteNew(file, a.Write); err != nil {
				return err
			}
			return t.print(map[string]any{"export": file, "protocol": h.Protocol, "in_force": h.InForce().Hash.Hex(), "events": len(a.Events)}, func(w io.Writer) {
				fmt.Fprintf(w, "%s proves that %s is in force. Use it on a signer's machine: tocsin trust %s, or tocsin sign --adoptions %s.\n", file, h.InForce().Hash.Hex(), file, file)
			})
		},
	}
	d.flags(c, false)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	c.Flags().StringVarP(&file, "out", "o", "", "file to write; adoptions-PROTOCOL.json if not given; an existing file is not overwritten")
	return c
}
