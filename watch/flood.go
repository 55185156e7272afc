package watch

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"slices"
	"time"

	"tocsin/detect"
	"tocsin/evm"
	"tocsin/incident"
)

// Bounds on what one detector says. What is beyond them is recorded among the findings that call nobody, and summed up.
const (
	floodOver   = 256              // findings of one detector in the blocks remembered
	recordMost  = 1000             // findings of one detector in one block that are recorded one by one
	floodWithin = 10 * time.Minute // by the time of the blocks
	errsBefore  = 3                // times that a detector says itself that it could not judge
)

const detectorErroring = "erroring" // a detector fails again and again

// erring is a detector that could not judge what it saw.
type erring struct {
	First uint64 `json:"first"` // block time
	Last  uint64 `json:"last"`
	Times int    `json:"times"`
	Told  int    `json:"told,omitempty"` // how many times had been told of
}

// tame makes what detectors found into what is told. A flood is recorded, beyond a thousand of one detector in a block counted,
// and told in sums, so that nobody drowns in what one detector says while another one has more to say.
func (c *committer) tame(found []detect.Finding) []incident.Finding {
	var out []incident.Finding
	for _, f := range found {
		if f.Unjudged > 0 {
			out = append(out, c.err(f)...)
		} else {
			out = append(out, convert(f))
		}
	}
	type source struct {
		detector string
		block    evm.Hash
	}
	by := map[source][]int{} // detectors that look for the same find by turns
	var order []source
	for i := range out {
		if isSum(out[i].ID, out[i].Detector) {
			continue // of what waited for blocks on top
		}
		at := source{out[i].Detector, out[i].BlockHash}
		if by[at] == nil {
			order = append(order, at)
		}
		by[at] = append(by[at], i)
	}
	var sums []incident.Finding
	counted := map[int]bool{}
	for _, at := range order {
		list := make([]*incident.Finding, len(by[at]))
		for i, n := range by[at] {
			list[i] = &out[n]
		}
		sum, ok := c.flood(list)
		if !ok {
			continue
		}
		sums = append(sums, sum)
		for _, n := range by[at][min(recordMost, len(list)):] {
			counted[n] = true
		}
	}
	told := out[:0]
	for i, f := range out {
		if !counted[i] {
			told = append(told, f)
		}
	}
	return append(told, sums...)
}

// err tells that a detector could not judge: the first times each by itself, then once, and again each time that it has become
// twice as often.
func (c *committer) err(f detect.Finding) []incident.Finding {
	s, at := c.state, uint64(max(f.At.Unix(), 0))
	if s.Erring == nil {
		s.Erring = map[string]*erring{}
	}
	for id, e := range s.Erring {
		if at > e.Last+uint64(floodWithin.Seconds()) {
			delete(s.Erring, id)
		}
	}
	e := s.Erring[f.Detector]
	if e == nil {
		e = &erring{First: at}
		s.Erring[f.Detector] = e
	}
	own := c.w.o.Plan.IssuesOf(detectorErroring)
	e.Last, e.Times = at, e.Times+f.Unjudged
	one := convert(f)
	out := []incident.Finding{one}
	switch {
	case f.Unjudged >= errsBefore && len(own) == 0, e.Times < errsBefore:
		return out // it says so itself
	case f.Unjudged < errsBefore && e.Times > errsBefore:
		out[0].Mode = detect.Observe
	}
	if e.Told > 0 && e.Times < 2*e.Told {
		return out
	}
	e.Told = e.Times
	name := c.w.name(f.Detector)
	id := sha256.Sum256(fmt.Appendf(nil, "%s %d %d %s", f.Detector, e.First, e.Times, f.BlockHash))
	sum := one
	sum.ID, sum.Detector, sum.Amount, sum.Tx = fmt.Sprintf("%s-%d-%x", detectorErroring, c.w.chain, id[:12]), detectorErroring, "", evm.Hash{}
	if len(own) > 0 {
		sum.Issues = own
	}
	sum.Say = fmt.Sprintf("%s could not judge what it saw %d times since %s: what it looks for may go unnoticed. It is told again when it has become twice as often; each time stands among the findings.",
		name, e.Times, f.At.Add(-time.Duration(at-e.First)*time.Second).UTC().Format("15:04:05 UTC"))
	return append(out, sum)
}

// flood keeps back what one detector found in a block beyond what is bearable, and sums it up.
func (c *committer) flood(list []*incident.Finding) (sum incident.Finding, ok bool) {
	f := loudest(list)
	recent, at := c.remembered(f.BlockHash)
	bearable := recordMost
	if f.Mode != detect.Observe {
		bearable = floodOver
		for _, p := range recent[:at] {
			if p.Time+uint64(floodWithin.Seconds()) < recent[at].Time {
				continue
			}
			for _, id := range p.Findings {
				if ofDetector(id, f.Detector) {
					bearable--
				}
			}
		}
	}
	more := list[min(max(bearable, 0), len(list)):]
	if len(more) == 0 {
		return sum, false
	}
	sum = *more[0]
	sum.Mode = loudest(more).Mode
	amount := new(big.Int)
	for _, g := range more {
		if n, ok := new(big.Int).SetString(g.Amount, 10); ok {
			amount.Add(amount, n)
		}
		g.Mode = detect.Observe
	}
	sum.ID, sum.Tx = sumID(sum.Detector, sum.ID, sum.BlockHash), evm.Hash{}
	if sum.Amount != "" {
		sum.Amount = amount.String()
	}
	sum.Say = fmt.Sprintf("%s found %d more in block %d, which are not told one by one. The first: %s", c.w.name(f.Detector), len(more), f.Block, sum.Say)
	if at < len(recent) {
		gone := map[string]bool{}
		for _, g := range list[min(recordMost, len(list)):] {
			gone[g.ID] = true
		}
		p := &recent[at]
		p.Findings = append(without(p.Findings, gone), sum.ID) // it goes with its block
	}
	return sum, true
}

// loudest is the first of the findings that call people, or else the first.
func loudest(list []*incident.Finding) *incident.Finding {
	if i := slices.IndexFunc(list, func(f *incident.Finding) bool { return f.Mode != detect.Observe }); i >= 0 {
		return list[i]
	}
	return list[0]
}

// remembered is where a block stands among those remembered, in order or ahead; none, and 0, if it has been forgotten.
func (c *committer) remembered(block evm.Hash) ([]detect.Past, int) {
	is := func(p detect.Past) bool { return p.Hash == block }
	if at := slices.IndexFunc(c.state.Detect.Recent, is); at >= 0 {
		return c.state.Detect.Recent, at
	}
	for i := range c.state.Ahead {
		if at := slices.IndexFunc(c.state.Ahead[i].Blocks, is); at >= 0 {
			return c.state.Ahead[i].Blocks, at
		}
	}
	return nil, 0
}

// name is what people call a detector.
func (w *Watcher) name(detector string) string {
	if d, ok := w.o.Plan.Detector(detector); ok && d.Name != "" {
		return d.Name
	}
	return detector
}
