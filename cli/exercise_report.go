package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/document"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// reporting is what report and publish were asked for.
type reporting struct {
	desk
	format, out string
}

func (r *reporting) flags(c *cobra.Command) {
	r.desk.flags(c, true)
	c.Flags().StringVar(&r.format, "format", "", strings.Join(document.PaperForms[:], ", ")+"; as the name of --out ends if not given, else md")
	c.Flags().StringVar(&r.out, "out", "", "file to write it to; standard output if not given")
}

func (t *terminal) exerciseReport() *cobra.Command {
	var r reporting
	c := &cobra.Command{
		Use:   "report EXERCISE",
		Short: "Write the report of an exercise: who, when, what, how well, what was learned",
		Long: `Report writes the account of an exercise that has ended, as Markdown, HTML or PDF: times against the plan's promises, steps, decisions,
updates, lessons and follow-ups. It names people; for the world outside there is tocsin exercise publish.

  tocsin exercise report EXERCISE --data DIR --as PERSON --out report.pdf`,
		Args: exactly("an exercise"),
		RunE: func(c *cobra.Command, args []string) error {
			return t.reported(c.Context(), r, args[0], access.View, exercise.OpSeen{}, func(x *exercise.Report, _ *plan.Plan) *exercise.Report { return x })
		},
	}
	r.flags(c)
	return c
}

func (t *terminal) exercisePublish() *cobra.Command {
	var r reporting
	c := &cobra.Command{
		Use:   "publish EXERCISE",
		Short: "Write the report of an exercise with the names of people taken out, for the world outside",
		Long: `Publish writes the report with the names of people taken out, and records who did so. It cannot know a name that the plan does not:
read it before it leaves the house.

  tocsin exercise publish EXERCISE --data DIR --as PERSON --out public.md`,
		Args: exactly("an exercise"),
		RunE: func(c *cobra.Command, args []string) error {
			return t.reported(c.Context(), r, args[0], access.Export, exercise.OpPublish{}, (*exercise.Report).Publish)
		},
	}
	r.flags(c)
	return c
}

// reported writes the report of an exercise for somebody who has the right, and records what they did with it.
func (t *terminal) reported(ctx context.Context, r reporting, id string, right access.Right, op exercise.Op, use func(*exercise.Report, *plan.Plan) *exercise.Report) error {
	if err := r.check(t); err != nil {
		return err
	}
	k, err := t.open(ctx, r.desk)
	if err != nil {
		return err
	}
	defer k.Close()
	v, err := exerciseOf(ctx, k.Engine, id)
	if err != nil {
		return err
	}
	actor, err := r.actor(v.Plan, right)
	if err != nil {
		return err
	}
	if actor.Kind == journal.Person && v.Sheet(actor.ID) == nil {
		return noExercise(id) // it is to surprise them
	}
	x, err := v.Report(ctx)
	if err != nil {
		return err
	}
	x = use(x, v.Plan)
	body, err := document.WritePaper(x.Paper(), r.format, time.Now())
	if err != nil {
		return err
	}
	// What leaves the house is recorded first; what was read, once it could be.
	if right == access.Export {
		if _, err := k.Engine.Exercise(ctx, id, exercise.Command{Actor: actor, Op: op}); err != nil {
			return err
		}
	}
	if err := t.writeReport(x, body, r.out); err != nil {
		return err
	}
	if actor.Kind == journal.Person && right == access.View {
		_, err = k.Engine.Exercise(ctx, id, exercise.Command{Actor: actor, Op: op})
	}
	return err
}

// check settles the format, and refuses what cannot be done before anything is read.
func (r *reporting) check(t *terminal) error {
	if r.format == "" {
		r.format = "md"
		if end := strings.ToLower(strings.TrimPrefix(filepath.Ext(r.out), ".")); slices.Contains(document.PaperForms[:], end) {
			r.format = end
		}
	}
	switch {
	case !slices.Contains(document.PaperForms[:], r.format):
		return fault.New(fault.Invalid, "There is no format %q.", r.format).Instead("Write one of %s.", strings.Join(document.PaperForms[:], ", "))
	case r.out == "" && t.json && r.format != "md":
		return fault.New(fault.Invalid, "%s is not JSON.", r.format).Instead("Give --out and a file; --json then prints what was written.")
	case r.out == "" && r.format == "pdf" && onTerminal(t.out):
		return fault.New(fault.Invalid, "A PDF cannot be shown on a terminal.").Instead("Give --out and a file, such as --out report.pdf.")
	}
	return nil
}

func (t *terminal) writeReport(r *exercise.Report, body []byte, out string) error {
	if out == "" && !t.json {
		t.printed = true
		_, err := t.out.Write(body)
		return err
	}
	if out == "" {
		return t.print(map[string]any{"report": r}, nil)
	}
	if err := writeRendering(out, body); err != nil {
		return err
	}
	return t.print(map[string]any{"report": r, "file": out}, func(w io.Writer) { fmt.Fprintf(w, "Written to %s.\n", out) })
}
