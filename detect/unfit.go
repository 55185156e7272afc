package detect

import (
	"errors"
	"fmt"
	"maps"

	"tocsin/evm"
)

// maxBlind is how many findings of one detector in one block say that something could not be judged. Whatever is beyond it is
// counted: whoever floods a contract with calls that fit nothing must not flood the people too.
const maxBlind = 10

var errAstray = errors.New("as many indexed values as no declaration of the event has; the ABI may be wrong")

// Unfit is what a detector could not judge since the watch began: calls and logs that do not fit their ABI, and what its
// expressions fail on.
type Unfit struct {
	Count uint64   `json:"count"`
	Block uint64   `json:"block"` // of the last one
	Tx    evm.Hash `json:"tx,omitzero"`
	Why   string   `json:"why"`
}

// misfit counts what a rule cannot judge, and says how many there were in the block.
func (p *pass) misfit(r *rule, v *view, err error) uint64 {
	if p.unfit == nil {
		p.unfit = map[string]uint64{}
	}
	id := r.detector.ID
	p.unfit[id]++
	if p.quiet || p.ahead {
		return p.unfit[id]
	}
	s := p.state
	if s.Unfit == nil {
		s.Unfit = map[string]*Unfit{}
	}
	u := s.Unfit[id]
	if u == nil {
		u = &Unfit{}
		if s.Unfit[id] = u; len(s.Unfit) > len(p.lane.rules) {
			p.retireUnfit()
		}
	}
	u.Count++
	u.Block, u.Tx, u.Why = p.block.Number, v.hash(), clip(err.Error())
	return p.unfit[id]
}

// retireUnfit drops the counts of detectors that are no longer in the plan, once there are more than there can be.
func (p *pass) retireUnfit() {
	live := map[string]bool{Upgraded: true}
	for _, r := range p.lane.rules {
		live[r.detector.ID] = true
	}
	maps.DeleteFunc(p.state.Unfit, func(id string, _ *Unfit) bool { return !live[id] })
}

// fit takes back what a block counted.
func (s *State) fit(counted map[string]uint64) {
	for id, n := range counted {
		u := s.Unfit[id]
		if u == nil {
			continue
		}
		if u.Count -= min(n, u.Count); u.Count == 0 {
			delete(s.Unfit, id)
		}
	}
}

// sight says how much could not be judged.
func (u *Unfit) sight(g *Sight) {
	if u == nil {
		return
	}
	g.Unfit = u.Count
	if g.Why == "" {
		g.Why = fmt.Sprintf("%d could not be judged, the last one in block %d: %s", u.Count, u.Block, u.Why)
	}
}
