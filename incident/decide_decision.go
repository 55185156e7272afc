package incident

import (
	"fmt"
	"slices"
	"time"

	"tocsin/action"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
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
		if a.Answer == Coming {
			more = append(more, decision.Voice{Person: a.Person, Choice: decision.Approve, At: a.At})
		}
	}
	return s.tally(p, d, more, now)
}

func (s *State) tally(p *plan.Plan, d *Decision, voices []decision.Voice, now time.Time) decision.Status {
	pd, ok := p.Decision(d.Decision)
	if !ok {
		return decision.Status{State: decision.Open, Say: "The plan no longer names this decision."}
	}
	for _, a := range d.Approvals {
		voices = append(voices, decision.Voice{Person: a.Person, Choice: a.Choice, At: a.At})
	}
	return decision.Tally(p, &pd, voices, d.Opened, now, d.Proposer)
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
	for _, v := range StepsOf(d.p, d.s) {
		if v.Step.Decision == "" || v.State == StepToCome || v.State == Done || v.State == Skipped {
			continue
		}
		subject := Subject{Kind: SubjectStep, Ref: plan.StepRef(d.s.Procedure, v.ID), Step: v.ID}
		if v.Step.Action != "" {
			subject = Subject{Kind: SubjectAction, Ref: v.Step.Action, Step: v.ID}
		}
		if d.s.decided(subject) != nil {
			continue
		}
		pd, ok := d.p.Decision(v.Step.Decision)
		if !ok {
			continue
		}
		_ = d.openDecision(pd, subject, "", "") // an action that cannot be prepared is a gap of the plan, shown with the step
	}
}

// decided returns the latest decision on a subject that is open or met, nil if there is none.
func (s *State) decided(sub Subject) *Decision {
	for i := len(s.Decisions) - 1; i >= 0; i-- {
		if d := &s.Decisions[i]; d.Subject == sub {
			if d.State == Open || d.State == Met || d.State == Refused {
				return d
			}
			return nil
		}
	}
	return nil
}

func (d *decider) openDecision(pd plan.Decision, sub Subject, text, proposer string) error {
	m := decision.Message{
		Exercise: d.s.Exercise != nil, Protocol: d.s.Protocol, Plan: d.s.Plan, Incident: d.s.ID, Decision: pd.ID,
		Subject: sub.Kind + " " + sub.Ref, Summary: pd.Name,
		Expires: uint64(d.now.Add(decision.Expiry(&pd)).Unix()),
	}
	var prepared *action.Prepared
	switch sub.Kind {
	case SubjectAction:
		pr, err := action.Prepare(d.p, sub.Ref)
		if err != nil {
			return err
		}
		prepared = &pr
		m.Chain, m.Action, m.Summary = pr.Chain, pr.Hash, pr.Words.Sentence
	case SubjectUpdate:
		m.Action, m.Summary = evm.Keccak([]byte(text)), "Post an update: "+pd.Name
	case SubjectStep:
		if proc, id, ok := plan.SplitStep(sub.Ref); ok {
			if st, ok := d.p.Step(proc, id); ok {
				m.Summary = pd.Name + ": " + st.Name
			}
		}
	}
	if m.Chain == 0 && d.s.Exercise != nil {
		m.Chain = d.s.Exercise.Chain
	}
	d.emit(EventDecisionOpened{
		ID: fmt.Sprintf("decision-%d", len(d.s.Decisions)+1), Decision: pd.ID, Subject: sub, Message: m, Prepared: prepared,
		Text: text, Proposer: proposer, Expires: time.Unix(int64(m.Expires), 0).UTC(),
	})
	return nil
}

func (d *decider) propose(op OpPropose) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	var may []*plan.Decision
	switch op.Subject.Kind {
	case SubjectAction:
		if _, ok := d.p.Action(op.Subject.Ref); !ok {
			return fault.New(fault.Invalid, "The plan declares no action %q.", op.Subject.Ref).Instead("Only what the plan declares can be sent.")
		}
		may = decision.ForAction(d.p, op.Subject.Ref)
	case SubjectStep:
		may = decision.ForStep(d.p, op.Subject.Ref)
	default:
		return fault.New(fault.Invalid, "A decision can be asked for an action or a step, not for %q.", op.Subject.Kind)
	}
	if op.Decision != "" {
		may = slices.DeleteFunc(may, func(x *plan.Decision) bool { return x.ID != op.Decision })
	}
	if len(may) == 0 {
		return fault.New(fault.Invalid, "No decision of the plan authorises %s %s.", op.Subject.Kind, op.Subject.Ref)
	}
	if x := d.s.decided(op.Subject); x != nil && x.State == Open {
		return fault.New(fault.Conflict, "%s was asked for at %s and is open.", may[0].Name, clock(x.Opened))
	}
	return d.openDecision(*may[0], op.Subject, "", who)
}

