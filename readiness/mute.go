package readiness

import (
	"context"
	"fmt"
	"slices"

	"tocsin/check"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/mute"
)

// The codes of gaps about mutes.
const (
	Muted      = "detector-muted"   // what a detector finds calls nobody just now
	MuteAsked  = "mute-asked"       // somebody wants a detector muted and waits for a second person
	MutesUnfit = "mutes-unreadable" // the record of mutes cannot be relied on
)

// muted says which detectors are quiet, and who waits to have one quiet. An error of the database is returned as it is.
func muted(ctx context.Context, w World, h *engine.History) ([]Gap, error) {
	list, err := w.Engine.Mutes(ctx, w.Protocol)
	switch {
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.Unavailable):
		return []Gap{{
			Code: MutesUnfit, Level: check.Error, Say: fault.Sentence(err),
			Why:  "Every detector rings; nobody can see which were meant to be quiet.",
			Mend: "Update this node, or restore the database from a backup that you trust.",
		}}, nil
	case err != nil:
		return nil, err
	}
	var gaps []Gap
	for _, m := range list {
		name, by := mute.Name(h.Plan(), m.Detector), Names(h.Plan(), m.By)
		if m.State == mute.Asked {
			gaps = append(gaps, Gap{
				Code: MuteAsked, Level: check.Note, People: others(h, m.By),
				Say:  fmt.Sprintf("%s wants %s muted until %s.", by, name, m.Until.Format("2 January 15:04 UTC")),
				Why:  "Until a second person of the core team agrees, it rings as ever.",
				Mend: fmt.Sprintf("Agree by %s: tocsin mute %s.", m.Lapses.Format("15:04 UTC"), m.Detector),
			})
			continue
		}
		gaps = append(gaps, Gap{
			Code: Muted, Level: check.Warning,
			Say:  fmt.Sprintf("%s is muted until %s, by %s: %s", name, m.Until.Format("2 January 15:04 UTC"), by, m.Why),
			Why:  "What it finds meanwhile calls nobody.",
			Mend: fmt.Sprintf("If the reason is gone, end it: tocsin unmute %s.", m.Detector),
		})
	}
	return gaps, nil
}

// others are the people of the core team who are not among some.
func others(h *engine.History, ids []string) []string {
	var rest []string
	for _, r := range h.Plan().CoreTeam {
		if !r.Body && !slices.Contains(ids, r.ID) {
			rest = append(rest, r.ID)
		}
	}
	return rest
}
