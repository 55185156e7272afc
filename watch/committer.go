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

// item is one thing for the committer.
type item struct {
	state   *state            // where the steps that follow begin
	step    *chain.Step       // of the chain
	blind   *incident.Finding // about an endpoint
	look    *look             // at the head
	answers *answers          // to what detectors want to know
	done    chan<- struct{}   // to be closed once what came before is committed
}

// committer takes the steps of one session and commits them. Blocks that wait already are committed together; one that
// comes alone, as the head does, waits for nothing.
type committer struct {
	w      *Watcher
	epoch  uint64
	items  chan item
	reader *reader // nil: nothing is to be read
	state  *state  // as committed, until the session has found where it begins

	latest    *evm.Header // block seen last, if it is to be read at
	taken     int         // items since the last commit
	hollow    bool        // every block remembered was rolled back, and the next is not here yet
	lost      bool        // blocks are being rolled back that are no longer remembered
	findings  []incident.Finding
	retracted []string
	ended     []ended // alarms that are over
}

// put hands an item over.
func (c *committer) put(ctx context.Context, it item) error {
	select {
	case c.items <- it:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// flush waits until everything put before is committed.
func (c *committer) flush(ctx context.Context) error {
	done := make(chan struct{})
	if err := c.put(ctx, item{done: done}); err != nil {
		return err
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// run commits until ctx ends or the database fails.
func (c *committer) run(ctx context.Context) error {
	for {
		var it item
		select {
		case <-ctx.Done():
			return nil
		case it = <-c.items:
		}
		c.take(it)
		for more := true; more && it.done == nil && c.waits(); {
			select {
			case it = <-c.items:
				c.take(it)
			default:
				more = false
			}
		}
		if err := c.commit(ctx); err != nil {
			return err
		}
		if c.reader != nil && c.latest != nil {
			c.reader.offer(*c.latest)
			c.latest = nil
		}
		if it.done != nil {
			close(it.done)
		}
	}
}

// waits reports whether the commit may wait for what is there already.
func (c *committer) waits() bool { return len(c.findings) == 0 && c.taken < maxBatch }

func (c *committer) take(it item) {
	switch {
	case it.state != nil:
		if c.state != nil {
			it.state.Alarms = c.state.Alarms // it was loaded before what was told since
		}
		c.state, c.hollow, c.lost = it.state, false, false
		c.taken, c.findings, c.retracted = 0, nil, nil // if anything is left, it will come again
	case it.blind != nil:
		c.findings = append(c.findings, *it.blind)
		c.taken++
	case it.look != nil:
		c.heed(c.w.signs(*it.look, c.state.Pace))
	case it.answers != nil:
		c.judge(*it.answers)
		c.taken++
	case it.step != nil && it.step.Orphaned:
		c.orphan(it.step.Ref)
		c.taken++
	case it.step != nil:
		c.see(*it.step)
		c.taken++
	}
}

func (c *committer) see(step chain.Step) {
	b, s := step.Block, c.state
	c.hollow, c.lost = false, false
	c.doubt(b)
	if s.Pace == nil {
		s.Pace = &pace{}
	}
	s.Pace.step(b.Time)
	if b.Number <= s.Warm {
		c.w.o.Index.Warm(c.w.chain, b, &s.Detect)
	} else {
		for _, f := range c.w.o.Index.Block(c.w.chain, b, &s.Detect) {
			c.findings = append(c.findings, convert(f))
		}
		c.latest = &b.Header
	}
	if last, ok := s.Detect.Last(); ok {
		c.w.sight.saw(last, c.w.o.Now())
	}
}

// judge takes what was read at a block.
func (c *committer) judge(a answers) {
	s := &c.state.Detect
	before := s.Looked
	for _, f := range c.w.o.Index.Judge(c.w.chain, a.block, a.list, s) {
		c.findings = append(c.findings, convert(f))
	}
	c.w.skipped(before, s.Looked)
}

// orphan rolls a block back. Findings of it that have not been committed yet never were.
func (c *committer) orphan(ref chain.Ref) {
	if last, ok := c.state.Detect.Last(); !ok || last.Hash != ref.Hash {
		if !c.lost { // the first of those that are forgotten stands for all below it
			c.lost = true
			c.findings = append(c.findings, c.w.deeper(ref.Number, ref.Hash, ref.Number+1))
		}
		return
	}
	for _, id := range c.state.Detect.Rollback(ref.Hash) {
		if i := slices.IndexFunc(c.findings, func(f incident.Finding) bool { return f.ID == id }); i >= 0 {
			c.findings = slices.Delete(c.findings, i, i+1)
		} else {
			c.retracted = append(c.retracted, id)
		}
	}
	c.hollow = len(c.state.Detect.Recent) == 0
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
	o.Findings, o.Retracted = c.findings, c.retracted
	if len(o.Retracted) > 0 {
		o.RetractedWhy = whyRetracted
	}
	if err := c.w.o.Engine.Observe(ctx, o); err != nil {
		return fmt.Errorf("record what was seen: %w", err)
	}
	c.taken, c.findings, c.retracted = 0, nil, nil
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
