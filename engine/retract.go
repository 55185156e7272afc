package engine

import (
	"context"
	"maps"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/journal"
)

// retract takes findings back: in the record, and in the incident that each led to.
func (d *draft) retract(ctx context.Context, o Observation, seen map[string]string) error {
	by := map[string][]string{}
	var ask []string
	for _, id := range o.Retracted {
		if s, ok := strings.CutPrefix(seen[mark(id)], kindIncident+"/"); ok {
			by[s] = append(by[s], id)
			if seen[markRetracted(id)] == "" {
				continue
			}
			// It was taken back before: when it came again it may have been kept quiet, and stand in the record only.
		}
		if _, struck := d.stands[id]; struck || seen[mark(id)] == "" {
			continue
		}
		ask = append(ask, id)
	}
	stands, err := d.engine.standings(ctx, o.Protocol, ask)
	if err != nil {
		return err
	}
	for _, id := range ask {
		f := stands[id]
		if _, struck := d.stands[id]; struck || f == nil {
			continue
		}
		if f.Incident != "" { // it was taken back, and led there when it came again
			if !slices.Contains(by[f.Incident], id) {
				by[f.Incident] = append(by[f.Incident], id)
			}
			continue
		}
		if err := d.strike(ctx, o, seen, f); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(by)) { // what was merged counts where it goes on, too
		ids, err := d.onward(ctx, id)
		if err != nil {
			return err
		}
		for _, next := range ids {
			by[next] = append(by[next], by[id]...)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(by)) {
		v, _, err := d.view(ctx, id)
		if err != nil {
			return err
		}
		before := v.State.Findings
		actor := "chain"
		if i := slices.IndexFunc(before, func(f incident.Finding) bool { return slices.Contains(by[id], f.ID) }); i >= 0 && o.Key == "" {
			actor = before[i].Detector // nobody's block is gone: whoever reported it says so
		}
		if err := d.do(ctx, id, incident.OpRetract{IDs: by[id], Why: o.RetractedWhy}, actor); err != nil {
			return err
		}
		for _, f := range before {
			stands, said := d.stands[f.ID]
			if f.Retracted != "" || !slices.Contains(by[id], f.ID) || said && !stands {
				continue
			}
			if err := d.strike(ctx, o, seen, &Found{Finding: f}); err != nil {
				return err
			}
		}
	}
	return nil
}

// restore counts a finding again that was taken back, as when a chain returns to a block that it had left. One that stands
// changes nothing. One of a detector that is muted now is kept quiet, wherever it led before. It reports whether the finding
// is to call people now, as one that was kept quiet the first time.
func (d *draft) restore(ctx context.Context, o Observation, seen map[string]string, f incident.Finding) (loud bool, err error) {
	id, led := strings.CutPrefix(seen[mark(f.ID)], kindIncident+"/")
	if !led {
		stands, here := d.stands[f.ID]
		switch {
		case stands, !here && seen[markRetracted(f.ID)] == "":
			return false, nil
		case !here:
			if d.recorded[f.ID] != nil {
				return false, nil
			}
		}
		d.word(f.ID, true)
		kept, err := d.quiet(ctx, o.Protocol, f.Detector)
		if err != nil || kept == nil && rings(f) {
			return err == nil, err
		}
		return false, d.note(ctx, o, eventFound{Finding: f, Muted: kept})
	}
	v, _, err := d.view(ctx, id)
	if err != nil {
		return false, err
	}
	for _, g := range v.State.Findings {
		if g.ID == f.ID && g.Retracted == "" {
			return false, nil
		}
	}
	stands, here := d.stands[f.ID]
	if x := d.recorded[f.ID]; stands || !here && x != nil && x.Incident == "" {
		return false, nil // in the record only, for it was kept quiet when it came again
	}
	kept, err := d.quiet(ctx, o.Protocol, f.Detector)
	if err != nil {
		return false, err
	}
	d.word(f.ID, true)
	if kept != nil {
		return false, d.note(ctx, o, eventFound{Finding: f, Muted: kept})
	}
	onward, err := d.onward(ctx, id)
	if err != nil {
		return false, err
	}
	for _, at := range append([]string{id}, onward...) {
		if err := d.find(ctx, o, at, []incident.Finding{f}); err != nil {
			return false, err
		}
	}
	return false, d.note(ctx, o, eventFound{Finding: f, Incident: id})
}

// strike records that a finding no longer counts.
func (d *draft) strike(ctx context.Context, o Observation, seen map[string]string, f *Found) error {
	d.word(f.ID, false)
	ev := eventRetracted{Finding: f.ID, Why: o.RetractedWhy}
	if f.Muted != nil {
		ev.Muted = f.Muted.Number
	}
	if m := markRetracted(f.ID); seen[m] == "" { // once is enough
		d.commit.Marks[m] = findingsStream(o.Protocol)
	}
	return d.write(ctx, o.Protocol, journal.Actor{Kind: journal.Detector, ID: f.Detector}, kindRetracted, ev)
}

// word notes what the draft makes of a finding, which the record does not say yet.
func (d *draft) word(finding string, stands bool) {
	if d.stands == nil {
		d.stands = map[string]bool{}
	}
	d.stands[finding] = stands
}
