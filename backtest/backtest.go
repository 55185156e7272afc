// Package backtest owns the replay of history through a plan's detectors: what they would have found, when, and how often
// in vain. Blocks come from files or from an endpoint; they are read and checked on all cores and pass through the detectors
// in order.
//
//	            ┌─ decode, check ─┐
//	source ─────┼─ decode, check ─┼──▶ in order ──▶ one chain? ──▶ detectors ──▶ tally ──▶ report
//	            └─ decode, check ─┘                                                │
//	                                                            state file ◀───────┘ now and then, whole or not at all
package backtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tocsin/detect"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Options say what to replay.
type Options struct {
	Plan      *plan.Plan
	Files     map[string][]byte // files of the plan's folder, for ABIs
	Chain     uint64            // 0: the only chain that the plan's detectors look at
	Detectors []string          // ids; all of the chain if empty
	Source    Source
	// Loose takes blocks as they are: nothing is verified, fields and blocks may be missing.
	Loose       bool
	AttackTx    evm.Hash // first transaction of the attack that was to be found; zero if none
	AttackBlock *uint64  // or the block in which it began
	State       string   // file to go on from and to keep what was done in; empty: none
	Workers     int      // that decode and check; 2 if 0
	ReadEvery   uint64   // states and balances are read at every so many blocks; 1 if 0
	Progress    func(Progress)
	Now         func() time.Time // nil: time.Now
}

// Progress is how far a replay is.
type Progress struct {
	Blocks   uint64 // passed through the detectors, earlier runs included
	New      uint64 // of these by this run
	Findings uint64
	Done     int64 // of Total, in bytes or blocks; what earlier runs did included
	Total    int64 // 0: not known
}

// progressEvery is how often progress is told, in blocks.
const progressEvery = 16

// Run replays. The report is that of all that was replayed, also where an error ended it before its time; it is nil only if
// nothing could begin.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	r, err := prepare(o)
	if err != nil {
		return nil, err
	}
	if err := r.trace(ctx); err != nil {
		return nil, err
	}
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	st, err := loadState(o.State, r.fingerprint())
	if err != nil {
		return nil, err
	}
	r.state, r.saver = st, saver{path: o.State, now: o.Now, last: o.Now()}
	r.begun = st.Tally.Blocks
	if err := o.Source.Open(ctx, st.Done); err != nil {
		return nil, err
	}
	defer o.Source.Close()
	err = inOrder(ctx, max(o.Workers, 2), o.Source, r.take)
	r.tell()
	if saved := r.saver.save(st); err == nil || saved != nil {
		err = errors.Join(err, saved)
	}
	if err == nil && st.Tally.Blocks == 0 {
		return nil, fault.New(fault.Invalid, "There are no blocks to replay.")
	}
	report := r.report()
	if err == nil && r.attacked() && st.Tally.Attack == nil {
		err = fault.New(fault.Invalid, "The attack is not in these blocks: %s.", r.attackName()).Instead("Give the blocks that hold it, and some days before them.")
	}
	if err != nil {
		report.Error = fault.Sentence(err)
	}
	return report, err
}

// replay is a run under way.
type replay struct {
	o        Options
	chain    uint64
	index    *detect.Index
	wanted   []plan.Detector // in the plan's order
	run      []plan.Detector // of these
	not      []NotRun
	unread   string // why states and balances are not replayed; empty if they are
	untraced string // why what looks for internal calls is not replayed; empty if it is
	state    *state
	saver    saver
	begun    uint64 // blocks that earlier runs did
	looked   bool   // which chain the blocks are of
	notes    []string
}

// take passes the next piece through the detectors.
func (r *replay) take(p Piece, l Loaded) error {
	t := &r.state.Tally
	double, err := r.admit(p, l.Block)
	if err != nil {
		return err
	}
	if double {
		t.Doubles++
	} else {
		r.pass(l)
	}
	r.state.Done[p.Name] = p.End
	if (t.Blocks-r.begun)%progressEvery == 0 {
		r.tell()
	}
	return r.saver.due(r.state)
}

// pass passes one block through the detectors.
func (r *replay) pass(l Loaded) {
	t, b := &r.state.Tally, l.Block
	t.note(l)
	if r.index.Traces(r.chain) && unseen(b) {
		t.Untraced++
	}
	if t.Attack == nil {
		if a := r.attackIn(b); a != nil {
			t.attack(a)
		}
	}
	for _, f := range r.index.Block(r.chain, b, &r.state.Detect) {
		if slices.ContainsFunc(r.run, func(d plan.Detector) bool { return d.ID == f.Detector }) {
			t.found(f, r.attacked())
		}
	}
	for _, f := range r.index.Final(r.chain, b.Number, b.Number, &r.state.Detect) { // what is history is final
		t.found(f, r.attacked())
	}
	if l.Answers != nil {
		for _, f := range r.index.Judge(r.chain, b.Hash, l.Answers, &r.state.Detect) {
			t.found(f, r.attacked())
		}
	}
	for _, l := range r.index.Levels(r.chain, &r.state.Detect) {
		t.level(l.Detector, l.Figure, b.Number)
	}
}

func (r *replay) tell() {
	if r.o.Progress == nil {
		return
	}
	t := &r.state.Tally
	p := Progress{Blocks: t.Blocks, New: t.Blocks - r.begun, Findings: t.Findings}
	p.Done, p.Total = r.o.Source.Progress()
	r.o.Progress(p)
}

// attacked says whether there is an attack that should be found.
func (r *replay) attacked() bool { return r.o.AttackBlock != nil || r.o.AttackTx != (evm.Hash{}) }

func (r *replay) attackName() string {
	if r.o.AttackBlock != nil {
		return fmt.Sprintf("block %d", *r.o.AttackBlock)
	}
	return "transaction " + r.o.AttackTx.Hex()
}

// attackIn returns the attack if it begins in a block.
func (r *replay) attackIn(b *evm.Block) *Attack {
	if n := r.o.AttackBlock; n != nil {
		if b.Number < *n {
			return nil
		}
		return &Attack{Block: *n, At: unix(b.Time)}
	}
	if r.o.AttackTx == (evm.Hash{}) {
		return nil
	}
	for i := range b.Transactions {
		if b.Transactions[i].Hash == r.o.AttackTx {
			return &Attack{Block: b.Number, At: unix(b.Time), Tx: r.o.AttackTx}
		}
	}
	for i := range b.Receipts {
		if b.Receipts[i].TxHash == r.o.AttackTx {
			return &Attack{Block: b.Number, At: unix(b.Time), Tx: r.o.AttackTx}
		}
	}
	return nil
}

func unix(seconds uint64) time.Time { return time.Unix(int64(min(seconds, 1<<40)), 0).UTC() }
