package watch

import (
	"maps"
	"slices"

	"tocsin/detect"
	"tocsin/evm"
)

// run is a stretch of blocks seen at the head before the gap below them was filled, each the child of the one before. They
// are remembered until the blocks that come in order reach them, or the chain leaves them: each is taken back at most once,
// whoever sees it go.
//
//	in order:  … ─ 41 ─ 42 ─▶ (gap) ─▶ │ 90 ─ 91 ─ 92 ◀─ the head
//	                                    └── a run ──┘
type run struct {
	Parent evm.Hash      `json:"parent"` // of the first of them
	Blocks []detect.Past `json:"blocks"`
	Cut    bool          `json:"cut,omitempty"` // earlier ones have been forgotten
}

func (r *run) last() detect.Past {
	if len(r.Blocks) == 0 {
		return detect.Past{Hash: r.Parent}
	}
	return r.Blocks[len(r.Blocks)-1]
}

// spy takes a block at the head.
func (c *committer) spy(b *evm.Block) {
	s := c.state
	for _, p := range s.Detect.Recent {
		if p.Hash == b.Hash {
			return // it has come in order meanwhile
		}
	}
	if n := len(s.Ahead); n == 0 || s.Ahead[n-1].last().Hash != b.ParentHash && s.Ahead[n-1].last().Hash != b.Hash {
		s.Ahead = append(s.Ahead, run{Parent: b.ParentHash})
	}
	r := &s.Ahead[len(s.Ahead)-1]
	t := detect.State{Recent: r.Blocks, Gone: maps.Clone(s.Detect.Gone)}
	found := c.w.o.Index.Ahead(c.w.chain, b, &t)
	if n := len(r.Blocks) + 1 - len(t.Recent); n > 0 && t.Recent[len(t.Recent)-1].Hash != r.last().Hash {
		r.Parent, r.Cut = r.Blocks[n-1].Hash, true
	}
	r.Blocks = t.Recent
	c.find(found, nil)
	c.latest = &b.Header
}

// recall takes back a block at the head that the chain has left. One that has come in order meanwhile goes in order.
func (c *committer) recall(hash evm.Hash) {
	s := c.state
	for i := range s.Ahead {
		if at := slices.IndexFunc(s.Ahead[i].Blocks, func(p detect.Past) bool { return p.Hash == hash }); at >= 0 {
			c.retract(s.rollback(i, at))
		}
	}
	s.tidy()
}

// meet looks whether a block that comes in order was seen at the head before, and forgets it there. Blocks that cannot
// follow it any more are taken back: another one stands in the place of one of them.
func (c *committer) meet(b *evm.Block) (told detect.Past) {
	s := c.state
	for i := len(s.Ahead) - 1; i >= 0; i-- {
		switch r := &s.Ahead[i]; {
		case r.Blocks[0].Hash == b.Hash:
			told, r.Parent, r.Blocks = r.Blocks[0], b.Hash, slices.Clone(r.Blocks[1:])
		case r.Blocks[0].Number <= b.Number:
			c.retract(s.rollback(i, 0))
		}
	}
	s.tidy()
	return told
}

// rollback rolls the blocks of a run back, from its end down to one of them, and returns the findings to be taken back.
func (s *state) rollback(i, to int) (gone []string) {
	r := &s.Ahead[i]
	s.at(r, func(t *detect.State) {
		for len(t.Recent) > to {
			gone = append(gone, t.Rollback(r.last().Hash)...)
			r.Blocks = t.Recent
		}
	})
	return gone
}

// at does something where the blocks of a run are those seen last. What detectors know of how things stand is one for all
// blocks; what they count is not touched.
func (s *state) at(r *run, do func(*detect.State)) {
	t := s.Detect
	t.Recent = r.Blocks
	do(&t)
	r.Blocks = t.Recent
	t.Recent, t.Spikes = s.Detect.Recent, s.Detect.Spikes
	s.Detect = t
}

// tidy forgets runs of which nothing is left.
func (s *state) tidy() {
	s.Ahead = slices.DeleteFunc(s.Ahead, func(r run) bool { return len(r.Blocks) == 0 })
}

// adopt adds to the block seen last in order what was told of it, and read at it, while it was the head.
func (s *state) adopt(told detect.Past) {
	n := len(s.Detect.Recent)
	if n == 0 || s.Detect.Recent[n-1].Hash != told.Hash {
		return
	}
	p := &s.Detect.Recent[n-1]
	for _, id := range told.Findings {
		if !slices.Contains(p.Findings, id) {
			p.Findings = append(p.Findings, id)
		}
	}
	for id, u := range told.Undo {
		if _, ok := p.Undo[id]; !ok {
			if p.Undo == nil {
				p.Undo = map[string]detect.Undo{}
			}
			p.Undo[id] = u
		}
	}
	p.Judged = p.Judged || told.Judged
}

// judge judges answers read at a block, wherever that was seen. What is older than what was judged last is no news.
func (s *state) judge(x *detect.Index, chain uint64, a answers) []detect.Finding {
	at := func(list []detect.Past) bool {
		return slices.ContainsFunc(list, func(p detect.Past) bool { return p.Hash == a.block })
	}
	for i := len(s.Ahead) - 1; i >= 0; i-- {
		r := &s.Ahead[i]
		if at(r.Blocks) {
			var found []detect.Finding
			s.at(r, func(t *detect.State) { found = x.Judge(chain, a.block, a.list, t) })
			return found
		}
		if slices.ContainsFunc(r.Blocks, func(p detect.Past) bool { return p.Judged }) {
			return nil
		}
	}
	return x.Judge(chain, a.block, a.list, &s.Detect)
}
