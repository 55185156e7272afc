package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/mute"
	"tocsin/plan"
)

func (t *terminal) findings() *cobra.Command {
	var d desk
	var q engine.FindingQuery
	var since string
	c := &cobra.Command{
		Use:   "findings",
		Short: "List what the detectors found, the newest first, and where each finding led",
		Long: `Findings lists what the detectors found, the newest first: those that led to an incident, those of detectors that only observe,
and those that a mute kept quiet. One that no longer counts, because its block is no longer part of the chain, says so.`,
		Args: exactly(),
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
			if since != "" {
				ago, err := plan.ParseDuration(since)
				if err != nil {
					return fault.New(fault.Invalid, "%q is not a length of time.", since).Instead("Write --since 24h or --since 7d.")
				}
				q.Since = k.Engine.Now().Add(-time.Duration(ago))
			}
			q.Person = d.as
			page, err := k.Engine.Findings(c.Context(), p.Protocol, q)
			if err != nil {
				return err
			}
			if len(page.Findings) == 0 && q.Detector != "" {
				if err := mute.Known(p, q.Detector); err != nil {
					return err
				}
			}
			return t.printFindings(p, page)
		},
	}
	d.looks(c)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	c.Flags().StringVar(&q.Detector, "detector", "", "only those of this detector")
	c.Flags().StringVar(&since, "since", "", "only those recorded so lately, such as 24h")
	c.Flags().IntVar(&q.Limit, "limit", 50, "at most so many, up to 1000")
	c.Flags().Uint64Var(&q.Before, "before", 0, "only those with a lesser number: next of the list before")
	c.AddCommand(t.findingsRedact())
	return c
}

// findingLine is a finding in what is printed as JSON.
type findingLine struct {
	Number    uint64            `json:"number"`
	Recorded  time.Time         `json:"recorded"`
	At        time.Time         `json:"at,omitzero"` // of the block
	ID        string            `json:"id"`
	Detector  string            `json:"detector"`
	Name      string            `json:"name"` // of the detector
	Mode      string            `json:"mode"`
	Issues    []string          `json:"issues"`
	Asset     string            `json:"asset,omitempty"`
	Chain     uint64            `json:"chain,omitempty"`
	Block     uint64            `json:"block,omitempty"`
	Tx        evm.Hash          `json:"tx,omitzero"`
	Amount    string            `json:"amount,omitempty"`
	Say       string            `json:"say"`
	Act       string            `json:"act,omitempty"`     // why it may act by itself
	Text      string            `json:"text,omitempty"`    // what somebody wrote who used the public form
	Contact   string            `json:"contact,omitempty"` // how to reach them
	Led       string            `json:"led"`               // incident, observed, muted
	Incident  string            `json:"incident,omitempty"`
	Muted     *engine.KeptQuiet `json:"muted,omitempty"`
	Retracted string            `json:"retracted,omitempty"` // why it no longer counts
	Exercise  bool              `json:"exercise,omitempty"`
}

func (t *terminal) printFindings(p *plan.Plan, page engine.FindingPage) error {
	lines := make([]findingLine, 0, len(page.Findings))
	for _, f := range page.Findings {
		lines = append(lines, findingLine{
			Number: f.Number, Recorded: f.Recorded, At: f.At.UTC(), ID: f.ID, Detector: f.Detector, Name: mute.Name(p, f.Detector),
			Mode: f.Mode, Issues: append([]string{}, f.Issues...), Asset: f.Asset, Chain: f.Chain, Block: f.Block, Tx: f.Tx, Amount: f.Amount,
			Say: f.Say, Act: f.Act, Text: string(f.Text), Contact: string(f.Contact), Led: f.Led(), Incident: f.Incident, Muted: f.Muted, Retracted: f.Retracted, Exercise: f.Exercise != nil,
		})
	}
	out := map[string]any{"findings": lines}
	if page.Next > 0 {
		out["next"] = page.Next
	}
	return t.print(out, func(w io.Writer) {
		if len(lines) == 0 {
			fmt.Fprintln(w, "No findings.")
		}
		for _, f := range page.Findings {
			writeFound(w, p, f)
		}
		if page.Next > 0 {
			fmt.Fprintf(w, "\nThere are more: --before %d\n", page.Next)
		}
	})
}

// writeFound prints what was found, and below it where and what became of it.
func writeFound(w io.Writer, p *plan.Plan, f engine.Found) {
	at := f.At
	if at.IsZero() {
		at = f.Recorded
	}
	fmt.Fprintf(w, "%s  %s%s\n", moment(at), exerciseMark(f.Exercise != nil), f.Say)
	fmt.Fprintf(w, "    %s (%s), %s", mute.Name(p, f.Detector), modeOf(f.Finding), ledTo(p, f))
	if f.Block > 0 {
		fmt.Fprintf(w, "; chain %d, block %d", f.Chain, f.Block)
	}
	if f.Tx != (evm.Hash{}) {
		fmt.Fprintf(w, ", transaction %s", f.Tx.Hex())
	}
	fmt.Fprintln(w)
	switch {
	case f.Act != "":
		fmt.Fprintf(w, "    It may act: %s\n", f.Act)
	case f.Mode == "act":
		fmt.Fprintln(w, "    It only calls people: no second detector agreed, and the plan states no reason to act alone.")
	}
	writeTold(w, f.Finding)
	if f.Text != "" || f.Contact != "" {
		fmt.Fprintf(w, "    To remove that: tocsin findings redact %s\n", f.ID)
	}
	if f.Retracted != "" {
		fmt.Fprintf(w, "    It no longer counts: %s\n", f.Retracted)
	}
}

func modeOf(f incident.Finding) string {
	if f.Mode == "" {
		return "observe"
	}
	return f.Mode
}

// ledTo says where a finding led.
func ledTo(p *plan.Plan, f engine.Found) string {
	switch f.Led() {
	case engine.LedToIncident:
		return "incident " + f.Incident
	case engine.LedToMuted:
		names := ""
		for i, id := range f.Muted.By {
			if i > 0 {
				names += " and "
			}
			names += p.NameOf(id)
		}
		return fmt.Sprintf("muted by %s until %s", names, moment(f.Muted.Until))
	}
	return "recorded only"
}
