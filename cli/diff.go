package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/check"
	"tocsin/fault"
	"tocsin/plan"
)

func (t *terminal) diff() *cobra.Command {
	var failOn string
	c := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Say what changed in meaning between two plans",
		Long: `Diff compares what two plans mean, not their lines: who can now decide, what may now be done, who is now called, what is no
longer watched. What weakens the plan comes first and is marked. Each of the two is a plan folder, or a file that holds a plan
in its canonical form. Formatting, comments and the split into files make no difference. Sealed
contact details are compared if TOCSIN_CONTACTS_KEY_FILE names a file with a contacts key.

Exit 0; with --fail-on weakens exit 1 if anything weakens the plan, with --fail-on changes if anything differs at all. Exit 2 if
a plan cannot be read. In the check of a pull request, compare the branch it goes to with the branch it comes from.`,
		Args: exactly("the old plan", "the new plan"),
		RunE: func(c *cobra.Command, args []string) error { return t.diffPlans(args[0], args[1], failOn) },
	}
	c.Flags().StringVar(&failOn, "fail-on", "never", "exit 1 if something weakens, if anything changes, or never: weakens, changes, never")
	return c
}

// different is what diff prints as JSON.
type different struct {
	Same        bool               `json:"same"` // nothing differs in meaning
	OldHash     string             `json:"old_hash"`
	NewHash     string             `json:"new_hash"`
	Summary     string             `json:"summary"`
	Differences []check.Difference `json:"differences"`
}

func (t *terminal) diffPlans(oldName, newName, failOn string) error {
	switch failOn {
	case check.Weakens, check.Changes, "never":
	default:
		return fault.New(fault.Invalid, "%q is not a reason to fail.", failOn).Instead("Write --fail-on weakens, changes or never.")
	}
	old, err := t.planAt(oldName)
	if err != nil {
		return err
	}
	new, err := t.planAt(newName)
	if err != nil {
		return err
	}
	found := check.Differences(old, new)
	out := different{
		Same: len(found) == 0, OldHash: old.Hash().Hex(), NewHash: new.Hash().Hex(), Summary: check.Summarise(found),
		Differences: append([]check.Difference{}, found...),
	}
	if err := t.print(out, func(w io.Writer) { writeDifferences(w, out) }); err != nil {
		return err
	}
	for _, d := range found {
		if failOn == check.Changes || failOn == d.Effect {
			return told(exitNo)
		}
	}
	return nil
}

// writeDifferences tells differences to people, under what they do to the plan.
func writeDifferences(w io.Writer, out different) {
	headings := map[string]string{check.Weakens: "WEAKENS THE PLAN", check.Changes: "Changes the plan", check.Strengthens: "Strengthens the plan"}
	effect := ""
	for _, d := range out.Differences {
		if d.Effect != effect {
			effect = d.Effect
			fmt.Fprintln(w, headings[effect])
		}
		fmt.Fprintf(w, "  %s\n      %s [%s]\n", d.Say, d.Subject, d.Code)
		if lengthy(d.Old) || lengthy(d.New) {
			fmt.Fprintf(w, "      before: %s\n      now:    %s\n", indented(d.Old), indented(d.New))
		}
	}
	switch {
	case out.OldHash == out.NewHash:
		fmt.Fprintf(w, "The two plans are the same.\nPlan hash %s\n", out.NewHash)
	case out.Same:
		fmt.Fprintf(w, "The two plans mean the same; only their form differs.\nPlan hash %s, before %s\n", out.NewHash, out.OldHash)
	default:
		n := map[string]int{}
		for _, d := range out.Differences {
			n[d.Effect]++
		}
		fmt.Fprintf(w, "%s: %d weakening, %d other, %d strengthening.\nPlan hash %s, before %s\n", upper(count(len(out.Differences), "difference")),
			n[check.Weakens], n[check.Changes], n[check.Strengthens], out.NewHash, out.OldHash)
	}
}

// lengthy reports whether a sentence did not quote a text in full.
func lengthy(s string) bool { return len([]rune(s)) > 90 || strings.Contains(s, "\n") }

func indented(s string) string {
	if s == "" {
		return "(nothing)"
	}
	return strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n              ")
}

// planAt reads a plan from its folder, or from a file in the canonical form. The problems of one that cannot be used are
// printed.
func (t *terminal) planAt(name string) (*plan.Plan, error) {
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		return canonicalPlan(name)
	}
	folder, err := planFolder(name)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	p, src, err := plan.Load(folder.FS())
	var problems plan.Problems
	if !errors.As(err, &problems) {
		return p, errors.Join(err, unsealed(p, src))
	}
	out := struct {
		Plan     string         `json:"plan"`
		Problems []plan.Problem `json:"problems"`
	}{name, problems}
	err = t.print(out, func(w io.Writer) {
		for _, pr := range problems {
			fmt.Fprintln(w, pr.String())
		}
		fmt.Fprintf(w, "%s in %s. The plan cannot be compared until %s mended.\n", upper(count(len(problems), "problem")), name, theyAre(len(problems)))
	})
	return nil, errors.Join(told(exitUnusable), err)
}

// mostCanonical bounds the file that is read as a plan, in bytes.
const mostCanonical = 64 << 20

func canonicalPlan(name string) (*plan.Plan, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s cannot be read.", name).Because(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostCanonical+1))
	if err == nil && len(b) > mostCanonical {
		err = fmt.Errorf("it is larger than %d MiB", mostCanonical>>20)
	}
	var p *plan.Plan
	if err == nil {
		p, err = plan.ParseCanonical(bytes.TrimSuffix(b, []byte("\n")))
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s holds no plan in the canonical form.", name).
			Instead("Name the plan's folder, or a file with its canonical form.").Because(err)
	}
	return p, nil
}
