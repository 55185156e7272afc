package detect

import (
	"maps"
	"slices"

	"tocsin/evm"
)

// mostBackfill is how many older blocks are read for a new baseline, where the detector does not say.
const mostBackfill = 2000

// Filling is the baseline of detectors that began to count in the middle of a watch, as it would be had they been there
// before: older blocks are counted for them alone, and joined to what they count by themselves.
//
//	older blocks ─▶ Take ─┐
//	                      ├─ Give ─▶ one series, no block twice
//	the watch ───▶ Block ─┘
type Filling struct {
	chain  uint64
	index  *Index // of those detectors
	rules  []*rule
	before uint64 // number of the first block that they counted
	most   int    // blocks before it
	since  uint64 // Unix seconds: from then on each window matters
	state  State
}

// Filling returns the baseline to be filled next; nil if every detector of the chain has what it can have. Those that began
// to count at the same block and read as many come together.
func (x *Index) Filling(chain uint64, s *State) *Filling {
	l, last := x.lanes[chain], Past{}
	if l == nil || len(s.Recent) == 0 {
		return nil
	}
	last = s.Recent[len(s.Recent)-1]
	var f *Filling
	for _, r := range l.spikes {
		c := s.Spikes[r.detector.ID]
		if r.spike.baseline == 0 || c == nil || c.Of != r.spike.of || c.Since == 0 || c.Filled || r.spike.warm(c, &c.Series, r.spike.windowOf(last.Time)) {
			continue
		}
		most := r.detector.Backfill
		if most == 0 {
			most = mostBackfill
		}
		if f == nil {
			f = &Filling{chain: chain, index: &Index{lanes: map[uint64]*lane{}}, before: c.Since, most: most, since: last.Time}
		}
		if f.before != c.Since || f.most != most {
			continue
		}
		f.rules = append(f.rules, r)
		f.index.file(r, l.reorg)
		f.since = min(f.since, uint64(max(r.spike.windowOf(last.Time)-int64(r.spike.baseline), 0))*r.spike.window)
	}
	return f
}

// Range is the blocks to be read, as far as the detectors want them: those from a number to another, both included, beginning
// with the last one before a time. There are none if from is above to.
func (f *Filling) Range() (from, to, since uint64) {
	return f.before - min(f.before, uint64(f.most)), f.before - 1, f.since
}

// Detectors lists whose baseline it is.
func (f *Filling) Detectors() []string {
	ids := make([]string, 0, len(f.rules))
	for _, r := range f.rules {
		ids = append(ids, r.detector.ID)
	}
	return ids
}

// Traces reports whether the blocks are to come with the calls within their transactions.
func (f *Filling) Traces() bool { return f.index.Traces(f.chain) }

// Take takes the next of the older blocks.
func (f *Filling) Take(b *evm.Block) { f.index.Warm(f.chain, b, &f.state) }

// Give joins what was counted to the state of the watch. It reports false, and changes nothing there, if the two do not meet:
// the watch has been reorganised to below where they met, or counts something else by now. Then it is to be begun again.
func (f *Filling) Give(s *State) bool {
	var since uint64
	for i, r := range f.rules {
		c := s.Spikes[r.detector.ID]
		if c == nil || c.Of != r.spike.of || c.Filled || c.Since == 0 || i > 0 && c.Since != since {
			return false
		}
		since = c.Since
	}
	if now, ok := s.Last(); ok {
		since = min(since, now.Number+1)
	}
	last, ok := f.state.Last()
	for ok && last.Number >= since { // gone in a reorganisation; what took its place the watch counts itself
		f.state.Rollback(last.Hash)
		last, ok = f.state.Last()
	}
	if !ok || last.Number+1 != since {
		return false
	}
	for _, p := range s.Recent {
		if p.Number == last.Number && p.Hash != last.Hash {
			return false
		}
	}
	for _, r := range f.rules {
		id := r.detector.ID
		s.Spikes[id].join(f.state.Spikes[id])
		f.lend(s, id, since)
	}
	return true
}

// Forgo notes that the baseline cannot be filled: it fills by itself, from the blocks that come.
func (f *Filling) Forgo(s *State) {
	for _, r := range f.rules {
		if c := s.Spikes[r.detector.ID]; c != nil && c.Of == r.spike.of {
			c.Filled = true
		}
	}
}

// lend gives the blocks that may yet be rolled back what takes back their part.
func (f *Filling) lend(s *State, id string, since uint64) {
	undo := map[evm.Hash]Undo{}
	for _, p := range f.state.Recent {
		if u, ok := p.Undo[id]; ok {
			undo[p.Hash] = u
		}
	}
	for i := range s.Recent {
		p := &s.Recent[i]
		u, ok := undo[p.Hash]
		if !ok || p.Number >= since {
			continue
		}
		p.Undo = maps.Clone(p.Undo)
		if p.Undo == nil {
			p.Undo = map[string]Undo{}
		}
		p.Undo[id] = u
	}
}

// join adds what was counted in older blocks.
func (c *Counter) join(older *Counter) {
	c.From, c.Since, c.Filled = older.From, older.Since, true
	c.Missed += older.Missed
	c.Series.join(&older.Series)
	for _, key := range slices.Sorted(maps.Keys(older.Groups)) {
		g := c.Groups[key]
		switch {
		case g != nil:
			g.join(older.Groups[key])
		case len(c.Groups) >= maxGroups:
			c.Missed++
		default:
			if c.Groups == nil {
				c.Groups = map[string]*Series{}
			}
			c.Groups[key] = older.Groups[key]
		}
	}
}

func (s *Series) join(older *Series) {
	for _, part := range older.Windows {
		s.add(part)
	}
}
