package action

import (
	"fmt"
	"strings"

	"github.com/holiman/uint256"

	"tocsin/plan"
)

// together prepares actions that start at the same time. Each is sent, confirmed and proven by itself.
func (r resolver) together(a plan.Action) (Prepared, error) {
	x := Prepared{Value: new(uint256.Int), Data: []byte{}}
	if len(a.Together) == 0 {
		return Prepared{}, r.invalid("starts no actions.").Instead("Name them under together.")
	}
	var titles, chains []string
	for _, id := range a.Together {
		if b, ok := r.plan.Action(id); ok && b.Kind == Together {
			return Prepared{}, r.invalid("starts %s, which is itself of kind %s.", id, Together).Instead("Name the actions that it holds.")
		}
		part, err := Prepare(r.plan, id)
		if err != nil {
			return Prepared{}, err
		}
		x.Together = append(x.Together, part)
		title := part.Words.Title
		if part.Chain != 0 {
			place, _ := r.chainText(part.Chain)
			title += " on " + place
			chains = append(chains, place)
		}
		titles = append(titles, title)
	}
	x.Words = Words{
		Target: fmt.Sprintf("%d actions", len(titles)), Chain: strings.Join(chains, ", "), Function: strings.Join(titles, "; "),
		Sentence: fmt.Sprintf("Starts %d actions at the same time: %s.", len(titles), strings.Join(titles, "; ")),
	}
	return x, nil
}
