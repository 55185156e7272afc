package cli

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/engine"
	"tocsin/fault"
)

func (t *terminal) exercise() *cobra.Command {
	c := &cobra.Command{
		Use:   "exercise",
		Short: "Live exercises: what can be drilled, who drills when, and how it went",
		Long: `Exercise is about live exercises: the team answers a made-up emergency on the screens and with the keys of a real one, on a chain of
its own.

  tocsin exercise list                 what can be played with a plan
  tocsin exercise run SCENARIO --auto  play it without people, to see whether the plan still contains it
  tocsin exercise plan                 plan an exercise of the team
  tocsin exercise invite EXERCISE      invite everybody whom the plan wants
  tocsin exercise report EXERCISE      how one went
  tocsin exercise publish EXERCISE     the same without names, for the world outside

EXERCISE is the id that tocsin exercise list --data DIR shows.`,
	}
	c.AddCommand(
		t.exerciseList(), t.exerciseRun(), t.exercisePlan(), t.exerciseInvite(), t.exerciseReply(), t.exerciseFollowUp(), t.exerciseReport(),
		t.exercisePublish(), t.exerciseRedact(),
	)
	return c
}

// exerciseOf is an exercise by its id.
func exerciseOf(ctx context.Context, e *engine.Engine, id string) (*engine.ExerciseView, error) {
	v, err := e.Session(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, noExercise(id)
	}
	return v, err
}

func noExercise(id string) error {
	return fault.New(fault.NotFound, "There is no exercise %q.", id).Instead("For those that are there: tocsin exercise list --data DIR.")
}

// folderOf is the files of a plan folder; nil if none is named, which stands for the example plan.
func folderOf(dir string) (fs.FS, error) {
	if dir == "" {
		return nil, nil
	}
	folder, err := planFolder(dir)
	if err != nil {
		return nil, err
	}
	return folder.FS(), nil
}

func (t *terminal) exerciseList() *cobra.Command {
	var dir string
	var d desk
	c := &cobra.Command{
		Use:   "list",
		Short: "List the scenarios that can be played with a plan, and the exercises of a data folder",
		Long: `List names the scenarios that can be played with a plan: its own, and those of the library as they fit it. Without --plan it is
the example plan. With --data it lists the exercises that are planned, go on or took place there.

  tocsin exercise list --plan my-plan
  tocsin exercise list --data data`,
		Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			if d.data != "" {
				return t.sessions(c, d)
			}
			files, err := folderOf(dir)
			if err != nil {
				return err
			}
			p, list, err := app.Scenarios(files)
			if err != nil {
				return err
			}
			return t.print(map[string]any{"protocol": p.Protocol, "scenarios": list}, func(w io.Writer) {
				tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
				for _, s := range list {
					how := "at a table"
					if s.World != "" {
						how = "live: " + s.World
					}
					fmt.Fprintf(tab, "%s\t%s\t%s\n", s.ID, how, s.Name)
				}
				_ = tab.Flush()
				for _, s := range list {
					for _, m := range s.Misfits {
						fmt.Fprintf(w, "%s: %s\n", s.ID, m)
					}
				}
			})
		},
	}
	c.Flags().StringVar(&dir, "plan", "", "plan folder; the example plan if not given")
	d.flags(c, false)
	d.ofProtocol(c)
	return c
}

// safeArtefacts says what the flag of that name is for.
const safeArtefacts = "folder of the npm package @safe-global/safe-contracts, for exercises of a plan that pauses through a Safe"

func (t *terminal) sessions(c *cobra.Command, d desk) error {
	k, err := t.open(c.Context(), d)
	if err != nil {
		return err
	}
	defer k.Close()
	list, err := k.Engine.Exercises(c.Context(), d.protocol)
	if err != nil {
		return err
	}
	return t.print(map[string]any{"sessions": list}, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintln(w, "No exercise is planned.")
		}
		for _, s := range list {
			fmt.Fprintf(w, "%s  %s  %-9s  %s\n", s.ID, moment(s.Scheduled), standsAs(s), s.Title)
		}
	})
}

func standsAs(s engine.ExerciseSummary) string {
	if s.Frozen {
		return "frozen"
	}
	return string(s.Phase)
}

func (t *terminal) exerciseRun() *cobra.Command {
	var o app.ExerciseOptions
	var dir string
	var auto bool
	var artefacts string
	c := &cobra.Command{
		Use:   "run SCENARIO",
		Short: "Play a scenario without people, and say whether the plan brings it to containment",
		Long: `Run plays a scenario with a plan on a chain of its own, with scripted responders and a clock that runs faster than time: detectors,
paging, approvals, the pause and its proof are the real ones. Nothing reaches the world. It ends with 0 if the plan brought the scenario to
containment, and with 1 and the reason if it did not, so that a change of the plan can be tried before it is merged.

Broken off, it goes on where it was if it is started again with the same --data. With --data it is kept, for tocsin exercise report.

  tocsin exercise list --plan my-plan
  tocsin exercise run reentrant-withdrawal --auto --plan my-plan --data practice`,
		Args: exactly("a scenario"),
		RunE: func(c *cobra.Command, args []string) error {
			if !auto {
				return fault.New(fault.Invalid, "An exercise of the team is led in the console.").
					Instead("To play it without people, give --auto; to plan one for the team: tocsin exercise plan.")
			}
			if o.Speed < 1 || o.Speed > 3600 {
				return fault.New(fault.Invalid, "The clock cannot run %d times as fast as time.", o.Speed).Instead("Give --speed 1 to 3600.")
			}
			log, err := t.logger(c.Context())
			if err != nil {
				return err
			}
			o.Scenario, o.Logger, o.Terminal = args[0], log, t.out
			if t.json {
				o.Terminal = t.err
			}
			if o.Plan, err = folderOf(dir); err != nil {
				return err
			}
			if o.Safe, err = app.ReadSafe(artefacts); err != nil {
				return err
			}
			v, err := app.RunExercise(c.Context(), o)
			if err != nil {
				return err
			}
			if t.json {
				if err := t.print(v, nil); err != nil {
					return err
				}
			}
			if !v.Contained {
				fmt.Fprintf(t.err, "tocsin: the plan did not bring %q to containment: %s\n", v.Name, strings.TrimSpace(v.Why))
				return told(exitNo)
			}
			return nil
		},
	}
	f := c.Flags()
	f.BoolVar(&auto, "auto", false, "play it without people")
	f.StringVar(&dir, "plan", "", "plan folder; the example plan if not given")
	f.Uint32Var(&o.Speed, "speed", app.DefaultSpeed, "seconds of the exercise in a second, 1 to 3600")
	f.StringVar(&artefacts, "safe-artifacts", "", safeArtefacts)
	f.StringVar(&o.Data, "data", "", "folder to keep it in; started again with the same folder, it goes on where it was")
	return c
}
