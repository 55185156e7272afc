package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"tocsin/check"
	"tocsin/plan"

	"github.com/spf13/cobra"
)

func (t *terminal) check() *cobra.Command {
	standard := ""
	c := &cobra.Command{
		Use:   "check DIR",
		Short: "Say what is wrong with a plan, and what is missing",
		Long: `Check reads every YAML file of a plan folder and prints all that is wrong with it, with file, line and column; then
the gaps: what a plan that can be read still lacks. Exit 0 if there is neither an error nor a gap of level error.`,
		Args: exactly("a plan folder"),
		RunE: func(c *cobra.Command, args []string) error { return t.checkPlan(args[0], standard) },
	}
	c.Flags().StringVar(&standard, "standard", "", "instead of the gaps, say how far the plan meets a published checklist: "+strings.Join(check.Standards(), ", "))
	return c
}

// checked is what check prints.
type checked struct {
	Protocol string         `json:"protocol,omitempty"`
	Hash     string         `json:"hash,omitempty"`
	Problems []plan.Problem `json:"problems"`
	Gaps     []check.Gap    `json:"gaps"`
}

func (t *terminal) checkPlan(dir, standard string) error {
	folder, err := planFolder(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	out := checked{Problems: []plan.Problem{}, Gaps: []check.Gap{}}
	p, src, err := plan.Load(folder.FS())
	var problems plan.Problems
	if errors.As(err, &problems) {
		out.Problems = problems
		err := t.print(out, func(w io.Writer) {
			for _, pr := range problems {
				fmt.Fprintln(w, pr.String())
			}
			fmt.Fprintf(w, "%s. The plan cannot be used until they are mended.\n", count(len(problems), "problem"))
		})
		return errors.Join(told(exitUnusable), err)
	}
	if err != nil {
		return err
	}
	if standard != "" {
		return t.score(p, src, standard)
	}
	out.Protocol, out.Hash = p.Protocol, p.Hash().Hex()
	out.Gaps = append(out.Gaps, check.Check(p, src)...)
	bad := 0
	for _, g := range out.Gaps {
		if g.Level == check.Error {
			bad++
		}
	}
	err = t.print(out, func(w io.Writer) {
		for _, g := range out.Gaps {
			fmt.Fprintf(w, "%s:%d:%d: %s: %s [%s]\n    %s\n    %s\n", g.File, g.Line, g.Column, g.Level, g.Say, g.Code, g.Why, g.Mend)
		}
		name := p.Name
		if name == "" {
			name = p.Protocol
		}
		fmt.Fprintf(w, "%s: %s, %s, %s, %s. %s.\nPlan hash %s\n", name, count(len(p.Issues), "issue"), count(len(p.Detectors), "detector"),
			count(len(p.Procedures), "procedure"), count(len(p.Decisions), "decision"), upper(count(len(out.Gaps), "gap")), out.Hash)
	})
	if err == nil && bad > 0 {
		return told(exitNo)
	}
	return err
}

func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what + "s"
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
