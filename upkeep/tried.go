package upkeep

import (
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// TryEvery is how often a key is tried where the plan does not say.
const TryEvery = 90 * 24 * time.Hour

// enough is how long an answer to a decision says no more of its key than the one before.
const enough = 24 * time.Hour

// OpTry proves that who acts holds a key of theirs: they signed decision.Trial of the day, which is today or yesterday in UTC.
type OpTry struct {
	Day       string // 2026-11-21
	Signature []byte
	Fact      *decision.ContractFact // what the chain says of it, where it may be a contract's; else nil
}

// OpUsed says that a person answered a decision of an incident with a key, which the incident has verified.
type OpUsed struct {
	Person string
	Signer evm.Address
	Of     string // incident
}

func (OpTry) op()  {}
func (OpUsed) op() {}

// Tried says when a person last proved that they hold a key.
type Tried struct {
	Person string
	At     time.Time
	Of     string // the incident whose decision they answered with it; empty if they signed that they hold it
}

// Every is how often a key has to be tried.
func Every(k plan.Key) time.Duration {
	if k.TryEvery > 0 {
		return time.Duration(k.TryEvery)
	}
	return TryEvery
}

func try(p *plan.Plan, a journal.Actor, op OpTry, now time.Time) ([]Event, error) {
	who, err := person(p, a)
	if err != nil {
		return nil, err
	}
	day, err := time.Parse(time.DateOnly, op.Day)
	if err != nil || day.After(now) {
		return nil, fault.New(fault.Invalid, "%q is no day on which a key could have been tried.", op.Day).Instead("Sign it as it is shown today.")
	}
	if until := day.Add(decision.TrialFor); !now.Before(until) {
		return nil, fault.New(fault.Expired, "What was signed for %s could be handed in until %s.", op.Day, until.UTC().Format("2006-01-02 15:04 UTC")).
			Instead("Sign it as it is shown today.")
	}
	x, _ := p.Person(who)
	m := decision.Trial(p, &x, day)
	var signer evm.Address
	if op.Fact != nil {
		signer, err = decision.VerifyContract(m, op.Signature, op.Fact, &x, now)
	} else {
		signer, err = decision.Verify(m, op.Signature, &x, now)
	}
	if err != nil {
		return nil, err
	}
	return []Event{EventTried{Person: who, Signer: signer, Day: op.Day, Plan: p.Hash(), Signature: op.Signature, Fact: op.Fact}}, nil
}

func used(p *plan.Plan, s *State, op OpUsed, now time.Time) ([]Event, error) {
	x, ok := p.Person(op.Person)
	if _, key := decision.KeyOf(&x, op.Signer); !ok || !key {
		return nil, nil // the plan has changed since the incident was opened
	}
	if t, ok := s.Tried[op.Signer]; ok && t.Person == op.Person && now.Before(t.At.Add(enough)) {
		return nil, nil
	}
	return []Event{EventTried{Person: op.Person, Signer: op.Signer, Of: op.Of}}, nil
}
