package readiness

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/arm"
	"tocsin/check"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/mute"
	"tocsin/plan"
)

// The codes of gaps about what acts by itself.
const (
	NotArmed    = "not-armed"       // what the plan does by itself is not armed
	ArmEnds     = "arming-ends"     // it soon will not be any more
	ArmAsked    = "arming-asked"    // it waits for signatures
	DisarmAsked = "disarm-asked"    // somebody wants it disarmed and waits for a second person
	ArmVoid     = "armed-void"      // it is armed, and what it would do would fail now
	ArmDeaf     = "armed-muted"     // it is armed, and a detector by which it acts is muted
	ArmIdle     = "armed-idle"      // it is armed, and does nothing for another reason, such as that it has acted as often as it may
	ArmsUnfit   = "arms-unreadable" // the record of what is armed cannot be relied on
)

// An arming is said to end endsSoon before its end, and more loudly endsNow before it.
const (
	endsSoon = 24 * time.Hour
	endsNow  = 2 * time.Hour
)

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
			level := check.Note
			if x.Armed.Until.Sub(w.Now) <= endsNow {
				level = check.Warning
			}
			gaps = append(gaps, Gap{
				Code: ArmEnds, Level: level, Say: fmt.Sprintf("%s is armed only until %s.", x.Name, x.Armed.Until.Format("2 January 15:04 UTC")),
				Why:  "Afterwards nothing is done before people have come and signed.",
				Mend: fmt.Sprintf("Arm it anew: tocsin arm %s.", x.Issue),
			})
		}
		if x.Armed != nil {
			idle, err := hindered(ctx, w, h.Plan(), x)
			if err != nil {
				return nil, err
			}
			gaps = append(gaps, idle...)
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

// hindered says what keeps an armed issue from being acted upon now.
func hindered(ctx context.Context, w World, p *plan.Plan, x arm.Standing) ([]Gap, error) {
	const asEver = "The team counts on it, and people would have to come and sign as ever."
	var gaps []Gap
	if !x.Ready {
		gaps = append(gaps, Gap{
			Code: ArmIdle, Level: check.Warning, Of: x.Action, Say: fmt.Sprintf("%s is armed, and nothing is done by itself now. %s", x.Name, x.Why), Why: asEver,
			Mend: "Be ready to come. If it should act more often, change the plan and adopt it.",
		})
	}
	mutes, err := w.Engine.Mutes(ctx, w.Protocol)
	if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Unavailable) { // that the record does not hold is a gap of its own
		return nil, err
	}
	for _, m := range mutes {
		if m.State == mute.Muted && heeds(p, x, m.Detector) {
			gaps = append(gaps, Gap{
				Code: ArmDeaf, Level: check.Warning, Of: x.Action, Why: asEver,
				Say:  fmt.Sprintf("%s is armed, and the detector %s, by which it acts, is muted until %s.", x.Name, mute.Name(p, m.Detector), m.Until.Format("2 January 15:04 UTC")),
				Mend: fmt.Sprintf("If the reason is gone, end it: tocsin unmute %s.", m.Detector),
			})
		}
	}
	if w.Live == nil {
		return gaps, nil
	}
	for _, t := range w.Live.Trials {
		if t.Action == x.Action && t.Outcome == Fails {
			gaps = append(gaps, Gap{
				Code: ArmVoid, Level: check.Error, Of: x.Action, Chain: t.Chain, Block: t.Block, Say: fmt.Sprintf("%s is armed, and what would be done would fail. %s", x.Name, t.Say), Why: asEver,
				Mend: "Mend what keeps it from working. Until then count on people alone.",
			})
		}
	}
	return gaps, nil
}

// heeds reports whether what is armed acts by a detector, or wants it to agree.
func heeds(p *plan.Plan, x arm.Standing, detector string) bool {
	return slices.ContainsFunc(x.Acts, func(a arm.Detector) bool {
		d, _ := p.Detector(a.ID)
		return a.ID == detector || d.ActReason == "" && d.ActTogether == detector
	})
}
