package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/check"
	"tocsin/fault"
	"tocsin/plan"
)

func (t *terminal) check() *cobra.Command {
	failOn, standard := string(check.Error), ""
	var live liveFlags
	c := &cobra.Command{
		Use:   "check DIR",
		Short: "Say what is wrong with a plan, and what is missing",
		Long: `Check reads every YAML file of a plan folder and prints all that is wrong with it, with file, line and column; then
the gaps: what a plan that can be read still lacks, what would hurt most first. Indented below stand why it matters and how to mend
it, once for all gaps of a kind; docs/gaps.md explains each kind by the code in brackets.
With --live it looks at the chains instead, without a server: it tries each action without changing anything, and compares who may do
what with what the plan says; docs/readiness.md explains each gap. Endpoints come from --endpoint, or ` + endpointVariable + `CHAINID in
the environment. With --facts FILE it writes down what the chains say, and next time says what is otherwise.
Exit 0 if there is no gap of level error, 1 if there is, 2 if the plan cannot be read; --fail-on asks for more or less.`,
		Args: exactly("a plan folder"),
		RunE: func(c *cobra.Command, args []string) error {
			level, err := failLevel(failOn)
			if err != nil {
				return err
			}
			if live.on {
				return t.checkLive(c, args[0], level, live)
			}
			if err := live.unused(); err != nil {
				return err
			}
			return t.checkPlan(args[0], level, standard)
		},
	}
	c.Flags().StringVar(&failOn, "fail-on", failOn, "least level of a gap for which the exit code is 1: error, warning, note, never")
	c.Flags().StringVar(&standard, "standard", "", "instead of the gaps, say how far the plan meets a published checklist: "+strings.Join(check.Standards(), ", "))
	live.flags(c)
	c.MarkFlagsMutuallyExclusive("live", "standard")
	return c
}

// failLevel reads a level; empty for never.
func failLevel(s string) (check.Level, error) {
	if s == "never" {
		return "", nil
	}
	if l := check.Level(s); slices.Contains(check.Levels(), l) {
		return l, nil
	}
	return "", fault.New(fault.Invalid, "%q is not a level of gaps.", s).Instead("Write error, warning, note or never.")
}

// checked is what check prints.
type checked struct {
	Protocol string         `json:"protocol,omitempty"`
	Hash     string         `json:"hash,omitempty"`
	Problems []plan.Problem `json:"problems"`
	Gaps     []check.Gap    `json:"gaps"`
}

func (t *terminal) checkPlan(dir string, failOn check.Level, standard string) error {
	p, src, err := t.load(dir)
	if err != nil {
		return err
	}
	if standard != "" {
		return t.score(p, src, standard)
	}
	out := checked{Protocol: p.Protocol, Hash: p.Hash().Hex(), Problems: []plan.Problem{}, Gaps: check.CheckAt(p, src, time.Now())}
	if out.Gaps == nil {
		out.Gaps = []check.Gap{}
	}
	err = t.print(out, func(w io.Writer) { writeGaps(w, p, out) })
	failed := func(g check.Gap) bool { return failOn != "" && g.Level.AtLeast(failOn) }
	if err == nil && slices.ContainsFunc(out.Gaps, failed) {
		return told(exitNo)
	}
	return err
}

// writeGaps prints gaps for reading at night, the worst first: under each level what is wanting, a line each, and once for all
// that are of one kind why it matters and how to mend it.
func writeGaps(w io.Writer, p *plan.Plan, out checked) {
	levels := map[check.Level]int{}
	for _, g := range out.Gaps {
		levels[g.Level]++
	}
	for rest := out.Gaps; len(rest) > 0; {
		level := rest[0].Level
		n := levels[level]
		fmt.Fprintf(w, "%s, %s:\n\n", upper(count(n, string(level))), costs[level])
		for kind := range alike(rest[:n]) {
			writeKind(w, kind)
		}
		rest = rest[n:]
	}
	name := p.Name
	if name == "" || plan.Open(name) {
		name = p.Protocol
	}
	gaps := "No gaps"
	if n := len(out.Gaps); n > 0 {
		var parts []string
		for _, l := range check.Levels() {
			if levels[l] > 0 {
				parts = append(parts, count(levels[l], string(l)))
			}
		}
		gaps = fmt.Sprintf("%s: %s", upper(count(n, "gap")), strings.Join(parts, ", "))
	}
	fmt.Fprintf(w, "%s: %s, %s, %s, %s. %s.\nPlan hash %s\n", name, count(len(p.Issues), "issue"), count(len(p.Detectors), "detector"),
		count(len(p.Procedures), "procedure"), count(len(p.Decisions), "decision"), gaps, out.Hash)
}

// theyAre is what a sentence about so many things goes on with.
func theyAre(n int) string {
	if n == 1 {
		return "it is"
	}
	return "they are"
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
