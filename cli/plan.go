package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/readiness"
)

func (t *terminal) plan() *cobra.Command {
	c := &cobra.Command{Use: "plan", Short: "Say which plan is in force, and that you have read it"}
	c.AddCommand(t.planStatus(), t.planRead())
	return c
}

// planState is what plan status prints as JSON.
type planState struct {
	Protocol  string           `json:"protocol"`
	Name      string           `json:"name"`
	Version   string           `json:"version,omitempty"`
	InForce   string           `json:"in_force"`
	Since     time.Time        `json:"since"`
	Number    int              `json:"number"`     // of plans that were in force, this one included
	AdoptedBy []string         `json:"adopted_by"` // persons; none for the first plan
	Folder    string           `json:"folder,omitempty"`
	Differs   bool             `json:"differs"`
	Read      []engine.Reading `json:"read"`
	Unread    []string         `json:"unread"`
	Proposals []shownProposal  `json:"proposals"` // that can still be signed
	Gaps      []readiness.Gap  `json:"gaps"`
}

func (t *terminal) planStatus() *cobra.Command {
	var d desk
	var folder string
	c := &cobra.Command{
		Use: "status", Short: "Say which plan is in force, what waits to be adopted, and who has not read it", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			var held evm.Hash
			if folder != "" {
				p, _, err := t.load(folder)
				if err != nil {
					return err
				}
				held = p.Hash()
			}
			k, h, err := t.history(c, d)
			if err != nil {
				return err
			}
			defer k.Close()
			if h, err = k.Engine.VerifyAdoptions(c.Context(), h.Protocol); err != nil {
				return err
			}
			now := k.Engine.Now()
			gaps, err := readiness.Look(c.Context(), readiness.World{Engine: k.Engine, Protocol: h.Protocol, Folder: held, Now: now})
			if err != nil {
				return err
			}
			return t.showPlan(h, held, gaps, now)
		},
	}
	d.flags(c, false)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	c.Flags().StringVar(&folder, "plan", "", "plan folder to compare with what is in force")
	return c
}

func (t *terminal) showPlan(h *engine.History, held evm.Hash, gaps []readiness.Gap, now time.Time) error {
	g, p := h.InForce(), h.Plan()
	s := planState{
		Protocol: h.Protocol, Name: p.Name, Version: p.Version, InForce: g.Hash.Hex(), Since: g.Since, Number: g.Number, AdoptedBy: []string{},
		Read: append([]engine.Reading{}, h.Read(g.Hash)...), Unread: append([]string{}, readiness.Unread(h)...), Proposals: []shownProposal{},
		Gaps: append([]readiness.Gap{}, gaps...),
	}
	if held != (evm.Hash{}) {
		s.Folder, s.Differs = held.Hex(), held != g.Hash
	}
	s.AdoptedBy = append(s.AdoptedBy, h.AdoptedBy()...)
	for _, x := range h.Open(now) {
		s.Proposals = append(s.Proposals, proposalShown(p, &x, now))
	}
	return t.print(s, func(w io.Writer) {
		fmt.Fprintf(w, "%s%s is in force since %s.\n  %s\n", p.Name, versionNote(p.Version), g.Since.Format("2006-01-02 15:04 UTC"), s.InForce)
		if len(s.AdoptedBy) > 0 {
			fmt.Fprintf(w, "Adopted by %s; every signature since the first plan is valid.\n", readiness.Names(p, s.AdoptedBy))
		} else {
			fmt.Fprintln(w, "It is the first: whoever started the server with it vouches for it.")
		}
		for _, x := range s.Gaps {
			fmt.Fprintf(w, "\n%s: %s [%s]\n    %s\n    %s\n", x.Level, x.Say, x.Code, x.Why, x.Mend)
		}
		if len(s.Unread) == 0 {
			fmt.Fprintln(w, "Everybody of the core team has read it.")
		}
	})
}

func (t *terminal) planRead() *cobra.Command {
	var d desk
	c := &cobra.Command{
		Use: "read", Short: "Say that you have read the plan in force", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			k, h, err := t.history(c, d)
			if err != nil {
				return err
			}
			defer k.Close()
			p := h.Plan()
			actor, err := d.actor(p, access.View)
			if err != nil {
				return err
			}
			if err := k.Engine.ConfirmRead(c.Context(), h.Protocol, actor, h.InForce().Hash); err != nil {
				return err
			}
			return t.print(map[string]any{"person": d.as, "read": h.InForce().Hash.Hex(), "version": p.Version}, func(w io.Writer) {
				fmt.Fprintf(w, "%s has read %s%s.\n", p.NameOf(d.as), p.Name, versionNote(p.Version))
			})
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	return c
}