func (d *decider) approve(op OpApprove) error {
	who, err := d.person()
	if err != nil {
		return err
	}
	if err := d.live(); err != nil {
		return err
	}
	x := d.s.Decision(op.Decision)
	if x == nil {
		return fault.New(fault.NotFound, "Incident %s has no decision %q.", d.s.ID, op.Decision)
	}
	pd, _ := d.p.Decision(x.Decision)
	if x.State != Open {
		return fault.New(fault.Conflict, "%s was %s at %s; nothing is to be signed.", pd.Name, x.State, clock(x.Settled))
	}
	if op.Choice != decision.Approve && op.Choice != decision.Refuse {
		return fault.New(fault.Invalid, "%q is neither %s nor %s.", op.Choice, decision.Approve, decision.Refuse)
	}
	for _, a := range x.Approvals {
		if a.Person == who && a.Choice == op.Choice {
			return fault.New(fault.Conflict, "%s signed this at %s already.", NameOf(d.p, who), clock(a.At))
		}
	}
	if err := decision.MayAnswer(d.p, &pd, who, x.Opened, d.now, x.Proposer); err != nil {
		return err
	}
	m := x.Message
	m.Choice = op.Choice
	if x.Prepared != nil { // the content is recomputed, not believed
		pr, err := action.Prepare(d.p, x.Subject.Ref)
		if err != nil {
			return err
		}
		if pr.Hash != m.Action {
			return fault.New(fault.Conflict, "The action %s is no longer what this decision was opened for.", x.Subject.Ref)
		}
	}
	person, _ := d.p.Person(who)
	signer, err := decision.Verify(m, op.Signature, &person, d.now)
	if err != nil {
		return err
	}
	d.emit(EventApproval{Decision: x.ID, Approval: Approval{Person: who, Choice: op.Choice, Signer: signer, Signature: op.Signature, At: d.now}})
	d.come(who, Coming, "")
	return nil
}

// settleDecisions settles decisions whose approvals suffice, and orders the actions that they authorise once the incident
// is validated.
func (d *decider) settleDecisions() {
	for i := range d.s.Decisions {
		x := d.s.Decisions[i]
		if x.State == Open && d.now.Before(x.Expires) {
			switch st := d.s.Status(d.p, &x, d.now); st.State {
			case decision.Met:
				d.emit(EventDecisionSettled{Decision: x.ID, State: Met, Say: st.Say})
				x.State = Met
			case decision.Refused:
				d.emit(EventDecisionSettled{Decision: x.ID, State: Refused, Say: st.Say})
			}
		}
		if x.State == Met && x.Subject.Kind == SubjectUpdate {
			d.postDecided(x)
		}
		if x.State != Met || x.Subject.Kind != SubjectAction || !d.s.Phase.AtLeast(Validated) || d.s.ordered(x.ID) {
			continue
		}
		if !d.now.Before(x.Expires) {
			d.emit(EventDecisionSettled{Decision: x.ID, State: Expired, Say: "The approvals expired before the incident was validated."})
			continue
		}
		id := fmt.Sprintf("action-%d", len(d.s.Actions)+1)
		d.emit(EventActionOrdered{ID: id, Action: x.Subject.Ref, Step: x.Subject.Step, Decision: x.ID, Prepared: x.Prepared, Delivery: d.s.ID + "/" + id + "/1"})
		if x.Subject.Step != "" && d.s.Step(x.Subject.Step).State == "" {
			d.emit(EventStepBegun{Step: x.Subject.Step, By: "Tocsin"})
		}
	}
}

func (s *State) ordered(decision string) bool {
	return slices.ContainsFunc(s.Actions, func(a Action) bool { return a.Decision == decision })
}

func (d *decider) withdrawDecisions(why string) {
	for _, x := range d.s.Decisions {
		if x.State == Open || x.State == Met && x.Subject.Kind == SubjectAction && !d.s.ordered(x.ID) {
			d.emit(EventDecisionSettled{Decision: x.ID, State: Withdrawn, Say: why})
		}
	}
}

func (d *decider) tickDecisions() {
	for _, x := range d.s.Decisions {
		if x.State == Open && !d.now.Before(x.Expires) {
			d.emit(EventDecisionSettled{Decision: x.ID, State: Expired, Say: "Not enough people signed in time."})
			continue
		}
		if x.State != Open {
			continue
		}
		for _, in := range standIns(d.p, d.s, x) {
			if !d.now.Before(in.at) {
				d.callPerson(in.who, "stands in for "+NameOf(d.p, in.absent))
			}
		}
	}
}

// standIn is somebody who is to be called at a time because somebody else has not signed.
type standIn struct {
	who, absent string
	at          time.Time
}

// standIns lists those of an open decision's stand-ins who have not been called yet.
func standIns(p *plan.Plan, s *State, x Decision) []standIn {
	pd, _ := p.Decision(x.Decision)
	var list []standIn
	for _, in := range pd.StandIns {
		if slices.ContainsFunc(x.Approvals, func(a Approval) bool { return a.Person == in.For }) {
			continue
		}
		at := x.Opened.Add(time.Duration(in.After))
		for _, who := range p.MembersOf([]string{in.Who}, at) {
			if !s.Called(who) {
				list = append(list, standIn{who, in.For, at})
			}
		}
	}
	return list
}

func decisionTimes(p *plan.Plan, s *State) []time.Time {
	var ts []time.Time
	for _, x := range s.Decisions {
		if x.State == Open {
			ts = append(ts, x.Expires)
			for _, in := range standIns(p, s, x) {
				ts = append(ts, in.at)
			}
		}
	}
	return ts
}
