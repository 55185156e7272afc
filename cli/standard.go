package cli

import (
	"fmt"
	"io"
	"time"

	"tocsin/check"
	"tocsin/plan"
)

// score prints how far a plan meets a published checklist. What is wrong with the plan itself is the check's to say.
func (t *terminal) score(p *plan.Plan, src *plan.Source, standard string) error {
	s, err := check.Score(p, src, standard, time.Now().UTC())
	if err != nil {
		return err
	}
	return t.print(s, func(w io.Writer) {
		words := map[string]string{check.ControlMet: "met", check.ControlPartly: "partly", check.ControlNot: "not met"}
		fmt.Fprintf(w, "%s, revision %s\n", s.Title, s.Version)
		for _, c := range s.Controls {
			fmt.Fprintf(w, "\n%s  %s: %s\n", c.ID, c.Title, words[c.Status])
			for _, e := range c.Evidence {
				fmt.Fprintf(w, "    + %s\n", e)
			}
			for _, m := range c.Missing {
				fmt.Fprintf(w, "    - %s\n", m)
			}
		}
		fmt.Fprintf(w, "\n%d met, %d partly, %d not. This is what the plan shows on paper, in our words; it is no certificate.\n", s.Met, s.Partly, s.Not)
	})
}
