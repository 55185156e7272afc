package app

import (
	"slices"
	"time"

	"tocsin/detect"
	"tocsin/feed/target"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/watch"
)

// Vista is what is seen of a plan's chains at one moment.
type Vista struct {
	At        time.Time          `json:"at"`
	Chains    []ChainVista       `json:"chains"`
	Detectors []detect.Sight     `json:"detectors"` // in the plan's order
	Findings  []incident.Finding `json:"findings"`  // newest first
}

// ChainVista is how far one chain has been seen.
type ChainVista struct {
	ID    uint64    `json:"id"`
	Name  string    `json:"name"`
	Block uint64    `json:"block"`
	Time  time.Time `json:"time,omitzero"`               // of the block seen last; zero if none was
	Every float64   `json:"seconds_per_block,omitempty"` // lately; 0 if that is not known
	Why   string    `json:"why,omitempty"`               // what is wrong with watching it
}

// lookers are the detectors of one plan, ready to be looked at.
type lookers struct {
	plan   *plan.Plan
	index  *detect.Index
	unseen []detect.Sight // those that see nothing on a chain
}

func newLookers(p *plan.Plan, files map[string][]byte) *lookers {
	abis, unread := detect.ABIs(p, files)
	index, broken := detect.Compile(p, abis)
	return &lookers{plan: p, index: index, unseen: detect.Unseen(p, append(unread, broken...))}
}

// vista says what the watches of the plan's chains have seen, by what they stored. Chains without a state have not been seen.
func (l *lookers) vista(states map[uint64][]byte) (Vista, error) {
	var v Vista
	seen := map[string]detect.Sight{}
	for _, c := range l.plan.Chains {
		s, err := watch.Stored(states[c.ID])
		if err != nil {
			return v, err
		}
		if s == nil {
			s = &detect.State{}
		}
		cv := ChainVista{ID: c.ID, Name: c.Name}
		if last, ok := s.Last(); ok {
			cv.Block, cv.Time = last.Number, time.Unix(int64(min(last.Time, 1<<40)), 0).UTC()
			first := s.Recent[0]
			if n := last.Number - min(first.Number, last.Number); n > 0 && last.Time > first.Time {
				cv.Every = float64(last.Time-first.Time) / float64(n)
			}
		}
		v.Chains = append(v.Chains, cv)
		for _, g := range l.index.Sights(c.ID, s) {
			seen[g.Detector] = g
		}
	}
	for _, g := range l.unseen {
		seen[g.Detector] = g
	}
	for _, d := range l.plan.Detectors {
		if g, ok := seen[d.ID]; ok {
			v.Detectors = append(v.Detectors, g)
		}
	}
	return v, nil
}

// lastFound notes for each detector when it found something last, where its own memory does not reach so far.
func (v *Vista) lastFound() {
	at := map[string]time.Time{}
	for _, f := range v.Findings {
		if f.Retracted == "" && f.At.After(at[f.Detector]) {
			at[f.Detector] = f.At
		}
	}
	for i := range v.Detectors {
		if g := &v.Detectors[i]; at[g.Detector].After(g.Last) {
			g.Last = at[g.Detector].UTC()
		}
	}
}

// outside puts in how what is not on a chain stands, by what its follower stored.
func (v *Vista) outside(b []byte, p *plan.Plan) error {
	state, err := target.Stored(b)
	if err != nil {
		return err
	}
	for _, g := range state.Sights(p) {
		if i := slices.IndexFunc(v.Detectors, func(d detect.Sight) bool { return d.Detector == g.Detector }); i >= 0 {
			v.Detectors[i] = g
		}
	}
	return nil
}

// Ranked returns the detectors with those first that want to be looked at.
func (v *Vista) Ranked() []detect.Sight {
	list := slices.Clone(v.Detectors)
	slices.SortStableFunc(list, detect.ByRank)
	return list
}
