package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/plan"
)

func (t *terminal) exercisePlan() *cobra.Command {
	var d desk
	var op exercise.OpPlan
	var at, length string
	var invite bool
	c := &cobra.Command{
		Use:   "plan",
		Short: "Plan an exercise of the team",
		Long: `Plan puts an exercise of the team on the calendar: when, how long, who leads it without taking part in the response, and who keeps the
real watch meanwhile. The moderator chooses the scenarios and leads it in the console.

  tocsin exercise plan --data data --as oscar --watch david --at "2026-12-24 15:00" --title Winter --invite`,
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
			actor, err := d.actor(p, access.Drill)
			if err != nil {
				return err
			}
			if op.Scheduled, _, err = momentOf(p, at, k.Engine.Now()); err != nil {
				return err
			}
			if length != "" {
				if op.Length, err = lengthOf(length); err != nil {
					return err
				}
			}
			if op.Moderator == "" {
				op.Moderator = d.as
			}
			op.Protocol = p.Protocol
			v, err := k.Engine.OpenSession(c.Context(), exercise.Command{Actor: actor, Op: op})
			if err != nil {
				return err
			}
			if invite {
				if v, err = k.Engine.Exercise(c.Context(), v.State.ID, exercise.Command{Actor: actor, Op: exercise.OpInvite{}}); err != nil {
					return err
				}
			}
			return t.print(map[string]any{"session": v.Sheet(d.as)}, func(w io.Writer) { writePlanned(w, v) })
		},
	}
	d.flags(c, true)
	d.ofProtocol(c)
	f := c.Flags()
	f.StringVar(&at, "at", "", `when, such as "2026-12-24 15:00" by the clock of the plan's rota; now if not given`)
	f.StringVar(&length, "length", "", "how long, such as 2h; as the plan says if not given")
	f.StringVar(&op.Title, "title", "", "what it is called")
	f.StringVar(&op.Moderator, "moderator", "", "person who leads it and takes no part in the response; who plans it if not given")
	f.StringSliceVar(&op.Watch, "watch", nil, "persons, groups or rotas of the plan who keep the real watch meanwhile")
	f.BoolVar(&op.Surprise, "surprise", false, "nobody is told beforehand but the moderator and the watch; it pages for real, with EXERCISE in every message")
	f.BoolVar(&invite, "invite", false, "invite everybody whom the plan wants")
	return c
}

func lengthOf(text string) (plan.Duration, error) {
	l, err := plan.ParseDuration(text)
	if err != nil {
		return 0, fault.New(fault.Invalid, "%q is no length of time.", text).Instead("Write one such as 2h or 90m.")
	}
	return l, nil
}

func writePlanned(w io.Writer, v *engine.ExerciseView) {
	s := v.State
	fmt.Fprintf(w, "%s is planned for %s, %s long: %s.\n", s.ID, moment(s.Scheduled), s.Length, s.Title)
	fmt.Fprintf(w, "Moderator: %s. Real watch meanwhile: %s.\n", v.Plan.NameOf(s.Moderator), namesIn(v.Plan, s.Watch))
	if n := len(s.Invited); n > 0 {
		fmt.Fprintf(w, "%s invited.\n", were(n))
	}
}

func namesIn(p *plan.Plan, ids []string) string {
	var names []string
	for _, id := range ids {
		names = append(names, p.NameOf(id))
	}
	return join(names)
}
