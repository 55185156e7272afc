package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/holiman/uint256"

	"tocsin/evm"
)

// pass is one block on its way through a lane.
type pass struct {
	lane   *lane
	chain  uint64
	block  *evm.Block
	state  *State
	quiet  bool             // nothing is to be found
	ahead  bool             // blocks below are not there yet
	salt   string           // tells a block that came back from its first time
	counts map[*rule]*tally // of spikes
	price  *uint256.Int     // of gas, where a spike has asked for it
	found  []Finding        // in the order of the block
	undo   map[string]Undo
	unfit  map[string]uint64 // by detector, what could not be judged

	unseen   int       // transactions whose internal calls are wanted and not known
	unseenTx evm.Hash  // the first of them
	blinded  []Finding // that something could not be seen: they wait for nothing
}

// Block takes the next canonical block of a chain and returns what its detectors find, in the order of the block and of
// the plan. It changes the state; a block that was the last one seen changes nothing and finds nothing. A detector whose
// expression cannot be evaluated on what it sees reports that instead: silence could be provoked.
func (x *Index) Block(chain uint64, b *evm.Block, s *State) []Finding {
	return x.pass(chain, b, s, false)
}

// Warm takes a block from before the watch began: it fills baselines and finds nothing.
func (x *Index) Warm(chain uint64, b *evm.Block, s *State) { x.pass(chain, b, s, true) }

func (x *Index) pass(chain uint64, b *evm.Block, s *State, quiet bool) []Finding {
	if last, ok := s.Last(); ok && last.Hash == b.Hash {
		return nil
	}
	l := x.lanes[chain]
	if l == nil {
		l = &lane{reorg: defaultReorg}
	}
	p := pass{lane: l, chain: chain, block: b, state: s, quiet: quiet}
	if r, ok := s.Gone[b.Hash]; ok {
		p.salt = fmt.Sprint(r.Times)
	}
	p.transactions()
	p.spikes()
	p.silences()
	p.traced()
	p.matched()
	past := Past{Number: b.Number, Hash: b.Hash, Time: b.Time, Undo: p.undo}
	if !quiet {
		past.Unfit = p.unfit
	}
	s.remember(past, l.reorg)
	if quiet {
		return nil
	}
	return p.settle()
}

// transactions passes each transaction and its logs through the index. Rules look at one after the other through the same
// view, for one of its own for each log would be most of what a block leaves behind as garbage.
func (p *pass) transactions() {
	b, v := p.block, &view{}
	see := func(r *rule) { p.see(r, v) }
	for i := range max(len(b.Transactions), len(b.Receipts)) {
		whole := view{block: b}
		if i < len(b.Transactions) {
			whole.tx = &b.Transactions[i]
		}
		if i < len(b.Receipts) {
			whole.receipt = &b.Receipts[i]
		}
		*v = whole
		p.lane.anywhere.seeTx(v.tx, see)
		for _, r := range p.lane.senders[v.sender()] {
			p.see(r, v)
		}
		if to := v.to(); to != (evm.Address{}) {
			if f := p.lane.accounts[to]; f != nil {
				f.seeTx(v.tx, see)
			}
		}
		if p.lane.inner != nil {
			p.within(i, whole, v)
		}
		if whole.receipt == nil {
			continue
		}
		for j := range whole.receipt.Logs {
			g := &whole.receipt.Logs[j]
			own := p.lane.accounts[g.Address]
			if own == nil && p.lane.anywhere.logs == nil && p.lane.anywhere.topics == nil {
				continue
			}
			*v = whole
			v.log = g
			p.lane.anywhere.seeLog(g, see)
			if own != nil {
				own.seeLog(g, see)
			}
		}
	}
}

// see lets a rule look at what the index says concerns it.
func (p *pass) see(r *rule, v *view) {
	if r.failed && !v.failed() || p.ahead && !r.alone() {
		return
	}
	v.through(r.shape)
	if v.log != nil && r.shape != nil && !r.shape.fits(len(v.log.Topics)) {
		p.misfit(r, v, errAstray)
		return
	}
	if r.where != nil {
		holds, err := r.where.holds(v)
		if err != nil {
			p.blind(r, v, "where", err)
			return
		}
		if !holds {
			return
		}
	}
	switch {
	case r.spike != nil:
		p.count(r, v)
		return
	case r.silence != nil:
		if !v.failed() {
			p.tally(r) // it was there
		}
		return
	}
	f := p.finding(r, v.hash())
	f.ID = p.id(r, v)
	var known facts
	if r.amount != nil {
		out, err := r.amount.eval(v)
		if err != nil {
			p.blind(r, v, "amount", err)
			return
		}
		if n, ok := out.(number); ok {
			known.amount, f.Amount = &n, n.String()
		}
	}
	f.Say = r.render(v, known)
	p.found = append(p.found, f)
}

// blind reports that an expression could not be evaluated. It may call people, but never act. A rule that looks at the
// whole chain passes over what is not of the shape it means: other contracts may use the same signature otherwise.
func (p *pass) blind(r *rule, v *view, field string, err error) {
	n := p.misfit(r, v, err)
	if n > maxBlind || r.asset.ID == "" && !v.decodable() {
		return
	}
	f := p.finding(r, v.hash())
	f.ID = p.id(r, v)
	if f.Mode == Act {
		f.Mode = Page
	}
	f.Unjudged = 1
	f.Say = fmt.Sprintf("%s saw something in block %d that it could not judge (%s: %s). Look at it yourself.", r.detector.Name, p.block.Number, field, clip(err.Error()))
	if n == maxBlind {
		f.Say += " Any more of it in this block are only counted."
	}
	p.found = append(p.found, f)
}

func (p *pass) finding(r *rule, tx evm.Hash) Finding {
	return Finding{
		Detector: r.detector.ID, Mode: r.detector.Mode, Issues: r.issues, Asset: r.asset.ID, Chain: p.chain,
		Block: p.block.Number, BlockHash: p.block.Hash, Tx: tx, At: unixTime(p.block.Time),
	}
}

// id names the finding by where it was found.
func (p *pass) id(r *rule, v *view) string {
	at := "tx"
	switch {
	case v.log != nil:
		at = fmt.Sprint(v.log.Index)
	case v.call != nil:
		at = fmt.Sprint("call ", v.nth)
	}
	return identify(r.detector.ID, fmt.Sprint(p.chain), p.block.Hash.Hex(), v.hash().Hex(), at, p.salt)
}

func identify(detector string, parts ...string) string {
	h := sha256.New()
	h.Write([]byte(detector))
	for _, s := range parts {
		h.Write([]byte{0})
		h.Write([]byte(s))
	}
	return detector + "-" + hex.EncodeToString(h.Sum(nil)[:16])
}

// settle holds back what has not enough blocks on top, and lets go what has by now.
func (p *pass) settle() []Finding {
	s := p.state
	var out, wait []Finding
	for _, f := range p.blinded {
		out = append(out, f)
		s.reported(f.BlockHash, f.ID)
	}
	for _, f := range append(s.Pending, p.found...) {
		f, deep := p.deep(f)
		if !deep {
			wait = append(wait, f)
			continue
		}
		out = append(out, f)
		s.reported(f.BlockHash, f.ID)
	}
	s.Pending = wait
	return out
}
