package readiness

import (
	"context"
	"fmt"
	"time"

	"tocsin/arm"
	"tocsin/check"
	"tocsin/engine"
	"tocsin/fault"
)

// The codes of gaps about what acts by itself.
const (
	NotArmed    = "not-armed"       // what the plan does by itself is not armed
	ArmEnds     = "arming-ends"     // it soon will not be any more
	ArmAsked    = "arming-asked"    // it waits for signatures
	DisarmAsked = "disarm-asked"    // somebody wants it disarmed and waits for a second person
	ArmsUnfit   = "arms-unreadable" // the record of what is armed cannot be relied on
)

// endsSoon is how long before its end an arming is said to end.
const endsSoon = 24 * time.Hour

// byItself says what is not armed, or soon will not be. An error of the database is returned as it is.
func byItself(ctx context.Context, w World, h *engine.History) ([]Gap, error) {
	s, err := w.Engine.Arms(ctx, w.Protocol)
	switch {
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.Unavailable):
		return []Gap{{
			Code: ArmsUnfit, Level: check.Error, Say: fault.Sentence(err),
			Why:  "Nothing is done by itself, whatever people signed.",
			Mend: "Update this node, or restore the database from a backup that you trust.",
		}}, nil
	case err != nil:
		return nil, err
	}
	var gaps []Gap
	for _, x := range arm.Look(h.Plan(), s, w.Now) {
		switch {
		case x.Armed == nil && x.Open == nil:
			gaps = append(gaps, Gap{
				Code: NotArmed, Level: check.Note, Say: fmt.Sprintf("%s: what the plan does by itself is not armed.", x.Name),
				Why:  "Nothing is done before people have come and signed.",
				Mend: fmt.Sprintf("If that is not meant, ask for it: tocsin arm %s.", x.Issue),
			})
		case x.Armed != nil && x.Armed.Until.Sub(w.Now) <= endsSoon && x.Open == nil:
			gaps = append(gaps, Gap{
				Code: ArmEnds, Level: check.Note, Say: fmt.Sprintf("%s is armed only until %s.", x.Name, x.Armed.Until.Format("2 January 15:04 UTC")),
				Why:  "Afterwards nothing is done before people have come and signed.",
				Mend: fmt.Sprintf("Arm it anew: tocsin arm %s.", x.Issue),
			})
		}
		if x.Open != nil {
			gaps = append(gaps, Gap{
				Code: ArmAsked, Level: check.Note, People: x.Open.Status(h.Plan(), w.Now).Wanted,
				Say:  fmt.Sprintf("%s wants %s armed until %s.", h.Plan().NameOf(x.Open.Proposer), x.Name, x.Open.Until.Format("2 January 15:04 UTC")),
				Why:  "It acts once its approvers have signed.",
				Mend: fmt.Sprintf("Sign by %s: tocsin sign --arming %s. Sign only what you have read.", x.Open.Lapses(h.Plan()).Format("15:04 UTC"), x.Issue),
			})
		}
		if x.Armed != nil && x.Armed.Disarm != nil {
			d := x.Armed.Disarm
			gaps = append(gaps, Gap{
				Code: DisarmAsked, Level: check.Note, People: others(h, []string{d.By}),
				Say:  fmt.Sprintf("%s wants %s disarmed: %s", h.Plan().NameOf(d.By), x.Name, d.Why),
				Why:  "Until a second person of the core team agrees, it acts as ever.",
				Mend: fmt.Sprintf("Agree by %s: tocsin disarm %s. To keep it armed: add --keep.", d.Lapses.Format("15:04 UTC"), x.Issue),
			})
		}
	}
	return gaps, nil
}
