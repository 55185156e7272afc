package incident

import (
	"fmt"
	"slices"
	"time"

	"tocsin/action"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/plan"
)

// Status says how a decision of the incident stands.
func (s *State) Status(p *plan.Plan, d *Decision, now time.Time) decision.Status {
	return s.tally(p, d, nil, now)
}

// statusIfAllCome says how a decision would stand if everybody who comes and can sign approved.
func (s *State) statusIfAllCome(p *plan.Plan, d *Decision, now time.Time) decision.Status {
	var more []decision.Voice
	for _, a := range s.Answers {
		if a.Answer == Coming && !s.keyless(p, a.Person) && !slices.ContainsFunc(d.Approvals, func(b Approval) bool { return b.Person == a.Person }) {
			more = append(more, decision.Voice{Person: a.Person, Choice: decision.Approve, At: now})
		}
	}
	return s.tally(p, d, more, now)
}

func (s *State) tally(p *plan.Plan, d *Decision, voices []decision.Voice, now time.Time) decision.Status {
	pd, ok := p.Decision(d.Decision)
	if !ok {
		return decision.Status{State: decision.Open, Say: "The plan no longer names this decision."}
	}
	more := make([]string, 0, len(voices))
	for _, v := range voices {
		more = append(more, v.Person)
	}
	for _, a := range d.Approvals {
		if s.void(a) {
			continue
		}
		v := decision.Voice{Person: a.Person, Choice: a.Choice, At: a.At}
		switch {
		case a.Attested != nil:
			v.Expires = a.Attested.Until
		case d.Armed != nil:
			v.Expires = d.Armed.Until
		}
		voices = append(voices, v)
	}
	opened := d.Opened
	if d.Armed != nil {
		opened = d.Armed.Asked
	}
	st := decision.Tally(p, &pd, voices, opened, now, d.Proposer)
	st = s.owned(p, d, s.overruled(p, d, st, now), more)
	if len(s.Distrusted)+len(s.Hidden) > 0 && st.State == decision.Open {
		out := func(who string) bool { return !s.Sees(who) || s.keyless(p, who) }
		st.Candidates, st.Wanted, st.Missing = slices.DeleteFunc(st.Candidates, out), slices.DeleteFunc(st.Wanted, out), slices.DeleteFunc(st.Missing, out)
		if never := s.impossible(p, d, &pd); never != "" {
			st.Say = never
		}
	}
	return st
}

// approversWanted lists the people who have not answered and whose approval a decision still needs.
func (s *State) approversWanted(p *plan.Plan, d *Decision, now time.Time) []string {
	return s.Status(p, d, now).Wanted
}

// askDecisions opens the decisions that the procedure needs now. They are asked for from detection on, so that people may
// sign while validation runs; validation gates what follows from them.
func (d *decider) askDecisions() {
	if d.s.Phase != Detected && d.s.Phase != Validated && d.s.Phase != Contained {
		return
	}
	for _, v := range course(d.p, d.s) {
		if v.Step.Decision == "" || v.State == StepToCome || v.Over() {
			continue
		}
		if v.Optional { // nobody is woken for what may not be wanted: somebody proposes it
			continue
		}
		subject := Subject{Kind: SubjectStep, Ref: plan.StepRef(d.s.Procedure, v.ID), Step: v.ID}
		if v.Step.Action != "" {
			subject = Subject{Kind: SubjectAction, Ref: v.Step.Action, Step: v.ID}
		}
		pd, ok := d.p.Decision(v.Step.Decision)
		if !ok {
			continue
		}
		for _, one := range asked(d.p, subject) {
			if d.s.decided(one) == nil {
				_ = d.openDecision(pd, one, "", "") // an action that cannot be prepared is a gap of the plan, shown with the step
			}
		}
	}
}

// decided returns the latest decision on a subject that is open, met or refused, or that a person withdrew; nil if there is none.
func (s *State) decided(sub Subject) *Decision {
	for i := len(s.Decisions) - 1; i >= 0; i-- {
		if d := &s.Decisions[i]; d.Subject == sub {
			if d.State == Open || d.State == Met || d.State == Refused || d.Withdrawn != nil {
				return d
			}
			return nil
		}
	}
	return nil
}

// unique makes a message differ from all that were asked before, so that no signature counts twice.
func (s *State) unique(m decision.Message) decision.Message {
	for slices.ContainsFunc(s.Decisions, func(x Decision) bool { return x.Message == m }) {
		m.Expires++
	}
	return m
}

// callApprovers calls those whose approval a decision wants and who have not been called since it was opened.
func (d *decider) callApprovers() {
	for i := range d.s.Decisions {
		x := &d.s.Decisions[i]
		if x.State != Open || !d.now.Before(x.Expires) || x.Subject.Kind == SubjectUpdate && !d.s.Phase.AtLeast(Contained) {
			continue
		}
		for _, who := range d.s.approversWanted(d.p, x, d.now) {
			if !d.s.here(who) && !d.s.calledSince(who, x.Opened) && !d.s.cannotSince(who, x.Opened) {
				d.callPerson(who, "to sign "+x.Name(d.p))
			}
		}
	}
}

func (d *decider) openDecision(pd plan.Decision, sub Subject, text, proposer string) error {
	m := decision.Message{Summary: pd.Name}
	var prepared *action.Prepared
	switch sub.Kind {
	case SubjectAction:
		pr, err := action.Prepare(d.p, sub.Ref)
		if err != nil {
			return err
		}
		prepared = &pr
		m.Summary = pr.Words.Sentence
	case SubjectUpdate:
		m.Action, m.Summary = evm.Keccak([]byte(text)), "Post an update: "+pd.Name
	case SubjectStep:
		if proc, id, ok := plan.SplitStep(sub.Ref); ok {
			if st, ok := d.p.Step(proc, id); ok {
				m.Summary = pd.Name + ": " + st.Name
			}
		}
	}
	d.openWith(pd, EventDecisionOpened{Subject: sub, Message: m, Prepared: prepared, Text: text, Proposer: proposer}, m.Summary)
	return nil
}

// openWith opens a decision: what it is about is given, and what is signed for it is made here.
func (d *decider) openWith(pd plan.Decision, e EventDecisionOpened, summary string) {
	m := decision.Message{
		Exercise: d.s.Exercise != nil, Protocol: d.s.Protocol, Plan: d.s.Plan, Incident: d.s.ID, Decision: pd.ID,
		Subject: e.Subject.Kind + " " + e.Subject.Ref, Action: e.Message.Action, Summary: summary,
		Expires: uint64(d.now.Add(decision.Expiry(&pd)).Unix()),
	}
	e.ID, e.Decision = fmt.Sprintf("decision-%d", len(d.s.Decisions)+1), pd.ID
	if e.Prepared != nil {
		m.Chain, m.Action = e.Prepared.Chain, e.Prepared.Hash
		if e.Prepared.Safe != nil {
			e.Delivery = d.s.ID + "/" + e.ID + "/look"
		}
	}
	if m.Chain == 0 && d.s.Exercise != nil {
		m.Chain = d.s.Exercise.Chain
	}
	e.Message = d.s.unique(m)
	e.Expires = time.Unix(int64(e.Message.Expires), 0).UTC()
	d.emit(e)
}
