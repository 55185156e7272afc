package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tocsin/chain"
	"tocsin/detect"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
)

// whyRetracted is why findings are taken back.
const whyRetracted = "The block it was found in is no longer part of the chain."

// committer takes the steps of one session and commits them. Blocks that wait already are committed together; one that
// comes alone, as the head does, waits for nothing. It alone touches the state.
type committer struct {
	w      *Watcher
	epoch  uint64
	items  chan item // in order
	urgent chan item // what waits for no gap to be filled; nil: nothing overtakes

	warming chan struct{} // tells of detectors whose baseline may not be believed yet; nil: nobody listens
	reader  *reader       // nil: nothing is to be read
	state   *state
	depth   *depth // what the chain called safe and final when it was asked last; nil: not known

	latest    *evm.Header        // block seen last, if it is to be read at
	taken     int                // items since the last commit
	hollow    bool               // every block remembered was rolled back, and the next is not here yet
	lost      bool               // blocks are being rolled back that are no longer remembered
	loose     []incident.Finding // of no block
	findings  []incident.Finding
	retracted []string
	ended     []ended // alarms that are over
}

// run commits until ctx ends or the database fails.
func (c *committer) run(ctx context.Context) error {
	for {
		it, ok := c.next(ctx)
		if !ok {
			return nil
		}
		for c.take(it); it.turn == nil && c.waits(); c.take(it) {
			next, ok := c.ready()
			if !ok {
				break
			}
			it = next
		}
		if err := c.commit(ctx); err != nil {
			return err
		}
		if c.reader != nil && c.latest != nil {
			c.reader.offer(*c.latest)
			c.latest = nil
		}
		if it.turn == nil {
			continue
		}
		err := it.turn.f(ctx)
		if failed := c.commit(ctx); failed != nil {
			return failed
		}
		it.turn.done <- err
	}
}

// waits reports whether the commit may wait for what is there already.
func (c *committer) waits() bool { return len(c.findings)+len(c.loose) == 0 && c.taken < maxBatch }

func (c *committer) take(it item) {
	switch {
	case it.turn != nil:
		return
	case it.look != nil:
		c.heed(c.w.signs(*it.look, c.state.Pace))
		return
	case it.blind != nil:
		c.loose = append(c.loose, *it.blind)
	case it.behind != nil:
		c.remember(*it.behind)
	case it.answers != nil:
		c.judge(*it.answers)
	case it.final != nil:
		c.finish(*it.final)
		return
	case it.ahead != nil && it.ahead.Orphaned:
		c.recall(it.ahead.Ref.Hash)
	case it.ahead != nil:
		c.spy(it.ahead.Block)
	case it.step != nil && it.step.Orphaned:
		c.orphan(it.step.Ref)
	case it.step != nil:
		c.see(*it.step)
	}
	c.taken++
}

// anew goes back to what is committed, where what was taken since cannot be: it comes again.
func (c *committer) anew(ctx context.Context) error {
	if !c.hollow {
		return nil
	}
	s, err := c.w.load(ctx)
	if err != nil {
		return err
	}
	c.state, c.hollow, c.lost = s, false, false
	c.taken, c.findings, c.retracted = len(c.loose), nil, nil
	return nil
}

func (c *committer) see(step chain.Step) {
	b, s := step.Block, c.state
	if s.Began == 0 && len(s.Detect.Recent) == 0 && !c.hollow {
		s.Began = b.Number
	}
	c.hollow, c.lost = false, false
	c.doubt(b)
	if s.Pace == nil {
		s.Pace = &pace{}
	}
	s.Pace.step(b.Time)
	told := c.meet(b)
	if b.Number <= s.Warm {
		c.w.o.Index.Warm(c.w.chain, b, &s.Detect)
	} else {
		c.find(c.w.o.Index.Block(c.w.chain, b, &s.Detect), told.Findings)
		c.shed(b.Hash)
		c.deepen()
		if len(s.Ahead) == 0 {
			c.latest = &b.Header
		}
	}
	s.adopt(told)
	if last, ok := s.Detect.Last(); ok {
		c.w.sight.saw(last, c.w.o.Now())
		c.w.lookout.stand(last.Number)
	}
}

// find takes findings, but for those that have been told already.
func (c *committer) find(found []detect.Finding, told []string) {
	var fresh []detect.Finding
	known, sums, summed := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, id := range told {
		known[id] = true
	}
	for _, f := range found {
		switch {
		case known[f.ID]:
		case f.Unjudged == 0 && !f.Blind && summedUp(told, f.Detector, sums):
			summed[f.ID] = true // the sum stands for it
		default:
			fresh = append(fresh, f)
		}
		if f.Detector == detect.Upgraded {
			c.w.attic.nudge()
		}
	}
	if len(summed) > 0 {
		last := &c.state.Detect.Recent[len(c.state.Detect.Recent)-1]
		last.Findings = without(last.Findings, summed)
	}
	c.findings = append(c.findings, c.tame(fresh)...)
}

