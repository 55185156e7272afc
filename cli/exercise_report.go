package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

func (t *terminal) exerciseReport() *cobra.Command {
	var d desk
	var out string
	c := &cobra.Command{
		Use:   "report EXERCISE",
		Short: "Write the report of an exercise: who, when, what, how well, what was learned",
		Long: `Report writes the account of an exercise that has ended, as Markdown: times against the plan's promises, steps, decisions, updates,
lessons and follow-ups. It names people; for the world outside there is tocsin exercise publish.`,
		Args: exactly("an exercise"),
		RunE: func(c *cobra.Command, args []string) error {
			return t.reported(c.Context(), d, args[0], access.View, func(r *exercise.Report, _ *plan.Plan) error { return t.writeReport(r, out) })
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&out, "out", "", "file to write it to; standard output if not given")
	return c
}

func (t *terminal) exercisePublish() *cobra.Command {
	var d desk
	var out string
	c := &cobra.Command{
		Use:   "publish EXERCISE",
		Short: "Write the report of an exercise with the names of people taken out, for the world outside",
		Args:  exactly("an exercise"),
		RunE: func(c *cobra.Command, args []string) error {
			return t.reported(c.Context(), d, args[0], access.Export, func(r *exercise.Report, p *plan.Plan) error { return t.writeReport(r.Publish(p), out) })
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&out, "out", "", "file to write it to; standard output if not given")
	return c
}

// reported makes the report of an exercise for somebody who has the right; they count as having seen it.
func (t *terminal) reported(ctx context.Context, d desk, id string, right access.Right, use func(*exercise.Report, *plan.Plan) error) error {
	k, err := t.open(ctx, d)
	if err != nil {
		return err
	}
	defer k.Close()
	v, err := k.Engine.Session(ctx, id)
	if err != nil {
		return err
	}
	actor, err := d.actor(v.Plan, right)
	if err != nil {
		return err
	}
	r, err := v.Report(ctx)
	if err != nil {
		return err
	}
	if err := use(r, v.Plan); err != nil {
		return err
	}
	if actor.Kind == journal.Person && right == access.View {
		_, err = k.Engine.Exercise(ctx, id, exercise.Command{Actor: actor, Op: exercise.OpSeen{}})
	}
	return err
}

func (t *terminal) writeReport(r *exercise.Report, out string) error {
	if out == "" {
		return t.print(map[string]any{"report": r}, func(w io.Writer) { fmt.Fprint(w, r.Markdown()) })
	}
	if err := os.WriteFile(filepath.Clean(out), []byte(r.Markdown()), 0o644); err != nil {
		return fault.New(fault.Invalid, "%s cannot be written.", out).Instead("Name another file with --out.").Because(err)
	}
	return t.print(map[string]any{"report": r, "file": out}, func(w io.Writer) { fmt.Fprintf(w, "Written to %s.\n", out) })
}
