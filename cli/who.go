package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/plan/contacts"
)

func (t *terminal) who() *cobra.Command {
	var d desk
	var dir, at string
	c := &cobra.Command{
		Use:   "who ISSUE",
		Short: "Say who would be told and called about an issue, in order",
		Long: `Who lets an issue of the plan run its course without anybody noticing: who would be called first, how, and who comes next
if nobody answers; who is told once it is validated, contained and resolved; and who must decide what. Nothing is sent.

Every way to reach a person counts as one that works, whatever the server could send to. Sealed contact details are opened
with the key in ` + app.ContactsKey + `, as the server does.`,
		Args: exactly("an issue of the plan"),
		RunE: func(c *cobra.Command, args []string) error {
			p, err := t.planToAsk(c.Context(), c, dir, d)
			if err != nil || p == nil {
				return err
			}
			when, zone, err := momentOf(p, at, time.Now())
			if err != nil {
				return err
			}
			return t.printWho(p, args[0], when, zone)
		},
	}
	d.flags(c, false)
	c.Flags().StringVar(&dir, "plan", ".", "folder with the plan")
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the data folder holds several plans")
	c.Flags().StringVar(&at, "at", "", `when it is detected, such as "2026-12-24 03:00" by the clock of the plan's rota, or 2026-12-24T03:00:00Z; now if not given`)
	return c
}

// planToAsk reads the plan in force of a data folder if one is named, else the plan in a folder.
func (t *terminal) planToAsk(ctx context.Context, c *cobra.Command, dir string, d desk) (*plan.Plan, error) {
	if d.data != "" {
		if c.Flags().Changed("plan") {
			return nil, fault.New(fault.Invalid, "Both a plan folder and a data folder are named.").Instead("Give --plan or --data, one of the two.")
		}
		k, err := t.open(ctx, d)
		if err != nil {
			return nil, err
		}
		defer k.Close()
		return planOf(ctx, k.Engine, d.protocol)
	}
	p, src, err := t.load(dir)
	if err != nil {
		return nil, err
	}
	key, err := app.Secret(app.ContactsKey)
	if err != nil {
		return nil, err
	}
	if p.Contacts.File != "" && key != "" {
		return p, contacts.Open(p, src.Files, key)
	}
	return p, nil
}

// momentOf reads a time: with its own zone, or by the clock of the plan's first rota, else in UTC. It answers the zone by
// whose clock people are told of it.
func momentOf(p *plan.Plan, text string, now time.Time) (time.Time, *time.Location, error) {
	zone := time.UTC
	for _, r := range p.Rotas {
		if z, err := time.LoadLocation(r.TimeZone); err == nil && r.TimeZone != "" {
			zone = z
			break
		}
	}
	if text == "" {
		return now, zone, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, zone, nil
	}
	for _, form := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if at, err := time.ParseInLocation(form, text, zone); err == nil {
			return at, zone, nil
		}
	}
	return time.Time{}, nil, fault.New(fault.Invalid, "%q is not a time.", text).
		Instead(`Write --at "2026-12-24 03:00" for the clock of %s, or --at 2026-12-24T03:00:00Z.`, zone)
}

// toldLine is one call in what who prints as JSON.
type toldLine struct {
	Moment string `json:"moment"`
	After  string `json:"after"` // since the moment
	At     string `json:"at"`
	Person string `json:"person"`
	Name   string `json:"name"`
	How    string `json:"how"` // kind of contact; empty if there is none
	Why    string `json:"why"`
}

// askedLine is one decision in it.
type askedLine struct {
	Decision string   `json:"decision"`
	Name     string   `json:"name"`
	Question string   `json:"question,omitempty"`
	For      []string `json:"for"`
	Optional bool     `json:"optional,omitempty"`
	Wanted   []string `json:"wanted"` // persons
	Say      string   `json:"say"`
}

func (t *terminal) printWho(p *plan.Plan, issue string, at time.Time, zone *time.Location) error {
	i, ok := p.Issue(issue)
	if !ok {
		return noIssue(p, issue)
	}
	told, err := incident.Forecast(p, issue, at)
	if err != nil {
		return err
	}
	asked := incident.AgreementsOf(p, issue, at)
	lines, decisions := make([]toldLine, 0, len(told)), make([]askedLine, 0, len(asked))
	for _, x := range told {
		lines = append(lines, toldLine{x.Moment, plan.Duration(x.After).String(), x.At.Format(time.RFC3339), x.Person, x.Name, x.How, x.Why})
	}
	for _, a := range asked {
		decisions = append(decisions, askedLine{
			a.Decision.ID, a.Decision.Name, a.Decision.Question, a.For, a.Optional, append([]string{}, a.Status.Wanted...), a.Status.Say,
		})
	}
	out := map[string]any{"issue": issue, "at": at.UTC().Format(time.RFC3339), "told": lines, "decisions": decisions}
	return t.print(out, func(w io.Writer) {
		whoHead(w, p, i, at.In(zone))
		for _, m := range moments {
			m.print(w, told)
		}
		whoDecides(w, p, asked)
		if p.Contacts.File != "" && !opened(p) {
			fmt.Fprintf(w, "\nThe contact details in %s are sealed and were not opened: put their key into %s.\n", p.Contacts.File, app.ContactsKey)
		}
	})
}

// noIssue says that the plan has no such issue, and which it has.
func noIssue(p *plan.Plan, issue string) error {
	ids := make([]string, 0, len(p.Issues))
	for _, i := range p.Issues {
		ids = append(ids, i.ID)
	}
	err := fault.New(fault.NotFound, "The plan names no issue %q.", issue)
	if near := plan.Nearest(issue, ids); len(near) > 0 {
		return err.Instead("Did you mean %s? The plan names: %s.", either(near), either(ids))
	}
	return err.Instead("The plan names: %s.", either(ids))
}

// opened reports whether sealed contact details have been opened.
func opened(p *plan.Plan) bool {
	for _, id := range p.Everyone() {
		if x, _ := p.Person(id); len(x.Sealed) > 0 {
			return true
		}
	}
	return false
}
