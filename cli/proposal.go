package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tocsin/check"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/plan"
	"tocsin/readiness"
)

// shownProposal is a proposed plan as JSON.
type shownProposal struct {
	Hash     string            `json:"hash"`
	Version  string            `json:"version,omitempty"`
	State    string            `json:"state"`
	Proposed time.Time         `json:"proposed"`
	Expires  time.Time         `json:"expires"`
	Proposer string            `json:"proposer,omitempty"`
	Decision string            `json:"decision"`
	Status   decision.Status   `json:"status"`
	Answers  []decision.Signed `json:"answers"`
}

func proposalShown(inForce *plan.Plan, x *engine.Proposed, now time.Time) shownProposal {
	s := shownProposal{
		Hash: x.Hash.Hex(), Version: x.Version, State: x.State, Proposed: x.At, Expires: x.Adoption.Expires(), Proposer: x.Adoption.Proposer(),
		Decision: x.Adoption.Message.Decision, Status: x.Adoption.Status(inForce, now), Answers: x.Adoption.Answers,
	}
	if s.Answers == nil {
		s.Answers = []decision.Signed{}
	}
	return s
}

// showProposal prints what a proposed plan changes, what it would lack, and what is to be signed.
func (t *terminal) showProposal(h *engine.History, x *engine.Proposed, p *plan.Plan, gaps []check.Gap, data string) error {
	old, now := h.Plan(), time.Now().UTC()
	changes := compared(old, p)
	failing := []check.Gap{}
	for _, g := range gaps {
		if g.Level == check.Error {
			failing = append(failing, g)
		}
	}
	s := proposalShown(old, x, now)
	m := x.Adoption.Message.With(decision.Approve)
	out := map[string]any{
		"protocol": h.Protocol, "in_force": h.InForce().Hash.Hex(), "proposal": s, "differences": changes.Differences, "gaps": failing,
		"message": m, "digest": m.Digest().Hex(),
	}
	return t.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "%s of the plan of %s is to take the place of the one in force%s.\n", readiness.Version(x.Version, x.Hash), p.Name, versionNote(h.InForce().Version))
		fmt.Fprintln(w)
		writeDifferences(w, changes)
		if len(failing) > 0 {
			fmt.Fprintf(w, "\nIt would bring %s of level error:\n", count(len(failing), "gap"))
			for _, g := range failing {
				fmt.Fprintf(w, "  %s [%s]\n", g.Say, g.Code)
			}
		}
		d, _ := old.Decision(s.Decision)
		fmt.Fprintf(w, "\n%s: %s It can be signed until %s.\n", d.Name, s.Status.Say, s.Expires.Format("2006-01-02 15:04 UTC"))
		for _, a := range s.Answers {
			fmt.Fprintf(w, "  %s, %s, %s\n", old.NameOf(a.Person), a.Choice, a.At.Format("2006-01-02 15:04:05 UTC"))
		}
		if names := unanswered(old, &d, s.Answers); len(names) > 0 {
			fmt.Fprintf(w, "  Who may still sign: %s\n", strings.Join(names, ", "))
		}
		domain, message := m.Parts()
		fmt.Fprintf(w, "\nWhat is signed:\n  %s\n  plan in force  %s\n  newer plan     %s\n  domain hash    %s\n  message hash   %s\n  digest         %s\n",
			m.Summary, m.Plan.Hex(), m.Action.Hex(), domain.Hex(), message.Hex(), m.Digest().Hex())
		fmt.Fprintf(w, "\nSign:     tocsin sign --adoption %s --data %s --keystore FILE\nHand in:  tocsin adopt approve %s --data %s --signature 0x…\n", x.Hash.Hex(), data, x.Hash.Hex(), data)
	})
}

// unanswered names those whose answer would count and has not come yet.
func unanswered(p *plan.Plan, d *plan.Decision, answers []decision.Signed) (names []string) {
	for _, id := range decision.Voters(p, d) {
		if !slices.ContainsFunc(answers, func(a decision.Signed) bool { return a.Person == id }) {
			names = append(names, p.NameOf(id))
		}
	}
	return names
}

func versionNote(version string) string {
	if version == "" {
		return ""
	}
	return ", version " + version
}

// compared is what changes in meaning from one plan to another.
func compared(old, next *plan.Plan) different {
	found := check.Differences(old, next)
	return different{
		Same: len(found) == 0, OldHash: old.Hash().Hex(), NewHash: next.Hash().Hex(), Summary: check.Summarise(found),
		Differences: append([]check.Difference{}, found...),
	}
}
