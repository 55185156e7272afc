package backtest

import (
	"fmt"
	"time"

	"tocsin/detect"
	"tocsin/plan"
)

// Report is what a replay found.
type Report struct {
	Chain        uint64           `json:"chain"`
	From         uint64           `json:"from"` // first and last block replayed
	To           uint64           `json:"to"`
	Begin        time.Time        `json:"begin"` // their times
	End          time.Time        `json:"end"`
	Blocks       uint64           `json:"blocks"`
	Share        float64          `json:"share"`    // of the blocks from first to last, how many were among them
	Verified     bool             `json:"verified"` // every block was
	Unverifiable uint64           `json:"unverifiable"`
	Doubles      uint64           `json:"doubles"` // blocks given more than once, counted once
	Resumed      uint64           `json:"resumed"` // blocks of these that earlier runs had replayed
	Attack       *Attack          `json:"attack"`
	Caught       *bool            `json:"caught,omitempty"` // whether any detector found the attack; absent without one
	Detectors    []DetectorReport `json:"detectors"`
	NotRun       []NotRun         `json:"not_run"`
	Notes        []string         `json:"notes"`
	Error        string           `json:"error,omitempty"` // what ended the replay before its time
}

// DetectorReport is what one detector found.
type DetectorReport struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Kind        string           `json:"kind"`
	Mode        string           `json:"mode"`
	Count       uint64           `json:"count"`
	Findings    []detect.Finding `json:"findings"`
	Omitted     uint64           `json:"omitted"`      // findings that are counted and not listed: there are too many
	First       *detect.Finding  `json:"first"`        // null if there is none
	FalseAlarms uint64           `json:"false_alarms"` // findings that no attack explains
	PerDay      float64          `json:"per_day"`      // of these
	Caught      *Caught          `json:"caught"`       // null if it did not find the attack, or there was none
	Suggest     *Suggestion      `json:"suggest"`
	Warming     bool             `json:"warming"` // its baseline was never full: it could not fire
}

// Caught is how a detector found the attack.
type Caught struct {
	Finding detect.Finding `json:"finding"`
	Blocks  int64          `json:"blocks"`  // from the attack's first block to the finding's; negative if it was early
	Seconds int64          `json:"seconds"` // the same in block time
}

// report says what was found so far.
func (r *replay) report() *Report {
	t := &r.state.Tally
	out := &Report{
		Chain: r.chain, Blocks: t.Blocks, Unverifiable: t.Unverifiable, Doubles: t.Doubles, Resumed: r.begun,
		Verified: !r.o.Loose && t.Blocks > 0 && t.Unverifiable == 0, Attack: t.Attack, Detectors: []DetectorReport{},
		NotRun: append([]NotRun{}, r.not...), Notes: append([]string{}, r.notes...),
	}
	if t.First != nil {
		out.From, out.To, out.Begin, out.End = t.First.Number, t.Last.Number, t.First.At, t.Last.At
		out.Share = float64(t.Blocks) / (float64(t.Last.Number-t.First.Number) + 1)
	}
	warming := map[string]bool{}
	for _, id := range r.index.Warming(r.chain, &r.state.Detect) {
		warming[id] = true
	}
	days := t.quiet().Hours() / 24
	caught := false
	for _, d := range r.run {
		dr := t.detector(d, days)
		dr.Warming = warming[d.ID] && dr.Count == 0
		caught = caught || dr.Caught != nil
		out.Detectors = append(out.Detectors, dr)
	}
	if r.attacked() && t.Attack != nil {
		out.Caught = &caught
	}
	r.remark(out)
	return out
}

// quiet is the time outside the attack that was replayed. The last block counts as long as blocks usually do, so that it
// is never nothing.
func (t *tally) quiet() time.Duration {
	if t.First == nil {
		return time.Hour
	}
	end, number := t.Last.At, t.Last.Number
	if a := t.Attack; a != nil && a.At.Before(end) {
		end, number = a.At, min(a.Block, number)
	}
	usual := 12 * time.Second
	if n := t.Last.Number - t.First.Number; n > 0 {
		usual = max(t.Last.At.Sub(t.First.At)/time.Duration(n), time.Millisecond)
	}
	if number < t.First.Number {
		return usual
	}
	return max(end.Sub(t.First.At), 0) + usual
}

// detector says what one detector found.
func (t *tally) detector(d plan.Detector, days float64) DetectorReport {
	r := t.Records[d.ID]
	if r == nil {
		r = &record{}
	}
	mode := d.Mode
	if mode == "" {
		mode = detect.Observe
	}
	out := DetectorReport{
		ID: d.ID, Name: d.Name, Kind: d.Kind, Mode: mode, Count: r.Count, Findings: append([]detect.Finding{}, r.Findings...),
		Omitted: r.Count - uint64(len(r.Findings)), First: r.First, FalseAlarms: r.False, PerDay: float64(r.False) / days,
		Suggest: suggest(d, r, t.Attack != nil),
	}
	if a := t.Attack; a != nil && r.Caught != nil {
		out.Caught = &Caught{
			Finding: *r.Caught, Blocks: int64(r.Caught.Block) - int64(a.Block),
			Seconds: int64(r.Caught.At.Sub(a.At) / time.Second),
		}
	}
	return out
}

// remark notes what a reader should know about the blocks before believing the rest.
func (r *replay) remark(out *Report) {
	t := &r.state.Tally
	say := func(format string, args ...any) { out.Notes = append(out.Notes, fmt.Sprintf(format, args...)) }
	if t.Unverifiable > 0 {
		say("%s could not be verified: %s.", blocks(t.Unverifiable), t.Why)
	}
	if t.Doubles > 0 {
		say("%s came more than once and were counted once.", blocks(t.Doubles))
	}
	if n := t.Last; n != nil && r.o.Loose && out.Share < 1 {
		say("%d of the %d blocks from %d to %d are not among them: what happened there is not known.", uint64(float64(out.To-out.From)+1)-t.Blocks, out.To-out.From+1, out.From, out.To)
	}
	if t.Bare > 0 {
		say("%s came with the hashes of transactions only: calls in them, and what was sent, could not be seen.", blocks(t.Bare))
	}
	if t.Mute > 0 {
		say("%s lack receipts: events and failures in them could not be seen.", blocks(t.Mute))
	}
	if t.Untraced > 0 {
		say("%s came without all of their traces: calls within transactions in them could not be seen.", blocks(t.Untraced))
	}
	if n := len(r.state.Detect.Pending); n > 0 {
		say("%d findings in the last blocks still waited for blocks on top, and are not counted.", n)
	}
	if a := t.Attack; a != nil && t.First != nil && a.Block <= t.First.Number {
		say("No block before the attack is among them: nothing can be said about false alarms.")
	}
}

func blocks(n uint64) string {
	if n == 1 {
		return "1 block"
	}
	return fmt.Sprintf("%d blocks", n)
}
