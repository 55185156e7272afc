package backtest

import (
	"slices"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/plan"
)

func TestTheAttackOnTheExampleIsFound(t *testing.T) {
	rec := recorded(t)
	r := sound(t, Options{AttackTx: rec.attack}, file(t, "blocks.jsonl", rec.lines...))
	if r.Chain != 31337 || r.Blocks != uint64(len(rec.lines)) || !r.Verified || r.Share != 1 || r.From != 0 || r.To != uint64(len(rec.lines))-1 {
		t.Errorf("report %+v", r)
	}
	if r.Attack == nil || r.Attack.Block != rec.at || r.Attack.Tx != rec.attack || r.Caught == nil || !*r.Caught {
		t.Errorf("attack %+v, caught %v; it was in block %d", r.Attack, r.Caught, rec.at)
	}
	d := r.detector(t, "unauthorised-withdrawal")
	var txs []string
	for _, f := range d.Findings {
		txs = append(txs, f.Tx.Hex())
	}
	if !slices.Equal(txs, rec.thefts) || d.Count != uint64(len(txs)) {
		t.Errorf("found %v, stolen was in %v", txs, rec.thefts)
	}
	c := d.Caught
	if c == nil || c.Finding.ID != d.Findings[0].ID || c.Blocks != int64(d.Findings[0].Block-rec.at) || c.Blocks < 1 || c.Seconds != int64(d.Findings[0].At.Sub(r.Attack.At).Seconds()) {
		t.Errorf("caught %+v", c)
	}
	if d.FalseAlarms != 0 || d.PerDay != 0 || d.First == nil || d.First.ID != d.Findings[0].ID {
		t.Errorf("detector %+v", d)
	}
}

// Without an attack that explains them, all findings are in vain.
func TestFindingsWithoutAnAttackAreFalseAlarms(t *testing.T) {
	rec := recorded(t)
	r := sound(t, Options{Detectors: []string{"unauthorised-withdrawal"}}, file(t, "blocks.jsonl", rec.lines...))
	d := r.detector(t, "unauthorised-withdrawal")
	if r.Caught != nil || r.Attack != nil || d.Caught != nil || len(r.Detectors) != 1 {
		t.Errorf("report %+v", r)
	}
	days := (r.End.Sub(r.Begin).Hours() + r.End.Sub(r.Begin).Hours()/float64(r.To-r.From)) / 24
	if want := float64(len(rec.thefts)) / days; d.FalseAlarms != uint64(len(rec.thefts)) || d.PerDay < want*0.99 || d.PerDay > want*1.01 {
		t.Errorf("%d false alarms, %g a day; want %d, %g", d.FalseAlarms, d.PerDay, len(rec.thefts), want)
	}
	if s := d.Suggest; s == nil || s.Field != "where" || !more(s.Value, s.Highest) || s.Attack != "" {
		t.Errorf("suggestion %+v", s)
	}
}

// What was found shortly before an attack was no false alarm: attackers prepare. What was found long before it was.
func TestEarlyFindings(t *testing.T) {
	rec := recorded(t)
	lines := file(t, "blocks.jsonl", rec.lines...)
	last := rec.blocks[len(rec.blocks)-1].Number
	r := sound(t, Options{AttackBlock: &last}, lines)
	d := r.detector(t, "unauthorised-withdrawal")
	if d.FalseAlarms != 0 || d.Caught == nil || d.Caught.Blocks >= 0 || d.Caught.Seconds >= 0 || d.Caught.Finding.ID != d.Findings[0].ID {
		t.Errorf("detector %+v", d)
	}
	var far tally
	f := d.Findings[0]
	far.found(f, true)
	far.attack(&Attack{Block: f.Block + 400, At: f.At.Add(early + 1)})
	if rec := far.Records[f.Detector]; rec.False != 1 || rec.Caught != nil {
		t.Errorf("record %+v of a finding long before the attack", rec)
	}
	var near tally
	near.found(f, true)
	near.attack(&Attack{Block: f.Block + 300, At: f.At.Add(early)})
	if rec := near.Records[f.Detector]; rec.False != 0 || rec.Caught == nil {
		t.Errorf("record %+v of a finding shortly before the attack", rec)
	}
}

