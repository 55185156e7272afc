package cli

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
)

func (t *terminal) exerciseInvite() *cobra.Command {
	var d desk
	c := &cobra.Command{
		Use:   "invite EXERCISE [PERSON...]",
		Short: "Invite people to an exercise: those named, or everybody whom the plan wants",
		Long: `Invite sends an invitation by e-mail, for the calendar too, with a link by which each person says whether they come. Without names it
invites everybody whom the plan wants. A name may be a person, a group or a rota of the plan. Whoever is not of the core team is called in
the exercise only if they have said that they come.

  tocsin exercise invite EXERCISE --data data --as oscar
  tocsin exercise invite EXERCISE eveline auditors --data data --as oscar`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 || slices.Contains(args, "") {
				return fault.New(fault.Invalid, "Invite takes an exercise, and whom to invite if not everybody.").Instead("Write: %s", c.UseLine())
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			before := 0
			return t.inExercise(c, d, args[0], access.Drill, exercise.OpInvite{People: args[1:]},
				func(v *engine.ExerciseView) { before = guests(v) },
				func(w io.Writer, v *engine.ExerciseView) {
					fmt.Fprintf(w, "%s invited.\n", were(guests(v)-before))
				})
		},
	}
	d.flags(c, true)
	return c
}

// guests is how many people are invited.
func guests(v *engine.ExerciseView) int {
	n := 0
	for _, x := range v.State.Invited {
		if !x.Asked.IsZero() {
			n++
		}
	}
	return n
}

func were(n int) string {
	if n == 1 {
		return "1 person was"
	}
	return fmt.Sprintf("%d people were", max(n, 0))
}

func (t *terminal) exerciseReply() *cobra.Command {
	var d desk
	var why string
	c := &cobra.Command{
		Use:   "reply EXERCISE coming|absent",
		Short: "Say whether you come to an exercise",
		Long: `Reply says whether you come to an exercise, as the link of the invitation does.

  tocsin exercise reply EXERCISE coming --data data --as janet`,
		Args: exactly("an exercise", "an answer"),
		RunE: func(c *cobra.Command, args []string) error {
			return t.inExercise(c, d, args[0], access.Answer, exercise.OpReply{Answer: args[1], Why: why}, nil,
				func(w io.Writer, v *engine.ExerciseView) {
					say := "comes"
					if args[1] == exercise.Absent {
						say = "does not come"
					}
					fmt.Fprintf(w, "%s %s to %s on %s.\n", v.Plan.NameOf(d.as), say, v.State.Title, moment(v.State.Scheduled))
				})
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&why, "why", "", "a word to the moderator")
	return c
}

func (t *terminal) exerciseFollowUp() *cobra.Command {
	var d desk
	var why string
	var declined bool
	c := &cobra.Command{
		Use:   "follow-up EXERCISE NUMBER",
		Short: "Say that a follow-up of an exercise is done, or that it will not be",
		Long: `Follow-up ends what somebody promised in an exercise: it is done or, with --declined and a reason, will not be done. Until then its
owner is reminded. What a person has promised is on the list of tocsin incident owed --as PERSON.

  tocsin exercise follow-up EXERCISE 1 --data data --as janet --why "It stands in the plan."`,
		Args: exactly("an exercise", "the number of a follow-up"),
		RunE: func(c *cobra.Command, args []string) error {
			n, err := strconv.Atoi(args[1])
			if err != nil {
				return fault.New(fault.Invalid, "%q is not the number of a follow-up.", args[1]).Instead("Look it up: tocsin incident owed --as PERSON.")
			}
			return t.inExercise(c, d, args[0], access.Answer, exercise.OpFollowUpEnd{Number: n, Declined: declined, Why: why}, nil,
				func(w io.Writer, v *engine.ExerciseView) {
					f := v.State.FollowUp(n)
					fmt.Fprintf(w, "Follow-up %d is %s: %s\n", n, f.State, f.Text)
				})
		},
	}
	d.flags(c, true)
	c.Flags().BoolVar(&declined, "declined", false, "it will not be done; --why says why")
	c.Flags().StringVar(&why, "why", "", "what was done, or why not")
	return c
}

// inExercise carries out somebody's command in an exercise and shows what they may see of it then.
func (t *terminal) inExercise(c *cobra.Command, d desk, id string, right access.Right, op exercise.Op, before func(*engine.ExerciseView), say func(io.Writer, *engine.ExerciseView)) error {
	k, err := t.open(c.Context(), d)
	if err != nil {
		return err
	}
	defer k.Close()
	v, err := exerciseOf(c.Context(), k.Engine, id)
	if err != nil {
		return err
	}
	actor, err := d.actor(v.Plan, right)
	if err != nil {
		return err
	}
	if v.Sheet(d.as) == nil {
		return noExercise(id)
	}
	if before != nil {
		before(v)
	}
	if v, err = k.Engine.Exercise(c.Context(), id, exercise.Command{Actor: actor, Op: op}); err != nil {
		return err
	}
	return t.print(map[string]any{"session": v.Sheet(d.as)}, func(w io.Writer) { say(w, v) })
}
