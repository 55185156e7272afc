package readiness

import (
	"context"
	"fmt"
	"strings"

	"tocsin/action"
	"tocsin/check"
	"tocsin/fault"
	"tocsin/plan"
)

// ask looks whether a request could be made: its secret is there, and whom it is made of answers. Nothing is asked of them.
func (k *survey) ask(ctx context.Context, a plan.Action, pr action.Prepared) {
	var wants []string
	if name := pr.Request.Secret; name != "" && k.Secret != nil && k.Secret(name) == "" {
		wants = append(wants, fmt.Sprintf("The secret in %s, with which it is signed, was not given.", name))
	}
	pages := []string{pr.Request.URL}
	if pr.Proof != nil {
		pages = append(pages, pr.Proof.URL)
	}
	for _, page := range pages {
		if k.Reach == nil {
			break
		}
		if err := k.Reach(ctx, page); err != nil {
			wants = append(wants, fmt.Sprintf("%s does not answer: %s.", host(page), strings.TrimSuffix(fault.Sentence(err), ".")))
		}
	}
	switch {
	case len(wants) > 0:
		k.tried(nil, a, Fails, strings.Join(wants, " "))
		k.add(nil, Gap{
			Code: RequestFails, Level: check.Error, Of: a.ID, Say: fmt.Sprintf("%s could not be asked for now. %s", a.Name, strings.Join(wants, " ")),
			Why: "In an emergency the request would not be made, or nobody would see whether it worked.", Mend: "Give the secret to the server, or correct the address in the plan.",
		})
	case k.Reach == nil:
		k.tried(nil, a, Untried, "Nobody was asked.")
	default:
		k.tried(nil, a, Works, host(pr.Request.URL)+" answers. Nothing was asked of it.")
	}
}

// together says how actions that start at the same time would go, by how each would go by itself.
func (k *survey) together(a plan.Action) {
	outcome, says := Works, []string(nil)
	for _, id := range a.Together {
		for _, t := range k.report.Trials {
			if t.Action != id {
				continue
			}
			says = append(says, fmt.Sprintf("%s: %s", t.Name, t.Say))
			switch {
			case t.Outcome == Fails, t.Outcome == Untried && outcome != Fails:
				outcome = t.Outcome
			case t.Outcome == InEffect && outcome == Works && len(a.Together) == 1:
				outcome = InEffect
			}
		}
	}
	k.tried(nil, a, outcome, strings.Join(says, " "))
}
