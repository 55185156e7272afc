package detect

// Level is what a spike detector measures in its window as of the block seen last: a count, a share between 0 and 1, gwei, or
// whole units of its asset.
type Level struct {
	Detector string
	Figure   float64 // the highest of its senders or contracts, where it groups
}

// Levels tells the levels of the detectors to which the block seen last brought something, in the plan's order. Windows that
// hold too little to be compared have none.
func (x *Index) Levels(chain uint64, s *State) []Level {
	l := x.lanes[chain]
	last, ok := s.Last()
	if l == nil || !ok || len(last.Undo) == 0 {
		return nil
	}
	var levels []Level
	for _, r := range l.spikes {
		id := r.detector.ID
		u, ok := last.Undo[id]
		c := s.Spikes[id]
		if !ok || c == nil || c.Of != r.spike.of {
			continue
		}
		window, highest, any := r.spike.windowOf(last.Time), 0.0, false
		look := func(of *Series) {
			if f, ok := r.spike.metric.figure(of.at(window)); ok {
				highest, any = max(highest, f), true
			}
		}
		if r.spike.groupBy == "" {
			look(&c.Series)
		}
		for key := range u.Groups {
			if g := c.Groups[key]; g != nil {
				look(g)
			}
		}
		if any {
			levels = append(levels, Level{Detector: id, Figure: highest})
		}
	}
	return levels
}
