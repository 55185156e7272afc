package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
)

// shownMessage is how a communication of the plan stands.
type shownMessage struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Audience string    `json:"audience"`
	State    string    `json:"state"`
	Say      string    `json:"say,omitempty"`
	Update   string    `json:"update,omitempty"`
	Due      time.Time `json:"due,omitzero"`
	Owes     string    `json:"owes,omitempty"` // person
	Missed   time.Time `json:"missed,omitzero"`
}

func (t *terminal) incidentOwed() *cobra.Command {
	var d desk
	c := &cobra.Command{
		Use:   "owed [INCIDENT]",
		Short: "List what a person owes now, or every message of an incident: who owes it by when, or why it is waived",
		Long: `Owed lists, for an incident, every message that the plan wants: who owes it by when, or why it is waived.

Without an incident it lists what is the person's to do now whom --as names: in every open incident of every protocol whose plan names
them, the most urgent first, and then what exercises have left them to do.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			if len(args) == 0 {
				return t.duties(c.Context(), k, d)
			}
			v, err := k.Engine.ViewFor(c.Context(), args[0], d.as)
			if err != nil {
				return err
			}
			list := messagesOf(v, v.Now())
			return t.print(map[string]any{"messages": list}, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "The plan wants no messages.")
				}
				for _, m := range list {
					fmt.Fprintf(w, "%-8s  %-24s %s\n", strings.ReplaceAll(m.State, "-", " "), m.ID, m.Name)
					switch {
					case !m.Missed.IsZero():
						fmt.Fprintf(w, "          %s: was due by %s and was missed; %s owes it\n", m.Update, moment(m.Due), m.Owes)
					case !m.Due.IsZero():
						fmt.Fprintf(w, "          %s: due by %s; %s owes it\n", m.Update, moment(m.Due), m.Owes)
					case m.Say != "":
						fmt.Fprintf(w, "          %s\n", clip(m.Say))
					}
				}
			})
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&d.protocol, "protocol", "", "only what is owed to this protocol")
	return c
}

func messagesOf(v *engine.View, now time.Time) []shownMessage {
	list := []shownMessage{}
	for _, c := range incident.CommunicationsOf(v.Plan, v.State) {
		m := shownMessage{ID: c.ID, Name: c.Name, Audience: c.Audience, State: c.State, Say: c.Say}
		for i := range v.State.Updates {
			u := &v.State.Updates[i]
			if u.Communication == c.ID && (u.State == incident.Owed || u.State == incident.Asked) {
				m.Update, m.Due, m.Missed = u.ID, u.Due, u.Missed
				if m.Owes = incident.NameOf(v.Plan, incident.Responsible(v.Plan, v.State, u, now)); m.Owes == "" {
					m.Owes = "nobody"
				}
			}
		}
		list = append(list, m)
	}
	return list
}

// duties lists what is a person's to do now, in all protocols whose plans name them.
func (t *terminal) duties(ctx context.Context, k *app.Desk, d desk) error {
	if d.as == "" {
		return fault.New(fault.Invalid, "Neither an incident nor a person is named.").Instead("Write tocsin incident owed INCIDENT, or give --as PERSON.")
	}
	ids, err := k.Engine.Protocols(ctx)
	if err != nil {
		return err
	}
	var as []engine.Member
	names := map[string]string{}
	for _, id := range ids {
		p, err := k.Engine.InForce(ctx, id)
		if err != nil {
			return err
		}
		if _, ok := p.Person(d.as); ok && (d.protocol == "" || d.protocol == id) {
			as, names[id] = append(as, engine.Member{Protocol: id, Person: d.as}), p.Name
		}
	}
	if len(as) == 0 {
		return fault.New(fault.NotFound, "No plan in force names a person %q.", d.as).Instead("Use the id that the plan gives them.")
	}
	list, err := k.Engine.Duties(ctx, as...)
	if err != nil {
		return err
	}
	return t.print(map[string]any{"person": d.as, "duties": list}, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintf(w, "Nothing is owed by %s now.\n", d.as)
		}
		for _, x := range list {
			due := "now"
			if !x.Due.IsZero() {
				due = "by " + moment(x.Due)
			}
			of := x.Incident
			if of == "" {
				of = x.Session
			}
			fmt.Fprintf(w, "%-26s %s\n    %s\n    %s%s%s (%s)\n", due, x.Title, clip(x.Say), exerciseMark(x.Exercise), ofProtocol(len(as) > 1, names[x.Protocol]), x.Name, of)
		}
	})
}
