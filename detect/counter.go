package detect

import (
	"cmp"
	"maps"
	"slices"

	"tocsin/evm"
)

// Bounds on what is kept of a detector that groups.
const (
	maxGroups  = 256 // senders or contracts that are remembered
	maxBrought = 64  // that count of one block
)

// Counter is the state of one spike detector.
type Counter struct {
	Of   string `json:"of"`   // what is counted; see spike
	From int64  `json:"from"` // first window that was counted whole
	// Since is the first block that was counted; 0 where an earlier release began. Filled says that what came before it was
	// counted too, or cannot be.
	Since  uint64 `json:"since,omitempty"`
	Filled bool   `json:"filled,omitempty"`
	Series
	Groups map[string]*Series `json:"groups,omitempty"` // by sender or contract, where it groups
	Missed uint64             `json:"missed,omitempty"` // how often one was not counted or forgotten, for want of room
}

// forget drops windows before one, and groups that have nothing left and may fire at once again.
func (c *Counter) forget(s *spike, oldest uint64) {
	before := s.windowOf(oldest) - int64(s.baseline)
	c.Series.forget(before)
	for key, g := range c.Groups {
		if g == nil {
			delete(c.Groups, key)
			continue
		}
		g.forget(before)
		if len(g.Windows) == 0 && !s.resting(g, s.windowOf(oldest), oldest) {
			delete(c.Groups, key)
		}
	}
}

// resting reports whether when a series fired last still matters.
func (s *spike) resting(g *Series, window int64, blockTime uint64) bool {
	return g.Last != nil && (g.Last.Window >= window-int64(s.baseline) || blockTime < g.Last.Time+s.coolDown)
}

// undo takes back what a block did.
func (c *Counter) undo(u Undo) {
	c.Series.undo(u.Part)
	for key, p := range u.Groups {
		g := c.Groups[key]
		if g == nil {
			continue
		}
		if g.undo(p); len(g.Windows) == 0 && g.Last == nil {
			delete(c.Groups, key)
		}
	}
	for key, g := range u.Dropped {
		if c.Groups == nil {
			c.Groups = map[string]*Series{}
		}
		c.Groups[key] = g
	}
	c.Missed -= min(u.Missed, c.Missed)
}

// admit makes room for the groups of a block and returns those that are counted, the largest first. Groups that were
// counted least make room; one that comes with less than any that is kept is not counted.
func (c *Counter) admit(s *spike, now map[evm.Address]*tally, window int64, blockTime uint64, u *Undo) []evm.Address {
	known := map[evm.Address]bool{}
	for k := range now {
		g := c.Groups[k.Hex()]
		known[k] = g != nil && (g.since(window-int64(s.baseline)) > 0 || s.resting(g, window, blockTime))
	}
	keys := slices.SortedFunc(maps.Keys(now), func(a, b evm.Address) int {
		switch {
		case now[a].weight() != now[b].weight():
			return cmp.Compare(now[b].weight(), now[a].weight())
		case known[a] != known[b]:
			if known[a] {
				return -1
			}
			return 1
		}
		return a.Cmp(b)
	})
	if n := len(keys) - maxBrought; n > 0 {
		u.Missed += uint64(n)
		keys = keys[:maxBrought]
	}
	if c.Groups == nil {
		c.Groups = map[string]*Series{}
	}
	room := maxGroups
	var spare []place
	if len(c.Groups)+len(keys) > maxGroups {
		spare = c.places(s, now, window, blockTime)
		room -= len(spare)
		for _, k := range keys {
			if known[k] {
				room--
			}
		}
	}
	admitted := keys[:0]
	for _, k := range keys {
		if !known[k] {
			if room <= 0 {
				u.Missed++
				if len(spare) == 0 || spare[0].resting || spare[0].weight > now[k].weight() {
					continue
				}
				c.drop(spare[0].key, u)
				spare, room = spare[1:], room+1
			}
			room--
		}
		if c.Groups[k.Hex()] == nil {
			c.Groups[k.Hex()] = &Series{}
		}
		admitted = append(admitted, k)
	}
	c.Missed += u.Missed
	return admitted
}

// drop forgets a group, so that it can be undone.
func (c *Counter) drop(key string, u *Undo) {
	if u.Dropped == nil {
		u.Dropped = map[string]*Series{}
	}
	u.Dropped[key] = c.Groups[key]
	delete(c.Groups, key)
}

// place is a remembered group that could make room.
type place struct {
	key     string
	weight  uint64
	latest  int64 // window
	resting bool
}

// places lists the groups that a block does not bring and that still matter, those first that matter least.
func (c *Counter) places(s *spike, now map[evm.Address]*tally, window int64, blockTime uint64) []place {
	here := map[string]bool{}
	for k := range now {
		here[k.Hex()] = true
	}
	var list []place
	for key, g := range c.Groups {
		p := place{key: key, weight: g.since(window - int64(s.baseline)), resting: s.resting(g, window, blockTime)}
		if here[key] || p.weight == 0 && !p.resting {
			continue
		}
		if n := len(g.Windows); n > 0 {
			p.latest = g.Windows[n-1].Window
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b place) int {
		if a.resting != b.resting {
			if b.resting {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.weight, b.weight), cmp.Compare(a.latest, b.latest), cmp.Compare(a.key, b.key))
	})
	return list
}