// judge takes what was read at a block.
func (c *committer) judge(a answers) {
	before := c.state.Detect.Looked
	c.find(c.state.judge(c.w.o.Index, c.w.chain, a), nil)
	if f, ok := c.w.skipped(before, c.state.Detect.Looked); ok {
		c.findings = append(c.findings, f)
	}
}

// orphan rolls a block back.
func (c *committer) orphan(ref chain.Ref) {
	c.shallow(ref.Number)
	if last, ok := c.state.Detect.Last(); !ok || last.Hash != ref.Hash {
		if !c.lost { // the first of those that are forgotten stands for all below it
			c.lost = true
			c.findings = append(c.findings, c.deeper(ref.Number, ref.Hash, ref.Number+1))
		}
		return
	}
	for i := len(c.state.Ahead) - 1; i >= 0; i-- {
		if c.state.Ahead[i].Parent == ref.Hash { // what builds on it goes first
			c.retract(c.state.rollback(i, 0))
		}
	}
	c.state.tidy()
	c.retract(c.state.Detect.Rollback(ref.Hash))
	c.hollow = len(c.state.Detect.Recent) == 0
}

// retract takes findings back. Those that have not been committed yet never were.
func (c *committer) retract(ids []string) {
	for _, id := range ids {
		if i := slices.IndexFunc(c.findings, func(f incident.Finding) bool { return f.ID == id }); i >= 0 {
			c.findings = slices.Delete(c.findings, i, i+1)
		} else {
			c.retracted = append(c.retracted, id)
		}
	}
}

// commit writes what was taken. A state that has lost all its blocks is not written: nothing would tell where to go on.
// Other blocks follow, for only they can take the place of those that went.
func (c *committer) commit(ctx context.Context) error {
	if c.taken == 0 || c.hollow {
		return nil
	}
	o, err := c.w.observation(c.epoch, c.state)
	if err != nil {
		return err
	}
	o.Findings, o.Retracted = slices.Concat(c.loose, c.findings), c.retracted
	if len(o.Retracted) > 0 {
		o.RetractedWhy = whyRetracted
	}
	if err := c.w.o.Engine.Observe(ctx, o); err != nil {
		return fmt.Errorf("record what was seen: %w", err)
	}
	c.taken, c.loose, c.findings, c.retracted = 0, nil, nil, nil
	if len(c.state.Warming) > 0 {
		c.warms()
	}
	return c.settle(ctx)
}

// settle takes back what was told of the watch itself and is over. Each has its own reason, and is forgotten only together
// with being taken back.
func (c *committer) settle(ctx context.Context) error {
	for e, ok := c.end(); ok; e, ok = c.end() {
		o, err := c.w.observation(c.epoch, c.state)
		if err != nil {
			return err
		}
		o.Retracted, o.RetractedWhy = []string{e.id}, e.why
		if err := c.w.o.Engine.Observe(ctx, o); err != nil {
			return fmt.Errorf("record what is over: %w", err)
		}
	}
	return nil
}

// warms tells that there may be baselines to be filled.
func (c *committer) warms() {
	select {
	case c.warming <- struct{}{}:
	default:
	}
}

// observation says how far the watch has come.
func (w *Watcher) observation(epoch uint64, s *state) (engine.Observation, error) {
	s.Warming = w.o.Index.Warming(w.chain, &s.Detect)
	b, err := json.Marshal(s)
	if err != nil {
		return engine.Observation{}, fmt.Errorf("encode state of the watch: %w", err)
	}
	o := engine.Observation{Key: w.key, Epoch: epoch, State: b, Protocol: w.o.Plan.Protocol, Chain: w.chain, Exercise: w.exercise()}
	if last, ok := s.Detect.Last(); ok {
		o.Block, o.BlockTime = last.Number, time.Unix(int64(min(last.Time, 1<<40)), 0).UTC()
	}
	return o, nil
}

func convert(f detect.Finding) incident.Finding {
	return incident.Finding{
		ID: f.ID, Detector: f.Detector, Mode: f.Mode, Issues: f.Issues, Asset: f.Asset, Chain: f.Chain,
		Block: f.Block, BlockHash: f.BlockHash, Tx: f.Tx, At: f.At, Amount: f.Amount, Say: f.Say,
	}
}