func TestNothingFindsTheAttack(t *testing.T) {
	rec := recorded(t)
	r := sound(t, Options{AttackTx: rec.attack, Detectors: []string{"vault-transaction-spike"}}, file(t, "blocks.jsonl", rec.lines...))
	if r.Caught == nil || *r.Caught || r.Detectors[0].Caught != nil {
		t.Errorf("report %+v", r)
	}
	s := r.Detectors[0].Suggest
	if s == nil || s.Field != "minimum" || s.Now != "600" || s.Highest == "0" {
		t.Errorf("suggestion %+v", s)
	}
}

// An attack that is not in the blocks cannot be judged, and the report says what was found all the same.
func TestTheAttackIsNotThere(t *testing.T) {
	rec := recorded(t)
	attack := rec.attack
	attack[0]++
	r, err := run(t, Options{AttackTx: attack}, file(t, "blocks.jsonl", rec.lines...))
	if !fault.Is(err, fault.Invalid) || r == nil || r.Error == "" || r.Caught != nil || r.detector(t, "unauthorised-withdrawal").Count == 0 {
		t.Errorf("%v, report %+v", err, r)
	}
}

// Detectors that blocks cannot be replayed through are named with the reason.
func TestNotRun(t *testing.T) {
	rec := recorded(t)
	p := examplePlan(t)
	p.Chains = append(p.Chains, plan.Chain{ID: 5, Name: "Five"})
	p.Detectors = append(p.Detectors,
		plan.Detector{ID: "page-up", Name: "Page", Kind: "http"},
		plan.Detector{ID: "solvent", Name: "Solvent", Kind: "state", Asset: "vault"},
		plan.Detector{ID: "elsewhere", Name: "Elsewhere", Kind: "match", Chain: 5, Transaction: true},
		plan.Detector{ID: "nonsense", Name: "Nonsense", Kind: "match", Asset: "vault", Event: "Withdraw", Where: "event.args.nothing > 1"},
	)
	r := sound(t, Options{Plan: p, Chain: 31337}, file(t, "blocks.jsonl", rec.lines...))
	why := map[string]string{}
	for _, n := range r.NotRun {
		why[n.ID] = n.Why
	}
	for _, id := range []string{"page-up", "solvent", "elsewhere", "nonsense"} {
		if why[id] == "" {
			t.Errorf("nothing says why %s does not run: %v", id, r.NotRun)
		}
	}
	if len(r.Detectors)+len(r.NotRun) != len(p.Detectors) {
		t.Errorf("%d run, %d do not, of %d", len(r.Detectors), len(r.NotRun), len(p.Detectors))
	}
	if _, err := run(t, Options{Plan: p}, file(t, "b.jsonl", rec.lines...)); !fault.Is(err, fault.Invalid) {
		t.Errorf("two chains without a choice: %v", err)
	}
	if _, err := run(t, Options{Plan: p, Chain: 31337, Detectors: []string{"page-up"}}, file(t, "c.jsonl", rec.lines...)); !fault.Is(err, fault.Invalid) {
		t.Errorf("only a detector that cannot run: %v", err)
	}
	if _, err := run(t, Options{Plan: p, Detectors: []string{"nobody"}}, file(t, "d.jsonl", rec.lines...)); !fault.Is(err, fault.NotFound) {
		t.Errorf("a detector that is not there: %v", err)
	}
}

// What stays away is found in blocks too, but only where none can be missing.
func TestAbsence(t *testing.T) {
	rec := recorded(t)
	p := examplePlan(t)
	p.Detectors = append(p.Detectors, plan.Detector{ID: "quiet", Name: "Quiet", Kind: "absence", Asset: "vault", Event: "Paused", Silent: plan.Duration(10 * time.Second)})
	path := file(t, "blocks.jsonl", rec.lines...)
	if d := sound(t, Options{Plan: p}, path).detector(t, "quiet"); d.Count != 1 || d.FalseAlarms != 1 {
		t.Errorf("detector %+v", d)
	}
	r := sound(t, Options{Plan: p, Loose: true}, path)
	if len(r.NotRun) != 1 || r.NotRun[0].ID != "quiet" || r.NotRun[0].Why == "" {
		t.Errorf("not run: %+v", r.NotRun)
	}
}
